"""From a finished meeting to its record: minutes, sound, chapters, search, the bundle anyone can check."""
