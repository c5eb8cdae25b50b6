"""The branch meeting server: live meetings, votes and archives for university branches."""

__version__ = "0.1.0"
