"""A lesson's own words: lines that say something else in it than in the record it was cut from, or that it leaves out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, String, Table, Text, delete, select

from meeting_server.domain.ids import Millis
from meeting_server.store.database import Database, metadata, put

lesson_lines = Table(
    "lesson_lines",
    metadata,
    Column("lesson_id", String(64), primary_key=True),
    Column("cue_id", String(160), primary_key=True),
    Column("before", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("by", String(64), nullable=False),
    Column("by_name", String(100), nullable=False),
    Column("at", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class LessonLine:
    """``text``: what the lesson says there, empty for a line it leaves out; ``before``: what the record said then."""

    lesson_id: str
    cue_id: str
    before: str
    text: str
    by: str
    by_name: str
    at: Millis


class LessonLines:
    """Lines of lessons over one database. What the record says is never changed here."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, lesson_id: str) -> dict[str, LessonLine]:
        """All of one lesson, by the cue they stand for."""
        query = select(lesson_lines).where(lesson_lines.c.lesson_id == lesson_id)
        async with self._database.read() as conn:
            rows = await conn.execute(query)
            return {row.cue_id: LessonLine(**{name: getattr(row, name) for name in LessonLine.__slots__}) for row in rows}

    async def keep(self, line: LessonLine) -> None:
        """Keep a line, new or in place of what it was."""
        async with self._database.write() as conn:
            await put(conn, lesson_lines, {name: getattr(line, name) for name in line.__slots__})

    async def put_back(self, lesson_id: str, cue_id: str) -> None:
        """The line says what the record says."""
        same = (lesson_lines.c.lesson_id == lesson_id) & (lesson_lines.c.cue_id == cue_id)
        async with self._database.write() as conn:
            await conn.execute(delete(lesson_lines).where(same))

    async def forget(self, lesson_ids: Collection[str], cue_ids: Collection[str] | None = None) -> None:
        """Forget for good what these lessons say in place of these cues; of all cues without them."""
        gone = [lesson_lines.c.lesson_id.in_(sorted(lesson_ids))]
        if cue_ids is not None:
            gone.append(lesson_lines.c.cue_id.in_(sorted(cue_ids)))
        async with self._database.write() as conn:
            found = (await conn.execute(delete(lesson_lines).where(*gone))).rowcount
        if found:
            await self._database.forget_deleted("lesson_lines")
