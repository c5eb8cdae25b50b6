"""What browsers see: server-rendered pages, forms, the socket endpoint, and permissions."""
