"""What members write about what they study: notes for themselves and comments for everyone who may study it.

Of what its writer deletes nothing is kept. A comment that the secretary removes leaves its place, the reason and who did it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text, and_, delete, func, insert, or_, select, update

from meeting_server.domain.ids import Millis
from meeting_server.store.database import Database, metadata
from meeting_server.store.learning.studied import Studied

SharedWith = Literal["nobody", "readers"]
SHARED: tuple[SharedWith, ...] = get_args(SharedWith)
NOTE_LONGEST, REASON_LONGEST = 1000, 200

study_notes = Table(
    "study_notes",
    metadata,
    Column("note_id", Integer, primary_key=True, autoincrement=True),
    Column("of_kind", String(16), nullable=False),
    Column("of_id", String(64), nullable=False, index=True),
    Column("member_id", String(64), nullable=False, index=True),
    Column("member_name", String(100), nullable=False),
    Column("shared_with", String(16), nullable=False),
    Column("at", BigInteger, nullable=True),
    Column("text", Text, nullable=False),
    Column("written_at", BigInteger, nullable=False),
    Column("removed_name", String(100), nullable=False),
    Column("removed_reason", Text, nullable=False),
    Column("removed_at", BigInteger, nullable=True),
)


@dataclass(frozen=True, slots=True)
class StudyNote:
    """``at``: the moment it is about, in playing time (ms); ``None`` for the whole. Removed: no text, but the reason."""

    studied: Studied
    member_id: str
    member_name: str
    shared_with: SharedWith
    at: Millis | None
    text: str
    written_at: Millis
    removed_name: str = ""
    removed_reason: str = ""
    removed_at: Millis | None = None
    note_id: int = 0


class StudyNotes:
    """Notes and comments over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def seen_by(self, member_id: str, studied: Studied) -> tuple[StudyNote, ...]:
        """A member's own notes and everyone's comments, in the order of their moments."""
        t = study_notes.c
        mine = and_(t.of_kind == studied.kind, t.of_id == studied.thing_id, or_(t.member_id == member_id, t.shared_with == "readers"))
        query = select(study_notes).where(mine).order_by(func.coalesce(t.at, -1), t.note_id)
        async with self._database.read() as conn:
            return tuple(_note(row) for row in await conn.execute(query))

    async def of_member(self, member_id: str) -> tuple[StudyNote, ...]:
        """Everything a member wrote, the newest first."""
        query = select(study_notes).where(study_notes.c.member_id == member_id).order_by(study_notes.c.note_id.desc())
        async with self._database.read() as conn:
            return tuple(_note(row) for row in await conn.execute(query))

    async def note(self, note_id: int) -> StudyNote | None:
        """One note."""
        async with self._database.read() as conn:
            row = (await conn.execute(select(study_notes).where(study_notes.c.note_id == note_id))).one_or_none()
            return None if row is None else _note(row)

    async def write(self, note: StudyNote) -> None:
        """Keep a new note."""
        fields = {name: getattr(note, name) for name in note.__slots__ if name not in ("studied", "note_id")}
        async with self._database.write() as conn:
            await conn.execute(insert(study_notes).values(**fields, of_kind=note.studied.kind, of_id=note.studied.thing_id))

    async def delete(self, note_id: int, member_id: str) -> bool:
        """A member deletes what they wrote, wholly; whether it was theirs."""
        mine = and_(study_notes.c.note_id == note_id, study_notes.c.member_id == member_id)
        async with self._database.write() as conn:
            gone = (await conn.execute(delete(study_notes).where(mine))).rowcount > 0
        if gone:
            await self._database.forget_deleted("study_notes")
        return gone

    async def delete_all(self, member_id: str) -> int:
        """A member deletes everything they wrote; how much it was."""
        async with self._database.write() as conn:
            gone = (await conn.execute(delete(study_notes).where(study_notes.c.member_id == member_id))).rowcount
        if gone:
            await self._database.forget_deleted("study_notes")
        return gone

    async def remove(self, note_id: int, by_name: str, reason: str, now: Millis) -> bool:
        """A comment is taken out of sight by who keeps the resource; its text is gone. Whether there was one."""
        values = {"text": "", "removed_name": by_name, "removed_reason": reason, "removed_at": now}
        shown = and_(study_notes.c.note_id == note_id, study_notes.c.shared_with == "readers", study_notes.c.removed_at.is_(None))
        async with self._database.write() as conn:
            gone = (await conn.execute(update(study_notes).where(shown).values(**values))).rowcount > 0
        if gone:
            await self._database.forget_deleted("study_notes")
        return gone

    async def held(self, member_id: str) -> list[dict[str, object]]:
        """Everything a member wrote, for their own page."""
        return [
            {
                "of": note.studied.address,
                "shared_with": note.shared_with,
                "at_ms": note.at,
                "text": note.text,
                "written_at": note.written_at,
                "removed_because": note.removed_reason,
            }
            for note in await self.of_member(member_id)
        ]


def _note(row: Any) -> StudyNote:
    fields = {name: getattr(row, name) for name in StudyNote.__slots__ if name != "studied"}
    return StudyNote(studied=Studied(row.of_kind, row.of_id), **fields)
