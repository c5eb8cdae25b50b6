"""Approvals of minutes: who, when, and exactly which version they saw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, String, Table, insert, select

from meeting_server.domain.ids import MeetingId, Millis
from meeting_server.store.database import Database, metadata

approvals = Table(
    "approvals",
    metadata,
    Column("approval_id", Integer, primary_key=True, autoincrement=True),
    Column("meeting_id", String(64), nullable=False, index=True),
    Column("head_seq", BigInteger, nullable=False),
    Column("head_hash", String(64), nullable=False),
    Column("edits", String(64), nullable=False),
    Column("by", String(64), nullable=False),
    Column("by_name", String(100), nullable=False),
    Column("at", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Approval:
    """The approved journal head and edits' position. A change of either makes the approval outdated."""

    meeting_id: MeetingId
    head_seq: int
    head_hash: str
    edits: str
    by: str
    by_name: str
    at: Millis

    def holds_for(self, head_hash: str, edits: str) -> bool:
        """Return whether the record is still what was approved."""
        return self.head_hash == head_hash and self.edits == edits


class Approvals:
    """Approvals, which are only ever added."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, approval: Approval) -> None:
        """Approve the minutes."""
        async with self._database.write() as conn:
            await conn.execute(insert(approvals).values({name: getattr(approval, name) for name in approval.__slots__}))

    async def of(self, meeting_id: MeetingId) -> tuple[Approval, ...]:
        """Return all of one meeting, the newest first."""
        mine = select(approvals).where(approvals.c.meeting_id == meeting_id).order_by(approvals.c.approval_id.desc())
        async with self._database.read() as conn:
            return tuple(_approval(row) for row in await conn.execute(mine))


def _approval(row: Any) -> Approval:
    return Approval(**{name: getattr(row, name) for name in Approval.__slots__})
