"""Podcast feeds of one member."""

from __future__ import annotations

from meeting_server.acts.context import By, Context
from meeting_server.domain.ids import Millis
from meeting_server.store.people.access_log import Act, Entry
from meeting_server.store.sharing.feeds import MOST


async def make_feed(at: Context, by: By, branch_id: str, now: Millis) -> bool:
    """A feed of one branch, or the one there is; False when the member has as many as they may."""
    async with at.database.act():
        if len(await at.feeds.of_member(by.member_id)) >= MOST:
            return False
        await at.feeds.make(by.member_id, branch_id, now)
        await _note(at, by, Act.FEED_MADE, branch_id, now)
        return True


async def revoke_feed(at: Context, by: By, feed_id: str, now: Millis) -> bool:
    """Take a feed's address back; False when the member has no such feed."""
    async with at.database.act():
        feed = next((one for one in await at.feeds.of_member(by.member_id) if one.feed_id == feed_id), None)
        if feed is None or not await at.feeds.revoke(by.member_id, feed_id, now):
            return False
        await _note(at, by, Act.FEED_REVOKED, feed.branch_id, now)
        return True


async def _note(at: Context, by: By, act: Act, branch_id: str, now: Millis) -> None:
    await at.access_log.note(Entry(now, act, by.member_id, by.name, by.member_id, by.name, branch_id))
