"""Acts of invitations, the door and hall devices."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from meeting_server.acts.meeting.entering import Entering, enter
from meeting_server.acts.meeting.hall_devices import let_device_in
from meeting_server.acts.meeting.invitations import invite_group, invite_members, renew_invitation, revoke_invitation
from meeting_server.acts.meeting.knocks import answer_knock, knock
from meeting_server.acts.people.revoking import catch_up, stop_device
from meeting_server.domain.commands import Actor, RemoveParticipant
from meeting_server.domain.ids import HALL, ParticipantId
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.terms import Invited
from meeting_server.live.outcome import Acked
from meeting_server.store.schedule.invitations import Invitation
from meeting_server.store.schedule.schedule import Scheduled
from tests.kit.houses.meeting_house import HOUR, MeetingHouse
from tests.kit.work.scenes.staging import BROWSER, LATER, NOW, Deed, at_of, by_of, issued, sign_in


async def invite_everyone(house: MeetingHouse) -> Deed:
    people = [house.pid("member"), house.pid("probationary"), house.pid("secretary")]
    return partial(invite_members, at_of(house), by_of(house), await house.scheduled(), people, NOW)


async def invite_guests(house: MeetingHouse) -> Deed:
    return partial(invite_group, at_of(house), by_of(house), await house.scheduled(), "guests", NOW, 5)


async def _let_in_twice(house: MeetingHouse) -> tuple[Scheduled, Invitation]:
    """A member who came by their link, and on another device beside it."""
    scheduled = await house.scheduled()
    invitation = await issued(house, scheduled, "member")
    await at_of(house).invitations.bind(invitation.invitation_id, "a" * 64, "Firefox", NOW)
    asked = await at_of(house).knocks.ask(
        scheduled.meeting_id, house.pid("member"), "", device_hash="b" * 64, device="", household="h", now=NOW
    )
    await at_of(house).knocks.answer(asked.knock_id, "let_in", "x", "何雨桐", NOW)
    await sign_in(house, "member", scheduled.meeting_id)
    return scheduled, invitation


async def renew_a_link(house: MeetingHouse) -> Deed:
    scheduled, _ = await _let_in_twice(house)
    return partial(renew_invitation, at_of(house), by_of(house), scheduled, house.pid("member"), "丁文静", NOW)


async def revoke_a_link(house: MeetingHouse) -> Deed:
    scheduled, invitation = await _let_in_twice(house)
    return partial(revoke_invitation, at_of(house), by_of(house), scheduled, invitation.invitation_id, house.pid("member"), NOW)


async def knocking(house: MeetingHouse) -> Deed:
    scheduled = await house.scheduled()
    for device, at in (("d" * 64, NOW), ("c" * 64, NOW - HOUR)):  # one it replaces, one that is forgotten
        await at_of(house).knocks.ask(scheduled.meeting_id, None, "谁", device_hash=device, device="", household="h", now=at)
    return partial(knock, at_of(house), BROWSER, "h", scheduled, house.inner.people["member"], "", LATER)


async def answering(house: MeetingHouse) -> Deed:
    scheduled = await house.scheduled()
    asked = await at_of(house).knocks.ask(
        scheduled.meeting_id, house.pid("member"), "", device_hash="b" * 64, device="", household="h", now=NOW
    )
    return partial(answer_knock, at_of(house), by_of(house), scheduled, asked.knock_id, "let_in", NOW)


async def enter_bound(house: MeetingHouse) -> Deed:
    """By a personal link, for the first time, on a browser that somebody else was signed in on."""
    scheduled, browser = await house.scheduled(), replace(BROWSER, sign_in_id=await sign_in(house, "probationary"))
    entering = Entering(scheduled, await issued(house, scheduled, "member"), house.inner.people["member"], None)
    return partial(enter, at_of(house), browser, entering, "g-1", NOW)


async def enter_let_in(house: MeetingHouse) -> Deed:
    scheduled = await house.scheduled()
    entering = Entering(scheduled, await issued(house, scheduled, "member"), house.inner.people["member"], None, let_in=True)
    return partial(enter, at_of(house), BROWSER, entering, "g-1", NOW)


def _guest(scheduled: Scheduled, invitation: Invitation) -> Entering:
    guest = Invited(ParticipantId("g-1"), "高原", Standing.GUEST, Role.GUEST, voting=False)
    return Entering(scheduled, invitation, None, guest, guest_name="高原")


async def enter_as_guest(house: MeetingHouse) -> Deed:
    scheduled = await house.scheduled()
    await house.open(scheduled.meeting_id)
    entering = _guest(scheduled, await issued(house, scheduled, None, max_uses=3))
    return partial(enter, at_of(house), BROWSER, entering, "g-1", NOW)


async def come_again_as_guest(house: MeetingHouse) -> Deed:
    """The same browser once more: it is signed in, on the list, and perhaps not in the meeting."""
    (scheduled,) = await at_of(house).schedule.concerning(house.pid("member"))
    (invitation,) = await at_of(house).invitations.of_meeting(scheduled.meeting_id)
    entering = replace(_guest(scheduled, invitation), in_already=True, known_guest=True)
    return partial(enter, at_of(house), BROWSER, entering, "g-1", LATER)


async def device_let_in(house: MeetingHouse) -> Deed:
    return partial(let_device_in, at_of(house), by_of(house), await house.scheduled(), HALL, "camera", "讲台", NOW)


async def device_stopped(house: MeetingHouse) -> Deed:
    scheduled = await house.scheduled()
    device, _ = await at_of(house).hall_devices.issue(
        scheduled.meeting_id, HALL, "camera", "讲台", issued_by=house.pid("secretary"), now=NOW, expires_at=NOW + HOUR
    )
    return partial(stop_device, at_of(house), by_of(house), scheduled, device.device_id, NOW, house.pid("secretary"))


async def catching_up(house: MeetingHouse) -> Deed:
    """With links, a device and sign-ins of somebody who was shown out."""
    scheduled = await house.scheduled()
    await house.open(scheduled.meeting_id)
    remove = RemoveParticipant(house.pid("member"), "")
    assert isinstance(await house.registry.submit(scheduled.meeting_id, Actor(house.pid("secretary")), remove), Acked)
    await asyncio.gather(*house.registry._tasks)
    await issued(house, scheduled, "probationary", "member")
    await issued(house, scheduled, None, "member")
    await sign_in(house, "member", scheduled.meeting_id)
    await at_of(house).hall_devices.issue(
        scheduled.meeting_id, HALL, "screen", "屏幕", issued_by=house.pid("member"), now=NOW, expires_at=NOW + HOUR
    )
    return partial(catch_up, at_of(house), scheduled.meeting_id, NOW)


SCENES: dict[str, Callable[[MeetingHouse], Awaitable[Deed]]] = {
    "members invited": invite_everyone,
    "guests invited": invite_guests,
    "link renewed": renew_a_link,
    "link revoked": revoke_a_link,
    "knocked": knocking,
    "knock answered": answering,
    "entered by a personal link": enter_bound,
    "entered let in": enter_let_in,
    "entered as a guest": enter_as_guest,
    "hall device let in": device_let_in,
    "hall device stopped": device_stopped,
    "rights caught up": catching_up,
}
AGAIN: dict[str, Callable[[MeetingHouse], Awaitable[Deed]]] = {"entered as a guest": come_again_as_guest}
"""What finishes an act that has a meeting to tell."""
