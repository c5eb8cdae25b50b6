"""What people did to a transcript: corrections with their history, redacted passages, and ticked numbers.

No text of a redacted passage is kept, so its corrections are deleted too.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text, delete, func, insert, select

from meeting_server.domain.ids import MeetingId, Millis
from meeting_server.store.database import Database, metadata

transcript_corrections = Table(
    "transcript_corrections",
    metadata,
    Column("correction_id", Integer, primary_key=True, autoincrement=True),
    Column("meeting_id", String(64), nullable=False, index=True),
    Column("cue_id", String(200), nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("by", String(64), nullable=False),
    Column("by_name", String(100), nullable=False),
    Column("at", BigInteger, nullable=False),
)

redactions = Table(
    "redactions",
    metadata,
    Column("redaction_id", Integer, primary_key=True, autoincrement=True),
    Column("meeting_id", String(64), nullable=False, index=True),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", String(64), nullable=False),
    Column("by_name", String(100), nullable=False),
    Column("at", BigInteger, nullable=False),
)

number_ticks = Table(
    "number_ticks",
    metadata,
    Column("meeting_id", String(64), primary_key=True),
    Column("cue_id", String(200), primary_key=True),
    Column("text_hash", String(64), nullable=False),
    Column("by", String(64), nullable=False),
    Column("by_name", String(100), nullable=False),
    Column("at", BigInteger, nullable=False),
)

LONGEST_CORRECTION = 500
"""Most characters of one corrected cue."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One cue's text before and after. The newest of a cue counts. Undoing a correction is another correction."""

    meeting_id: MeetingId
    cue_id: str
    before: str
    after: str
    by: str
    by_name: str
    at: Millis
    correction_id: int = 0


@dataclass(frozen=True, slots=True)
class Redaction:
    """A passage of the meeting (Unix ms) that is permanently removed from sound, pictures, text and search."""

    meeting_id: MeetingId
    since: Millis
    until: Millis
    reason: str
    by: str
    by_name: str
    at: Millis
    redaction_id: int = 0


@dataclass(frozen=True, slots=True)
class Tick:
    """Somebody read the numbers of one sentence again; ``text_hash`` is the SHA-256 of the words they read."""

    meeting_id: MeetingId
    cue_id: str
    text_hash: str
    by: str
    by_name: str
    at: Millis


@dataclass(frozen=True, slots=True)
class Edits:
    """All that was done to one meeting's transcript. ``position`` changes whenever its words do. Ticks change none."""

    corrections: tuple[Correction, ...] = ()
    redactions: tuple[Redaction, ...] = ()
    ticks: tuple[Tick, ...] = ()

    @property
    def ticked(self) -> dict[str, str]:
        """By cue id, the hash of the words that were ticked."""
        return {tick.cue_id: tick.text_hash for tick in self.ticks}

    @property
    def position(self) -> str:
        newest = max((correction.correction_id for correction in self.corrections), default=0)
        return f"{len(self.corrections)}.{newest}.{self.taken_out}"

    @property
    def taken_out(self) -> str:
        """The part of the position that changes when something is redacted."""
        return str(max((redaction.redaction_id for redaction in self.redactions), default=0))


class RecordEdits:
    """Corrections, redactions and ticks in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, meeting_id: MeetingId) -> Edits:
        """Return everything of one meeting, in the order in which it was done."""
        async with self._database.read() as conn:
            corrected = select(transcript_corrections).where(transcript_corrections.c.meeting_id == meeting_id)
            taken = select(redactions).where(redactions.c.meeting_id == meeting_id)
            ticked = select(number_ticks).where(number_ticks.c.meeting_id == meeting_id).order_by(number_ticks.c.cue_id)
            return Edits(
                tuple(_correction(row) for row in await conn.execute(corrected.order_by(transcript_corrections.c.correction_id))),
                tuple(_redaction(row) for row in await conn.execute(taken.order_by(redactions.c.redaction_id))),
                tuple(_tick(row) for row in await conn.execute(ticked)),
            )

    async def positions(self) -> dict[str, str]:
        """Return, by meeting, a value that changes whenever its edits do. Meetings without edits are not in it."""
        async with self._database.read() as conn:
            found: dict[str, str] = {}
            for table, key in ((transcript_corrections, "correction_id"), (redactions, "redaction_id")):
                query = select(table.c.meeting_id, func.count(), func.max(table.c[key])).group_by(table.c.meeting_id)
                for meeting_id, number, newest in await conn.execute(query):
                    found[meeting_id] = f"{found.get(meeting_id, '')}/{table.name[0]}{number}.{newest}"
            return found

    async def correct(self, correction: Correction) -> None:
        """Store one correction. Earlier ones stay as history."""
        async with self._database.write() as conn:
            await conn.execute(insert(transcript_corrections).values(**_fields(correction, "correction_id")))

    async def tick(self, ticks: Sequence[Tick]) -> None:
        """Keep these, each in place of the one before of its sentence."""
        if not ticks:
            return
        async with self._database.write() as conn:
            await conn.execute(_of_cues(number_ticks, ticks[0].meeting_id, [tick.cue_id for tick in ticks]))
            await conn.execute(insert(number_ticks), [_fields(tick, "") for tick in ticks])

    async def redact(self, redaction: Redaction, cue_ids: Collection[str]) -> int:
        """Redact a passage permanently and delete the corrections and ticks of these cues. Return the redaction's number."""
        async with self._database.write() as conn:
            made = await conn.execute(insert(redactions).values(**_fields(redaction, "redaction_id")))
            for table in _OF_WORDS:
                await conn.execute(_of_cues(table, redaction.meeting_id, cue_ids))
            key = made.inserted_primary_key
            assert key is not None
            number: int = key[0]
        await self._database.forget_deleted(*(table.name for table in _OF_WORDS))
        return number

    async def forget_corrections(self, meeting_id: MeetingId, cue_ids: Collection[str]) -> bool:
        """Delete the corrections and ticks of these cues. Return whether there were any."""
        async with self._database.write() as conn:
            gone = [(await conn.execute(_of_cues(table, meeting_id, cue_ids))).rowcount for table in _OF_WORDS]
        if any(gone):
            await self._database.forget_deleted(*(table.name for table in _OF_WORDS))
        return any(gone)


_OF_WORDS = (transcript_corrections, number_ticks)
"""What tells something of a sentence's words, and goes with them: of a short one a hash is guessed."""


def _of_cues(table: Table, meeting_id: MeetingId, cue_ids: Collection[str]) -> Any:
    return delete(table).where(table.c.meeting_id == meeting_id, table.c.cue_id.in_(sorted(cue_ids)))


def _fields(of: Correction | Redaction | Tick, without: str) -> dict[str, Any]:
    return {name: getattr(of, name) for name in of.__slots__ if name != without}


def _correction(row: Any) -> Correction:
    return Correction(**{name: getattr(row, name) for name in Correction.__slots__})


def _redaction(row: Any) -> Redaction:
    return Redaction(**{name: getattr(row, name) for name in Redaction.__slots__})


def _tick(row: Any) -> Tick:
    return Tick(**{name: getattr(row, name) for name in Tick.__slots__})
