"""What each role may do in a branch: one table, and the questions asked of it."""

from __future__ import annotations

from enum import StrEnum

from meeting_server.store.people.branch_tree import BranchTree
from meeting_server.store.people.people import Grant


class Role(StrEnum):
    """Rows of the table: the roles given in a branch, and being a member of it."""

    ADMINISTRATOR = "administrator"
    SECRETARY = "secretary"
    REVIEWER = "reviewer"
    MEMBER = "member"
    APPLICANT = "applicant"  # 积极分子, 发展对象: what they were called to and what is published, by that and not by belonging here


class Action(StrEnum):
    """Columns of the table. What happens inside a live meeting is ruled by ``domain.roles`` instead."""

    MANAGE_BRANCHES = "manage_branches"  # create, rename, move, remove nodes of the tree
    APPOINT = "appoint"  # give and take roles
    SEE_ACCESS_LOG = "see_access_log"
    SEE_PEOPLE = "see_people"
    EDIT_PEOPLE = "edit_people"  # add, change, remove, import
    EXPORT_PEOPLE = "export_people"
    ISSUE_LINKS = "issue_links"  # one-time sign-in links
    SCHEDULE = "schedule"  # plan, change and cancel meetings, invitations, leave
    SEE_MEETINGS = "see_meetings"  # all meetings of the branch; one's own are seen by being on their list
    SEE_ATTENDANCE = "see_attendance"  # everyone's; one's own is on one's own page
    SEE_ARCHIVE = "see_archive"  # recordings, minutes, results of what concerns the whole branch
    SEE_COMMITTEE_ARCHIVE = "see_committee_archive"  # those of committee meetings; who was on the list reads it anyway
    EDIT_ARCHIVE = "edit_archive"  # correct minutes, release recordings
    EXPORT_ARCHIVE = "export_archive"  # the checkable bundle of a meeting
    SEE_LEARNING = "see_learning"  # who finished what, by name; one's own is on one's own page
    HOLD_ARCHIVE = "hold_archive"  # keep a record from being deleted, and let it go again


TABLE: dict[Role, frozenset[Action]] = {
    Role.ADMINISTRATOR: frozenset(Action),
    Role.SECRETARY: frozenset(Action) - {Action.MANAGE_BRANCHES, Action.APPOINT, Action.HOLD_ARCHIVE},
    Role.REVIEWER: frozenset(
        {Action.SEE_MEETINGS, Action.SEE_ATTENDANCE, Action.SEE_ARCHIVE, Action.SEE_COMMITTEE_ARCHIVE, Action.EXPORT_ARCHIVE}
    ),
    Role.MEMBER: frozenset({Action.SEE_ARCHIVE}),
    Role.APPLICANT: frozenset(),
}


def given_in(tree: BranchTree, grants: tuple[Grant, ...], branch_id: str) -> frozenset[Role]:
    """The roles that ``grants`` give in a branch: held there or above. None in an unknown branch."""
    if branch_id not in tree:
        return frozenset()
    line = {branch.branch_id for branch in tree.line(branch_id)}
    return frozenset(Role(grant.role.value) for grant in grants if grant.branch_id in line)


def permits(roles: frozenset[Role], action: Action) -> bool:
    """Whether one of the roles has the action in its row."""
    return any(action in TABLE[role] for role in roles)
