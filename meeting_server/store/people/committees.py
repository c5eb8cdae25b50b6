"""Which meeting seated a branch's committee (换届, 补选), so that seating it twice changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, String, Table, Text, select

from meeting_server.domain.ids import MeetingId, Millis
from meeting_server.store.database import Database, metadata, put

committee_terms = Table(
    "committee_terms",
    metadata,
    Column("meeting_id", String(64), primary_key=True),
    Column("branch_id", String(40), nullable=False, index=True),
    Column("elected", Text, nullable=False),
    Column("seated_by", String(64), nullable=False),
    Column("seated_by_name", String(100), nullable=False),
    Column("seated_at", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class CommitteeTerm:
    """The committee as seated by one meeting's elections. ``elected``: member ids of those seated."""

    meeting_id: MeetingId
    branch_id: str
    elected: frozenset[str]
    seated_by: str
    seated_by_name: str
    seated_at: Millis


class CommitteeTerms:
    """One row per meeting. The latest of a branch is its current committee's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_meeting(self, meeting_id: str) -> CommitteeTerm | None:
        async with self._database.read() as conn:
            row = (await conn.execute(select(committee_terms).where(committee_terms.c.meeting_id == meeting_id))).first()
            return _term(row) if row is not None else None

    async def latest(self, branch_id: str) -> CommitteeTerm | None:
        """Return the one that seated the branch's committee last."""
        mine = select(committee_terms).where(committee_terms.c.branch_id == branch_id)
        async with self._database.read() as conn:
            row = (await conn.execute(mine.order_by(committee_terms.c.seated_at.desc()).limit(1))).first()
            return _term(row) if row is not None else None

    async def put(self, term: CommitteeTerm) -> None:
        """Store it, replacing the same meeting's earlier one (seats filled by a later ballot)."""
        values = {name: getattr(term, name) for name in CommitteeTerm.__slots__} | {"elected": " ".join(sorted(term.elected))}
        async with self._database.write() as conn:
            await put(conn, committee_terms, values)


def _term(row: object) -> CommitteeTerm:
    fields = {name: getattr(row, name) for name in CommitteeTerm.__slots__}
    return CommitteeTerm(**(fields | {"elected": frozenset(fields["elected"].split())}))
