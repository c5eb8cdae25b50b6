"""Coming in, going out, passwords and sign-in links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from meeting_server.acts.context import By, Context
from meeting_server.domain.ids import MeetingId, Millis
from meeting_server.store.people.access_log import Act, Entry
from meeting_server.store.people.accounts import LinkState, Means
from meeting_server.store.people.people import Member

SIGN_IN_SECONDS = 30 * 24 * 3600
"""How long a sign-in as a member lasts."""
MEETING_SIGN_IN_SECONDS = 3 * 24 * 3600
"""How long one for a single meeting lasts."""
LINK_SECONDS = 3 * 24 * 3600
"""A sign-in link is good for three days."""


@dataclass(frozen=True, slots=True)
class Browser:
    """The browser that signs in. ``sign_in_id``: of the sign-in it has and that ends; empty: none. ``device``: a rough name of it;
    ``device_hash``: of its secret."""

    sign_in_id: str
    device: str
    device_hash: str


async def sign_in_member(
    at: Context, browser: Browser, member_id: str, means: Means, now: Millis, *, meeting_id: MeetingId | None = None
) -> str:
    """Begin a sign-in, for one meeting only or for everything; the token for the browser's cookie. Who calls writes the log."""
    async with at.database.act():
        await end_sign_in(at, browser.sign_in_id)
        return await at.accounts.begin_sign_in(
            member_id=member_id,
            meeting_id=meeting_id,
            device=browser.device,
            means=means,
            now=now,
            seconds=MEETING_SIGN_IN_SECONDS if meeting_id else SIGN_IN_SECONDS,
            device_hash=browser.device_hash,
            bound=True,
        )


async def sign_in_guest(at: Context, browser: Browser, guest_id: str, name: str, meeting_id: MeetingId, now: Millis) -> str:
    """Begin a guest's sign-in at one meeting; the token for the browser's cookie."""
    async with at.database.act():
        await end_sign_in(at, browser.sign_in_id)
        return await at.accounts.begin_sign_in(
            guest_id=guest_id,
            guest_name=name,
            meeting_id=meeting_id,
            device=browser.device,
            now=now,
            means=Means.INVITATION,
            seconds=MEETING_SIGN_IN_SECONDS,
            device_hash=browser.device_hash,
            bound=True,
        )


async def sign_in_by_password(at: Context, browser: Browser, member: Member, now: Millis) -> str:
    """The token for the cookie of somebody whose password was right."""
    async with at.database.act():
        token = await sign_in_member(at, browser, member.member_id, Means.PASSWORD, now)
        await _note_self(at, Act.SIGNED_IN, member, now)
        return token


async def sign_in_by_link(at: Context, browser: Browser, link: str, member: Member, now: Millis) -> tuple[LinkState, str]:
    """Use a sign-in link up; its state, and the token for the cookie of its member (empty unless ``good``)."""
    async with at.database.act():
        state, member_id = await at.accounts.use_link(link, now)
        if state is not LinkState.GOOD:
            return state, ""
        token = await sign_in_member(at, browser, member_id, Means.LINK, now)
        await _note_self(at, Act.LINK_USED, member, now)
        return state, token


async def end_sign_in(at: Context, sign_in_id: str) -> None:
    """End one sign-in and close its sockets; an empty id ends none."""
    if sign_in_id:
        async with at.database.act():
            await at.accounts.end_sign_ins([sign_in_id])
            await at.database.after_commit(partial(at.sign_outs.announce, [sign_in_id]))


async def sign_out_elsewhere(at: Context, member: Member, now: Millis, *, chosen: str = "", but: str = "") -> None:
    """End the ``chosen`` sign-in of a member, or without one all except ``but``."""
    async with at.database.act():
        if chosen:
            await end_sign_in(at, chosen)
        else:
            await _end_all(at, member, but)
        await _note_self(at, Act.SIGNED_OUT_ELSEWHERE, member, now)


async def change_password(at: Context, member: Member, hashed: str, now: Millis, *, but: str) -> None:
    """Set a password (hashed before, because that is slow) and end every sign-in of its member except ``but``."""
    async with at.database.act():
        await at.accounts.keep_password(member.member_id, hashed, now)
        await _end_all(at, member, but)
        await _note_self(at, Act.PASSWORD_SET, member, now)


async def issue_links(at: Context, by: By, members: Sequence[Member], now: Millis) -> list[str]:
    """A sign-in link for each of these members, their token in the same order; earlier ones are revoked."""
    async with at.database.act():
        tokens = []
        for member in members:
            tokens.append(await at.accounts.issue_link(member.member_id, issued_by=by.member_id or None, now=now, seconds=LINK_SECONDS))
            entry = Entry(now, Act.LINK_ISSUED, by.member_id, by.name, member.member_id, member.name, member.branch_id)
            await at.access_log.note(entry)
        return tokens


async def _end_all(at: Context, member: Member, but: str) -> None:
    ended = await at.accounts.end_all_of(member.member_id, but=but)
    await at.database.after_commit(partial(at.sign_outs.announce, ended))


async def _note_self(at: Context, act: Act, member: Member, now: Millis) -> None:
    await at.access_log.note(Entry(now, act, member.member_id, member.name, member.member_id, member.name, member.branch_id))
