"""Acts, each with all it needs before it."""
