"""Micro-lessons (微党课): a stretch of a meeting with a title of its own, for an audience, as a draft or published."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import BigInteger, Column, String, Table, Text, delete, select

from meeting_server.domain.ids import MeetingId, Millis
from meeting_server.store.database import Database, metadata, put
from meeting_server.store.record.publications import Audience, State

lessons = Table(
    "lessons",
    metadata,
    Column("lesson_id", String(64), primary_key=True),
    Column("meeting_id", String(64), nullable=False, index=True),
    Column("branch_id", String(64), nullable=False, index=True),
    Column("title", String(200), nullable=False),
    Column("summary", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("audience", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("made_name", String(100), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("published_name", String(100), nullable=False),
    Column("published_at", BigInteger, nullable=True),
)

TITLE_LONGEST, SUMMARY_LONGEST = 100, 1000
SHORTEST: Millis = 1_000
"""A lesson is at least this long."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """From ``since`` to ``until`` (Unix ms) of a meeting. ``published_name``: who published it, for readers to see."""

    lesson_id: str
    meeting_id: MeetingId
    branch_id: str
    title: str
    since: Millis
    until: Millis
    made_by: str
    made_name: str
    made_at: Millis
    summary: str = ""
    audience: Audience = "branch"
    state: State = "draft"
    published_name: str = ""
    published_at: Millis | None = None

    @property
    def length(self) -> Millis:
        return self.until - self.since


class Lessons:
    """Micro-lessons over one database. Who may see each is for the caller to ask."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def lesson(self, lesson_id: str) -> Lesson | None:
        """One lesson, drafts too."""
        found = await self._select(lessons.c.lesson_id == lesson_id)
        return found[0] if found else None

    async def ids(self) -> frozenset[str]:
        """Of all lessons there are."""
        async with self._database.read() as conn:
            return frozenset((await conn.execute(select(lessons.c.lesson_id))).scalars())

    async def of_meeting(self, meeting_id: MeetingId) -> tuple[Lesson, ...]:
        """All of one meeting, drafts too, in the order of the meeting."""
        return await self._select(lessons.c.meeting_id == meeting_id)

    async def published(self, branches: Collection[str] | None = None) -> tuple[Lesson, ...]:
        """What is published (by these branches), the newest first."""
        where = [lessons.c.state == "published"]
        if branches is not None:
            where.append(lessons.c.branch_id.in_(sorted(branches)))
        return tuple(sorted(await self._select(*where), key=lambda lesson: -(lesson.published_at or 0)))

    async def save(self, lesson: Lesson) -> None:
        """Keep it, new or in place of what it was."""
        fields = {name: getattr(lesson, name) for name in lesson.__slots__}
        async with self._database.write() as conn:
            await put(conn, lessons, fields)

    async def publish(self, lesson: Lesson, by_name: str, now: Millis) -> Lesson:
        """For its audience from now on. Again: only the name and the time are new."""
        published = replace(lesson, state="published", published_name=by_name, published_at=now)
        await self.save(published)
        return published

    async def withdraw(self, lesson: Lesson) -> Lesson:
        """A draft again; progress, notes and questions stay."""
        withdrawn = replace(lesson, state="draft", published_name="", published_at=None)
        await self.save(withdrawn)
        return withdrawn

    async def remove(self, lesson_id: str) -> None:
        """Nothing is kept of the lesson itself."""
        async with self._database.write() as conn:
            await conn.execute(delete(lessons).where(lessons.c.lesson_id == lesson_id))

    async def _select(self, *where: Any) -> tuple[Lesson, ...]:
        async with self._database.read() as conn:
            rows = await conn.execute(select(lessons).where(*where).order_by(lessons.c.since, lessons.c.lesson_id))
            return tuple(Lesson(**{name: getattr(row, name) for name in Lesson.__slots__}) for row in rows)
