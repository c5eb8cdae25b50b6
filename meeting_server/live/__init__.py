"""The running meeting: its host, its connections, and the messages between them."""
