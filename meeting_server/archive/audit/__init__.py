"""Recounts from a bundle alone, without any code of the server that counted."""
