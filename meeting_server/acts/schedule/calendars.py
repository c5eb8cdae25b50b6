"""The secret address by which a member's calendar program fetches their meetings."""

from __future__ import annotations

from meeting_server.acts.context import By, Context
from meeting_server.domain.ids import Millis
from meeting_server.store.people.access_log import Act, Entry


async def make_calendar(at: Context, by: By, branch_id: str, now: Millis) -> None:
    """An address for this member, unless they have one."""
    async with at.database.act():
        if await at.calendar_links.of_member(by.member_id) is None:
            await at.calendar_links.make(by.member_id, now)
            await _note(at, by, Act.CALENDAR_MADE, branch_id, now)


async def revoke_calendar(at: Context, by: By, branch_id: str, now: Millis) -> bool:
    """Take the address back; False when there is none."""
    async with at.database.act():
        revoked = await at.calendar_links.revoke(by.member_id, now)
        if revoked:
            await _note(at, by, Act.CALENDAR_REVOKED, branch_id, now)
        return revoked


async def _note(at: Context, by: By, act: Act, branch_id: str, now: Millis) -> None:
    await at.access_log.note(Entry(now, act, by.member_id, by.name, by.member_id, by.name, branch_id))
