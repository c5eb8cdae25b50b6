"""Legal holds: records that must not be deleted for now. They are set and lifted by name and with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text, insert, select, update

from meeting_server.domain.ids import MeetingId, Millis
from meeting_server.store.database import Database, metadata

record_holds = Table(
    "record_holds",
    metadata,
    Column("hold_id", Integer, primary_key=True, autoincrement=True),
    Column("meeting_id", String(64), nullable=False, index=True),
    Column("reason", Text, nullable=False),
    Column("set_by", String(64), nullable=False),
    Column("set_name", String(100), nullable=False),
    Column("set_at", BigInteger, nullable=False),
    Column("lift_reason", Text, nullable=False),
    Column("lifted_name", String(100), nullable=False),
    Column("lifted_at", BigInteger, nullable=True),
)


@dataclass(frozen=True, slots=True)
class Hold:
    """One hold, in force until ``lifted_at``."""

    meeting_id: MeetingId
    reason: str
    set_by: str
    set_name: str
    set_at: Millis
    lift_reason: str = ""
    lifted_name: str = ""
    lifted_at: Millis | None = None


class Holds:
    """Holds in one database. Past ones are kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, meeting_id: MeetingId) -> tuple[Hold, ...]:
        """Return all of one meeting, the newest first."""
        query = select(record_holds).where(record_holds.c.meeting_id == meeting_id).order_by(record_holds.c.hold_id.desc())
        async with self._database.read() as conn:
            return tuple(_hold(row) for row in await conn.execute(query))

    async def standing(self) -> frozenset[str]:
        """Return the meetings of which nothing may be deleted."""
        query = select(record_holds.c.meeting_id).where(record_holds.c.lifted_at.is_(None))
        async with self._database.read() as conn:
            return frozenset(row.meeting_id for row in await conn.execute(query))

    async def set(self, hold: Hold) -> bool:
        """Set a hold. Return False if one is already in force."""
        async with self._database.write() as conn:
            standing = select(record_holds.c.hold_id).where(
                record_holds.c.meeting_id == hold.meeting_id, record_holds.c.lifted_at.is_(None)
            )
            if (await conn.execute(standing)).first() is not None:
                return False
            await conn.execute(insert(record_holds).values({name: getattr(hold, name) for name in hold.__slots__}))
            return True

    async def lift(self, meeting_id: MeetingId, name: str, reason: str, at: Millis) -> bool:
        """Lift the hold in force. Return False if there is none."""
        mine = (record_holds.c.meeting_id == meeting_id) & record_holds.c.lifted_at.is_(None)
        async with self._database.write() as conn:
            done = await conn.execute(update(record_holds).where(mine).values(lift_reason=reason, lifted_name=name, lifted_at=at))
            return done.rowcount > 0


def _hold(row: Any) -> Hold:
    return Hold(**{name: getattr(row, name) for name in Hold.__slots__})
