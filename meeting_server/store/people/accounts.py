"""Sign-ins, one-time links and passwords: who may sign in, as what, until when. Only hashes of tokens are stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, String, Table, delete, false, insert, or_, select, update

from meeting_server.domain.ids import MeetingId, Millis
from meeting_server.store.database import Database, metadata, put
from meeting_server.store.people.directory_tables import members
from meeting_server.store.people.passwords import Passwords
from meeting_server.store.tokens import new_id, new_token, token_hash

SEEN_EVERY_MS = 10 * 60 * 1000
"""Precision of ``seen_at``, because updating it at every request would make every page a write."""

credentials = Table(
    "credentials",
    metadata,
    Column("member_id", String(40), ForeignKey(members.c.member_id), primary_key=True),
    Column("hash", String(255), nullable=False),
    Column("changed_at", BigInteger, nullable=False),
)
sign_ins = Table(
    "sign_ins",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("sign_in_id", String(40), nullable=False, unique=True),
    Column("member_id", String(40), ForeignKey(members.c.member_id), nullable=True, index=True),
    Column("guest_id", String(40), nullable=True),
    Column("guest_name", String(100), nullable=False, default=""),
    Column("meeting_id", String(40), nullable=True),
    Column("device", String(100), nullable=False, default=""),
    Column("means", String(12), nullable=False),
    Column("began_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("device_hash", String(64), nullable=False, server_default=""),
    Column("bound", Boolean, nullable=False, server_default=false()),
)
sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("link_id", String(40), nullable=False, unique=True),
    Column("member_id", String(40), ForeignKey(members.c.member_id), nullable=False, index=True),
    Column("issued_by", String(40), nullable=True),
    Column("issued_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=True),
    Column("revoked_at", BigInteger, nullable=True),
    Column("reusable", Boolean, nullable=False, server_default=false()),
)


class Means(StrEnum):
    """How someone signed in."""

    LINK = "link"
    PASSWORD = "password"
    INVITATION = "invitation"


class LinkState(StrEnum):
    """The state of a one-time link. The values are web codes."""

    GOOD = "good"
    UNKNOWN = "link_unknown"
    EXPIRED = "link_expired"
    USED = "link_used"
    REVOKED = "link_revoked"


@dataclass(frozen=True, slots=True)
class SignIn:
    """A signed-in browser: as a member, as a member for one meeting, or as a guest of one meeting.

    ``bound``: this browser is the person's own and may vote, because it signed in by a one-time link, by password or by a personal link
    it was the first to use, or was let in. ``device_hash``: hash of that browser's secret; empty in older rows.
    """

    sign_in_id: str
    member_id: str | None
    guest_id: str | None
    guest_name: str
    meeting_id: MeetingId | None
    device: str
    began_at: Millis
    seen_at: Millis
    means: Means
    device_hash: str = ""
    bound: bool = False


@dataclass(frozen=True, slots=True)
class SignInLink:
    """A link as its issuer sees it. Nobody knows the token any more. ``reusable``: a demo link, which is never used up."""

    link_id: str
    member_id: str
    issued_by: str | None
    issued_at: Millis
    expires_at: Millis
    used_at: Millis | None
    revoked_at: Millis | None
    reusable: bool = False

    def state(self, now: Millis) -> LinkState:
        """Return whether it can still be used."""
        if self.used_at is not None and not self.reusable:
            return LinkState.USED
        if self.revoked_at is not None:
            return LinkState.REVOKED
        return LinkState.EXPIRED if now >= self.expires_at else LinkState.GOOD


_SIGN_IN = (
    sign_ins.c.sign_in_id,
    sign_ins.c.member_id,
    sign_ins.c.guest_id,
    sign_ins.c.guest_name,
    sign_ins.c.meeting_id,
    sign_ins.c.device,
    sign_ins.c.began_at,
    sign_ins.c.seen_at,
    sign_ins.c.means,
    sign_ins.c.device_hash,
    sign_ins.c.bound,
)
_LINK = (
    sign_in_links.c.link_id,
    sign_in_links.c.member_id,
    sign_in_links.c.issued_by,
    sign_in_links.c.issued_at,
    sign_in_links.c.expires_at,
    sign_in_links.c.used_at,
    sign_in_links.c.revoked_at,
    sign_in_links.c.reusable,
)
_OPEN = or_(sign_in_links.c.used_at.is_(None), sign_in_links.c.reusable)


class Accounts:
    """Everything about signing in. The directory says who someone *is*.

    ``demo``: ``reusable`` links open any number of browsers. On any other server they are used up like all links, even those that a demo
    left in the database.
    """

    def __init__(self, database: Database, passwords: Passwords | None = None, *, demo: bool = False) -> None:
        self._database = database
        self._demo = demo
        self._passwords = passwords or Passwords()

    # --- sign-ins

    async def begin_sign_in(
        self,
        *,
        now: Millis,
        seconds: int,
        means: Means,
        member_id: str | None = None,
        guest_id: str | None = None,
        guest_name: str = "",
        meeting_id: MeetingId | None = None,
        device: str = "",
        device_hash: str = "",
        bound: bool | None = None,
    ) -> str:
        """Sign a browser in and return the token for its cookie, which is stored nowhere else. Expired sign-ins are deleted.

        ``bound`` ``None``: depends on the means of signing in. Only an invitation does not tell whose browser it is.
        """
        token = new_token()
        its_own = means is not Means.INVITATION if bound is None else bound
        async with self._database.write() as conn:
            await conn.execute(delete(sign_ins).where(sign_ins.c.expires_at <= now))
            await conn.execute(
                insert(sign_ins).values(
                    token_hash=token_hash(token),
                    sign_in_id=new_id("s"),
                    member_id=member_id,
                    guest_id=guest_id,
                    guest_name=guest_name,
                    meeting_id=meeting_id,
                    device=device[:100],
                    means=means,
                    began_at=now,
                    seen_at=now,
                    expires_at=now + seconds * 1000,
                    device_hash=device_hash,
                    bound=its_own,
                )
            )
        return token

    async def sign_in_by(self, token: str, now: Millis) -> SignIn | None:
        """Return the sign-in of a cookie's token, or None if it ended or never existed."""
        hashed = token_hash(token)
        async with self._database.read() as conn:
            row = (await conn.execute(select(*_SIGN_IN).where(sign_ins.c.token_hash == hashed, sign_ins.c.expires_at > now))).one_or_none()
        if row is None:
            return None
        if now - row.seen_at > SEEN_EVERY_MS:
            async with self._database.write() as conn:
                await conn.execute(update(sign_ins).where(sign_ins.c.token_hash == hashed).values(seen_at=now))
        return _sign_in(row)

    async def sign_ins_of(self, member_id: str, now: Millis) -> tuple[SignIn, ...]:
        """Return the browsers in which a member is signed in, the last used first."""
        async with self._database.read() as conn:
            rows = await conn.execute(
                select(*_SIGN_IN)
                .where(sign_ins.c.member_id == member_id, sign_ins.c.expires_at > now)
                .order_by(sign_ins.c.seen_at.desc(), sign_ins.c.began_at.desc())
            )
            return tuple(_sign_in(row) for row in rows)

    async def signed_in_among(self, member_ids: Iterable[str], now: Millis) -> frozenset[str]:
        """Return which of these members are signed in, in any browser, for more than one meeting."""
        async with self._database.read() as conn:
            rows = await conn.execute(
                select(sign_ins.c.member_id)
                .where(sign_ins.c.member_id.in_(list(member_ids)), sign_ins.c.meeting_id.is_(None), sign_ins.c.expires_at > now)
                .distinct()
            )
            return frozenset(row.member_id for row in rows)

    async def end_sign_ins(self, sign_in_ids: Iterable[str]) -> None:
        """End these sign-ins. Unknown ones are ignored."""
        async with self._database.write() as conn:
            await conn.execute(delete(sign_ins).where(sign_ins.c.sign_in_id.in_(list(sign_in_ids))))

    async def end_all_of(self, member_id: str, *, but: str = "") -> tuple[str, ...]:
        """End every sign-in of a member except ``but``. Return the ids that ended, for ``SignOuts.announce``."""
        chosen = (sign_ins.c.member_id == member_id) & (sign_ins.c.sign_in_id != but)
        async with self._database.write() as conn:
            ended = tuple((await conn.execute(select(sign_ins.c.sign_in_id).where(chosen))).scalars())
            await conn.execute(delete(sign_ins).where(chosen))
        return ended

    async def end_at_meeting(self, meeting_id: MeetingId, participant_ids: Iterable[str]) -> tuple[str, ...]:
        """End these members' and guests' sign-ins that are for one meeting only. Return the ids that ended."""
        who = list(participant_ids)
        chosen = (sign_ins.c.meeting_id == meeting_id) & or_(sign_ins.c.member_id.in_(who), sign_ins.c.guest_id.in_(who))
        async with self._database.write() as conn:
            ended = tuple((await conn.execute(select(sign_ins.c.sign_in_id).where(chosen))).scalars())
            await conn.execute(delete(sign_ins).where(chosen))
        return ended

    # --- one-time links

    async def issue_link(self, member_id: str, *, issued_by: str | None, now: Millis, seconds: int, reusable: bool = False) -> str:
        """Return the token of a new one-time link, and revoke the member's earlier unused links.

        ``reusable``: it works until it expires; in a demo only. Raises ValueError anywhere else.
        """
        if reusable and not self._demo:
            raise ValueError("only a demo has links that can be used again")
        token = new_token()
        async with self._database.write() as conn:
            await conn.execute(
                update(sign_in_links)
                .where(sign_in_links.c.member_id == member_id, _OPEN, sign_in_links.c.revoked_at.is_(None))
                .values(revoked_at=now)
            )
            await conn.execute(
                insert(sign_in_links).values(
                    token_hash=token_hash(token),
                    link_id=new_id("l"),
                    member_id=member_id,
                    issued_by=issued_by,
                    issued_at=now,
                    expires_at=now + seconds * 1000,
                    reusable=reusable,
                )
            )
        return token

    async def link_by(self, token: str) -> SignInLink | None:
        """Return the link of a token, whatever its state; None if there never was one."""
        async with self._database.read() as conn:
            row = (await conn.execute(select(*_LINK).where(sign_in_links.c.token_hash == token_hash(token)))).one_or_none()
        return self._link(row) if row else None

    async def use_link(self, token: str, now: Millis) -> tuple[LinkState, str]:
        """Use up a link. Return its state and the member it signs in (empty unless ``good``). Of two at once one succeeds."""
        hashed = token_hash(token)
        unused = sign_in_links.c.used_at.is_(None)
        async with self._database.write() as conn:
            used = await conn.execute(
                update(sign_in_links)
                .where(
                    sign_in_links.c.token_hash == hashed,
                    or_(unused, sign_in_links.c.reusable) if self._demo else unused,
                    sign_in_links.c.revoked_at.is_(None),
                    sign_in_links.c.expires_at > now,
                )
                .values(used_at=now)
            )
            row = (await conn.execute(select(*_LINK).where(sign_in_links.c.token_hash == hashed))).one_or_none()
        if row is None:
            return LinkState.UNKNOWN, ""
        if used.rowcount == 1:
            return LinkState.GOOD, str(row.member_id)
        return self._link(row).state(now), ""

    async def open_links(self, member_ids: Iterable[str], now: Millis) -> dict[str, SignInLink]:
        """Return usable links, by member."""
        async with self._database.read() as conn:
            rows = await conn.execute(
                select(*_LINK).where(
                    sign_in_links.c.member_id.in_(list(member_ids)),
                    sign_in_links.c.used_at.is_(None),
                    sign_in_links.c.revoked_at.is_(None),
                    sign_in_links.c.expires_at > now,
                )
            )
            return {row.member_id: self._link(row) for row in rows}

    def _link(self, row: Any) -> SignInLink:
        link = SignInLink(*row)
        return link if self._demo else replace(link, reusable=False)

    async def links_of(self, member_id: str) -> tuple[SignInLink, ...]:
        """Return every sign-in link issued to a member, the latest first."""
        query = select(*_LINK).where(sign_in_links.c.member_id == member_id).order_by(sign_in_links.c.issued_at.desc())
        async with self._database.read() as conn:
            return tuple(SignInLink(*row) for row in await conn.execute(query))

    async def revoke_links(self, member_id: str, now: Millis) -> None:
        """Revoke the member's unused links, including demo links."""
        async with self._database.write() as conn:
            await conn.execute(
                update(sign_in_links)
                .where(sign_in_links.c.member_id == member_id, _OPEN, sign_in_links.c.revoked_at.is_(None))
                .values(revoked_at=now)
            )

    # --- passwords

    async def set_password(self, member_id: str, password: str, now: Millis) -> None:
        """Set or change a password."""
        await self.keep_password(member_id, await self.hash_password(password), now)

    async def hash_password(self, password: str) -> str:
        """Return the hash of a password. Deliberately slow, so call it before an act."""
        return await self._passwords.hash(password)

    async def keep_password(self, member_id: str, hashed: str, now: Millis) -> None:
        """Store a hashed password in place of the previous one."""
        async with self._database.write() as conn:
            await put(conn, credentials, {"member_id": member_id, "hash": hashed, "changed_at": now})

    async def password_changed_at(self, member_id: str) -> Millis | None:
        """Return when the password was set, or None if there is none."""
        async with self._database.read() as conn:
            found: Millis | None = (
                await conn.execute(select(credentials.c.changed_at).where(credentials.c.member_id == member_id))
            ).scalar_one_or_none()
        return found

    async def check_password(self, member_id: str | None, password: str, now: Millis, *, known: bool = False) -> bool:
        """Return whether this is the member's password. Unknown members and members without a password take the same time and queries.

        ``known``: the attempt comes from a browser in which this member has signed in before. A hash with older parameters is renewed.
        Raises PasswordsBusy.
        """
        async with self._database.read() as conn:
            found = await conn.execute(select(credentials.c.hash).where(credentials.c.member_id == (member_id or "")))
            stored: str | None = found.scalar_one_or_none()
        if not await self._passwords.check(stored, password, known=known):
            return False
        assert member_id is not None
        assert stored is not None
        if self._passwords.is_outdated(stored):
            await self.set_password(member_id, password, now)
        return True


def _sign_in(row: Any) -> SignIn:
    return SignIn(
        row.sign_in_id,
        row.member_id,
        row.guest_id,
        row.guest_name,
        row.meeting_id,
        row.device,
        row.began_at,
        row.seen_at,
        Means(row.means),
        row.device_hash,
        row.bound,
    )
