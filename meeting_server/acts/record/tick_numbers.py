"""Ticking the numbers of a transcript after reading them again."""

from __future__ import annotations

from collections.abc import Sequence

from meeting_server.acts.context import By, Context
from meeting_server.acts.record.log import entry_of
from meeting_server.archive.record.read_again import text_hash
from meeting_server.archive.record.transcript import Spoken
from meeting_server.domain.ids import Millis
from meeting_server.store.people.access_log import Act
from meeting_server.store.record.record_edits import Tick
from meeting_server.store.schedule.schedule import Scheduled


async def tick_numbers(at: Context, by: By, scheduled: Scheduled, lines: Sequence[Spoken], now: Millis) -> None:
    """Put one's name to the numbers of these sentences as they are."""
    ticks = [Tick(scheduled.meeting_id, line.cue_id, text_hash(line.text), by.member_id, by.name, now) for line in lines]
    async with at.database.act():
        await at.record_edits.tick(ticks)
        await at.access_log.note(entry_of(Act.NUMBERS_TICKED, by, scheduled, now, str(len(ticks))))
