"""Carries copies of what happened between the nodes, and says which node owns what; the database stays the truth."""
