"""Changing and cancelling a meeting that has not opened."""

from __future__ import annotations

from functools import partial

from meeting_server.acts.context import By, Context
from meeting_server.acts.schedule.convening import reconvene
from meeting_server.domain.ids import MeetingId, Millis
from meeting_server.store.schedule.schedule import Plan


async def change_meeting(at: Context, meeting_id: MeetingId, plan: Plan, version: int, now: Millis) -> None:
    """Replace the plan of a meeting, and tell those who wait at its door. Raises ScheduleError as ``Schedule.change`` does."""
    async with at.database.act():
        await at.schedule.change(meeting_id, plan, version, now)
        await at.database.after_commit(partial(reconvene, at, meeting_id))


async def cancel_meeting(at: Context, by: By, meeting_id: MeetingId, reason: str, now: Millis) -> None:
    """Cancel a meeting with every invitation to it, and tell those who wait at its door. Raises ScheduleError ``not_changeable``."""
    async with at.database.act():
        await at.schedule.cancel(meeting_id, reason, by.member_id, now)
        await at.invitations.revoke_all_of(meeting_id, now)
        await at.database.after_commit(partial(reconvene, at, meeting_id))
