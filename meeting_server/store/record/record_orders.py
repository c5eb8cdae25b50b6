"""What people asked to have made of a record beyond what is always made: until it is made, it can be called off."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, String, Table, delete, select

from meeting_server.domain.ids import MeetingId, Millis
from meeting_server.store.database import Database, metadata, put, put_new

record_orders = Table(
    "record_orders",
    metadata,
    Column("meeting_id", String(64), primary_key=True),
    Column("step", String(16), primary_key=True),
    Column("by", String(64), nullable=False),
    Column("by_name", String(100), nullable=False),
    Column("at", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Order:
    """One step of the pipeline that somebody asked for."""

    meeting_id: MeetingId
    step: str
    by: str
    by_name: str
    at: Millis


class RecordOrders:
    """Orders over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, meeting_id: MeetingId) -> dict[str, Order]:
        """The orders of one meeting by step."""
        async with self._database.read() as conn:
            rows = await conn.execute(select(record_orders).where(record_orders.c.meeting_id == meeting_id))
            return {row.step: Order(MeetingId(row.meeting_id), row.step, row.by, row.by_name, row.at) for row in rows}

    async def positions(self) -> dict[str, str]:
        """By meeting, something that differs whenever its orders do."""
        async with self._database.read() as conn:
            found: dict[str, str] = {}
            for row in await conn.execute(select(record_orders).order_by(record_orders.c.meeting_id, record_orders.c.step)):
                found[row.meeting_id] = f"{found.get(row.meeting_id, '')}/{row.step}@{row.at}"
            return found

    async def place(self, order: Order) -> None:
        """Ask for it; asking again changes nothing."""
        async with self._database.write() as conn:
            await put_new(conn, record_orders, {name: getattr(order, name) for name in order.__slots__})

    async def renew(self, order: Order) -> None:
        """Ask for it once more: what was made for the last order is made anew."""
        async with self._database.write() as conn:
            await put(conn, record_orders, {name: getattr(order, name) for name in order.__slots__})

    async def cancel(self, meeting_id: MeetingId, step: str) -> bool:
        """Call it off; whether there was anything."""
        async with self._database.write() as conn:
            same = (record_orders.c.meeting_id == meeting_id) & (record_orders.c.step == step)
            return (await conn.execute(delete(record_orders).where(same))).rowcount > 0
