"""Studying what was recorded: lessons, questions, notes, courses, and how far one is."""
