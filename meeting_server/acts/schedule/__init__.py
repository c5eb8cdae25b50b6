"""Meetings as they are planned, and the calendars they stand in."""
