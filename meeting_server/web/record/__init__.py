"""After a meeting: its record to hear, read, correct, approve, publish and search."""
