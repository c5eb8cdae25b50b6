"""Finished meetings as learning resources: their description, who approved it, and to whom they are published."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from sqlalchemy import BigInteger, Boolean, Column, String, Table, Text, delete, select

from meeting_server.domain.ids import MeetingId, Millis
from meeting_server.store.database import Database, metadata, put

Audience = Literal["branch", "faculty", "all"]
"""Who may study it: the branch, everyone below its parent, every member on the server."""
State = Literal["draft", "published"]
AUDIENCES: tuple[Audience, ...] = get_args(Audience)

publications = Table(
    "publications",
    metadata,
    Column("meeting_id", String(64), primary_key=True),
    Column("branch_id", String(64), nullable=False, index=True),
    Column("title", String(200), nullable=False),
    Column("summary", Text, nullable=False),
    Column("keywords", Text, nullable=False),  # a JSON list
    Column("audience", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("approved_by", String(64), nullable=False),
    Column("approved_name", String(100), nullable=False),
    Column("approved_at", BigInteger, nullable=True),
    Column("published_at", BigInteger, nullable=True),
)


@dataclass(frozen=True, slots=True)
class Publication:
    """One meeting's resource. ``approved_at`` ``None``: the description is a draft that nobody has approved.

    ``shared``: the branch agreed that other institutions may have the de-identified bundle.
    """

    meeting_id: MeetingId
    branch_id: str
    title: str
    summary: str = ""
    keywords: tuple[str, ...] = ()
    audience: Audience = "branch"
    state: State = "draft"
    shared: bool = False
    approved_by: str = ""
    approved_name: str = ""
    approved_at: Millis | None = None
    published_at: Millis | None = None


class Publications:
    """Publications over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, meeting_id: MeetingId) -> Publication | None:
        """Return the publication of one meeting, including drafts."""
        async with self._database.read() as conn:
            row = (await conn.execute(select(publications).where(publications.c.meeting_id == meeting_id))).one_or_none()
            return None if row is None else _publication(row)

    async def published(self, meeting_ids: Collection[str] | None = None) -> tuple[Publication, ...]:
        """Return everything published (of these meetings), the newest first. The caller checks who may see each."""
        query = select(publications).where(publications.c.state == "published")
        if meeting_ids is not None:
            query = query.where(publications.c.meeting_id.in_(sorted(meeting_ids)))
        async with self._database.read() as conn:
            rows = await conn.execute(query.order_by(publications.c.published_at.desc(), publications.c.meeting_id))
            return tuple(_publication(row) for row in rows)

    async def save(self, publication: Publication) -> None:
        """Store it, replacing what was stored of this meeting."""
        fields = {name: getattr(publication, name) for name in publication.__slots__}
        fields["keywords"] = json.dumps(publication.keywords, ensure_ascii=False)
        async with self._database.write() as conn:
            await put(conn, publications, fields)

    async def withdraw(self, meeting_id: MeetingId) -> Publication | None:
        """Unpublish it and keep the description. Return ``None`` if there is none."""
        kept = await self.of(meeting_id)
        if kept is None:
            return None
        withdrawn = replace(kept, state="draft", published_at=None)
        await self.save(withdrawn)
        return withdrawn

    async def forget(self, meeting_id: MeetingId) -> None:
        """Nothing is kept of it."""
        async with self._database.write() as conn:
            await conn.execute(delete(publications).where(publications.c.meeting_id == meeting_id))


def _publication(row: Any) -> Publication:
    fields = {name: getattr(row, name) for name in Publication.__slots__}
    return Publication(**fields | {"keywords": tuple(json.loads(row.keywords))})
