"""The tree of branches, a branch's own page, its place in the tree, and who holds which role in it."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.people.branches import create_branch, move_branch, remove_branch, rename_branch, restore_branch
from meeting_server.acts.people.permissions import Action, permits
from meeting_server.acts.people.roles import grant_role, withdraw_role
from meeting_server.store.people.branch_tree import RANK, Branch, BranchKind, BranchTree
from meeting_server.store.people.people import BranchRole, Member, NotInOrder
from meeting_server.web.site.auth import member_of, now_millis
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import field, form_of
from meeting_server.web.site.pages import render, see
from meeting_server.web.site.permissions import branches_for, require, roles_in, tree_of
from meeting_server.web.site.site import site_of

DONE = ("created", "renamed", "moved", "removed", "restored", "granted", "withdrawn")


async def branches(request: Request) -> Response:
    """Show all branches in which the viewer has a role, as a tree, or if there is only one, that one."""
    tree = await tree_of(request)
    seen = await branches_for(request, Action.SEE_MEETINGS)
    if not seen:
        await member_of(request)
        raise Refused(WebCode.NOT_FOUND)
    tops = [branch_id for branch_id in seen if not _has_parent_in(tree, branch_id, seen)]
    if len(tops) == 1 and tree.get(tops[0]) is not None and RANK[_known(tree, tops[0]).kind] >= RANK[BranchKind.BRANCH]:
        return see(f"/branches/{tops[0]}")
    counts = await site_of(request).directory.counts()
    rows = [
        {
            "branch": branch,
            "depth": depth,
            "people": sum(counts[node.branch_id].people for node in tree.below(branch.branch_id) if node.branch_id in counts),
        }
        for top in tops
        for branch, depth in tree.walk(top)
    ]
    return await render(
        request, "people/branches.html", {"rows": rows, "done": _done(request), "removed": request.query_params.get("branch", "")}
    )


async def branch_page(request: Request) -> Response:
    """Show one branch: how many people, who holds which role, its groups, and what the viewer may do here."""
    branch_id = request.path_params["branch_id"]
    viewer = await require(request, Action.SEE_MEETINGS, branch_id)
    tree, site = await tree_of(request), site_of(request)
    branch = _known(tree, branch_id)
    roles = roles_in(tree, viewer, branch_id)
    roster = await site.directory.roster(branch_id)
    counts = await site.directory.counts()
    return await render(
        request,
        "people/branch.html",
        {
            "branch": branch,
            "above": tree.line(branch_id)[1:],
            "children": [
                {"branch": child, "people": sum(counts[n.branch_id].people for n in tree.below(child.branch_id) if n.branch_id in counts)}
                for child in tree.children(branch_id)
            ],
            "people": len(roster),
            "voting": sum(member.may_vote for member in roster),
            "probationary": sum(member.standing == "probationary" for member in roster),
            "holders": await site.directory.holders(branch_id),
            "may": {action.value: permits(roles, action) for action in Action},
            "done": _done(request),
        },
    )


async def branch_settings(request: Request) -> Response:
    """Show the forms that change a branch's place in the tree."""
    branch_id = request.path_params["branch_id"]
    await require(request, Action.MANAGE_BRANCHES, branch_id)
    return await _settings(request, branch_id)


async def rename(request: Request) -> Response:
    """Give the branch another name."""
    branch_id = request.path_params["branch_id"]
    viewer = await require(request, Action.MANAGE_BRANCHES, branch_id)
    name = field(await form_of(request), "name")
    try:
        await rename_branch(site_of(request), viewer.by, branch_id, name, now_millis())
    except NotInOrder as refusal:
        return await _settings(request, branch_id, "rename", refusal, name)
    return see(f"/branches/{branch_id}?done=renamed")


async def move(request: Request) -> Response:
    """Move the branch below another one, which the viewer manages too."""
    branch_id = request.path_params["branch_id"]
    viewer = await require(request, Action.MANAGE_BRANCHES, branch_id)
    parent_id = field(await form_of(request), "parent")
    await require(request, Action.MANAGE_BRANCHES, parent_id)
    try:
        await move_branch(site_of(request), viewer.by, branch_id, _known(await tree_of(request), parent_id), now_millis())
    except NotInOrder as refusal:
        return await _settings(request, branch_id, "move", refusal)
    return see(f"/branches/{branch_id}?done=moved")


async def create(request: Request) -> Response:
    """Create a new branch below this one."""
    branch_id = request.path_params["branch_id"]
    viewer = await require(request, Action.MANAGE_BRANCHES, branch_id)
    form = await form_of(request)
    name, kind = field(form, "name"), field(form, "kind")
    if kind not in set(BranchKind):
        raise Refused(WebCode.BAD_FORM, field="kind")
    try:
        made = await create_branch(site_of(request), viewer.by, name, BranchKind(kind), branch_id, now_millis())
    except NotInOrder as refusal:
        return await _settings(request, branch_id, "create", refusal, name)
    return see(f"/branches/{made.branch_id}?done=created")


async def remove(request: Request) -> Response:
    """Remove an empty branch from the tree."""
    branch_id = request.path_params["branch_id"]
    viewer = await require(request, Action.MANAGE_BRANCHES, branch_id)
    await form_of(request)
    branch = _known(await tree_of(request), branch_id)
    if branch.parent_id is None:
        raise Refused(WebCode.BAD_FORM)
    await require(request, Action.MANAGE_BRANCHES, branch.parent_id)
    try:
        await remove_branch(site_of(request), viewer.by, branch, now_millis())
    except NotInOrder as refusal:
        return await _settings(request, branch_id, "remove", refusal)
    return see(f"/branches?done=removed&branch={branch_id}")


async def restore(request: Request) -> Response:
    """Undo a removal."""
    await form_of(request)
    branch = await site_of(request).directory.branch(request.path_params["branch_id"])
    if branch is None or branch.parent_id is None:
        raise Refused(WebCode.NOT_FOUND)
    viewer = await require(request, Action.MANAGE_BRANCHES, branch.parent_id)
    await restore_branch(site_of(request), viewer.by, branch, now_millis())
    return see(f"/branches/{branch.branch_id}?done=restored")


async def roles_page(request: Request) -> Response:
    """Show who holds a role here, and the form to appoint someone."""
    branch_id = request.path_params["branch_id"]
    await require(request, Action.APPOINT, branch_id)
    return await _roles(request, branch_id)


async def appoint(request: Request) -> Response:
    """Give a role to the person with this name or number. If several people have the name, ask which one."""
    branch_id = request.path_params["branch_id"]
    viewer = await require(request, Action.APPOINT, branch_id)
    form = await form_of(request)
    role, who, member_id = field(form, "role"), field(form, "who"), field(form, "member")
    if role not in set(BranchRole):
        raise Refused(WebCode.BAD_FORM, field="role")
    found = await _candidates(request, who, member_id)
    if len(found) != 1:
        return await _roles(request, branch_id, role=role, who=who, found=found, code="" if found else "nobody_found")
    await grant_role(site_of(request), viewer.by, found[0], branch_id, BranchRole(role), now_millis())
    return see(f"/branches/{branch_id}/roles?done=granted")


async def withdraw(request: Request) -> Response:
    """Take a role back. Open rooms and pages follow at their next request."""
    branch_id = request.path_params["branch_id"]
    viewer = await require(request, Action.APPOINT, branch_id)
    form = await form_of(request)
    role, member_id = field(form, "role"), field(form, "member")
    if role not in set(BranchRole):
        raise Refused(WebCode.BAD_FORM, field="role")
    site = site_of(request)
    member = await site.directory.member(member_id)
    if member is None:
        raise Refused(WebCode.NOT_FOUND)
    try:
        await withdraw_role(site, viewer.by, member, branch_id, BranchRole(role), now_millis())
    except NotInOrder as refusal:
        return await _roles(request, branch_id, code=str(refusal.code))
    if member_id == viewer.member_id:
        return see("/")
    return see(f"/branches/{branch_id}/roles?done=withdrawn&member={member_id}&role={role}")


async def _candidates(request: Request, who: str, member_id: str) -> list[Member]:
    """Return the people meant by a name, a number or a choice from a list, in branches in which the viewer may appoint."""
    directory = site_of(request).directory
    reach = set(await branches_for(request, Action.APPOINT))
    if member_id:
        member = await directory.member(member_id)
        found = [member] if member else []
    elif who:
        by_number = await directory.member_by_number(who)
        tree = await tree_of(request)
        tops = [branch_id for branch_id in reach if not _has_parent_in(tree, branch_id, tuple(reach))]
        named = [member for top in tops for member in await directory.roster(top, search=who)]
        exact = [member for member in named if member.name == who]
        found = [by_number] if by_number else exact or named
    else:
        found = []
    return [member for member in found if member.removed_at is None and member.branch_id in reach][:20]


async def _settings(request: Request, branch_id: str, wrong: str = "", refusal: NotInOrder | None = None, value: str = "") -> Response:
    tree = await tree_of(request)
    branch = _known(tree, branch_id)
    managed = await branches_for(request, Action.MANAGE_BRANCHES)
    below = {node.branch_id for node in tree.below(branch_id)}
    parents = [node for node in (_known(tree, other) for other in managed if other not in below) if RANK[node.kind] < RANK[branch.kind]]
    return await render(
        request,
        "people/branch_settings.html",
        {
            "branch": branch,
            "parents": parents,
            "kinds": [kind for kind in BranchKind if RANK[kind] > RANK[branch.kind]],
            "has_children": bool(tree.children(branch_id)),
            "wrong": wrong,
            "code": str(refusal.code) if refusal else "",
            "value": value,
        },
        status=422 if refusal else 200,
    )


async def _roles(
    request: Request, branch_id: str, *, role: str = "secretary", who: str = "", found: list[Member] | None = None, code: str = ""
) -> Response:
    tree = await tree_of(request)
    directory = site_of(request).directory
    inherited = [{"branch": above, "holders": await directory.holders(above.branch_id)} for above in tree.line(branch_id)[1:]]
    query = request.query_params
    context: dict[str, Any] = {
        "branch": _known(tree, branch_id),
        "holders": await directory.holders(branch_id),
        "inherited": [line for line in inherited if line["holders"]],
        "roles": list(BranchRole),
        "role": role,
        "who": who,
        "found": found or [],
        "branch_names": {member.member_id: _name_of(tree, member.branch_id) for member in found or []},
        "code": code,
        "done": _done(request),
        "undo": (query.get("member", ""), query.get("role", "")),
    }
    return await render(request, "people/branch_roles.html", context, status=422 if code else 200)


def _known(tree: BranchTree, branch_id: str) -> Branch:
    branch = tree.get(branch_id)
    if branch is None:
        raise Refused(WebCode.NOT_FOUND)
    return branch


def _name_of(tree: BranchTree, branch_id: str) -> str:
    branch = tree.get(branch_id)
    return branch.name if branch else ""


def _has_parent_in(tree: BranchTree, branch_id: str, others: tuple[str, ...]) -> bool:
    return any(node.branch_id in others for node in tree.line(branch_id)[1:])


def _done(request: Request) -> str:
    done = request.query_params.get("done", "")
    return done if done in DONE else ""


_BRANCH = "/branches/{branch_id}"
routes: list[BaseRoute] = [
    Route("/branches", branches, methods=["GET"]),
    Route(_BRANCH, branch_page, methods=["GET"]),
    Route(f"{_BRANCH}/settings", branch_settings, methods=["GET"]),
    Route(f"{_BRANCH}/rename", rename, methods=["POST"]),
    Route(f"{_BRANCH}/move", move, methods=["POST"]),
    Route(f"{_BRANCH}/create", create, methods=["POST"]),
    Route(f"{_BRANCH}/remove", remove, methods=["POST"]),
    Route(f"{_BRANCH}/restore", restore, methods=["POST"]),
    Route(f"{_BRANCH}/roles", roles_page, methods=["GET"]),
    Route(f"{_BRANCH}/roles", appoint, methods=["POST"]),
    Route(f"{_BRANCH}/roles/withdraw", withdraw, methods=["POST"]),
]
