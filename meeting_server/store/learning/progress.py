"""How far each member is with what they study: where they stopped, which seconds they heard, whether they finished.

A player reports what it played. No more is believed than could have been played since the last report, at double speed,
so that neither a script nor two tabs can claim an hour in a minute.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, String, Table, Text, and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from meeting_server.domain.ids import Millis
from meeting_server.store.database import Database, metadata, put
from meeting_server.store.learning.studied import Studied

FASTEST = 2
"""Playing time a second of real time can hold."""
MOST_OWED: Millis = 120_000
"""Playing time that may be reported late, after a network was gone."""
WHOLE_SHARE = 0.9
"""Finished with this share of the seconds heard, each counted once."""
JOIN: Millis = 250
"""Stretches this close to each other are one: a player reports in steps."""

study_progress = Table(
    "study_progress",
    metadata,
    Column("member_id", String(64), primary_key=True),
    Column("of_kind", String(16), primary_key=True),
    Column("of_id", String(64), primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("heard", Text, nullable=False),  # a JSON list of [from, to], playing time in ms, in order and apart
    Column("begun_at", BigInteger, nullable=False),
    Column("latest_at", BigInteger, nullable=False),
    Column("completed_at", BigInteger, nullable=True),
)

study_pace = Table(
    "study_pace",
    metadata,
    Column("member_id", String(64), primary_key=True),
    Column("owed", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
)

study_months = Table(
    "study_months",
    metadata,
    Column("member_id", String(64), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("heard", BigInteger, nullable=False),
)

Interval = tuple[Millis, Millis]


@dataclass(frozen=True, slots=True)
class Progress:
    """``position``: where to go on; ``heard``: stretches of playing time, in order and apart; ``length`` 0: there is no sound."""

    member_id: str
    studied: Studied
    position: Millis
    length: Millis
    heard: tuple[Interval, ...]
    begun_at: Millis
    latest_at: Millis
    completed_at: Millis | None = None

    @property
    def unique(self) -> Millis:
        """Playing time heard at least once."""
        return total(self.heard)

    @property
    def share(self) -> float:
        return min(1.0, self.unique / self.length) if self.length else 0.0

    @property
    def whole(self) -> bool:
        """Whether enough of it was heard; of what has no sound, that its member said to have read it."""
        return self.length == 0 or self.share >= WHOLE_SHARE


def merged(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The same stretches in order, those that touch as one."""
    found: list[Interval] = []
    for since, until in sorted((since, until) for since, until in intervals if until > since):
        if found and since <= found[-1][1] + JOIN:
            found[-1] = found[-1][0], max(found[-1][1], until)
        else:
            found.append((since, until))
    return tuple(found)


def total(intervals: Iterable[Interval]) -> Millis:
    return sum(until - since for since, until in intervals)


def within(intervals: Sequence[Interval], length: Millis, most: Millis) -> tuple[Interval, ...]:
    """What of the reported stretches can be true: inside the resource, and together no longer than ``most``."""
    believed: list[Interval] = []
    left = most
    for since, until in intervals:
        since, until = max(0, since), min(length, until, max(0, since) + left)
        if until > since:
            believed.append((since, until))
            left -= until - since
    return tuple(believed)


class ProgressBook:
    """Everyone's progress over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, member_id: str, studied: Studied) -> Progress | None:
        """How far a member is with one thing; ``None`` when they never began."""
        async with self._database.read() as conn:
            return await _of(conn, member_id, studied)

    async def of_member(self, member_id: str) -> tuple[Progress, ...]:
        """Everything a member began, the latest first."""
        query = select(study_progress).where(study_progress.c.member_id == member_id).order_by(study_progress.c.latest_at.desc())
        async with self._database.read() as conn:
            return tuple(_progress(row) for row in await conn.execute(query))

    async def of_members(self, member_ids: Collection[str]) -> dict[tuple[str, Studied], Progress]:
        """What these members began."""
        query = select(study_progress).where(study_progress.c.member_id.in_(sorted(member_ids)))
        async with self._database.read() as conn:
            found = [_progress(row) for row in await conn.execute(query)]
        return {(progress.member_id, progress.studied): progress for progress in found}

    async def months(self, member_id: str) -> dict[str, Millis]:
        """Playing time heard for the first time, by month (``2026-11``)."""
        query = select(study_months).where(study_months.c.member_id == member_id).order_by(study_months.c.month)
        async with self._database.read() as conn:
            return {row.month: row.heard for row in await conn.execute(query)}

    async def report(
        self, member_id: str, studied: Studied, length: Millis, played: Sequence[Interval], position: Millis, now: Millis, month: str
    ) -> Progress:
        """Add what a player says it played; what cannot be true is left out. Again: nothing more is counted."""
        async with self._database.write() as conn:
            before = await _of(conn, member_id, studied)
            believed = within(played, length, await _owed(conn, member_id, now))
            await _spend(conn, member_id, total(believed), now)
            heard = merged((*(before.heard if before else ()), *believed))
            heard = tuple((since, min(until, length)) for since, until in heard if since < length)
            after = Progress(
                member_id,
                studied,
                min(max(0, position), length),
                length,
                heard,
                before.begun_at if before else now,
                now,
                before.completed_at if before else None,
            )
            await _save(conn, after)
            await _count(conn, member_id, month, max(0, after.unique - (before.unique if before else 0)))
        return after

    async def complete(self, progress: Progress, now: Millis) -> None:
        """It is finished; once finished it stays so."""
        same = _same(progress.member_id, progress.studied)
        async with self._database.write() as conn:
            await conn.execute(update(study_progress).where(same, study_progress.c.completed_at.is_(None)).values(completed_at=now))

    async def delete_all(self, member_id: str) -> bool:
        """A member deletes all of their progress, what they finished with it; whether there was any."""
        async with self._database.write() as conn:
            tables = (study_progress, study_months, study_pace)
            gone = [(await conn.execute(delete(table).where(table.c.member_id == member_id))).rowcount for table in tables]
        if any(gone):
            await self._database.forget_deleted()
        return any(gone)

    async def held(self, member_id: str) -> dict[str, object]:
        """Everything kept about one member, for their own page."""
        return {
            "progress": [
                {
                    "of": p.studied.address,
                    "position_ms": p.position,
                    "heard_ms": [list(interval) for interval in p.heard],
                    "begun_at": p.begun_at,
                    "latest_at": p.latest_at,
                    "completed_at": p.completed_at,
                }
                for p in await self.of_member(member_id)
            ],
            "heard_ms_by_month": await self.months(member_id),
        }


async def _owed(conn: AsyncConnection, member_id: str, now: Millis) -> Millis:
    """Playing time that may still be reported: it grows with real time, up to a limit, over all tabs together."""
    row = (await conn.execute(select(study_pace).where(study_pace.c.member_id == member_id))).one_or_none()
    return MOST_OWED if row is None else min(MOST_OWED, row.owed + FASTEST * max(0, now - row.at))


async def _spend(conn: AsyncConnection, member_id: str, spent: Millis, now: Millis) -> None:
    await put(conn, study_pace, {"member_id": member_id, "owed": await _owed(conn, member_id, now) - spent, "at": now})


async def _count(conn: AsyncConnection, member_id: str, month: str, more: Millis) -> None:
    if more == 0:
        return
    await put(conn, study_months, {"member_id": member_id, "month": month, "heard": more}, adding=("heard",))


async def _of(conn: AsyncConnection, member_id: str, studied: Studied) -> Progress | None:
    row = (await conn.execute(select(study_progress).where(_same(member_id, studied)))).one_or_none()
    return None if row is None else _progress(row)


async def _save(conn: AsyncConnection, progress: Progress) -> None:
    keys = {"member_id": progress.member_id, "of_kind": progress.studied.kind, "of_id": progress.studied.thing_id}
    fields = {name: getattr(progress, name) for name in ("position", "length", "begun_at", "latest_at", "completed_at")}
    await put(conn, study_progress, {**keys, **fields, "heard": json.dumps(progress.heard)})


def _same(member_id: str, studied: Studied) -> Any:
    t = study_progress.c
    return and_(t.member_id == member_id, t.of_kind == studied.kind, t.of_id == studied.thing_id)


def _progress(row: Any) -> Progress:
    heard = tuple((since, until) for since, until in json.loads(row.heard))
    return Progress(
        row.member_id, Studied(row.of_kind, row.of_id), row.position, row.length, heard, row.begun_at, row.latest_at, row.completed_at
    )
