"""Tables of what leaves the server and what came from others."""
