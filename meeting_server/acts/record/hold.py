"""Holding a record: while a hold stands, nothing of it is deleted."""

from __future__ import annotations

from meeting_server.acts.context import By, Context
from meeting_server.acts.record.log import entry_of
from meeting_server.domain.ids import Millis
from meeting_server.store.people.access_log import Act
from meeting_server.store.record.holds import Hold
from meeting_server.store.schedule.schedule import Scheduled


async def set_hold(at: Context, by: By, scheduled: Scheduled, reason: str, now: Millis) -> bool:
    """Set a hold; False when one stands."""
    async with at.database.act():
        if not await at.holds.set(Hold(scheduled.meeting_id, reason, by.member_id, by.name, now)):
            return False
        await at.access_log.note(entry_of(Act.HOLD_SET, by, scheduled, now, reason))
    return True


async def lift_hold(at: Context, by: By, scheduled: Scheduled, reason: str, now: Millis) -> bool:
    """Lift the hold; False when none stands."""
    async with at.database.act():
        if not await at.holds.lift(scheduled.meeting_id, by.name, reason, now):
            return False
        await at.access_log.note(entry_of(Act.HOLD_LIFTED, by, scheduled, now, reason))
    return True
