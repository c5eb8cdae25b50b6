"""Calendar addresses: a secret address from which a member's calendar program fetches the meetings they are called to.

The token is an HMAC of the link's id under the house's secret, and only its SHA-256 is stored, as with invitations.
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

calendar_links = Table(
    "calendar_links",
    metadata,
    Column("link_id", String(64), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("member_id", String(64), nullable=False, index=True),
    Column("made_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger, nullable=True),
)


@dataclass(frozen=True, slots=True)
class CalendarLink:
    link_id: str
    member_id: str
    made_at: Millis
    revoked_at: Millis | None = None


class CalendarLinks:
    """All calendar addresses of the server. ``secret``: the server's own, at least 32 bytes."""

    def __init__(self, database: Database, secret: bytes) -> None:
        self._database = database
        self._secret = secret

    def token(self, link_id: str) -> str:
        """Return the secret part of a link's address, the same every time."""
        digest = hmac.digest(self._secret, b"calendar\0" + link_id.encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    async def make(self, member_id: str, now: Millis) -> CalendarLink:
        """Return the member's link: the valid one, else a new one."""
        found = await self.of_member(member_id)
        if found is not None:
            return found
        link = CalendarLink(new_id("calendar"), member_id, now)
        fields = {name: getattr(link, name) for name in CalendarLink.__slots__}
        async with self._database.write() as conn:
            await conn.execute(insert(calendar_links).values(token_hash=token_hash(self.token(link.link_id)), **fields))
        return link

    async def by_token(self, token: str) -> CalendarLink | None:
        """Return the link of an address, including revoked ones."""
        async with self._database.read() as conn:
            row = (await conn.execute(select(calendar_links).where(calendar_links.c.token_hash == token_hash(token)))).one_or_none()
        return None if row is None else _link(row)

    async def of_member(self, member_id: str) -> CalendarLink | None:
        """Return a member's valid link."""
        query = select(calendar_links).where(calendar_links.c.member_id == member_id, calendar_links.c.revoked_at.is_(None))
        async with self._database.read() as conn:
            row = (await conn.execute(query.order_by(calendar_links.c.made_at).limit(1))).one_or_none()
        return None if row is None else _link(row)

    async def revoke(self, member_id: str, now: Millis) -> bool:
        """Revoke a member's address. Return False if there is none."""
        chosen = (calendar_links.c.member_id == member_id, calendar_links.c.revoked_at.is_(None))
        async with self._database.write() as conn:
            gone = await conn.execute(update(calendar_links).where(*chosen).values(revoked_at=now))
            return gone.rowcount > 0


def _link(row: Any) -> CalendarLink:
    return CalendarLink(**{name: getattr(row, name) for name in CalendarLink.__slots__})
