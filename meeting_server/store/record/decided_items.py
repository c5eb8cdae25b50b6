"""What a meeting settled, as a person approved it: decisions, and tasks with who does them by when.

They are proposed anew from the record whenever a page asks (``archive.record.proposals``); only what somebody judged is kept:
approved items, and rejected ones so that they are not proposed again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, String, Table, Text, delete, select

from meeting_server.domain.ids import MeetingId, Millis, ParticipantId
from meeting_server.store.database import Database, metadata, put


class Kind(StrEnum):
    """What sort of thing was settled."""

    DECISION = "decision"
    TASK = "task"


class Source(StrEnum):
    """Where in the record an item stands."""

    SPEECH = "speech"
    MOTION = "motion"
    RESOLUTION = "resolution"


class State(StrEnum):
    """What a person made of a proposal."""

    APPROVED = "approved"
    REJECTED = "rejected"


decided_items = Table(
    "decided_items",
    metadata,
    Column("meeting_id", String(64), primary_key=True),
    Column("source_id", String(160), primary_key=True),
    Column("branch_id", String(64), nullable=False, index=True),
    Column("source", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("speaker", String(100), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("said_until", BigInteger, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("people", Text, nullable=False),  # a JSON list of [participant, name]
    Column("due", String(10), nullable=False),
    Column("due_words", String(100), nullable=False),
    Column("state", String(16), nullable=False),
    Column("judged_by", String(64), nullable=False),
    Column("judged_name", String(100), nullable=False),
    Column("judged_at", BigInteger, nullable=False),
)

LONGEST_TEXT = 300
MOST_PEOPLE = 12


@dataclass(frozen=True, slots=True)
class Called:
    """Somebody called to a task by name."""

    participant_id: ParticipantId
    name: str


@dataclass(frozen=True, slots=True)
class DecidedItem:
    """``sentence``: as it was said (empty where nobody was heard saying it), from ``at`` to ``said_until`` (Unix ms), by ``speaker``.

    ``since`` to ``until``: all of the meeting it tells of; who was asked out of any of that doesn't read it. ``due``: a day
    (``2026-12-11``) or empty; ``due_words``: as it was said. ``source_id`` is unique in a meeting. Nobody judged a proposal
    yet: its ``judged_at`` is 0.
    """

    meeting_id: MeetingId
    branch_id: str
    source: Source
    source_id: str
    kind: Kind
    text: str
    sentence: str
    speaker: str
    at: Millis
    said_until: Millis
    since: Millis
    until: Millis
    people: tuple[Called, ...] = ()
    due: str = ""
    due_words: str = ""
    state: State = State.APPROVED
    judged_by: str = ""
    judged_name: str = ""
    judged_at: Millis = 0


class DecidedItems:
    """Judged items over one database. Who may read which is for the caller to ask (``archive.record.parts``)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, meeting_id: MeetingId) -> tuple[DecidedItem, ...]:
        """Everything judged of one meeting, in the order of the meeting."""
        query = (
            select(decided_items).where(decided_items.c.meeting_id == meeting_id).order_by(decided_items.c.at, decided_items.c.source_id)
        )
        async with self._database.read() as conn:
            return tuple(_item(row) for row in await conn.execute(query))

    async def keep(self, item: DecidedItem) -> None:
        """Keep what was judged, new or in place of what it was."""
        fields = {name: getattr(item, name) for name in item.__slots__}
        fields["people"] = json.dumps([[called.participant_id, called.name] for called in item.people], ensure_ascii=False)
        async with self._database.write() as conn:
            await put(conn, decided_items, fields)

    async def remove(self, item: DecidedItem) -> None:
        """Nobody judged it: it is proposed again, if the record still says it."""
        same = (decided_items.c.meeting_id == item.meeting_id) & (decided_items.c.source_id == item.source_id)
        async with self._database.write() as conn:
            await conn.execute(delete(decided_items).where(same))

    async def forget_said(self, meeting_id: MeetingId, since: Millis, until: Millis) -> None:
        """Forget for good what rests on words that were said from ``since`` up to ``until``."""
        said = (decided_items.c.sentence != "") & (decided_items.c.at < until)
        gone = (decided_items.c.meeting_id == meeting_id) & said & (decided_items.c.said_until > since)
        async with self._database.write() as conn:
            found = (await conn.execute(delete(decided_items).where(gone))).rowcount
        if found:
            await self._database.forget_deleted("decided_items")


def _item(row: Any) -> DecidedItem:
    fields = {name: getattr(row, name) for name in DecidedItem.__slots__}
    fields["people"] = tuple(Called(ParticipantId(who), name) for who, name in json.loads(row.people))
    fields |= {"source": Source(row.source), "kind": Kind(row.kind), "state": State(row.state)}
    return DecidedItem(**fields)
