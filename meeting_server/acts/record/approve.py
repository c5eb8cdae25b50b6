"""Approving minutes: somebody puts their name to them as they were shown."""

from __future__ import annotations

from meeting_server.acts.context import By, Context
from meeting_server.acts.record.log import entry_of
from meeting_server.domain.ids import Millis
from meeting_server.store.people.access_log import Act
from meeting_server.store.record.approvals import Approval
from meeting_server.store.schedule.schedule import Scheduled


async def approve_minutes(at: Context, by: By, scheduled: Scheduled, head_seq: int, head_hash: str, edits: str, now: Millis) -> bool:
    """Approve the minutes of a journal's head and an edits' position; False, and nothing kept, when the edits are others by now."""
    approval = Approval(scheduled.meeting_id, head_seq, head_hash, edits, by.member_id, by.name, now)
    async with at.database.act():
        if (await at.record_edits.of(scheduled.meeting_id)).position != edits:
            return False
        await at.approvals.add(approval)
        await at.access_log.note(entry_of(Act.MINUTES_APPROVED, by, scheduled, now))
    return True
