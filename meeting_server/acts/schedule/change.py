"""Changing and cancelling a meeting that has not opened."""

from __future__ import annotations

from dataclasses import replace
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


async def take_rule_in_force(at: Context, meeting_id: MeetingId, day: str, now: Millis) -> bool:
    """Plan a meeting under the rule that on ``day`` (ISO 8601) stands in the place of its own; false: its own is in force.

    Raises ScheduleError ``not_changeable``.
    """
    async with at.database.act():
        scheduled = await at.schedule.meeting(meeting_id)
        found = at.presets.replacement(scheduled.plan.preset_id, day) if scheduled is not None else None
        if scheduled is None or found is None:
            return False
        await at.schedule.change(meeting_id, replace(scheduled.plan, preset_id=found.preset_id), scheduled.version, now)
        await at.database.after_commit(partial(reconvene, at, meeting_id))
    return True


async def cancel_meeting(at: Context, by: By, meeting_id: MeetingId, reason: str, now: Millis) -> None:
    """Cancel a meeting with every invitation to it, and tell those who wait at its door. Raises ScheduleError ``not_changeable``."""
    async with at.database.act():
        await at.schedule.cancel(meeting_id, reason, by.member_id, now)
        await at.invitations.revoke_all_of(meeting_id, now)
        await at.database.after_commit(partial(reconvene, at, meeting_id))
