"""What is to be told to the university's learning record store: consents, and statements waiting to be sent.

Nothing is kept of a member who did not agree; who withdraws, of theirs nothing unsent is sent any more.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text, delete, func, select, update

from meeting_server.domain.ids import Millis
from meeting_server.store.database import Database, metadata, put_new

statement_consents = Table(
    "statement_consents",
    metadata,
    Column("member_id", String(64), primary_key=True),
    Column("actor_name", String(64), nullable=False),
    Column("given_at", BigInteger, nullable=False),
)

statements = Table(
    "statements",
    metadata,
    Column("statement_id", String(36), primary_key=True),
    Column("member_id", String(64), nullable=False, index=True),
    Column("made_at", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("not_before", BigInteger, nullable=False, index=True),
    Column("refused", String(200), nullable=False),
)

FOR_EVER: Millis = 2**62
"""``not_before`` of a statement that the store refused: it stays to be looked at."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One statement to be sent. ``refused`` is why the store did not want it."""

    statement_id: str
    member_id: str
    body: dict[str, Any]
    tries: int
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Consent:
    """``actor_name`` is the random name under which this member is known outside; it tells nothing."""

    member_id: str
    actor_name: str
    given_at: Millis


class Statements:
    """The outbox over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def consent_of(self, member_id: str) -> Consent | None:
        """The member's agreement; ``None`` when there is none."""
        query = select(statement_consents).where(statement_consents.c.member_id == member_id)
        async with self._database.read() as conn:
            row = (await conn.execute(query)).one_or_none()
        return None if row is None else Consent(row.member_id, row.actor_name, row.given_at)

    async def agree(self, member_id: str, now: Millis) -> Consent:
        """Note that the member agreed; again changes nothing."""
        new = {"member_id": member_id, "actor_name": uuid.uuid4().hex, "given_at": now}
        async with self._database.write() as conn:
            await put_new(conn, statement_consents, new)
            kept = (await conn.execute(select(statement_consents).where(statement_consents.c.member_id == member_id))).one()
        return Consent(kept.member_id, kept.actor_name, kept.given_at)

    async def withdraw(self, member_id: str) -> None:
        """Agree no more: what was not sent yet is thrown away, and a later agreement begins under another name."""
        async with self._database.write() as conn:
            await conn.execute(delete(statement_consents).where(statement_consents.c.member_id == member_id))
            await conn.execute(delete(statements).where(statements.c.member_id == member_id))

    async def add(self, member_id: str, statement: Mapping[str, Any], now: Millis) -> bool:
        """Put a statement of a member who agreed into the outbox; False (and nothing kept) when they did not.

        ``statement["id"]`` (a UUID) makes it safe to add the same thing twice.
        """
        async with self._database.write() as conn:
            agreed = select(statement_consents.c.member_id).where(statement_consents.c.member_id == member_id)
            if (await conn.execute(agreed)).one_or_none() is None:
                return False
            body = json.dumps(statement, ensure_ascii=False)
            new = {"statement_id": statement["id"], "member_id": member_id, "made_at": now, "body": body}
            await put_new(conn, statements, {**new, "tries": 0, "not_before": 0, "refused": ""})
        return True

    async def held(self, member_id: str) -> dict[str, Any]:
        """Everything kept about one member, for their own page: agreed since when under which name, and what is not sent yet."""
        consent = await self.consent_of(member_id)
        query = select(statements).where(statements.c.member_id == member_id).order_by(statements.c.made_at)
        async with self._database.read() as conn:
            waiting = [json.loads(row.body) for row in await conn.execute(query)]
        known = {} if consent is None else {"since": consent.given_at, "name": consent.actor_name}
        return {**known, "not_sent_yet": waiting}

    async def due(self, now: Millis, limit: int) -> tuple[Waiting, ...]:
        """Statements whose time has come, the oldest first."""
        query = select(statements).where(statements.c.not_before <= now).order_by(statements.c.made_at, statements.c.statement_id)
        async with self._database.read() as conn:
            return tuple(_waiting(row) for row in await conn.execute(query.limit(limit)))

    async def sent(self, statement_ids: Collection[str]) -> None:
        """They arrived: nothing of them is kept."""
        async with self._database.write() as conn:
            await conn.execute(delete(statements).where(statements.c.statement_id.in_(sorted(statement_ids))))

    async def later(self, statement_ids: Collection[str], not_before: Millis) -> None:
        """Try again then."""
        async with self._database.write() as conn:
            await conn.execute(
                update(statements)
                .where(statements.c.statement_id.in_(sorted(statement_ids)))
                .values(tries=statements.c.tries + 1, not_before=not_before)
            )

    async def refuse(self, statement_id: str, why: str) -> None:
        """The store does not want it, now or ever: it is kept with the reason, and not sent again."""
        async with self._database.write() as conn:
            await conn.execute(
                update(statements).where(statements.c.statement_id == statement_id).values(not_before=FOR_EVER, refused=why[:200])
            )

    async def count(self) -> tuple[int, int]:
        """How many wait to be sent, and how many were refused."""
        everything = select(func.count()).select_from(statements)
        async with self._database.read() as conn:
            waiting = (await conn.execute(everything.where(statements.c.refused == ""))).scalar_one()
            refused = (await conn.execute(everything.where(statements.c.refused != ""))).scalar_one()
        return waiting, refused


def _waiting(row: Any) -> Waiting:
    return Waiting(row.statement_id, row.member_id, json.loads(row.body), row.tries, row.refused)
