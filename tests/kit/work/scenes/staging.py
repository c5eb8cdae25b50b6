"""What every scene is set up with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from meeting_server.acts.context import By, Context
from meeting_server.acts.people.signing_in import (
    Browser,
)
from meeting_server.domain.ids import MeetingId, Millis
from meeting_server.store.people.accounts import Means
from meeting_server.store.schedule.invitations import Invitation
from meeting_server.store.schedule.schedule import Scheduled
from tests.kit.houses.meeting_house import HOUR, MeetingHouse

Deed = Callable[[], Awaitable[object]]
BROWSER = Browser("", "Firefox, Linux", "d" * 64)
NOW: Millis = 1_800_000_000_000
LATER = NOW + 1_000_000


def by_of(house: MeetingHouse, who: str = "secretary") -> By:
    person = house.inner.people[who]
    return By(person.member_id, person.name)


def at_of(house: MeetingHouse) -> Context:
    return house.inner.site


async def sign_in(house: MeetingHouse, who: str, meeting_id: MeetingId | None = None) -> str:
    accounts, member_id = at_of(house).accounts, house.inner.people[who].member_id
    await accounts.begin_sign_in(now=NOW, seconds=9999, means=Means.LINK, member_id=member_id, meeting_id=meeting_id)
    return (await accounts.sign_ins_of(member_id, NOW))[0].sign_in_id


async def issued(house: MeetingHouse, scheduled: Scheduled, who: str | None, issuer: str = "secretary", **more: object) -> Invitation:
    return await at_of(house).invitations.issue(
        scheduled.meeting_id,
        issued_by=house.pid(issuer),
        now=NOW,
        expires_at=NOW + 9 * HOUR,
        member_id=house.pid(who) if who else None,
        **more,  # type: ignore[arg-type]  # max_uses, admits
    )
