"""Judging what was proposed as settled in a meeting: approved (and put right later), rejected, or taken back to be judged anew."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.acts.context import By, Context
from meeting_server.acts.record.log import entry_of
from meeting_server.domain.ids import MeetingId, Millis
from meeting_server.store.people.access_log import Act
from meeting_server.store.record.decided_items import DecidedItem, State
from meeting_server.store.schedule.schedule import Scheduled

_ACTS = {State.APPROVED: Act.DECIDED_APPROVED, State.REJECTED: Act.DECIDED_REJECTED}


async def judge_item(at: Context, by: By, scheduled: Scheduled, item: DecidedItem, state: State, clock: str, now: Millis) -> bool:
    """Keep an item as it is put now, under the name of who judged it; False when somebody else judged it since it was shown.

    ``item``: with the ``judged_at`` that was shown, 0 for a proposal; ``clock``: its playing time, for the log.
    """
    judged = replace(item, state=state, judged_by=by.member_id, judged_name=by.name, judged_at=now)
    async with at.database.act():
        if not await _is_as_shown(at, scheduled.meeting_id, item):
            return False
        await at.decided_items.keep(judged)
        await at.access_log.note(entry_of(_ACTS[state], by, scheduled, now, clock))
    return True


async def reopen_item(at: Context, by: By, scheduled: Scheduled, item: DecidedItem, clock: str, now: Millis) -> bool:
    """Take a judgement back; False when it is another by now."""
    async with at.database.act():
        if not await _is_as_shown(at, scheduled.meeting_id, item):
            return False
        await at.decided_items.remove(item)
        await at.access_log.note(entry_of(Act.DECIDED_REOPENED, by, scheduled, now, clock))
    return True


async def _is_as_shown(at: Context, meeting_id: MeetingId, item: DecidedItem) -> bool:
    there = next((one for one in await at.decided_items.of(meeting_id) if one.source_id == item.source_id), None)
    return (0 if there is None else there.judged_at) == item.judged_at
