"""Ordinary tables: everything outside running meetings, and the search over what was said."""
