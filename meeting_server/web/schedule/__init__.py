"""Before a meeting: scheduling, its rule, its documents, absence requests, calendars."""
