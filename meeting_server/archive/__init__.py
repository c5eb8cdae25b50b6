"""Makes the record of a finished meeting: minutes, sound, chapters, search, and the bundle that anyone can check."""
