"""What a branch lets its readers download: one switch per branch. Packages are for those who may export, whatever it says."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, String, Table, select

from meeting_server.store.database import Database, metadata, put

takeaway_rules = Table(
    "takeaway_rules",
    metadata,
    Column("branch_id", String(64), primary_key=True),
    Column("readers", Boolean, nullable=False),
)


class TakeawayRules:
    """The switches in one database. By default readers may download transcript and sound."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def readers_may(self, branch_id: str) -> bool:
        """Return whether readers of this branch's records may download transcript and sound."""
        async with self._database.read() as conn:
            said = (await conn.execute(select(takeaway_rules.c.readers).where(takeaway_rules.c.branch_id == branch_id))).scalar()
        return True if said is None else bool(said)

    async def let_readers(self, branch_id: str, may: bool) -> None:
        async with self._database.write() as conn:
            await put(conn, takeaway_rules, {"branch_id": branch_id, "readers": may})
