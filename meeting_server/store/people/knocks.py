"""Browsers that knock: they ask to join a meeting as one of its members and wait until an authorised person agrees.

A browser is identified by the hash of a secret in its cookie. A browser that is let in acts as the member in this meeting, like their
first device, until the meeting's links end or the member's link is renewed.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Literal, cast

from sqlalchemy import BigInteger, Column, Integer, String, Table, and_, delete, func, insert, select, update

from meeting_server.domain.ids import MeetingId, Millis
from meeting_server.store.database import Database, metadata
from meeting_server.store.tokens import new_id

LASTS: Millis = 10 * 60_000
"""An unanswered knock is forgotten after this long."""
MOST_OPEN = 200
"""Most unanswered knocks of one meeting."""
MOST_OF_A_HOUSEHOLD = 20
"""Most unanswered knocks of one meeting from one household. A hall behind one address is let in faster than it knocks."""

knocks = Table(
    "knocks",
    metadata,
    Column("knock_id", String(40), primary_key=True),
    Column("meeting_id", String(40), nullable=False, index=True),
    Column("member_id", String(40), nullable=True),
    Column("typed", String(60), nullable=False),
    Column("device_hash", String(64), nullable=False),
    Column("device", String(100), nullable=False),
    Column("household", String(64), nullable=False),
    Column("number", Integer, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("answer", String(8), nullable=False),
    Column("answered_by", String(40), nullable=False),
    Column("answered_name", String(100), nullable=False),
    Column("answered_at", BigInteger, nullable=True),
)

Answer = Literal["", "let_in", "refused"]


class TooManyKnocks(Exception):
    """Too many knocks wait at this meeting already, in all or from this household."""


@dataclass(frozen=True, slots=True)
class Knock:
    """``member_id`` None: nobody or several people on the list have the name ``typed``. ``number``: 10 to 99, shown both to the browser
    that knocks and to the person who answers, so that they can compare it."""

    knock_id: str
    meeting_id: MeetingId
    member_id: str | None
    typed: str
    device_hash: str
    device: str
    number: int
    asked_at: Millis
    expires_at: Millis
    answer: Answer = ""
    answered_by: str = ""
    answered_name: str = ""
    answered_at: Millis | None = None

    def waits(self, now: Millis) -> bool:
        """Return whether it can still be answered."""
        return not self.answer and now < self.expires_at


_COLUMNS = tuple(column for column in knocks.c if column.name != "household")


class Knocks:
    """All knocks of the server."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(
        self, meeting_id: MeetingId, member_id: str | None, typed: str, *, device_hash: str, device: str, household: str, now: Millis
    ) -> Knock:
        """Knock. This replaces an earlier knock of this browser that was not let in. Raises TooManyKnocks."""
        here = knocks.c.meeting_id == meeting_id
        async with self._database.write() as conn:
            await conn.execute(delete(knocks).where(knocks.c.answer == "", knocks.c.expires_at <= now))
            await conn.execute(delete(knocks).where(here, knocks.c.device_hash == device_hash, knocks.c.answer != "let_in"))
            waiting = (await conn.execute(select(knocks.c.number, knocks.c.household).where(here, knocks.c.answer == ""))).all()
            if len(waiting) >= MOST_OPEN or sum(row.household == household for row in waiting) >= MOST_OF_A_HOUSEHOLD:
                raise TooManyKnocks
            taken = {row.number for row in waiting}
            free = [number for number in range(10, 100) if number not in taken] or list(range(10, 100))
            knock = Knock(new_id("k"), meeting_id, member_id, typed[:60], device_hash, device[:100], secrets.choice(free), now, now + LASTS)
            await conn.execute(
                insert(knocks).values(
                    knock_id=knock.knock_id,
                    meeting_id=meeting_id,
                    member_id=member_id,
                    typed=knock.typed,
                    device_hash=device_hash,
                    device=knock.device,
                    household=household,
                    number=knock.number,
                    asked_at=now,
                    expires_at=knock.expires_at,
                    answer="",
                    answered_by="",
                    answered_name="",
                )
            )
        return knock

    async def of_device(self, meeting_id: MeetingId, device_hash: str) -> Knock | None:
        """Return this browser's last knock here."""
        mine = and_(knocks.c.meeting_id == meeting_id, knocks.c.device_hash == device_hash)
        query = select(*_COLUMNS).where(mine).order_by(knocks.c.asked_at.desc()).limit(1)
        async with self._database.read() as conn:
            row = (await conn.execute(query)).one_or_none()
        return _knock(row) if row else None

    async def of_meeting(self, meeting_id: MeetingId) -> tuple[Knock, ...]:
        """Return all remembered knocks of a meeting, the oldest first."""
        query = select(*_COLUMNS).where(knocks.c.meeting_id == meeting_id).order_by(knocks.c.asked_at, knocks.c.knock_id)
        async with self._database.read() as conn:
            return tuple(_knock(row) for row in await conn.execute(query))

    async def answer(self, knock_id: str, answer: Literal["let_in", "refused"], by: str, name: str, now: Millis) -> Knock | None:
        """Answer a knock. Return ``None`` if it was already answered, has expired, or nobody can agree to it."""
        chosen = and_(knocks.c.knock_id == knock_id, knocks.c.answer == "", knocks.c.expires_at > now)
        if answer == "let_in":
            chosen = and_(chosen, knocks.c.member_id.is_not(None))
        values = {"answer": answer, "answered_by": by, "answered_name": name[:100], "answered_at": now, "household": ""}
        async with self._database.write() as conn:
            if not (await conn.execute(update(knocks).where(chosen).values(**values))).rowcount:
                return None
            return _knock((await conn.execute(select(*_COLUMNS).where(knocks.c.knock_id == knock_id))).one())

    async def let_in(self, meeting_id: MeetingId, member_id: str, device_hash: str) -> bool:
        """Return whether this browser may join as this member."""
        chosen = and_(
            knocks.c.meeting_id == meeting_id,
            knocks.c.member_id == member_id,
            knocks.c.device_hash == device_hash,
            knocks.c.answer == "let_in",
        )
        async with self._database.read() as conn:
            return bool((await conn.execute(select(func.count()).where(chosen))).scalar_one())

    async def forget(self, meeting_id: MeetingId, member_id: str) -> None:
        """Withdraw every admission as this member."""
        async with self._database.write() as conn:
            await conn.execute(delete(knocks).where(knocks.c.meeting_id == meeting_id, knocks.c.member_id == member_id))


def _knock(row: Any) -> Knock:
    return Knock(
        row.knock_id,
        MeetingId(row.meeting_id),
        row.member_id,
        row.typed,
        row.device_hash,
        row.device,
        row.number,
        row.asked_at,
        row.expires_at,
        cast(Answer, row.answer),
        row.answered_by,
        row.answered_name,
        row.answered_at,
    )
