"""Publishing a record as a learning resource, and withdrawing it."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.acts.context import By, Context
from meeting_server.acts.record.log import entry_of
from meeting_server.domain.ids import Millis
from meeting_server.store.people.access_log import Act
from meeting_server.store.record.publications import Publication
from meeting_server.store.schedule.schedule import Scheduled


async def publish_record(at: Context, by: By, scheduled: Scheduled, described: Publication, now: Millis) -> None:
    """Approve a description and publish it to its audience; again: approved anew, published since the first time."""
    published = replace(
        described,
        state="published",
        published_at=described.published_at or now,
        approved_at=now,
        approved_by=by.member_id,
        approved_name=by.name,
    )
    async with at.database.act():
        await at.publications.save(published)
        await at.access_log.note(entry_of(Act.RESOURCE_PUBLISHED, by, scheduled, now, described.audience))


async def withdraw_record(at: Context, by: By, scheduled: Scheduled, now: Millis) -> bool:
    """Publish it no more, its description kept; False when there is none."""
    async with at.database.act():
        if await at.publications.withdraw(scheduled.meeting_id) is None:
            return False
        await at.access_log.note(entry_of(Act.RESOURCE_WITHDRAWN, by, scheduled, now))
    return True
