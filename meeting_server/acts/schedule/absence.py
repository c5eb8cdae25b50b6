"""Absences (请假): requested by a member, withdrawn by them, decided by who plans the meeting.

The request is a row; the meeting hears of it when the row is committed, and again whenever it is loaded, so that neither a kill
nor a storage that is gone for a while leaves the two apart.
"""

from __future__ import annotations

from functools import partial
from typing import Literal

from meeting_server.acts.context import By, Context
from meeting_server.acts.schedule.convening import reconvene
from meeting_server.domain.ids import MeetingId, Millis, ParticipantId

Decision = Literal["approved", "refused"]


async def request_absence(at: Context, meeting_id: MeetingId, who: ParticipantId, reason: str, now: Millis) -> None:
    """Request an absence, or correct the reason while it waits. Raises LeaveError ``already_approved``."""
    async with at.database.act():
        await at.leaves.ask(meeting_id, who, reason, now)
        await at.database.after_commit(partial(reconvene, at, meeting_id))


async def withdraw_absence(at: Context, meeting_id: MeetingId, who: ParticipantId) -> None:
    """The member will come after all. Raises LeaveError ``no_request``."""
    async with at.database.act():
        await at.leaves.withdraw(meeting_id, who)
        await at.database.after_commit(partial(reconvene, at, meeting_id))


async def decide_absence(
    at: Context,
    meeting_id: MeetingId,
    who: ParticipantId,
    decision: Decision,
    by: By,
    answer: str,
    now: Millis,
) -> None:
    """Approve or refuse an absence; a decision may be changed later. Raises LeaveError ``no_request``."""
    async with at.database.act():
        await at.leaves.decide(meeting_id, who, decision, by.member_id, answer, now)
        await at.database.after_commit(partial(reconvene, at, meeting_id))
