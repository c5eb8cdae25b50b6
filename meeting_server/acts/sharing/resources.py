"""Sharing between institutions, and what readers may take away."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.acts.context import By, Context
from meeting_server.domain.ids import Millis
from meeting_server.store.learning.resources import Resource
from meeting_server.store.people.access_log import Act, Entry
from meeting_server.store.record.publications import Audience, Publication
from meeting_server.store.schedule.schedule import Scheduled
from meeting_server.store.sharing.shared_resources import Shared


async def share_resource(at: Context, by: By, scheduled: Scheduled, publication: Publication, wanted: bool, now: Millis) -> None:
    """Opt a published meeting in or out of leaving the house."""
    async with at.database.act():
        await at.publications.save(replace(publication, shared=wanted))
        act = Act.SHARING_ALLOWED if wanted else Act.SHARING_STOPPED
        await _note_meeting(at, by, act, scheduled, now)


async def accept_resource(at: Context, by: By, shared: Shared, audience: Audience, now: Millis) -> None:
    """Take in what came from elsewhere, for an audience; once taken in, only the audience changes."""
    async with at.database.act():
        await at.shared_resources.accept(shared.shared_id, audience, by.name[:100], now)
        if shared.state == "offered":
            await _note(at, by, Act.SHARED_IN, shared, now)


async def remove_resource(at: Context, by: By, shared: Shared, now: Millis) -> None:
    """Turn it away, or take it out again."""
    async with at.database.act():
        gone = await at.shared_resources.forget(shared.shared_id)
        await at.learning.shelf.forget([Resource("shared", shared.shared_id)])
        if gone and shared.state == "accepted":
            await _note(at, by, Act.SHARED_REMOVED, shared, now)


async def let_readers_take(at: Context, by: By, scheduled: Scheduled, may: bool, now: Millis) -> None:
    """Let readers of the records of this meeting's branch take transcript and sound away, or not."""
    async with at.database.act():
        await at.takeaway_rules.let_readers(scheduled.plan.branch_id, may)
        await _note_meeting(at, by, Act.TAKING_ALLOWED if may else Act.TAKING_FORBIDDEN, scheduled, now)


async def _note_meeting(at: Context, by: By, act: Act, scheduled: Scheduled, now: Millis) -> None:
    plan = scheduled.plan
    await at.access_log.note(Entry(now, act, by.member_id, by.name, scheduled.meeting_id, plan.title, plan.branch_id))


async def _note(at: Context, by: By, act: Act, shared: Shared, now: Millis) -> None:
    await at.access_log.note(
        Entry(now, act, by.member_id, by.name, subject_name=shared.title, branch_id=shared.branch_id, detail=shared.institution)
    )
