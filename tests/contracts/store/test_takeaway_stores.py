"""What is kept of taking away and sharing behaves the same on every database."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.archive.takeaway.xapi import Done, statement
from meeting_server.store.database import Database
from meeting_server.store.learning.statements import Statements
from meeting_server.store.schedule.calendar_links import CalendarLinks
from meeting_server.store.sharing.feeds import Feeds
from meeting_server.store.sharing.shared_resources import Shared, SharedResources
from meeting_server.store.sharing.takeaway_rules import TakeawayRules

DONE = Done("began", "a" * 32, "http://house.test/", "http://house.test/learn/meetings/m-1", "支部党员大会", "zh-CN", 1_795_690_800_000)
SHARED = Shared("s-1", "b-1", "0" * 64, "东海大学党委", "f" * 64, 1_795_690_800_000, "标题", "{}", 1_795_690_800_001, "何雨桐")


async def test_a_feed_is_found_by_its_token_and_taken_back_by_its_member_only(database: Database) -> None:
    feeds = Feeds(database, b"s" * 32)
    feed = await feeds.make("m-1", "b-1", 1_795_690_800_000)
    assert await feeds.make("m-1", "b-1", 1_795_690_800_005) == feed
    assert await feeds.by_token(feeds.token(feed.feed_id)) == feed
    assert await feeds.by_token("x" * 43) is None
    assert not await feeds.revoke("m-2", feed.feed_id, 9)
    assert await feeds.revoke("m-1", feed.feed_id, 9)
    assert not await feeds.revoke("m-1", feed.feed_id, 10)
    gone = await feeds.by_token(feeds.token(feed.feed_id))
    assert gone is not None
    assert gone.revoked_at == 9
    assert await feeds.of_member("m-1") == ()
    assert (await feeds.make("m-1", "b-1", 11)).feed_id != feed.feed_id


async def test_readers_may_take_until_a_branch_says_otherwise(database: Database) -> None:
    rules = TakeawayRules(database)
    assert await rules.readers_may("b-1")
    await rules.let_readers("b-1", False)
    assert not await rules.readers_may("b-1")
    assert await rules.readers_may("b-2")
    await rules.let_readers("b-1", True)
    assert await rules.readers_may("b-1")


async def test_a_shared_resource_is_offered_accepted_and_forgotten(database: Database) -> None:
    shared = SharedResources(database)
    assert await shared.offer(SHARED) == SHARED
    assert await shared.offer(replace(SHARED, shared_id="s-2")) == SHARED  # the same bundle in the same branch
    other = replace(SHARED, shared_id="s-3", branch_id="b-2", received_at=SHARED.received_at + 5)
    await shared.offer(other)
    assert await shared.keys_of("东海大学党委") == frozenset()
    taken = await shared.accept("s-1", "faculty", "钱进", 9)
    assert taken == replace(SHARED, audience="faculty", state="accepted", accepted_at=9, accepted_by="钱进")
    again = await shared.accept("s-1", "all", "何雨桐", 12)
    assert again == replace(taken, audience="all")
    assert await shared.get("s-1") == again
    assert await shared.keys_of("东海大学党委") == {"f" * 64}
    assert [one.shared_id for one in await shared.all()] == ["s-3", "s-1"]
    assert [one.shared_id for one in await shared.all(["b-2"])] == ["s-3"]
    assert await shared.forget("s-1")
    assert not await shared.forget("s-1")
    assert await shared.accept("s-1", "all", "x", 1) is None


async def test_statements_wait_are_put_off_refused_and_sent(database: Database) -> None:
    statements = Statements(database)
    told = [statement(replace(DONE, at=DONE.at + n)) for n in range(3)]
    assert not await statements.add("m-1", told[0], 1)
    consent = await statements.agree("m-1", 1)
    assert await statements.agree("m-1", 2) == consent
    for number, one in enumerate(told):
        assert await statements.add("m-1", one, number)
        assert await statements.add("m-1", one, number + 5)  # again: once
    assert [one.statement_id for one in await statements.due(10, 9)] == [one["id"] for one in told]
    await statements.later([told[0]["id"]], 50)
    await statements.refuse(told[1]["id"], "400 no")
    await statements.sent([told[2]["id"]])
    assert await statements.due(49, 9) == ()
    [waiting] = await statements.due(50, 9)
    assert (waiting.body, waiting.tries) == (told[0], 1)
    assert await statements.count() == (1, 1)
    assert len((await statements.held("m-1"))["not_sent_yet"]) == 2
    await statements.withdraw("m-1")
    assert await statements.count() == (0, 0)
    assert await statements.held("m-1") == {"not_sent_yet": []}


async def test_a_calendar_address_is_found_by_its_token_and_taken_back_by_its_member_only(database: Database) -> None:
    links = CalendarLinks(database, b"s" * 32)
    link = await links.make("m-1", 1_795_690_800_000)
    assert await links.make("m-1", 1_795_690_800_005) == link
    assert await links.by_token(links.token(link.link_id)) == link
    assert await links.by_token("x" * 43) is None
    assert not await links.revoke("m-2", 9)
    assert await links.revoke("m-1", 9)
    assert not await links.revoke("m-1", 10)
    assert await links.of_member("m-1") is None
    revoked = await links.by_token(links.token(link.link_id))
    assert revoked is not None
    assert revoked.revoked_at == 9
    assert links.token((await links.make("m-1", 11)).link_id) != links.token(link.link_id)
