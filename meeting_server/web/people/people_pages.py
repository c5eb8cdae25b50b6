"""The people of a branch: finding, adding, changing and removing them, and undoing a removal."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.people.permissions import Action, permits
from meeting_server.acts.people.roster import add_member, change_member, remove_member, restore_member
from meeting_server.domain.errors import Code
from meeting_server.domain.roles import Standing
from meeting_server.store.people.branch_tree import BranchTree
from meeting_server.store.people.people import Exclusion, Member, NotInOrder
from meeting_server.web.site.auth import Viewer, now_millis
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import field, form_of
from meeting_server.web.site.pages import render, see
from meeting_server.web.site.permissions import may_act_on, require, roles_in, tree_of
from meeting_server.web.site.site import site_of

DONE = ("added", "changed", "removed", "restored", "imported", "revoked", "nothing")


async def people(request: Request) -> Response:
    """Show everyone in the branch and its groups; ``q`` searches by name, number or pinyin."""
    branch_id = request.path_params["branch_id"]
    viewer = await require(request, Action.SEE_PEOPLE, branch_id)
    tree, site = await tree_of(request), site_of(request)
    branch = tree.get(branch_id)
    assert branch is not None
    sought = request.query_params.get("q", "")[:60]
    roster = await site.directory.roster(branch_id, search=sought)
    query = request.query_params
    done = query.get("done", "")
    roles = roles_in(tree, viewer, branch_id)
    holders = {member.member_id: role for member, role in reversed(await site.directory.holders(branch_id))}
    return await render(
        request,
        "people/people.html",
        {
            "branch": branch,
            "roster": roster,
            "total": len(roster) if not sought else len(await site.directory.roster(branch_id)),
            "voting": sum(member.may_vote for member in roster),
            "where": {node.branch_id: node.name for node in tree.below(branch_id) if node.branch_id != branch_id},
            "holders": holders,
            "q": sought,
            "may": {action.value: permits(roles, action) for action in Action},
            "done": done if done in DONE else "",
            "undo": query.get("member", ""),
            "n": query.get("n", "") if query.get("n", "").isdigit() else "",
        },
    )


async def new_person(request: Request) -> Response:
    """Show the empty form."""
    branch_id = request.path_params["branch_id"]
    await require(request, Action.EDIT_PEOPLE, branch_id)
    return await _form(request, branch_id, Member("", branch_id, ""))


async def add(request: Request) -> Response:
    """Add someone to the roster."""
    branch_id = request.path_params["branch_id"]
    viewer = await require(request, Action.EDIT_PEOPLE, branch_id)
    form = await form_of(request)
    member = await _from_form(request, form, Member("", branch_id, ""), branch_id)
    try:
        added = await add_member(site_of(request), viewer.by, member, now_millis())
    except NotInOrder as refusal:
        return await _form(request, branch_id, member, refusal=refusal)
    if field(form, "more"):
        return see(f"/branches/{branch_id}/people/new?done=added")
    return see(f"/branches/{branch_id}/people?done=added&member={added.member_id}")


async def person(request: Request) -> Response:
    """Show one person: the form with their data, sign-in links, removal."""
    branch_id = request.path_params["branch_id"]
    viewer = await require(request, Action.SEE_PEOPLE, branch_id)
    member = await _person(request, branch_id)
    return await _form(request, branch_id, member, viewer=viewer)


async def change(request: Request) -> Response:
    """Save a person's form."""
    branch_id = request.path_params["branch_id"]
    viewer = await require(request, Action.EDIT_PEOPLE, branch_id)
    before = await _person(request, branch_id)
    member = await _from_form(request, await form_of(request), before, branch_id)
    # people sign in with their number, so somebody who may not issue them a link may not take it away either
    moved = (member.number, member.branch_id) != (before.number, before.branch_id)
    if moved and not await _acts_on(request, viewer, before):
        raise Refused(Code.FORBIDDEN)
    try:
        changed = await change_member(site_of(request), viewer.by, before, member, now_millis())
    except NotInOrder as refusal:
        return await _form(request, branch_id, member, refusal=refusal, viewer=viewer)
    if not changed:
        return see(f"/branches/{branch_id}/people?done=nothing")
    return see(f"/branches/{branch_id}/people?done=changed&member={member.member_id}")


async def remove(request: Request) -> Response:
    """Remove someone from the roster and sign them out everywhere. Their records stay."""
    branch_id = request.path_params["branch_id"]
    viewer = await require(request, Action.EDIT_PEOPLE, branch_id)
    member = await _person(request, branch_id)
    await form_of(request)
    if not await _acts_on(request, viewer, member):
        raise Refused(Code.FORBIDDEN)
    try:
        await remove_member(site_of(request), viewer.by, member, now_millis())
    except NotInOrder as refusal:
        return await _form(request, branch_id, member, refusal=refusal, viewer=viewer)
    return see(f"/branches/{branch_id}/people?done=removed&member={member.member_id}")


async def restore(request: Request) -> Response:
    """Undo a removal."""
    branch_id = request.path_params["branch_id"]
    viewer = await require(request, Action.EDIT_PEOPLE, branch_id)
    await form_of(request)
    member = await _person(request, branch_id, removed=True)
    try:
        restored = await restore_member(site_of(request), viewer.by, member, now_millis())
    except NotInOrder as refusal:
        raise Refused(Code.NOTHING_CHANGED if member.removed_at is None else WebCode.BAD_FORM, field=refusal.field) from refusal
    return see(f"/branches/{branch_id}/people?done=restored&member={restored.member_id}")


async def _from_form(request: Request, form: FormData, before: Member, branch_id: str) -> Member:
    standing, exclusion = field(form, "standing"), field(form, "exclusion")
    where = field(form, "branch") or before.branch_id
    if standing not in set(Standing) or exclusion not in set(Exclusion):
        raise Refused(WebCode.BAD_FORM)
    tree = await tree_of(request)
    if all(node.branch_id != where for node in tree.below(branch_id)):
        # moving to another branch also needs the right to edit people there
        await require(request, Action.EDIT_PEOPLE, where)
    return replace(
        before,
        name=field(form, "name"),
        number=field(form, "number"),
        branch_id=where,
        standing=Standing(standing),
        voting=standing == Standing.FULL and not field(form, "suspended"),
        committee=bool(field(form, "committee")),
        exclusion=Exclusion(exclusion),
        exclusion_reference=field(form, "exclusion_reference"),
    )


async def _person(request: Request, branch_id: str, *, removed: bool = False) -> Member:
    """Return the person of the address, who must be in this branch or below it."""
    member = await site_of(request).directory.member(request.path_params["member_id"])
    tree = await tree_of(request)
    if (
        member is None
        or (member.removed_at is not None and not removed)
        or all(node.branch_id != member.branch_id for node in tree.below(branch_id))
    ):
        raise Refused(WebCode.NOT_FOUND)
    return member


async def _acts_on(request: Request, viewer: Viewer, member: Member) -> bool:
    grants = await site_of(request).directory.grants_of(member.member_id)
    return may_act_on(await tree_of(request), viewer, grants, member.member_id)


async def _form(
    request: Request, branch_id: str, member: Member, *, refusal: NotInOrder | None = None, viewer: Viewer | None = None
) -> Response:
    tree, site = await tree_of(request), site_of(request)
    branch = tree.get(branch_id)
    assert branch is not None
    context: dict[str, Any] = {
        "branch": branch,
        "member": member,
        "places": _places(tree, branch_id),
        "standings": list(Standing),
        "exclusions": list(Exclusion),
        "wrong": refusal.field if refusal else "",
        "code": str(refusal.code) if refusal else "",
        "added": request.query_params.get("done") == "added",
        "link": None,
        "last_seen": None,
        "has_password": False,
        "acts_on": True,
        "may": {action.value: False for action in Action},
    }
    if viewer is None:
        context["may"][Action.EDIT_PEOPLE.value] = True
    else:
        roles = roles_in(tree, viewer, branch_id)
        links = await site.accounts.open_links([member.member_id], now_millis())
        seen = await site.accounts.sign_ins_of(member.member_id, now_millis())
        context |= {
            "may": {action.value: permits(roles, action) for action in Action},
            "acts_on": await _acts_on(request, viewer, member),
            "link": links.get(member.member_id),
            "last_seen": max((sign_in.seen_at for sign_in in seen), default=None),
            "has_password": await site.accounts.password_changed_at(member.member_id) is not None,
        }
    return await render(request, "people/person.html", context, status=422 if refusal else 200)


def _places(tree: BranchTree, branch_id: str) -> list[tuple[str, str]]:
    """Return where in this branch someone can be: the branch itself and its groups."""
    return [(node.branch_id, "　" * depth + node.name) for node, depth in tree.walk(branch_id)]


_PEOPLE = "/branches/{branch_id}/people"
routes: list[BaseRoute] = [
    Route(_PEOPLE, people, methods=["GET"]),
    Route(f"{_PEOPLE}/new", new_person, methods=["GET"]),
    Route(f"{_PEOPLE}/new", add, methods=["POST"]),
    Route(f"{_PEOPLE}/{{member_id}}", person, methods=["GET"]),
    Route(f"{_PEOPLE}/{{member_id}}", change, methods=["POST"]),
    Route(f"{_PEOPLE}/{{member_id}}/remove", remove, methods=["POST"]),
    Route(f"{_PEOPLE}/{{member_id}}/restore", restore, methods=["POST"]),
]
