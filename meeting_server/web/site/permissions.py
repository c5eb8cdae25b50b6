"""What each role may do in a branch: one table, and the questions pages ask of it."""

from __future__ import annotations

from enum import StrEnum

from starlette.requests import HTTPConnection

from meeting_server.domain.decision import holds
from meeting_server.domain.errors import Code
from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.roles import Right, may
from meeting_server.domain.state import MeetingState
from meeting_server.store.people.branch_tree import BranchKind, BranchTree
from meeting_server.store.people.people import BranchRole, Grant
from meeting_server.store.schedule.schedule import Scheduled
from meeting_server.web.site.auth import Viewer, viewer_of
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.house import house_of


class Role(StrEnum):
    """Rows of the table: the roles given in a branch, and being a member of it."""

    ADMINISTRATOR = "administrator"
    SECRETARY = "secretary"
    REVIEWER = "reviewer"
    MEMBER = "member"


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
}


NEAR = (BranchKind.BRANCH, BranchKind.GROUP)


def roles_in(tree: BranchTree, viewer: Viewer | None, branch_id: str) -> frozenset[Role]:
    """The roles a viewer has in a branch: given there or above, and membership. Nobody has any in an unknown branch."""
    if viewer is None or not viewer.is_member or branch_id not in tree:
        return frozenset()
    roles = given_in(tree, viewer.grants, branch_id)
    if viewer.branch_id is not None and branch_id in tree.membership(viewer.branch_id):
        roles |= {Role.MEMBER}
    return roles


def given_in(tree: BranchTree, grants: tuple[Grant, ...], branch_id: str) -> frozenset[Role]:
    """The roles that ``grants`` give in a branch: held there or above. None in an unknown branch."""
    if branch_id not in tree:
        return frozenset()
    line = {branch.branch_id for branch in tree.line(branch_id)}
    return frozenset(Role(grant.role.value) for grant in grants if grant.branch_id in line)


def is_secretary(tree: BranchTree, viewer: Viewer, branch_id: str) -> bool:
    """Whether the viewer is secretary of the branch itself, or of the branch its group belongs to: not of what stands above."""
    near = {branch.branch_id for branch in tree.line(branch_id) if branch.branch_id == branch_id or branch.kind in NEAR}
    return any(grant.role is BranchRole.SECRETARY and grant.branch_id in near for grant in viewer.grants)


def permits(roles: frozenset[Role], action: Action) -> bool:
    """Whether one of the roles has the action in its row."""
    return any(action in TABLE[role] for role in roles)


async def allowed(conn: HTTPConnection, action: Action, branch_id: str) -> bool:
    """Whether the viewer of this request may do ``action`` in the branch."""
    tree = await tree_of(conn)
    return permits(roles_in(tree, await viewer_of(conn), branch_id), action)


async def require(conn: HTTPConnection, action: Action, branch_id: str) -> Viewer:
    """The viewer, who may do ``action`` in the branch.

    Raises Refused: ``sign_in_required``; ``not_found`` for an unknown branch and for one in which the viewer has no
    role at all (so that its existence is not told); ``forbidden``.
    """
    viewer = await viewer_of(conn)
    if viewer is None or not viewer.is_member:
        raise Refused(WebCode.SIGN_IN_REQUIRED)
    roles = roles_in(await tree_of(conn), viewer, branch_id)
    if not roles:
        raise Refused(WebCode.NOT_FOUND)
    if not permits(roles, action):
        raise Refused(Code.FORBIDDEN)
    return viewer


async def branches_for(conn: HTTPConnection, action: Action) -> tuple[str, ...]:
    """Ids of all branches in which the viewer may do ``action``, parents before children."""
    tree, viewer = await tree_of(conn), await viewer_of(conn)
    return tuple(branch.branch_id for branch, _depth in tree.walk() if permits(roles_in(tree, viewer, branch.branch_id), action))


def may_act_on(tree: BranchTree, viewer: Viewer, grants: tuple[Grant, ...], member_id: str) -> bool:
    """Whether the viewer may sign in, remove or re-link someone who holds ``grants``.

    Without this a secretary could take over an administrator's account by issuing a link for it: whoever holds a
    role is handled only by those who could have given it, or by themselves.
    """
    if viewer.member_id == member_id:
        return True
    return all(permits(roles_in(tree, viewer, grant.branch_id), Action.APPOINT) for grant in grants)


async def tree_of(conn: HTTPConnection) -> BranchTree:
    """The branch tree, read once per request."""
    state = conn.scope.setdefault("state", {})
    if "branch_tree" not in state:
        state["branch_tree"] = await house_of(conn).directory.tree()
    tree: BranchTree = state["branch_tree"]
    return tree


def seeing(scheduled: Scheduled) -> Action:
    """What someone who was not on its list must be allowed, to read the whole record of a meeting."""
    return Action.SEE_COMMITTEE_ARCHIVE if scheduled.plan.kind == "committee" else Action.SEE_ARCHIVE


def runs_at(scheduled: Scheduled, state: MeetingState | None, participant_id: str | None) -> bool:
    """Whether someone runs the meeting: by its state where there is one, else by the schedule."""
    if participant_id is None:
        return False
    if state is not None:
        return holds(state, ParticipantId(participant_id), Right.RUN_MEETING)
    listed = scheduled.listed(participant_id)
    return listed is not None and may(listed.role, Right.RUN_MEETING)


def is_removed(state: MeetingState | None, participant_id: str) -> bool:
    """Whether someone was shown out of the meeting."""
    there = state.participants.get(ParticipantId(participant_id)) if state is not None else None
    return there is not None and there.removed
