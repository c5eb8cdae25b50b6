"""The download formats of a finished meeting: pure functions of what the archive made."""
