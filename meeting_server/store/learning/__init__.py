"""Tables of learning: lessons, questions, notes, progress, courses."""
