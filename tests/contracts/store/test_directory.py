"""Branches, people, roles and invitations in each kind of database: what is kept, what is refused, what two at once may not both get."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from meeting_server.domain.ids import MeetingId
from meeting_server.domain.roles import Standing
from meeting_server.store.database import Database
from meeting_server.store.people.accounts import LinkState
from meeting_server.store.people.branch_tree import BranchKind
from meeting_server.store.people.passwords import Passwords, weakness
from meeting_server.store.people.people import BranchRole, DirectoryCode, Exclusion, Member, NotInOrder, plain_name
from meeting_server.store.schedule.invitations import Invitations, InvitationState
from meeting_server.store.schedule.invitations import invitations as invitation_table
from tests.kit.houses.houses import TestHouse, seed, site_on

MEETING = MeetingId("meeting-1")


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[TestHouse]:
    branches, people = await seed(database)
    async with site_on(database, tmp_path) as site:
        yield TestHouse(site, Starlette(), *branches, people=people)


def refused(code: DirectoryCode) -> pytest.RaisesExc[NotInOrder]:
    return pytest.RaisesExc(NotInOrder, check=lambda error: error.code is code)


async def test_branches_stand_below_one_another_in_order(house: TestHouse) -> None:
    directory = house.site.directory
    with refused(DirectoryCode.BRANCH_ORDER):
        await directory.create_branch("院系", BranchKind.FACULTY, house.branch.branch_id, 1)
    with refused(DirectoryCode.BRANCH_ORDER):
        await directory.create_branch("小组", BranchKind.GROUP, house.group.branch_id, 1)
    with refused(DirectoryCode.UNKNOWN_BRANCH):
        await directory.create_branch("支部", BranchKind.BRANCH, "nowhere", 1)
    with refused(DirectoryCode.NAME_EMPTY):
        await directory.create_branch(" \u200b ", BranchKind.BRANCH, house.faculty.branch_id, 1)
    with refused(DirectoryCode.BRANCH_ORDER):
        await directory.move_branch(house.faculty.branch_id, house.branch.branch_id)
    with refused(DirectoryCode.BRANCH_ORDER):
        await directory.move_branch(house.branch.branch_id, house.group.branch_id)
    made = await directory.create_branch("直属支部", BranchKind.BRANCH, house.university.branch_id, 1)
    await directory.move_branch(made.branch_id, house.faculty.branch_id)
    assert [branch.name for branch in (await directory.tree()).line(made.branch_id)] == ["直属支部", "信息学院党委", "江城大学党委"]


async def test_only_an_empty_branch_can_be_removed_and_brought_back(house: TestHouse) -> None:
    directory = house.site.directory
    for branch in (house.faculty, house.group):
        with refused(DirectoryCode.BRANCH_NOT_EMPTY):
            await directory.remove_branch(branch.branch_id, 5)
    made = await directory.create_branch("空支部", BranchKind.BRANCH, house.faculty.branch_id, 1)
    await directory.remove_branch(made.branch_id, 5)
    assert made.branch_id not in await directory.tree()
    kept = await directory.branch(made.branch_id)
    assert kept is not None
    assert kept.name == "空支部"
    await directory.restore_branch(made.branch_id)
    assert made.branch_id in await directory.tree()


async def test_people_are_found_by_name_number_and_pinyin(house: TestHouse) -> None:
    directory, branch_id = house.site.directory, house.branch.branch_id
    for sought in ("文静", "3002", "dingwenjing", "Ding Wen", "dwj", "DWJ"):
        assert [member.name for member in await directory.roster(branch_id, search=sought)] == ["丁文静"], sought
    assert await directory.roster(branch_id, search="%") == ()
    assert await directory.roster(branch_id, search="_") == ()
    assert await directory.roster(branch_id, search="孙国栋") == ()
    assert [member.name for member in await directory.roster(branch_id)] == ["何雨桐", "丁文静", "林晓雨"]


async def test_a_number_is_unique_in_the_house_whatever_its_case_or_width(house: TestHouse) -> None:
    directory = house.site.directory
    for number in ("t1002", "Ｔ1002", " T1002 "):
        with refused(DirectoryCode.NUMBER_TAKEN):
            await directory.add_member(Member("", house.branch.branch_id, "某人", number), 1)
    for number in ("a b", "x", "学号", "-1", "a" * 33):
        with refused(DirectoryCode.NUMBER_MALFORMED):
            await directory.add_member(Member("", house.branch.branch_id, "某人", number), 1)
    found = await directory.member_by_number("ｔ1002")
    assert found is not None
    assert found.name == "孙国栋"


async def test_a_roster_is_saved_whole_or_not_at_all(house: TestHouse) -> None:
    directory = house.site.directory
    before = await directory.roster(house.branch.branch_id)
    with refused(DirectoryCode.NUMBER_TAKEN):
        await directory.save_roster([Member("", house.branch.branch_id, "甲", "N1"), Member("", house.branch.branch_id, "乙", "T1002")], 1)
    with refused(DirectoryCode.UNKNOWN_BRANCH):
        await directory.save_roster([Member("", house.branch.branch_id, "甲", "N1"), Member("", "nowhere", "乙")], 1)
    assert await directory.roster(house.branch.branch_id) == before


async def test_only_full_members_vote_and_an_exclusion_names_its_approval(house: TestHouse) -> None:
    directory = house.site.directory
    added = await directory.add_member(Member("", house.branch.branch_id, "甲", standing=Standing.PROBATIONARY, voting=True), 1)
    assert not added.may_vote
    with refused(DirectoryCode.REFERENCE_MISSING):
        await directory.change_member(replace(added, exclusion=Exclusion.ABROAD, exclusion_reference="  "))
    changed = await directory.change_member(replace(added, exclusion=Exclusion.ABROAD, exclusion_reference="校组〔2026〕12号"))
    kept = await directory.member(added.member_id)
    assert kept == changed


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  丁  文静 ", "丁文静"),
        ("  John   Smith ", "John Smith"),
        ("买买提•艾力", "买买提·艾力"),
        ("丁\u200b文静", "丁文静"),
        ("a\u202etxt", "atxt"),
        ("e\u0301", "é"),
        ("a\r\nb\tc", "a b c"),
        ("\x00x\x1b[31m", "x[31m"),
    ],
)
def test_names_are_kept_without_what_can_not_be_seen(typed: str, kept: str) -> None:
    assert plain_name(typed) == kept


async def test_removing_someone_frees_the_number_takes_the_roles_and_can_be_undone(house: TestHouse) -> None:
    directory, secretary = house.site.directory, house.people["secretary"]
    await directory.remove_member(secretary.member_id, 9)
    assert await directory.grants_of(secretary.member_id) == ()
    assert await directory.member_by_number("2023001") is None
    other = await directory.add_member(Member("", house.branch.branch_id, "新人", "2023001"), 10)
    with refused(DirectoryCode.NUMBER_TAKEN):
        await directory.restore_member(secretary.member_id)
    await directory.remove_member(other.member_id, 11)
    assert (await directory.restore_member(secretary.member_id)).removed_at is None
    assert await directory.grants_of(secretary.member_id) == ()


async def test_the_last_administrator_stays(house: TestHouse) -> None:
    directory, first = house.site.directory, house.people["administrator"].member_id
    root = house.university.branch_id
    with refused(DirectoryCode.LAST_ADMINISTRATOR):
        await directory.withdraw(first, root, BranchRole.ADMINISTRATOR)
    with refused(DirectoryCode.LAST_ADMINISTRATOR):
        await directory.remove_member(first, 1)
    await directory.grant(house.people["reviewer"].member_id, root, BranchRole.ADMINISTRATOR, 1)
    assert await directory.withdraw(first, root, BranchRole.ADMINISTRATOR)


async def test_a_role_is_given_once_and_taken_once(house: TestHouse) -> None:
    directory, member = house.site.directory, house.people["member"].member_id
    assert await directory.grant(member, house.branch.branch_id, BranchRole.REVIEWER, 1)
    assert not await directory.grant(member, house.branch.branch_id, BranchRole.REVIEWER, 2)
    assert await directory.withdraw(member, house.branch.branch_id, BranchRole.REVIEWER)
    assert not await directory.withdraw(member, house.branch.branch_id, BranchRole.REVIEWER)


async def test_of_two_uses_of_a_one_time_link_at_once_only_one_gets_in(house: TestHouse) -> None:
    accounts = house.site.accounts
    token = await accounts.issue_link(house.people["member"].member_id, issued_by=None, now=0, seconds=60)
    states = [state for state, _member in await asyncio.gather(*(accounts.use_link(token, 1) for _try in range(8)))]
    assert states.count(LinkState.GOOD) == 1
    assert states.count(LinkState.USED) == 7


async def test_an_invitation_is_good_for_its_uses_until_its_end(house: TestHouse) -> None:
    invitations = house.site.invitations
    made = await invitations.issue(MEETING, issued_by="x", now=0, expires_at=100, max_uses=3)
    states = await asyncio.gather(*(invitations.use(made.invitation_id, 1) for _try in range(5)))
    assert sorted(states) == [InvitationState.GOOD] * 3 + [InvitationState.USED] * 2
    other = await invitations.issue(MEETING, issued_by="x", now=0, expires_at=100)
    assert await invitations.use(other.invitation_id, 99) is InvitationState.GOOD
    assert await invitations.use(other.invitation_id, 100) is InvitationState.EXPIRED
    kept = await invitations.by_token(invitations.token(other.invitation_id))
    assert kept is not None
    assert (kept.uses, kept.meeting_id) == (1, MEETING)


async def test_an_invitation_taken_back_lets_nobody_in_and_only_its_own_meeting_can_take_it_back(house: TestHouse) -> None:
    invitations = house.site.invitations
    made = await invitations.issue(MEETING, issued_by="x", now=0, expires_at=100, member_id="m1")
    assert not await invitations.revoke(MeetingId("another"), made.invitation_id, 1)
    assert await invitations.revoke(MEETING, made.invitation_id, 1)
    assert await invitations.use(made.invitation_id, 2) is InvitationState.REVOKED
    assert await invitations.use("unknown", 2) is InvitationState.REVOKED


async def test_invitation_links_are_long_stored_as_hashes_and_useless_without_the_house_s_secret(house: TestHouse) -> None:
    invitations = house.site.invitations
    made = await invitations.issue(MEETING, issued_by="x", now=0, expires_at=100)
    token = invitations.token(made.invitation_id)
    assert len(token) * 6 >= 256
    assert token == invitations.token(made.invitation_id)
    other_house = Invitations(house.site.database, b"t" * 32)
    assert await other_house.by_token(other_house.token(made.invitation_id)) is None
    async with house.site.database.read() as conn:
        (stored,) = await conn.execute(select(invitation_table))
    assert made.invitation_id in stored
    assert token not in str(stored)
    with pytest.raises(ValueError, match="32 bytes"):
        Invitations(house.site.database, b"short")


async def test_passwords_are_argon2id_with_the_promised_cost_and_made_anew_when_the_cost_changes(house: TestHouse) -> None:
    hashed = await Passwords().hash("a sentence")
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    cheap = Passwords(time_cost=1, memory_kib=64)
    assert cheap.is_outdated(hashed)
    assert await cheap.check(hashed, "a sentence")
    assert not await cheap.check(hashed, "another")
    assert not await cheap.check("not a hash", "another")
    accounts, member_id = house.site.accounts, house.people["member"].member_id
    await accounts.set_password(member_id, "a sentence", 1)
    accounts._passwords = Passwords(time_cost=2, memory_kib=64)
    assert await accounts.check_password(member_id, "a sentence", 7)
    assert await accounts.password_changed_at(member_id) == 7


async def test_no_more_than_two_passwords_are_hashed_at_once_and_the_loop_goes_on() -> None:
    passwords = Passwords(time_cost=1, memory_kib=1024)
    busy = most = ticks = 0
    two = threading.Event()

    class Slow:
        def hash(self, password: str) -> str:
            nonlocal busy, most
            busy += 1
            most = max(most, busy)
            if busy == 2:
                two.set()
            two.wait(5)
            busy -= 1
            return password

    passwords._hasher = Slow()  # type: ignore[assignment]  # only its hash is used
    hashing = asyncio.gather(*(passwords.hash("a sentence") for _one in range(6)))
    while not hashing.done():
        ticks += 1
        await asyncio.sleep(0)
    assert most == 2
    assert ticks > 1


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "password_short"),
        ("x" * 201, "password_long"),
        ("12345678", "password_common"),
        ("aaaaaaaaaaaa", "password_common"),
        ("2023110452", "password_common"),
        ("春江潮水连海平平", ""),
        ("correct horse", ""),
    ],
)
def test_weak_passwords_are_named(password: str, why: str) -> None:
    assert weakness(password, "2023110452", "丁文静") == why
