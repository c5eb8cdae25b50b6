"""Plain tables: everything that is not inside a running meeting, and the search over what was said."""
