"""What the viewer of a request may do in a branch, according to ``acts.people.permissions``."""

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
    """Return the viewer's roles in a branch: granted there or above, and membership. Nobody has a role in an unknown branch."""
    if viewer is None or not viewer.is_member or branch_id not in tree:
        return frozenset()
    roles = given_in(tree, viewer.grants, branch_id)
    if viewer.branch_id is not None and branch_id in tree.membership(viewer.branch_id):
        roles |= {Role.APPLICANT if viewer.standing is Standing.APPLICANT else Role.MEMBER}
    return roles


def is_secretary(tree: BranchTree, viewer: Viewer, branch_id: str) -> bool:
    """Return whether the viewer is secretary of the branch itself, or of the branch that its group belongs to, not of a higher one."""
    near = {branch.branch_id for branch in tree.line(branch_id) if branch.branch_id == branch_id or branch.kind in NEAR}
    return any(grant.role is BranchRole.SECRETARY and grant.branch_id in near for grant in viewer.grants)


async def allowed(conn: HTTPConnection, action: Action, branch_id: str) -> bool:
    """Return whether the viewer of this request may do ``action`` in the branch."""
    tree = await tree_of(conn)
    return permits(roles_in(tree, await viewer_of(conn), branch_id), action)


async def require(conn: HTTPConnection, action: Action, branch_id: str) -> Viewer:
    """Return the viewer, who may do ``action`` in the branch.

    Raises Refused: ``sign_in_required``; ``not_found`` for an unknown branch and for one in which the viewer has no role (so that its
    existence is not revealed); ``forbidden``.
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
    """Return the ids of all branches in which the viewer may do ``action``, parents before children."""
    tree, viewer = await tree_of(conn), await viewer_of(conn)
    return tuple(branch.branch_id for branch, _depth in tree.walk() if permits(roles_in(tree, viewer, branch.branch_id), action))


def may_act_on(tree: BranchTree, viewer: Viewer, grants: tuple[Grant, ...], member_id: str) -> bool:
    """Return whether the viewer may issue links for, or remove, someone who holds ``grants``.

    Without this check a secretary could take over an administrator's account by issuing a link for it. Only those who could grant a role,
    or its holder, may do this to a holder.
    """
    if viewer.member_id == member_id:
        return True
    return all(permits(roles_in(tree, viewer, grant.branch_id), Action.APPOINT) for grant in grants)


async def tree_of(conn: HTTPConnection) -> BranchTree:
    """Return the branch tree, read once per request."""
    state = conn.scope.setdefault("state", {})
    if "branch_tree" not in state:
        state["branch_tree"] = await site_of(conn).directory.tree()
    tree: BranchTree = state["branch_tree"]
    return tree


def seeing(scheduled: Scheduled) -> Action:
    """The action that someone who was not on a meeting's list needs in order to read its whole record."""
    return Action.SEE_COMMITTEE_ARCHIVE if scheduled.plan.kind == "committee" else Action.SEE_ARCHIVE
