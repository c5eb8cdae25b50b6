"""Counting again from a bundle alone, with nothing of the server that counted."""
