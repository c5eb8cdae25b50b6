"""Before a meeting: calling it, its rule, its documents, absence requests, calendars."""
