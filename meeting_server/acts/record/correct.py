"""Correcting a sentence of a transcript."""

from __future__ import annotations

from meeting_server.acts.context import By, Context
from meeting_server.acts.record.log import entry_of
from meeting_server.archive.record.read_again import text_hash
from meeting_server.domain.ids import Millis
from meeting_server.store.people.access_log import Act
from meeting_server.store.record.record_edits import Correction, Tick
from meeting_server.store.schedule.schedule import Scheduled


async def correct_sentence(
    at: Context, by: By, scheduled: Scheduled, cue_id: str, before: str, after: str, clock: str, now: Millis
) -> None:
    """Keep what a sentence says now; what it said stays as its history, and its numbers are ticked: a person wrote them.
    ``clock``: its playing time, for the log."""
    made = Correction(scheduled.meeting_id, cue_id, before, after, by.member_id, by.name, now)
    async with at.database.act():
        await at.record_edits.correct(made)
        await at.record_edits.tick([Tick(scheduled.meeting_id, cue_id, text_hash(after), by.member_id, by.name, now)])
        await at.access_log.note(entry_of(Act.TRANSCRIPT_CORRECTED, by, scheduled, now, clock))
