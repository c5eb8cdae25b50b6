"""Acts of people, meeting and sharing, each with all it needs: to be stopped anywhere, by an error or by SIGKILL.

``python -m tests.kit.work.act_scenes`` forks a process for each line ``FOLDER<tab>NAME<tab>N`` and says how it ended: one that sets the
scene up, waits for a line, acts, and kills itself before the N-th statement of the act.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from meeting_server import users
from meeting_server.acts.context import By, Context
from meeting_server.acts.learning.traces import agree_to_telling, delete_learning, stop_telling
from meeting_server.acts.meeting.entering import Entering, enter
from meeting_server.acts.meeting.hall_devices import let_device_in
from meeting_server.acts.meeting.invitations import invite_group, invite_members, renew_invitation, revoke_invitation
from meeting_server.acts.meeting.knocks import answer_knock, knock
from meeting_server.acts.people.branches import create_branch, move_branch, remove_branch, rename_branch, restore_branch
from meeting_server.acts.people.committee import Seating, seat_committee
from meeting_server.acts.people.erasing import erase_message, erase_person
from meeting_server.acts.people.revoking import catch_up, stop_device
from meeting_server.acts.people.roles import grant_role, withdraw_role
from meeting_server.acts.people.roster import add_member, change_member, import_roster, remove_member, restore_member
from meeting_server.acts.people.signing_in import (
    Browser,
    change_password,
    issue_links,
    sign_in_by_link,
    sign_in_by_password,
    sign_out_elsewhere,
)
from meeting_server.acts.schedule.calendars import make_calendar, revoke_calendar
from meeting_server.acts.schedule.documents import add_document, finish_documents
from meeting_server.acts.sharing.feeds import make_feed, revoke_feed
from meeting_server.acts.sharing.resources import accept_resource, let_readers_take, remove_resource, share_resource
from meeting_server.domain.commands import Actor, PostChat, RemoveParticipant
from meeting_server.domain.ids import HALL, MeetingId, MessageId, Millis, ParticipantId
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.terms import Invited
from meeting_server.drawing.drawer import Count, Page, PageDrawer, folder_of, picture_of
from meeting_server.journal.erasing import OF_CHAT, message
from meeting_server.live.outcome import Acked
from meeting_server.roster.plan import Change, RosterPlan
from meeting_server.roster.rows import At
from meeting_server.store.learning.quizzes import Attempt
from meeting_server.store.learning.studied import Studied
from meeting_server.store.people.accounts import Means
from meeting_server.store.people.branch_tree import BranchKind
from meeting_server.store.people.people import BranchRole, Member
from meeting_server.store.record.publications import Publication
from meeting_server.store.schedule.documents import Documents
from meeting_server.store.schedule.invitations import Invitation
from meeting_server.store.schedule.schedule import Listed, Scheduled
from meeting_server.store.sharing.shared_resources import Shared
from tests.kit.houses.meeting_house import HOUR, MeetingHouse, meeting_house
from tests.kit.work.whole_acts import Killed, Scene, stopping

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


# --- people --------------------------------------------------------------------------------------------------------------


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


# --- meeting -------------------------------------------------------------------------------------------------------------


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


# --- sharing, calendars, traces ------------------------------------------------------------------------------------------


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


# --- documents, and people from the command line ------------------------------------------------------------------------


class QuickDrawer(PageDrawer):
    """Two pages at once, without a process of their own."""

    async def draw(self, meeting_id: str, source: Path, count: Count | None = None) -> tuple[Page, ...]:
        folder_of(source).mkdir()
        if count is not None:
            await count(0, 2)
        for number in (1, 2):
            for size in ("small", "large"):
                picture_of(source, number, size).write_bytes(b"a picture")
        return tuple(Page(number, 10, 14, "a" * 64, "b" * 64) for number in (1, 2))


def with_documents(house: MeetingHouse) -> Context:
    """The site with documents that are drawn at once."""
    site = house.inner.site
    return replace(site, documents=Documents(site.database, site.settings.data_dir / "documents", QuickDrawer()))


async def document_added(house: MeetingHouse) -> Deed:
    scheduled = await house.scheduled()
    return partial(add_document, with_documents(house), scheduled.meeting_id, "工作总结.pdf", b"%PDF-1.7 a plan", by_of(house), NOW)


async def start_with_documents(house: MeetingHouse) -> Deed:
    """What the next start does for documents."""
    at = with_documents(house)

    async def start() -> None:
        await at.documents.tidy()
        await finish_documents(at)

    return start


async def person_created(house: MeetingHouse) -> Deed:
    return partial(users.add_person, house.inner.site, "马丽娟", "2026777", BranchRole.SECRETARY, house.inner.branch.name)


async def link_by_command(house: MeetingHouse) -> Deed:
    await users.renew_link(house.inner.site, "丁文静")
    return partial(users.renew_link, house.inner.site, "丁文静")


async def password_by_command(house: MeetingHouse) -> Deed:
    return partial(users.set_password, house.inner.site, "丁文静", "长江之水天上来 2026")


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
    "document added": document_added,
    "person created by command": person_created,
    "link made by command": link_by_command,
    "password set by command": password_by_command,
}
AGAIN: dict[str, Callable[[MeetingHouse], Awaitable[Deed]]] = {
    "entered as a guest": come_again_as_guest,
    "document added": start_with_documents,
}
"""What finishes an act that has a meeting to tell, or pictures to draw."""
FILES = {"document added": "documents"}
"""Folders that an act writes to."""


def scene_of(name: str) -> Callable[[Path], AbstractAsyncContextManager[Scene]]:
    """The scene of one act, in a folder of its own."""

    @asynccontextmanager
    async def made(folder: Path) -> AsyncIterator[Scene]:
        async with meeting_house(folder) as house:
            deed = await SCENES[name](house)

            async def again() -> None:
                await (await AGAIN[name](house))()

            files = house.site.settings.data_dir / FILES[name] if name in FILES else None
            yield Scene(house.inner.site.database, deed, again if name in AGAIN else None, files)

    return made


def suicide() -> BaseException:
    """Ends this process as the kernel would."""
    os.kill(os.getpid(), signal.SIGKILL)
    return Killed()


async def _main(folder: Path, name: str, at: int) -> None:
    async with scene_of(name)(folder) as scene:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        with stopping(scene.database, at, suicide):
            await scene.act()


def _fork_each() -> None:
    while line := sys.stdin.readline():
        folder, name, at = line.rstrip("\n").split("\t")
        forked = os.fork()
        if not forked:
            signal.alarm(60)  # one that hangs ends another way than it should
            asyncio.run(_main(Path(folder), name, int(at)))
            os._exit(0)
        _, status = os.waitpid(forked, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201  what the test reads


if __name__ == "__main__":
    _fork_each()
