"""Whether the viewer of a request may do something in a branch, as ``acts.people.permissions`` has it."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from meeting_server.acts.people.permissions import Action, Role, given_in, permits
from meeting_server.domain.errors import Code
from meeting_server.domain.roles import Standing
from meeting_server.store.people.branch_tree import BranchKind, BranchTree
from meeting_server.store.people.people import BranchRole, Grant
from meeting_server.store.schedule.schedule import Scheduled
from meeting_server.web.site.auth import Viewer, viewer_of
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.site import site_of

NEAR = (BranchKind.BRANCH, BranchKind.GROUP)


def roles_in(tree: BranchTree, viewer: Viewer | None, branch_id: str) -> frozenset[Role]:
    """The roles a viewer has in a branch: given there or above, and membership. Nobody has any in an unknown branch."""
    if viewer is None or not viewer.is_member or branch_id not in tree:
        return frozenset()
    roles = given_in(tree, viewer.grants, branch_id)
    if viewer.branch_id is not None and branch_id in tree.membership(viewer.branch_id):
        roles |= {Role.APPLICANT if viewer.standing is Standing.APPLICANT else Role.MEMBER}
    return roles


def is_secretary(tree: BranchTree, viewer: Viewer, branch_id: str) -> bool:
    """Whether the viewer is secretary of the branch itself, or of the branch its group belongs to: not of what stands above."""
    near = {branch.branch_id for branch in tree.line(branch_id) if branch.branch_id == branch_id or branch.kind in NEAR}
    return any(grant.role is BranchRole.SECRETARY and grant.branch_id in near for grant in viewer.grants)


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
        state["branch_tree"] = await site_of(conn).directory.tree()
    tree: BranchTree = state["branch_tree"]
    return tree


def seeing(scheduled: Scheduled) -> Action:
    """What someone who was not on its list must be allowed, to read the whole record of a meeting."""
    return Action.SEE_COMMITTEE_ARCHIVE if scheduled.plan.kind == "committee" else Action.SEE_ARCHIVE
