"""Optional outputs that people ordered of a record. An order can be cancelled until it is carried out."""

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
    """One step of the pipeline that somebody ordered."""

    meeting_id: MeetingId
    step: str
    by: str
    by_name: str
    at: Millis


class RecordOrders:
    """Orders in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, meeting_id: MeetingId) -> dict[str, Order]:
        """Return the orders of one meeting, by step."""
        async with self._database.read() as conn:
            rows = await conn.execute(select(record_orders).where(record_orders.c.meeting_id == meeting_id))
            return {row.step: Order(MeetingId(row.meeting_id), row.step, row.by, row.by_name, row.at) for row in rows}

    async def positions(self) -> dict[str, str]:
        """Return, by meeting, a value that changes whenever its orders do."""
        async with self._database.read() as conn:
            found: dict[str, str] = {}
            for row in await conn.execute(select(record_orders).order_by(record_orders.c.meeting_id, record_orders.c.step)):
                found[row.meeting_id] = f"{found.get(row.meeting_id, '')}/{row.step}@{row.at}"
            return found

    async def place(self, order: Order) -> None:
        """Order it. Idempotent."""
        async with self._database.write() as conn:
            await put_new(conn, record_orders, {name: getattr(order, name) for name in order.__slots__})

    async def renew(self, order: Order) -> None:
        """Order it again, so that the last order's output is rebuilt."""
        async with self._database.write() as conn:
            await put(conn, record_orders, {name: getattr(order, name) for name in order.__slots__})

    async def cancel(self, meeting_id: MeetingId, step: str) -> bool:
        """Cancel it. Return whether there was an order."""
        async with self._database.write() as conn:
            same = (record_orders.c.meeting_id == meeting_id) & (record_orders.c.step == step)
            return (await conn.execute(delete(record_orders).where(same))).rowcount > 0
