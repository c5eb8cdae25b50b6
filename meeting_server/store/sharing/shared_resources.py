"""Resources from other institutions: checked, previewed, accepted or declined, with the origin of each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import BigInteger, Column, String, Table, Text, delete, insert, select, update

from meeting_server.domain.ids import Millis
from meeting_server.store.database import Database, metadata
from meeting_server.store.record.publications import Audience

State = Literal["offered", "accepted"]

shared_resources = Table(
    "shared_resources",
    metadata,
    Column("shared_id", String(64), primary_key=True),
    Column("branch_id", String(64), nullable=False, index=True),
    Column("sha256", String(64), nullable=False),
    Column("institution", String(200), nullable=False),
    Column("fingerprint", String(64), nullable=False, index=True),
    Column("made_at", BigInteger, nullable=False),
    Column("title", String(200), nullable=False),
    Column("content", Text, nullable=False),  # resource.json of the bundle, as it came
    Column("audience", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("received_by", String(100), nullable=False),
    Column("accepted_at", BigInteger, nullable=True),
    Column("accepted_by", String(100), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Shared:
    """One resource in one branch. ``sha256``: of the bundle; ``fingerprint``: of the key that signed it (hexadecimal).

    ``offered``: uploaded and valid, seen only by those who decide. Names of people are stored as they were then.
    """

    shared_id: str
    branch_id: str
    sha256: str
    institution: str
    fingerprint: str
    made_at: Millis
    title: str
    content: str
    received_at: Millis
    received_by: str
    audience: Audience = "branch"
    state: State = "offered"
    accepted_at: Millis | None = None
    accepted_by: str = ""


class SharedResources:
    """All shared resources in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def offer(self, shared: Shared) -> Shared:
        """Store an uploaded bundle until somebody decides. If this branch already has it, return it as it is."""
        same = (shared_resources.c.branch_id == shared.branch_id, shared_resources.c.sha256 == shared.sha256)
        async with self._database.write() as conn:
            row = (await conn.execute(select(shared_resources).where(*same))).one_or_none()
            if row is not None:
                return _shared(row)
            await conn.execute(insert(shared_resources).values(**{name: getattr(shared, name) for name in Shared.__slots__}))
        return shared

    async def get(self, shared_id: str) -> Shared | None:
        async with self._database.read() as conn:
            row = (await conn.execute(select(shared_resources).where(shared_resources.c.shared_id == shared_id))).one_or_none()
        return None if row is None else _shared(row)

    async def all(self, branch_ids: Collection[str] | None = None) -> tuple[Shared, ...]:
        """Return everything (of these branches), the newest first. The caller checks who may see each."""
        query = select(shared_resources)
        if branch_ids is not None:
            query = query.where(shared_resources.c.branch_id.in_(sorted(branch_ids)))
        async with self._database.read() as conn:
            rows = await conn.execute(query.order_by(shared_resources.c.received_at.desc(), shared_resources.c.shared_id))
            return tuple(_shared(row) for row in rows)

    async def accept(self, shared_id: str, audience: Audience, by: str, now: Millis) -> Shared | None:
        """Accept it for an audience. Return ``None`` if it does not exist. Once accepted, only the audience changes."""
        kept = await self.get(shared_id)
        if kept is None:
            return None
        fresh = (
            replace(kept, audience=audience)
            if kept.state == "accepted"
            else replace(kept, audience=audience, state="accepted", accepted_at=now, accepted_by=by)
        )
        values = {name: getattr(fresh, name) for name in ("audience", "state", "accepted_at", "accepted_by")}
        async with self._database.write() as conn:
            await conn.execute(update(shared_resources).where(shared_resources.c.shared_id == shared_id).values(**values))
        return fresh

    async def forget(self, shared_id: str) -> bool:
        """Decline it, or remove it again. Return False if it does not exist."""
        async with self._database.write() as conn:
            gone = await conn.execute(delete(shared_resources).where(shared_resources.c.shared_id == shared_id))
            return gone.rowcount > 0

    async def keys_of(self, institution: str) -> frozenset[str]:
        """Return the fingerprints under which this institution's resources were accepted before."""
        query = select(shared_resources.c.fingerprint).where(
            shared_resources.c.institution == institution, shared_resources.c.state == "accepted"
        )
        async with self._database.read() as conn:
            return frozenset((await conn.execute(query)).scalars())


def _shared(row: Any) -> Shared:
    return Shared(**{name: getattr(row, name) for name in Shared.__slots__})
