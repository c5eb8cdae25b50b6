"""Links to one meeting: for a named member or for guests, with an expiry, a number of uses, and revocation.

A link's token is an HMAC of the invitation's id under the server's secret (256 bits), and only its SHA-256 is stored. So the secretary
can see the link again, while a copy of the database alone opens no meeting.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, cast

from sqlalchemy import BigInteger, Column, Integer, String, Table, and_, insert, or_, select, update

from meeting_server.domain.ids import MeetingId, Millis
from meeting_server.store.database import Database, metadata
from meeting_server.store.tokens import new_id, token_hash

invitations = Table(
    "invitations",
    metadata,
    Column("invitation_id", String(40), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("meeting_id", String(40), nullable=False, index=True),
    Column("member_id", String(40), nullable=True),
    Column("issued_by", String(40), nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("max_uses", Integer, nullable=False),
    Column("uses", Integer, nullable=False),
    Column("revoked_at", BigInteger, nullable=True),
    Column("admits", String(8), nullable=False, server_default="guests"),
    Column("bound_to", String(64), nullable=True),
    Column("bound_at", BigInteger, nullable=True),
    Column("bound_device", String(100), nullable=False, server_default=""),
)

Admits = Literal["guests", "members"]
"""Whom a general link admits besides those who are signed in. guests: anyone who gives a name · members: nobody."""


class InvitationState(StrEnum):
    """The state of an invitation. The values other than ``good`` are web codes."""

    GOOD = "good"
    EXPIRED = "link_expired"
    USED = "link_used"
    REVOKED = "link_revoked"


@dataclass(frozen=True, slots=True)
class Invitation:
    """``member_id`` None: a general link for signed-in members and, if it ``admits`` guests, for guests by name.
    ``max_uses`` 0: any number of uses until it expires.

    A personal link belongs to the first browser that uses it: ``bound_to`` is the hash of that browser's secret.
    """

    invitation_id: str
    meeting_id: MeetingId
    member_id: str | None
    issued_by: str
    issued_at: Millis
    expires_at: Millis
    max_uses: int
    uses: int
    revoked_at: Millis | None
    admits: Admits = "guests"
    bound_to: str | None = None
    bound_at: Millis | None = None
    bound_device: str = ""

    def state(self, now: Millis) -> InvitationState:
        """Return whether it can still be used."""
        if self.revoked_at is not None:
            return InvitationState.REVOKED
        if now >= self.expires_at:
            return InvitationState.EXPIRED
        return InvitationState.USED if self.max_uses and self.uses >= self.max_uses else InvitationState.GOOD


_COLUMNS = (
    invitations.c.invitation_id,
    invitations.c.meeting_id,
    invitations.c.member_id,
    invitations.c.issued_by,
    invitations.c.issued_at,
    invitations.c.expires_at,
    invitations.c.max_uses,
    invitations.c.uses,
    invitations.c.revoked_at,
    invitations.c.admits,
    invitations.c.bound_to,
    invitations.c.bound_at,
    invitations.c.bound_device,
)


class Invitations:
    """All invitations of the server. ``secret``: the server's own, at least 32 bytes."""

    def __init__(self, database: Database, secret: bytes) -> None:
        if len(secret) < 32:
            raise ValueError("the house's secret must have at least 32 bytes")
        self._database = database
        self._secret = secret

    def token(self, invitation_id: str) -> str:
        """Return the secret part of an invitation's link, the same every time."""
        digest = hmac.digest(self._secret, b"invitation\0" + invitation_id.encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    async def issue(
        self,
        meeting_id: MeetingId,
        *,
        issued_by: str,
        now: Millis,
        expires_at: Millis,
        member_id: str | None = None,
        max_uses: int = 0,
        admits: Admits = "guests",
    ) -> Invitation:
        """Add an invitation. Its link is ``/j/`` + ``token(invitation_id)``."""
        invitation = Invitation(new_id("i"), meeting_id, member_id, issued_by, now, expires_at, max_uses, 0, None, admits)
        async with self._database.write() as conn:
            await conn.execute(
                insert(invitations).values(
                    invitation_id=invitation.invitation_id,
                    token_hash=token_hash(self.token(invitation.invitation_id)),
                    meeting_id=meeting_id,
                    member_id=member_id,
                    issued_by=issued_by,
                    issued_at=now,
                    expires_at=expires_at,
                    max_uses=max_uses,
                    uses=0,
                    revoked_at=None,
                    admits=admits,
                )
            )
        return invitation

    async def by_token(self, token: str) -> Invitation | None:
        """Return the invitation of a link, whatever its state."""
        async with self._database.read() as conn:
            row = (await conn.execute(select(*_COLUMNS).where(invitations.c.token_hash == token_hash(token)))).one_or_none()
        return _invitation(row) if row else None

    async def of_member(self, member_id: str) -> tuple[Invitation, ...]:
        """Return the personal links of one member, the latest first."""
        query = select(*_COLUMNS).where(invitations.c.member_id == member_id).order_by(invitations.c.issued_at.desc())
        async with self._database.read() as conn:
            return tuple(_invitation(row) for row in await conn.execute(query))

    async def of_meeting(self, meeting_id: MeetingId) -> tuple[Invitation, ...]:
        """Return all invitations of a meeting, the oldest first."""
        async with self._database.read() as conn:
            rows = await conn.execute(
                select(*_COLUMNS)
                .where(invitations.c.meeting_id == meeting_id)
                .order_by(invitations.c.issued_at, invitations.c.invitation_id)
            )
            return tuple(_invitation(row) for row in rows)

    async def use(self, invitation_id: str, now: Millis) -> InvitationState:
        """Count one use. Return ``good``, else why not. Of two concurrent attempts on the last use only one succeeds."""
        async with self._database.write() as conn:
            counted = await conn.execute(
                update(invitations)
                .where(
                    invitations.c.invitation_id == invitation_id,
                    invitations.c.revoked_at.is_(None),
                    invitations.c.expires_at > now,
                    or_(invitations.c.max_uses == 0, invitations.c.uses < invitations.c.max_uses),
                )
                .values(uses=invitations.c.uses + 1)
            )
            if counted.rowcount:
                return InvitationState.GOOD
            row = (await conn.execute(select(*_COLUMNS).where(invitations.c.invitation_id == invitation_id))).one_or_none()
        return _invitation(row).state(now) if row else InvitationState.REVOKED

    async def bind(self, invitation_id: str, device_hash: str, device: str, now: Millis) -> bool:
        """Bind a personal link to this browser unless another has it. Return whether it is this one's now. Of two at once one gets it."""
        mine = and_(invitations.c.invitation_id == invitation_id, invitations.c.revoked_at.is_(None), invitations.c.expires_at > now)
        async with self._database.write() as conn:
            await conn.execute(
                update(invitations)
                .where(mine, invitations.c.bound_to.is_(None))
                .values(bound_to=device_hash, bound_at=now, bound_device=device[:100], uses=invitations.c.uses + 1)
            )
            row = (await conn.execute(select(invitations.c.bound_to).where(mine))).one_or_none()
        return row is not None and row.bound_to == device_hash

    async def of_device(self, meeting_id: MeetingId, device_hash: str) -> str | None:
        """Return the member whose personal link to this meeting belongs to this browser."""
        mine = and_(invitations.c.meeting_id == meeting_id, invitations.c.bound_to == device_hash, invitations.c.revoked_at.is_(None))
        async with self._database.read() as conn:
            row = (await conn.execute(select(invitations.c.member_id).where(mine).order_by(invitations.c.bound_at).limit(1))).one_or_none()
        return row.member_id if row is not None else None

    async def revoke(self, meeting_id: MeetingId, invitation_id: str, now: Millis) -> bool:
        """Revoke one of this meeting's invitations. Return False if there is none to revoke."""
        return await self._revoke(now, and_(invitations.c.meeting_id == meeting_id, invitations.c.invitation_id == invitation_id)) > 0

    async def revoke_all_of(self, meeting_id: MeetingId, now: Millis, *, member_id: str | None = None) -> int:
        """Revoke all of a meeting's invitations, or all of one member's. Return their number."""
        chosen = invitations.c.meeting_id == meeting_id
        return await self._revoke(now, chosen if member_id is None else and_(chosen, invitations.c.member_id == member_id))

    async def revoke_these(self, invitation_ids: Iterable[str], now: Millis) -> int:
        """Revoke those of the named ones that are valid. Return their number."""
        return await self._revoke(now, invitations.c.invitation_id.in_(list(invitation_ids)))

    async def meetings_of_issuer(self, issued_by: str) -> tuple[MeetingId, ...]:
        """Return the meetings in which someone issued links that are not revoked."""
        mine = and_(invitations.c.issued_by == issued_by, invitations.c.revoked_at.is_(None))
        async with self._database.read() as conn:
            rows = await conn.execute(select(invitations.c.meeting_id).where(mine).distinct())
            return tuple(MeetingId(row.meeting_id) for row in rows)

    async def _revoke(self, now: Millis, chosen: Any) -> int:
        async with self._database.write() as conn:
            gone = await conn.execute(update(invitations).where(chosen, invitations.c.revoked_at.is_(None)).values(revoked_at=now))
            return gone.rowcount


def _invitation(row: Any) -> Invitation:
    return Invitation(
        row.invitation_id,
        MeetingId(row.meeting_id),
        row.member_id,
        row.issued_by,
        row.issued_at,
        row.expires_at,
        row.max_uses,
        row.uses,
        row.revoked_at,
        cast(Admits, row.admits),
        row.bound_to,
        row.bound_at,
        row.bound_device,
    )
