"""Acts of calendars, feeds, shared resources and learning traces."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from meeting_server.acts.learning.traces import agree_to_telling, delete_learning, stop_telling
from meeting_server.acts.schedule.calendars import make_calendar, revoke_calendar
from meeting_server.acts.sharing.feeds import make_feed, revoke_feed
from meeting_server.acts.sharing.resources import accept_resource, let_readers_take, remove_resource, share_resource
from meeting_server.store.learning.quizzes import Attempt
from meeting_server.store.learning.studied import Studied
from meeting_server.store.record.publications import Publication
from meeting_server.store.sharing.shared_resources import Shared
from tests.kit.houses.meeting_house import MeetingHouse
from tests.kit.work.scenes.staging import NOW, Deed, at_of, by_of


async def calendar_made(house: MeetingHouse) -> Deed:
    return partial(make_calendar, at_of(house), by_of(house), house.inner.branch.branch_id, NOW)


async def calendar_revoked(house: MeetingHouse) -> Deed:
    await at_of(house).calendar_links.make(house.pid("secretary"), NOW)
    return partial(revoke_calendar, at_of(house), by_of(house), house.inner.branch.branch_id, NOW)


async def feed_made(house: MeetingHouse) -> Deed:
    return partial(make_feed, at_of(house), by_of(house), house.inner.branch.branch_id, NOW)


async def feed_revoked(house: MeetingHouse) -> Deed:
    feed = await at_of(house).feeds.make(house.pid("secretary"), house.inner.branch.branch_id, NOW)
    return partial(revoke_feed, at_of(house), by_of(house), feed.feed_id, NOW)


async def shared(house: MeetingHouse) -> Deed:
    scheduled = await house.scheduled()
    publication = Publication(scheduled.meeting_id, house.inner.branch.branch_id, "志愿服务", state="published")
    await at_of(house).publications.save(publication)
    return partial(share_resource, at_of(house), by_of(house), scheduled, publication, True, NOW)


async def _offered(house: MeetingHouse) -> Shared:
    return await at_of(house).shared_resources.offer(
        Shared("shared-1", house.inner.branch.branch_id, "a" * 64, "别的大学", "f" * 64, NOW, "课", "{}", NOW, "何雨桐")
    )


async def resource_accepted(house: MeetingHouse) -> Deed:
    return partial(accept_resource, at_of(house), by_of(house), await _offered(house), "branch", NOW)


async def resource_removed(house: MeetingHouse) -> Deed:
    offered = await _offered(house)
    accepted = await at_of(house).shared_resources.accept(offered.shared_id, "branch", "何雨桐", NOW)
    assert accepted is not None
    return partial(remove_resource, at_of(house), by_of(house), accepted, NOW)


async def readers_let_take(house: MeetingHouse) -> Deed:
    return partial(let_readers_take, at_of(house), by_of(house), await house.scheduled(), False, NOW)


async def telling_agreed(house: MeetingHouse) -> Deed:
    return partial(agree_to_telling, at_of(house), by_of(house), house.inner.branch.branch_id, NOW)


async def telling_stopped(house: MeetingHouse) -> Deed:
    await at_of(house).statements.agree(house.pid("secretary"), NOW)
    await at_of(house).statements.add(house.pid("secretary"), {"id": "1"}, NOW)
    return partial(stop_telling, at_of(house), by_of(house), house.inner.branch.branch_id, NOW)


async def learning_deleted(house: MeetingHouse) -> Deed:
    studied = Studied("lesson", "l-1")
    await at_of(house).learning.progress.report(house.pid("secretary"), studied, 60_000, [(0, 9_000)], 9_000, NOW, "2026-11")
    await at_of(house).learning.quizzes.attempt(Attempt(house.pid("secretary"), studied, 1, 2, {}, NOW))
    return partial(delete_learning, at_of(house), by_of(house), house.inner.branch.branch_id, NOW)


SCENES: dict[str, Callable[[MeetingHouse], Awaitable[Deed]]] = {
    "calendar made": calendar_made,
    "calendar revoked": calendar_revoked,
    "feed made": feed_made,
    "feed revoked": feed_revoked,
    "resource shared": shared,
    "resource accepted": resource_accepted,
    "resource removed": resource_removed,
    "readers let take": readers_let_take,
    "telling agreed": telling_agreed,
    "telling stopped": telling_stopped,
    "learning deleted": learning_deleted,
}
