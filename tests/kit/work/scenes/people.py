"""Acts of branches, members, offices and sign-ins."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from meeting_server.acts.people.branches import create_branch, move_branch, remove_branch, rename_branch, restore_branch
from meeting_server.acts.people.committee import Seating, seat_committee
from meeting_server.acts.people.erasing import erase_message, erase_person
from meeting_server.acts.people.roles import grant_role, withdraw_role
from meeting_server.acts.people.roster import add_member, change_member, import_roster, remove_member, restore_member
from meeting_server.acts.people.signing_in import (
    change_password,
    issue_links,
    sign_in_by_link,
    sign_in_by_password,
    sign_out_elsewhere,
)
from meeting_server.domain.commands import Actor, PostChat
from meeting_server.domain.ids import HALL, MeetingId, MessageId
from meeting_server.domain.roles import Role
from meeting_server.journal.erasing import OF_CHAT, message
from meeting_server.live.outcome import Acked
from meeting_server.roster.plan import Change, RosterPlan
from meeting_server.roster.rows import At
from meeting_server.store.people.branch_tree import BranchKind
from meeting_server.store.people.people import BranchRole, Member
from meeting_server.store.schedule.schedule import Listed, Scheduled
from tests.kit.houses.meeting_house import HOUR, MeetingHouse
from tests.kit.work.scenes.staging import BROWSER, LATER, NOW, Deed, at_of, by_of, issued, sign_in


async def rename(house: MeetingHouse) -> Deed:
    return partial(rename_branch, at_of(house), by_of(house), house.inner.group.branch_id, "第九党小组", NOW)


async def move(house: MeetingHouse) -> Deed:
    return partial(move_branch, at_of(house), by_of(house), house.inner.group.branch_id, house.inner.other_branch, NOW)


async def create(house: MeetingHouse) -> Deed:
    return partial(create_branch, at_of(house), by_of(house), "新支部", BranchKind.BRANCH, house.inner.faculty.branch_id, NOW)


async def remove_a_branch(house: MeetingHouse) -> Deed:
    empty = await at_of(house).directory.create_branch("空支部", BranchKind.BRANCH, house.inner.faculty.branch_id, NOW)
    return partial(remove_branch, at_of(house), by_of(house), empty, NOW)


async def restore_a_branch(house: MeetingHouse) -> Deed:
    empty = await at_of(house).directory.create_branch("空支部", BranchKind.BRANCH, house.inner.faculty.branch_id, NOW)
    await at_of(house).directory.remove_branch(empty.branch_id, NOW)
    return partial(restore_branch, at_of(house), by_of(house), empty, NOW)


async def give_role(house: MeetingHouse) -> Deed:
    who = house.inner.people["member"]
    return partial(grant_role, at_of(house), by_of(house), who, house.inner.branch.branch_id, BranchRole.REVIEWER, NOW)


async def take_role(house: MeetingHouse) -> Deed:
    """With a link and a device that only the role gave the right to hand out, and one of another meeting."""
    for _ in range(2):
        scheduled = await house.scheduled(people=(Listed(house.pid("member"), Role.CHAIR),))
        await issued(house, scheduled, "member")
        await at_of(house).hall_devices.issue(
            scheduled.meeting_id, HALL, "screen", "屏幕", issued_by=house.pid("secretary"), now=NOW, expires_at=NOW + HOUR
        )
    secretary, branch_id = house.inner.people["secretary"], house.inner.branch.branch_id
    return partial(withdraw_role, at_of(house), by_of(house, "administrator"), secretary, branch_id, BranchRole.SECRETARY, NOW)


async def add_someone(house: MeetingHouse) -> Deed:
    return partial(add_member, at_of(house), by_of(house), Member("", house.inner.branch.branch_id, "高原", "2023009"), NOW)


async def change_someone(house: MeetingHouse) -> Deed:
    before = house.inner.people["member"]
    return partial(change_member, at_of(house), by_of(house), before, replace(before, name="丁静文"), NOW)


async def import_people(house: MeetingHouse) -> Deed:
    branch_id, known = house.inner.branch.branch_id, house.inner.people["member"]
    new = tuple(Member("", branch_id, f"高原{n}", f"20240{n:02}") for n in range(5))
    changed = replace(known, committee=True)
    plan = RosterPlan(new, (Change(known, changed, At(2)),), (), ())
    return partial(import_roster, at_of(house), by_of(house), branch_id, plan, NOW)


async def committee_seated(house: MeetingHouse) -> Deed:
    """何雨桐 leaves it, 丁文静 comes."""
    scheduled, branch_id = await house.scheduled(), house.inner.branch.branch_id
    elected = [house.pid("member")]
    return partial(seat_committee, at_of(house), by_of(house), branch_id, scheduled.meeting_id, elected, Seating.ANEW, NOW)


async def remove_someone(house: MeetingHouse) -> Deed:
    """Who issued links and let a device in, holds a role, is signed in and has an open link."""
    scheduled = await house.scheduled(people=(Listed(house.pid("member"), Role.CHAIR),))
    await issued(house, scheduled, "member")
    await issued(house, scheduled, None)
    await at_of(house).hall_devices.issue(
        scheduled.meeting_id, HALL, "camera", "讲台", issued_by=house.pid("secretary"), now=NOW, expires_at=NOW + HOUR
    )
    await sign_in(house, "secretary")
    secretary = house.inner.people["secretary"]
    await at_of(house).accounts.issue_link(secretary.member_id, issued_by=None, now=NOW, seconds=999)
    return partial(remove_member, at_of(house), by_of(house, "administrator"), secretary, NOW)


async def restore_someone(house: MeetingHouse) -> Deed:
    member = house.inner.people["member"]
    await at_of(house).directory.remove_member(member.member_id, NOW)
    return partial(restore_member, at_of(house), by_of(house), member, NOW)


async def password_sign_in(house: MeetingHouse) -> Deed:
    browser = replace(BROWSER, sign_in_id=await sign_in(house, "probationary"))
    return partial(sign_in_by_password, at_of(house), browser, house.inner.people["member"], NOW)


async def link_sign_in(house: MeetingHouse) -> Deed:
    browser, member = replace(BROWSER, sign_in_id=await sign_in(house, "probationary")), house.inner.people["member"]
    token = await at_of(house).accounts.issue_link(member.member_id, issued_by=None, now=NOW, seconds=999)
    return partial(sign_in_by_link, at_of(house), browser, token, member, NOW)


async def new_password(house: MeetingHouse) -> Deed:
    mine = await sign_in(house, "member")
    await sign_in(house, "member")
    await at_of(house).accounts.set_password(house.pid("member"), "老的密码不算短", NOW)
    return partial(change_password, at_of(house), house.inner.people["member"], "hashed", LATER, but=mine)


async def signing_out_elsewhere(house: MeetingHouse) -> Deed:
    mine = await sign_in(house, "member")
    await sign_in(house, "member")
    return partial(sign_out_elsewhere, at_of(house), house.inner.people["member"], NOW, but=mine)


async def sign_in_links(house: MeetingHouse) -> Deed:
    members = [house.inner.people[who] for who in ("member", "probationary", "reviewer")]
    await at_of(house).accounts.issue_link(members[0].member_id, issued_by=None, now=NOW, seconds=999)
    return partial(issue_links, at_of(house), by_of(house), members, NOW)


async def _nothing(_meeting_id: MeetingId) -> None:
    """What is made anew of a record is the worker's, and tested there."""


async def _said(house: MeetingHouse, who: str) -> Scheduled:
    scheduled = await house.scheduled()
    await house.open(scheduled.meeting_id)
    for text in ("第一条", "第二条"):
        assert isinstance(await house.registry.submit(scheduled.meeting_id, Actor(house.pid(who)), PostChat(text)), Acked)
    return scheduled


async def erase_words(house: MeetingHouse) -> Deed:
    scheduled = await _said(house, "probationary")
    found = message(await house.registry.records(scheduled.meeting_id, kinds=OF_CHAT), MessageId("c1"))
    assert found is not None
    return partial(erase_message, at_of(house), by_of(house), scheduled, found, _nothing, NOW)


async def erase_someone(house: MeetingHouse) -> Deed:
    """Who spoke in two meetings, is signed in, has a link and stands in the access log."""
    for _ in range(2):
        await issued(house, await _said(house, "probationary"), "probationary")
    await sign_in(house, "probationary")
    member = house.inner.people["probationary"]
    await remove_member(at_of(house), by_of(house), member, NOW)
    return partial(erase_person, at_of(house), by_of(house), member, _nothing, LATER)


SCENES: dict[str, Callable[[MeetingHouse], Awaitable[Deed]]] = {
    "branch renamed": rename,
    "branch moved": move,
    "branch created": create,
    "branch removed": remove_a_branch,
    "branch restored": restore_a_branch,
    "role granted": give_role,
    "role withdrawn": take_role,
    "member added": add_someone,
    "member changed": change_someone,
    "roster imported": import_people,
    "committee seated": committee_seated,
    "member removed": remove_someone,
    "member restored": restore_someone,
    "signed in by password": password_sign_in,
    "signed in by link": link_sign_in,
    "password changed": new_password,
    "signed out elsewhere": signing_out_elsewhere,
    "sign-in links issued": sign_in_links,
    "message erased": erase_words,
    "person erased": erase_someone,
}
