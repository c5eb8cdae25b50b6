"""The forms in which a finished meeting can be taken away: pure functions over what the archive made of it."""
