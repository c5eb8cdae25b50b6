"""A decision: a motion (议题) for which there are votes for, against and abstentions, under a rule."""

from __future__ import annotations

from meeting_server.domain.votes.kind import Kind


class Decision(Kind):
    """A motion in the narrow sense: all as ``Kind`` has it."""
