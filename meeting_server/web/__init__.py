"""What browsers see: server-rendered pages, forms, the socket's door, and who may pass it."""
