"""Votes: from the first draft of a motion to its published result."""
