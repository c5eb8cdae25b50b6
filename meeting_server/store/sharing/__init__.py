"""Tables of what leaves the server and of what came from others."""
