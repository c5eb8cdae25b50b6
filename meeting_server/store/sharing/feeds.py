"""Podcast feeds: a secret address from which a member's podcast program fetches what a branch published.

The token is an HMAC of the feed's id under the house's secret, and only its SHA-256 is stored, as with invitations.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, String, Table, insert, select, update

from meeting_server.domain.ids import Millis
from meeting_server.store.database import Database, metadata
from meeting_server.store.tokens import new_id, token_hash

feeds = Table(
    "feeds",
    metadata,
    Column("feed_id", String(64), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("member_id", String(64), nullable=False, index=True),
    Column("branch_id", String(64), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger, nullable=True),
)

MOST = 20
"""Most valid feeds of one member."""


@dataclass(frozen=True, slots=True)
class Feed:
    feed_id: str
    member_id: str
    branch_id: str
    made_at: Millis
    revoked_at: Millis | None = None


class Feeds:
    """All feeds of the server. ``secret``: the server's own, at least 32 bytes."""

    def __init__(self, database: Database, secret: bytes) -> None:
        self._database = database
        self._secret = secret

    def token(self, feed_id: str) -> str:
        """Return the secret part of a feed's address, the same every time."""
        digest = hmac.digest(self._secret, b"feed\0" + feed_id.encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    async def make(self, member_id: str, branch_id: str, now: Millis) -> Feed:
        """Return the member's feed of a branch: the valid one, else a new one."""
        for feed in await self.of_member(member_id):
            if feed.branch_id == branch_id:
                return feed
        feed = Feed(new_id("feed"), member_id, branch_id, now)
        fields = {name: getattr(feed, name) for name in Feed.__slots__}
        async with self._database.write() as conn:
            await conn.execute(insert(feeds).values(token_hash=token_hash(self.token(feed.feed_id)), **fields))
        return feed

    async def by_token(self, token: str) -> Feed | None:
        """Return the feed of an address, including revoked ones."""
        async with self._database.read() as conn:
            row = (await conn.execute(select(feeds).where(feeds.c.token_hash == token_hash(token)))).one_or_none()
        return None if row is None else _feed(row)

    async def of_member(self, member_id: str) -> tuple[Feed, ...]:
        """Return a member's valid feeds, the oldest first."""
        query = select(feeds).where(feeds.c.member_id == member_id, feeds.c.revoked_at.is_(None))
        async with self._database.read() as conn:
            rows = await conn.execute(query.order_by(feeds.c.made_at, feeds.c.feed_id))
            return tuple(_feed(row) for row in rows)

    async def revoke(self, member_id: str, feed_id: str, now: Millis) -> bool:
        """Revoke one of a member's own feeds. Return False if there is none to revoke."""
        chosen = (feeds.c.member_id == member_id, feeds.c.feed_id == feed_id, feeds.c.revoked_at.is_(None))
        async with self._database.write() as conn:
            gone = await conn.execute(update(feeds).where(*chosen).values(revoked_at=now))
            return gone.rowcount > 0


def _feed(row: Any) -> Feed:
    return Feed(**{name: getattr(row, name) for name in Feed.__slots__})
