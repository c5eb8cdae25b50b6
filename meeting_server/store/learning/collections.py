"""Collections (合集): resources of any branch or institution, put side by side by a person who may publish, for an audience."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text, delete, insert, select

from meeting_server.domain.ids import Millis
from meeting_server.store.database import Database, metadata, put
from meeting_server.store.learning.resources import Resource, moved
from meeting_server.store.record.publications import Audience

TITLE_LONGEST, SUMMARY_LONGEST, ITEMS_MOST = 100, 1000, 100

collections = Table(
    "collections",
    metadata,
    Column("collection_id", String(64), primary_key=True),
    Column("branch_id", String(64), nullable=False, index=True),
    Column("title", String(200), nullable=False),
    Column("summary", Text, nullable=False),
    Column("audience", String(16), nullable=False),
    Column("made_name", String(100), nullable=False),
    Column("made_at", BigInteger, nullable=False),
)

collection_items = Table(
    "collection_items",
    metadata,
    Column("collection_id", String(64), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("of_kind", String(16), nullable=False),
    Column("of_id", String(64), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Collection:
    """``made_name``: who put it together, as they were called then. Without items nobody but its keepers sees it."""

    collection_id: str
    branch_id: str
    title: str
    made_name: str
    made_at: Millis
    summary: str = ""
    audience: Audience = "branch"
    items: tuple[Resource, ...] = ()

    def with_item(self, resource: Resource) -> Collection:
        """With one more at the end; the same when it is in it already."""
        return self if resource in self.items else replace(self, items=(*self.items, resource))

    def without_item(self, resource: Resource) -> Collection:
        return replace(self, items=tuple(item for item in self.items if item != resource))

    def moved(self, resource: Resource, by: int) -> Collection:
        """With one item moved by so many places."""
        return replace(self, items=moved(self.items, resource, by))


class Collections:
    """Collections over one database. Who may see each, and what of it, is for the caller to ask."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def collection(self, collection_id: str) -> Collection | None:
        found = await self._select(collections.c.collection_id == collection_id)
        return found[0] if found else None

    async def all(self) -> Sequence[Collection]:
        """Every collection, the newest first."""
        return await self._select()

    async def save(self, collection: Collection) -> None:
        """Keep it, new or in place of what it was."""
        fields = {name: getattr(collection, name) for name in collection.__slots__ if name != "items"}
        mine = collection.collection_id
        rows = [
            {"collection_id": mine, "place": place, "of_kind": item.kind, "of_id": item.thing_id}
            for place, item in enumerate(collection.items)
        ]
        async with self._database.write() as conn:
            await put(conn, collections, fields)
            await conn.execute(delete(collection_items).where(collection_items.c.collection_id == mine))
            if rows:
                await conn.execute(insert(collection_items), rows)

    async def remove(self, collection_id: str) -> None:
        """Nothing is kept of the collection; what it held stays where it is."""
        async with self._database.write() as conn:
            for table in (collection_items, collections):
                await conn.execute(delete(table).where(table.c.collection_id == collection_id))

    async def _select(self, *where: Any) -> Sequence[Collection]:
        names = [name for name in Collection.__slots__ if name != "items"]
        async with self._database.read() as conn:
            rows = (
                await conn.execute(select(collections).where(*where).order_by(collections.c.made_at.desc(), collections.c.collection_id))
            ).all()
            items: dict[str, list[Resource]] = {row.collection_id: [] for row in rows}
            held = select(collection_items).where(collection_items.c.collection_id.in_(sorted(items)))
            for row in await conn.execute(held.order_by(collection_items.c.place)):
                items[row.collection_id].append(Resource(row.of_kind, row.of_id))
        return [Collection(**{name: getattr(row, name) for name in names}, items=tuple(items[row.collection_id])) for row in rows]
