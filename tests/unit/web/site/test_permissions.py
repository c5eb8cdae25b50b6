"""The table of roles and actions, cell by cell, and how roles are inherited down the tree."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from meeting_server.acts.people.permissions import TABLE, Action, Role, permits
from meeting_server.domain.roles import Standing
from meeting_server.store.people.branch_tree import Branch, BranchKind, BranchTree
from meeting_server.store.people.people import BranchRole, Grant
from meeting_server.web.site.auth import Viewer
from meeting_server.web.site.permissions import may_act_on, roles_in

TREE = BranchTree(
    [
        Branch("university", None, BranchKind.UNIVERSITY, "大学", 0),
        Branch("faculty", "university", BranchKind.FACULTY, "学院", 0),
        Branch("branch", "faculty", BranchKind.BRANCH, "支部", 0),
        Branch("group", "branch", BranchKind.GROUP, "小组", 0),
        Branch("other", "faculty", BranchKind.BRANCH, "别的支部", 0),
        Branch("gone", "faculty", BranchKind.BRANCH, "撤销的支部", 0, removed_at=1),
    ]
)
NODES = ("university", "faculty", "branch", "group", "other")
SPEC = """
                administrator secretary reviewer member applicant
manage_branches yes           -         -        -         -
appoint         yes           -         -        -         -
see_access_log  yes           yes       -        -         -
see_people      yes           yes       -        -         -
edit_people     yes           yes       -        -         -
export_people   yes           yes       -        -         -
issue_links     yes           yes       -        -         -
schedule        yes           yes       -        -         -
see_meetings    yes           yes       yes      -         -
see_attendance  yes           yes       yes      -         -
see_archive     yes           yes       yes      yes       -
see_committee_archive yes     yes       yes      -         -
edit_archive    yes           yes       -        -         -
export_archive  yes           yes       yes      -         -
see_learning    yes           yes       -        -         -
hold_archive    yes           -         -        -         -
"""
"""Written out by hand, so that a slip in the table shows."""


def spec() -> dict[tuple[Role, Action], bool]:
    lines = SPEC.strip("\n").splitlines()
    roles = [Role(word) for word in lines[0].split()]
    return {
        (role, Action(line.split()[0])): cell == "yes" for line in lines[1:] for role, cell in zip(roles, line.split()[1:], strict=True)
    }


def viewer(*grants: Grant, branch_id: str | None = None, only_meeting: str | None = None) -> Viewer:
    return Viewer("m", None, "某人", "zh-CN", "s", branch_id, only_meeting, grants)  # type: ignore[arg-type]  # a NewType of str


@pytest.mark.parametrize(("role", "action"), list(itertools.product(Role, Action)), ids=str)
def test_every_cell_is_as_written(role: Role, action: Action) -> None:
    assert (action in TABLE[role]) is spec()[role, action]


@pytest.mark.parametrize(("role", "where"), list(itertools.product(BranchRole, NODES)), ids=str)
def test_a_role_holds_where_it_was_given_and_below_and_nowhere_else(role: BranchRole, where: str) -> None:
    below = {branch.branch_id for branch in TREE.below(where)}
    for target in NODES:
        held = roles_in(TREE, viewer(Grant(where, role)), target)
        assert held == (frozenset({Role(role.value)}) if target in below else frozenset())


def test_an_applicant_reads_nothing_by_belonging_to_a_branch() -> None:
    applicant = replace(viewer(branch_id="group"), standing=Standing.APPLICANT)
    for target in ("branch", "group"):
        held = roles_in(TREE, applicant, target)
        assert held == {Role.APPLICANT}
        assert not any(permits(held, action) for action in Action)


def test_a_member_of_a_group_is_a_member_of_its_branch_and_no_further() -> None:
    held = {target: roles_in(TREE, viewer(branch_id="group"), target) for target in NODES}
    assert {target for target, roles in held.items() if roles} == {"branch", "group"}
    assert roles_in(TREE, viewer(branch_id="branch"), "group") == frozenset()


@pytest.mark.parametrize("target", ["gone", "unknown", ""])
def test_nobody_has_a_role_in_an_unknown_or_removed_branch(target: str) -> None:
    assert roles_in(TREE, viewer(Grant("university", BranchRole.ADMINISTRATOR), Grant(target, BranchRole.SECRETARY)), target) == frozenset()


def test_strangers_and_sign_ins_for_one_meeting_have_no_role() -> None:
    assert roles_in(TREE, None, "branch") == frozenset()
    limited = viewer(Grant("branch", BranchRole.SECRETARY), branch_id="branch", only_meeting="meeting")
    assert roles_in(TREE, limited, "branch") == frozenset()
    assert not permits(frozenset(), Action.SEE_ARCHIVE)


def test_a_secretary_can_not_take_over_the_account_of_someone_who_holds_a_role() -> None:
    secretary, administrator = viewer(Grant("branch", BranchRole.SECRETARY)), viewer(Grant("university", BranchRole.ADMINISTRATOR))
    for where, role in (("university", BranchRole.ADMINISTRATOR), ("branch", BranchRole.SECRETARY), ("other", BranchRole.REVIEWER)):
        assert not may_act_on(TREE, secretary, (Grant(where, role),), "someone")
        assert may_act_on(TREE, administrator, (Grant(where, role),), "someone")
    assert may_act_on(TREE, secretary, (), "someone")
    assert may_act_on(TREE, secretary, (Grant("branch", BranchRole.SECRETARY),), "m")
    dean = viewer(Grant("faculty", BranchRole.ADMINISTRATOR))
    assert not may_act_on(TREE, dean, (Grant("university", BranchRole.ADMINISTRATOR),), "someone")
