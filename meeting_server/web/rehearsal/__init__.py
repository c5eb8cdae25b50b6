"""A rehearsal on this server: its control socket, its people, and the server's measurements of itself."""
