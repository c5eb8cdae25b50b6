"""What is known of a resource in the library: whether its branch still stands by it, and how many found it useful."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import BigInteger, Boolean, Column, String, Table, delete, func, select

from meeting_server.domain.ids import Millis
from meeting_server.store.database import Database, metadata, put, put_new
from meeting_server.store.learning.resources import Resource

resource_checks = Table(
    "resource_checks",
    metadata,
    Column("of_kind", String(16), primary_key=True),
    Column("of_id", String(64), primary_key=True),
    Column("outdated", Boolean, nullable=False),
    Column("checked_at", BigInteger, nullable=False),
    Column("checked_name", String(100), nullable=False),
)

useful_marks = Table(
    "useful_marks",
    metadata,
    Column("of_kind", String(16), primary_key=True),
    Column("of_id", String(64), primary_key=True),
    Column("member_id", String(64), primary_key=True, index=True),
)
"""One row a person: so that each counts once and can take it back. Nothing reads whose the others are."""


@dataclass(frozen=True, slots=True)
class Check:
    """Somebody of the branch looked at a resource again: it holds, or it is ``outdated``. The name as it was then."""

    outdated: bool
    checked_at: Millis
    checked_name: str


class Shelf:
    """Checks and useful marks over one database. Who may see each resource is for the caller to ask."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def checks(self) -> dict[Resource, Check]:
        """The last check of every resource that was checked since it was published."""
        async with self._database.read() as conn:
            rows = await conn.execute(select(resource_checks))
            return {Resource(row.of_kind, row.of_id): Check(row.outdated, row.checked_at, row.checked_name) for row in rows}

    async def check(self, resource: Resource, check: Check) -> None:
        """In place of what was found before."""
        fields = {name: getattr(check, name) for name in Check.__slots__}
        async with self._database.write() as conn:
            await put(conn, resource_checks, {"of_kind": resource.kind, "of_id": resource.thing_id, **fields})

    async def useful(self) -> dict[Resource, int]:
        """How many people found each useful; nothing for those that nobody did."""
        named = (useful_marks.c.of_kind, useful_marks.c.of_id)
        async with self._database.read() as conn:
            rows = await conn.execute(select(*named, func.count().label("people")).group_by(*named))
            return {Resource(row.of_kind, row.of_id): row.people for row in rows}

    async def useful_to(self, member_id: str) -> frozenset[Resource]:
        """What one person found useful: for themselves alone."""
        mine = select(useful_marks.c.of_kind, useful_marks.c.of_id).where(useful_marks.c.member_id == member_id)
        async with self._database.read() as conn:
            return frozenset(Resource(row.of_kind, row.of_id) for row in await conn.execute(mine))

    async def mark(self, resource: Resource, member_id: str, useful: bool) -> None:
        """It is useful to this person, or no longer. Again: the same."""
        row = {"of_kind": resource.kind, "of_id": resource.thing_id, "member_id": member_id}
        async with self._database.write() as conn:
            if useful:
                await put_new(conn, useful_marks, row)
            else:
                await conn.execute(delete(useful_marks).where(*(useful_marks.c[name] == value for name, value in row.items())))

    async def forget(self, resources: Collection[Resource]) -> None:
        """Nothing is kept of resources that are gone."""
        async with self._database.write() as conn:
            for table in (resource_checks, useful_marks):
                for one in resources:
                    await conn.execute(delete(table).where(table.c.of_kind == one.kind, table.c.of_id == one.thing_id))

    async def held(self, member_id: str) -> dict[str, object]:
        """Everything kept here about one member."""
        return {"useful": [one.address for one in sorted(await self.useful_to(member_id))]}
