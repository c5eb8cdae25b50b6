"""Every page of a meeting × who held the chair: what it answers while they hold it, when they were demoted, when they were shown out."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from starlette.routing import Route

from meeting_server.domain.commands import Actor, AdjournMeeting, AssignRole, Command, RemoveParticipant
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.ids import MeetingId, ParticipantId
from meeting_server.domain.meeting import NEEDS, decide, replay
from meeting_server.domain.phases import MeetingPhase
from meeting_server.domain.roles import RIGHTS, Role
from meeting_server.live.outcome import Acked
from meeting_server.store.people.people import BranchRole
from meeting_server.web.routes import routes
from meeting_server.web.site.auth import now_millis
from tests.kit.houses.houses import Browser
from tests.kit.houses.meeting_house import LINK, MeetingHouse, meeting_house
from tests.kit.meetings.sitting import Sitting
from tests.kit.meetings.sitting import member as seat

MANAGES, RUNS, ATTENDANCE, LISTED, VOICE, OWN = "manages", "runs", "attendance", "listed", "voice", "own"
NEEDED = {
    "GET /meetings/{meeting_id}": LISTED,
    "GET /meetings/{meeting_id}/attendance": ATTENDANCE,
    "GET /meetings/{meeting_id}/attendance.xlsx": ATTENDANCE,
    "GET /meetings/{meeting_id}/attendance/me": OWN,
    "POST /meetings/{meeting_id}/attendance/contest": VOICE,
    "POST /meetings/{meeting_id}/attendance/contests/{contest_id}": RUNS,
    "GET /meetings/{meeting_id}/calendar.ics": LISTED,
    "GET /meetings/{meeting_id}/cancel": MANAGES,
    "POST /meetings/{meeting_id}/cancel": MANAGES,
    "GET /meetings/{meeting_id}/committee": MANAGES,
    "POST /meetings/{meeting_id}/committee": MANAGES,
    "GET /meetings/{meeting_id}/drafts": MANAGES,
    "GET /meetings/{meeting_id}/drafts/{kind}/{motion_id}.docx": MANAGES,
    "GET /meetings/{meeting_id}/devices": MANAGES,
    "POST /meetings/{meeting_id}/devices": MANAGES,
    "POST /meetings/{meeting_id}/devices/stop": MANAGES,
    "POST /meetings/{meeting_id}/devices/switch": MANAGES,
    "GET /meetings/{meeting_id}/documents": LISTED,
    "POST /meetings/{meeting_id}/documents": MANAGES,
    "GET /meetings/{meeting_id}/documents/progress": MANAGES,
    "GET /meetings/{meeting_id}/documents/{document_id}": LISTED,
    "GET /meetings/{meeting_id}/documents/{document_id}/pages/{page}": LISTED,
    "GET /meetings/{meeting_id}/documents/{document_id}/pages/{page}/large": LISTED,
    "POST /meetings/{meeting_id}/documents/{document_id}/remove": MANAGES,
    "GET /meetings/{meeting_id}/edit": MANAGES,
    "POST /meetings/{meeting_id}/edit": MANAGES,
    "GET /meetings/{meeting_id}/enter": LISTED,
    "GET /meetings/{meeting_id}/ice": LISTED,
    "GET /meetings/{meeting_id}/invitations": MANAGES,
    "POST /meetings/{meeting_id}/invitations": MANAGES,
    "POST /meetings/{meeting_id}/invitations/revoke": MANAGES,
    "GET /meetings/{meeting_id}/knocks": LISTED,
    "POST /meetings/{meeting_id}/knocks/{knock_id}": LISTED,
    "GET /meetings/{meeting_id}/leave": LISTED,
    "POST /meetings/{meeting_id}/leave": LISTED,
    "POST /meetings/{meeting_id}/leave/withdraw": LISTED,
    "POST /meetings/{meeting_id}/leave/{participant_id}": MANAGES,
    "GET /meetings/{meeting_id}/room": LISTED,
    "POST /meetings/{meeting_id}/rule": RUNS,
    "GET /meetings/{meeting_id}/stage": RUNS,
    "GET /meetings/{meeting_id}/stage/code": RUNS,
    "GET /h/{meeting_id}": LISTED,
    "GET /h/{meeting_id}/{code}": LISTED,
    "POST /h/{meeting_id}/{code}": LISTED,
}
"""What each page of a meeting asks for: to run it, to be on its list, to have a voice in it, or only to be the one it is about."""


def pages() -> set[str]:
    """Every address about a meeting that is not the archive's."""
    found = set()
    for route in routes:
        if isinstance(route, Route) and route.path.startswith(("/meetings/{meeting_id}", "/h/{meeting_id}")):
            found |= {f"{method} {route.path}" for method in (route.methods or set()) - {"HEAD"}}
    return found


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[MeetingHouse]:
    async with meeting_house(tmp_path) as made:
        yield made


def test_every_page_of_a_meeting_is_in_the_matrix() -> None:
    assert pages() == set(NEEDED)


async def ask(browser: Browser, line: str, meeting_id: str, token: str) -> int:
    """The answer's status; ``403`` also for a page that shows its visitor to the door."""
    method, path = line.split()
    names = {"contest_id": "c1", "document_id": "d1", "page": "1", "participant_id": "nobody", "knock_id": "k1", "code": "A" * 20}
    names |= {"kind": "resolution", "motion_id": "m1"}
    path = path.format(meeting_id=meeting_id, **names)
    answer = await (browser.get(path) if method == "GET" else browser.post(path, data={"csrf": token}))
    turned_away = answer.status_code == 303 and answer.headers["location"].endswith("/enter")
    return 403 if turned_away else answer.status_code


async def statuses(browser: Browser, meeting_id: str) -> dict[str, int]:
    token = await browser.token("/me")
    return {line: await ask(browser, line, meeting_id, token) for line in sorted(NEEDED)}


async def became(house: MeetingHouse, meeting_id: MeetingId, what: str, who: str = "member", by: str = "secretary") -> None:
    there = house.pid(who)
    command = AssignRole(there, Role.MEMBER) if what == "demoted" else RemoveParticipant(there)
    assert isinstance(await house.registry.submit(meeting_id, Actor(house.pid(by)), command), Acked)


async def eventually(holds: Callable[[], Awaitable[bool]]) -> None:
    """The rest of the house catches up without anybody waiting for it."""
    async with asyncio.timeout(10):
        while not await holds():  # noqa: ASYNC110  what is waited for is on disk, behind a page
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("phase", ["at the door", "open", "adjourned"])
@pytest.mark.parametrize("became_what", ["holds the chair", "demoted", "shown out"])
async def test_a_chair_has_what_the_meeting_gives_them_now_and_nothing_of_before(house: MeetingHouse, phase: str, became_what: str) -> None:
    meeting_id = (await house.scheduled()).meeting_id
    browser = await house.signed_in("member")
    await (house.open(meeting_id) if phase != "at the door" else house.registry.assembly(meeting_id))
    if became_what != "holds the chair":
        await became(house, meeting_id, "demoted" if became_what == "demoted" else "removed")
    if phase == MeetingPhase.ADJOURNED:
        await house.adjourn(meeting_id)
    wrong = []
    for line, status in (await statuses(browser, meeting_id)).items():
        denied = _denied(NEEDED[line], became_what, phase) or (
            phase == MeetingPhase.ADJOURNED and line.endswith(("/room", "/ice", "/stage"))
        )
        if denied != (status == 403):
            wrong.append(f"{line}: {status}, expected to be {'denied' if denied else 'allowed'}")
    assert wrong == []


def _denied(needed: str, became_what: str, phase: str) -> bool:
    if became_what == "holds the chair" or needed == OWN:
        return False
    if needed == LISTED:
        return became_what == "shown out" and phase != MeetingPhase.ADJOURNED  # afterwards they may read what they were part of
    return needed != VOICE or became_what == "shown out"


async def test_a_secretary_of_the_branch_who_was_shown_out_can_not_come_back_by_that_office_until_it_is_over(house: MeetingHouse) -> None:
    meeting_id = (await house.scheduled()).meeting_id
    await house.open(meeting_id)
    browser = await house.signed_in("secretary")
    await became(house, meeting_id, "removed", "secretary", "member")
    answers = await statuses(browser, meeting_id)
    assert {line: status for line, status in answers.items() if NEEDED[line] is not OWN and status != 403} == {}
    await house.registry.submit(meeting_id, Actor(house.pid("member")), AdjournMeeting())
    await house.site.schedule.set_phase(meeting_id, MeetingPhase.ADJOURNED, now_millis())
    assert (await browser.get(f"/meetings/{meeting_id}/attendance")).status_code == 200


async def test_who_was_shown_out_reads_nothing_of_the_record_while_the_meeting_runs(house: MeetingHouse) -> None:
    meeting_id = (await house.scheduled()).meeting_id
    await house.open(meeting_id)
    browser = await house.signed_in("probationary")
    assert (await browser.get(f"/archive/{meeting_id}")).status_code == 200
    await became(house, meeting_id, "removed", "probationary")
    assert (await browser.get(f"/archive/{meeting_id}")).status_code == 403


async def test_an_administrator_who_was_shown_out_keeps_what_the_house_gives_them(house: MeetingHouse) -> None:
    plan = house.plan()
    meeting_id = (await house.scheduled(people=(*plan.people, type(plan.people[0])(house.pid("administrator"))))).meeting_id
    await house.open(meeting_id)
    await became(house, meeting_id, "removed", "administrator")
    assert (await (await house.signed_in("administrator")).get(f"/meetings/{meeting_id}/invitations")).status_code == 200


@pytest.mark.parametrize("what", ["demoted", "removed"])
def test_every_command_that_needs_a_right_is_refused_to_who_lost_it(what: str) -> None:
    sitting = Sitting(extra=[seat("chair", role=Role.CHAIR)])
    chair, secretary = ParticipantId("chair"), ParticipantId("secretary")
    lost = AssignRole(chair, Role.MEMBER) if what == "demoted" else RemoveParticipant(chair)
    codes = {}
    decided = decide(sitting.state, lost, Actor(secretary), sitting.now, {})
    assert not isinstance(decided, Rejected)
    after = replay([(event, sitting.now) for event in decided], sitting.state)
    for kind, right in NEEDS.items():
        if right is None or (what == "demoted" and right in RIGHTS[Role.MEMBER]):
            continue
        unread: Command = object.__new__(kind)  # refused before anything of it is looked at
        refused = decide(after, unread, Actor(chair), sitting.now, {})
        codes[kind.__name__] = refused.code if isinstance(refused, Rejected) else refused
    assert len(codes) > 30
    assert set(codes.values()) == {Code.FORBIDDEN if what == "demoted" else Code.REMOVED}


# --- what was issued ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["demoted", "removed"])
async def test_links_and_hall_devices_a_chair_let_in_end_with_the_chair(house: MeetingHouse, what: str) -> None:
    meeting_id = (await house.scheduled()).meeting_id
    await house.open(meeting_id)
    chair, base = await house.signed_in("member"), f"/meetings/{meeting_id}"
    await chair.submit(f"{base}/invitations", {"make": "guests"}, page=f"{base}/invitations")
    await chair.submit(f"{base}/invitations", {"make": house.pid("probationary")}, page=f"{base}/invitations")
    links = set(LINK.findall((await chair.get(f"{base}/invitations")).text))
    shown = await chair.submit(f"{base}/devices", {"kind": "camera", "name": "会场"}, page=f"{base}/devices", status=200)
    token = next(found for found in re.findall(r'value="([A-Za-z0-9_-]{43})"', shown.text) if found not in "".join(links))
    devices = house.inner.site.hall_devices
    (camera,) = await devices.of_meeting(meeting_id)
    assert len(links) >= 2
    await became(house, meeting_id, what)

    async def revoked() -> bool:
        stands = [d for d in await devices.of_meeting(meeting_id) if d.works(now_millis())]
        return not stands and all(i.revoked_at for i in await house.inner.site.invitations.of_meeting(meeting_id))

    await eventually(revoked)
    assert [(await house.browser().get(link)).status_code for link in links] == [410] * len(links)
    log = await house.inner.site.access_log.about(meeting_id)
    assert {"invitation_revoked", "hall_device_stopped"} <= {entry.act.value for entry in log}
    assert camera.revoked_at is None
    encoder = {"authorization": f"Bearer {token}", "content-type": "application/sdp"}
    assert (await house.browser().post("/whip", content=b"v=0", headers=encoder)).status_code == 401


async def test_who_is_shown_out_is_signed_out_of_a_browser_that_came_by_an_invitation(house: MeetingHouse) -> None:
    meeting_id = (await house.scheduled()).meeting_id
    await house.open(meeting_id)
    link = await house.link(meeting_id, "member")
    browser = house.browser()
    await browser.submit(link, {"as": "listen"}, page=link)
    closed: list[str] = []
    (sign_in,) = await house.inner.site.accounts.sign_ins_of(house.pid("member"), now_millis())
    house.inner.site.sign_outs.watch(sign_in.sign_in_id, lambda: closed.append("socket"))
    await became(house, meeting_id, "removed")

    async def signed_out() -> bool:
        return not await house.inner.site.accounts.sign_ins_of(house.pid("member"), now_millis())

    await eventually(signed_out)
    assert closed == ["socket"]
    assert (await browser.get(f"/meetings/{meeting_id}")).status_code == 303
    assert (await house.browser().get(link)).status_code == 403
    assert (await browser.get(link)).status_code == 403


async def test_a_role_given_in_the_meeting_outlives_a_restart_and_convening_again(house: MeetingHouse) -> None:
    meeting_id = (await house.scheduled()).meeting_id
    await house.registry.assembly(meeting_id)
    await became(house, meeting_id, "demoted")

    async def written() -> bool:
        scheduled = await house.site.schedule.meeting(meeting_id)
        listed = scheduled.listed(house.pid("member")) if scheduled else None
        return listed is not None and listed.role is Role.MEMBER

    await eventually(written)
    secretary = await house.signed_in("secretary")
    page = f"/meetings/{meeting_id}"
    member = await house.signed_in("probationary")
    await member.submit(f"{page}/leave", {"reason": "出差"}, page=page)  # convenes it anew
    state = await house.registry.state(meeting_id)
    assert state is not None
    assert state.participants[house.pid("member")].role is Role.MEMBER
    assert (await secretary.get(page)).status_code == 200


async def test_what_a_stopped_server_did_not_take_back_is_taken_back_when_the_meeting_is_loaded(house: MeetingHouse) -> None:
    meeting_id = (await house.scheduled()).meeting_id
    await house.open(meeting_id)
    link = await house.link(meeting_id)
    house.registry._assemblies[meeting_id].followed_by((), ())  # the server stops before it can catch up
    await became(house, meeting_id, "removed", "secretary", "member")
    assert (await house.browser().get(link)).status_code == 200
    assembly = house.registry._assemblies.pop(meeting_id)
    await assembly.host.stop()
    await house.registry.assembly(meeting_id)

    async def revoked() -> bool:
        return (await house.browser().get(link)).status_code == 410

    await eventually(revoked)


async def test_a_role_taken_back_in_the_branch_takes_back_what_was_issued_by_it(house: MeetingHouse) -> None:
    plan = house.plan()
    people = tuple(person for person in plan.people if person.participant_id != house.pid("secretary"))
    meeting_id = (await house.scheduled(people=people)).meeting_id
    link = await house.link(meeting_id)
    administrator = await house.signed_in("administrator")
    roles = f"/branches/{house.inner.branch.branch_id}/roles"
    await administrator.submit(f"{roles}/withdraw", {"role": "secretary", "member": house.pid("secretary")}, page=roles)
    assert (await house.browser().get(link)).status_code == 410


# --- nobody gets a link that opens more than their own ----------------------------------------------------------


async def test_a_deputy_gets_no_link_of_whoever_has_more_rights(house: MeetingHouse) -> None:
    await house.inner.add("deputy", "高远", house.inner.branch, number="2023009")
    plan = house.plan()
    deputy = type(plan.people[0])(house.pid("deputy"), Role.CHAIR)
    meeting_id = (await house.scheduled(people=(*plan.people, deputy))).meeting_id
    stolen = await house.link(meeting_id, "secretary")  # made by the secretary for herself
    page = f"/meetings/{meeting_id}/invitations"
    browser = await house.signed_in("deputy")
    await browser.submit(page, {"make": "all"}, page=page)
    shown = (await browser.get(page)).text
    assert stolen not in shown
    for above in ("secretary", "member"):  # who holds a branch role, and who runs the meeting beside them
        await browser.submit(page, {"make": house.pid(above)}, page=page, status=403)
    owners = {i.member_id for i in await house.inner.site.invitations.of_meeting(meeting_id) if i.issued_by == house.pid("deputy")}
    assert owners == {house.pid("deputy"), house.pid("probationary")}
    (kept,) = [i for i in await house.inner.site.invitations.of_meeting(meeting_id) if i.member_id == house.pid("secretary")]
    await browser.submit(f"{page}/revoke", {"invitation": kept.invitation_id}, page=page, status=403)
    assert (await browser.get(f"{page}?qr={kept.invitation_id}")).text.count(stolen) == 0


async def test_a_secretary_gets_no_link_of_another_office_holder_an_administrator_does(house: MeetingHouse) -> None:
    directory = house.inner.site.directory
    await directory.grant(house.pid("probationary"), house.inner.branch.branch_id, BranchRole.SECRETARY, 1)
    meeting_id = (await house.scheduled()).meeting_id
    page = f"/meetings/{meeting_id}/invitations"
    secretary, administrator = await house.signed_in("secretary"), await house.signed_in("administrator")
    await secretary.submit(page, {"make": house.pid("probationary")}, page=page, status=403)
    await secretary.submit(page, {"make": house.pid("member")}, page=page)
    await administrator.submit(page, {"make": house.pid("probationary")}, page=page)


async def test_a_link_made_for_a_member_does_not_become_the_chairs_when_they_are_given_the_chair(house: MeetingHouse) -> None:
    meeting_id = (await house.scheduled()).meeting_id
    await house.open(meeting_id)
    page = f"/meetings/{meeting_id}/invitations"
    chair = await house.signed_in("member")
    await chair.submit(page, {"make": house.pid("probationary")}, page=page)
    (link,) = set(LINK.findall((await chair.get(page)).text))
    promoted = AssignRole(house.pid("probationary"), Role.CHAIR)
    assert isinstance(await house.registry.submit(meeting_id, Actor(house.pid("secretary")), promoted), Acked)

    async def revoked() -> bool:
        return (await house.browser().get(link)).status_code == 410

    await eventually(revoked)
