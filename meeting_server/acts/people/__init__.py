"""Branches, roles, the roster and how people sign in."""
