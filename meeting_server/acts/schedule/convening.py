"""Telling a meeting what its schedule says: from committed tables, any number of times, so that a lost telling is made up for."""

from __future__ import annotations

from meeting_server.acts.context import Context
from meeting_server.domain.ids import MeetingId


async def reconvene(at: Context, meeting_id: MeetingId) -> None:
    """Tell a meeting what has changed on the schedule; while it is open only absences count.

    When storage does not take it now it is told later, and if the server dies, when the meeting is next loaded.
    """
    await at.registry.reconvene(meeting_id)
