"""Courses (专题学习): ordered lists of meetings and micro-lessons, for an audience; some are asked of everyone by a day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Integer, String, Table, Text, delete, insert, select

from meeting_server.domain.ids import Millis
from meeting_server.store.database import Database, metadata, put
from meeting_server.store.learning.resources import moved
from meeting_server.store.learning.studied import Studied
from meeting_server.store.record.publications import Audience, State

TITLE_LONGEST, SUMMARY_LONGEST, PARTS_MOST = 100, 1000, 60

courses = Table(
    "courses",
    metadata,
    Column("course_id", String(64), primary_key=True),
    Column("branch_id", String(64), nullable=False, index=True),
    Column("title", String(200), nullable=False),
    Column("summary", Text, nullable=False),
    Column("audience", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("required", Boolean, nullable=False),
    Column("due_at", BigInteger, nullable=True),
    Column("made_by", String(64), nullable=False),
    Column("made_name", String(100), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("published_at", BigInteger, nullable=True),
)

course_parts = Table(
    "course_parts",
    metadata,
    Column("course_id", String(64), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("of_kind", String(16), nullable=False),
    Column("of_id", String(64), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Course:
    """``parts`` in the order in which they are to be studied; ``due_at``: the end of the day by which, if one was set."""

    course_id: str
    branch_id: str
    title: str
    made_by: str
    made_name: str
    made_at: Millis
    summary: str = ""
    audience: Audience = "branch"
    state: State = "draft"
    required: bool = False
    due_at: Millis | None = None
    published_at: Millis | None = None
    parts: tuple[Studied, ...] = ()

    def with_part(self, studied: Studied) -> Course:
        """With one more at the end; the same when it is in it already."""
        return self if studied in self.parts else replace(self, parts=(*self.parts, studied))

    def without_part(self, studied: Studied) -> Course:
        return replace(self, parts=tuple(part for part in self.parts if part != studied))

    def moved(self, studied: Studied, by: int) -> Course:
        """With one part moved by so many places, as far as there are any."""
        return replace(self, parts=moved(self.parts, studied, by))


class Courses:
    """Courses over one database. Who may see each is for the caller to ask."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def course(self, course_id: str) -> Course | None:
        """One course, drafts too."""
        found = await self._select(courses.c.course_id == course_id)
        return found[0] if found else None

    async def of_branch(self, branch_id: str) -> tuple[Course, ...]:
        """All of one branch, drafts too, the newest first."""
        return await self._select(courses.c.branch_id == branch_id)

    async def published(self, branches: Collection[str] | None = None) -> tuple[Course, ...]:
        """What is published (by these branches), the newest first."""
        where = [courses.c.state == "published"]
        if branches is not None:
            where.append(courses.c.branch_id.in_(sorted(branches)))
        return await self._select(*where)

    async def save(self, course: Course) -> None:
        """Keep it, new or in place of what it was."""
        fields = {name: getattr(course, name) for name in course.__slots__ if name != "parts"}
        async with self._database.write() as conn:
            await put(conn, courses, fields)
            await conn.execute(delete(course_parts).where(course_parts.c.course_id == course.course_id))
            for place, part in enumerate(course.parts):
                await conn.execute(
                    insert(course_parts).values(course_id=course.course_id, place=place, of_kind=part.kind, of_id=part.thing_id)
                )

    async def remove(self, course_id: str) -> None:
        """Nothing is kept of the course; what was studied in it stays studied."""
        async with self._database.write() as conn:
            await conn.execute(delete(course_parts).where(course_parts.c.course_id == course_id))
            await conn.execute(delete(courses).where(courses.c.course_id == course_id))

    async def _select(self, *where: Any) -> tuple[Course, ...]:
        async with self._database.read() as conn:
            rows = (await conn.execute(select(courses).where(*where).order_by(courses.c.made_at.desc(), courses.c.course_id))).all()
            ids = sorted(row.course_id for row in rows)
            parts: dict[str, list[Studied]] = {course_id: [] for course_id in ids}
            wanted = select(course_parts).where(course_parts.c.course_id.in_(ids)).order_by(course_parts.c.course_id, course_parts.c.place)
            for row in await conn.execute(wanted):
                parts[row.course_id].append(Studied(row.of_kind, row.of_id))
            names = [name for name in Course.__slots__ if name != "parts"]
            return tuple(Course(**{name: getattr(row, name) for name in names}, parts=tuple(parts[row.course_id])) for row in rows)
