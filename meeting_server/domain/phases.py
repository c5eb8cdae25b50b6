"""The phases of a meeting. On the wire and in the journal each is its value."""

from __future__ import annotations

from enum import StrEnum


class MeetingPhase(StrEnum):
    """From convened to adjourned, or cancelled before it opened."""

    CONVENED = "convened"
    CANCELLED = "cancelled"
    OPEN = "open"
    ADJOURNED = "adjourned"
