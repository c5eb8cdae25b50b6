"""Telling a meeting what its schedule says: from committed tables, any number of times, so that a lost telling is made up for."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.acts.context import Context
from meeting_server.domain.commands import SERVER, ConveneMeeting, RecordLeave
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.ids import MeetingId
from meeting_server.domain.terms import Convening
from meeting_server.live.outcome import UnknownMeeting


async def reconvene(at: Context, meeting_id: MeetingId) -> None:
    """Tell a meeting what has changed on the schedule; once it is open, only leave still counts. Raises StorageUnavailable."""
    convening = await at.convener.convening(meeting_id)
    if convening is None:
        return
    outcome = await at.registry.submit(meeting_id, SERVER, ConveneMeeting(convening))
    if isinstance(outcome, Rejected) and outcome.code is Code.ALREADY_OPEN:
        for person in convening.participants:
            leave = RecordLeave(person.participant_id, person.leave_reason, person.leave_approved)
            await at.registry.submit(meeting_id, SERVER, leave)


async def call_off(at: Context, meeting_id: MeetingId, convening: Convening | None) -> None:
    """Tell those who wait at the door already that the meeting, convened as ``convening``, was cancelled.

    Raises StorageUnavailable.
    """
    if convening is None:
        return
    try:
        await at.registry.submit(meeting_id, SERVER, ConveneMeeting(replace(convening, cancelled=True)))
    except UnknownMeeting:
        return  # nobody ever came to its door
