"""The running meeting: its host, its connections, and what flows between them."""
