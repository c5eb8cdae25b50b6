"""The account page: identity, ways to sign in, devices, display preferences, and everything stored about the viewer."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.learning import traces
from meeting_server.acts.people.signing_in import change_password, sign_out_elsewhere
from meeting_server.domain.ids import Millis
from meeting_server.store.people.accounts import Means, SignIn
from meeting_server.store.people.directory import BranchTree, Member
from meeting_server.store.people.passwords import MAX_LENGTH, weakness
from meeting_server.web.me.held import held_by_the_house, held_in_meetings
from meeting_server.web.site.addresses import household_of
from meeting_server.web.site.auth import Viewer, member_of, now_millis
from meeting_server.web.site.back_off import Attempt
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import field, form_of
from meeting_server.web.site.pages import render, see
from meeting_server.web.site.permissions import tree_of
from meeting_server.web.site.site import Site, site_of

LINK_IS_FRESH_MS = 30 * 60 * 1000
"""For this long after signing in by a one-time link the old password is not required, because it may be forgotten."""


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """A role with the branch in which it was granted, for display."""

    role: str
    branch_name: str


@dataclass(frozen=True, slots=True)
class Learned:
    """How many resources a member has progress in, and how often they answered questions."""

    things: int
    answers: int


async def _learned(site: Site, member_id: str) -> Learned | None:
    """Return whether there is nothing to delete."""
    things, answers = len(await site.learning.progress.of_member(member_id)), len(await site.learning.quizzes.attempts(member_id))
    return Learned(things, answers) if things or answers else None


async def me(request: Request) -> Response:
    """Show the account page."""
    viewer = await member_of(request)
    site = site_of(request)
    member = await _member(site, viewer)
    now = now_millis()
    return await render(
        request,
        "me/me.html",
        {
            "member": member,
            "branch_line": branch_line(await tree_of(request), member.branch_id),
            "roles": await _roles(request, viewer),
            "password_changed_at": await site.accounts.password_changed_at(member.member_id),
            "devices": await site.accounts.sign_ins_of(member.member_id, now),
            "acts": await site.access_log.about(member.member_id, limit=8),
            "learned": await _learned(site, member.member_id),
            "meetings": await site_of(request).schedule.concerning(viewer.participant_id),
            "done": request.query_params.get("done", ""),
        },
    )


async def password_form(request: Request) -> Response:
    """Show the form to set or change the password."""
    viewer = await member_of(request)
    return await _password_page(request, viewer)


async def set_password(request: Request) -> Response:
    """Set the password and end every other sign-in of this member."""
    viewer = await member_of(request)
    site = site_of(request)
    form = await form_of(request)
    member = await _member(site, viewer)
    now = now_millis()
    old, new, again = (form.get(name, "") for name in ("old", "new", "again"))
    if not (isinstance(old, str) and isinstance(new, str) and isinstance(again, str)) or max(len(old), len(new)) > 5 * MAX_LENGTH:
        raise Refused(WebCode.BAD_FORM)
    if await _must_give_old(site, viewer, now):
        # counted apart from the sign-in form: a signed-in browser counts as the device it is
        attempt = Attempt(f"/{member.member_id}", household_of(request), device=viewer.sign_in_id)
        if site.back_off.begin(attempt, now):
            return await _password_page(request, viewer, "old", "too_many_tries", 429)
        if not await site.accounts.check_password(member.member_id, old, now, known=True):
            return await _password_page(request, viewer, "old", "old_password_wrong", 422)
        site.back_off.succeeded(attempt, now)
    weak = weakness(new, member.number, member.name)
    if weak:
        return await _password_page(request, viewer, "new", weak, 422)
    if new != again:
        return await _password_page(request, viewer, "again", "passwords_differ", 422)
    await change_password(site, member, await site.accounts.hash_password(new), now, but=viewer.sign_in_id)
    return see("/me?done=password")


async def end_sign_ins(request: Request) -> Response:
    """Sign out one other device, or all others."""
    viewer = await member_of(request)
    site = site_of(request)
    form = await form_of(request)
    member = await _member(site, viewer)
    now = now_millis()
    chosen = field(form, "device")
    if chosen:
        mine = {sign_in.sign_in_id for sign_in in await site.accounts.sign_ins_of(member.member_id, now)}
        if chosen not in mine:
            raise Refused(WebCode.NOT_FOUND)
    await sign_out_elsewhere(site, member, now, chosen=chosen, but=viewer.sign_in_id)
    return see("/me?done=devices#devices")


async def delete_learning(request: Request) -> Response:
    """Delete the viewer's traces of studying: progress, completions, quiz answers. Notes have a page of their own."""
    viewer = await member_of(request)
    site = site_of(request)
    await form_of(request)
    member = await _member(site, viewer)
    await traces.delete_learning(site, viewer.by, member.branch_id, now_millis())
    return see("/me?done=learning#held")


async def my_data(request: Request) -> Response:
    """Return everything that directory, accounts, meetings and learning store about the viewer, as JSON."""
    viewer = await member_of(request)
    site = site_of(request)
    member = await _member(site, viewer)
    body = {
        "name": member.name,
        "number": member.number,
        "branch": branch_line(await tree_of(request), member.branch_id),
        "standing": member.standing,
        "voting": member.may_vote,
        "committee": member.committee,
        "exclusion": member.exclusion,
        "exclusion_reference": member.exclusion_reference,
        "added_at": member.added_at,
        "added_by": member.added_by,
        "roles": [{"role": held.role, "branch": held.branch_name} for held in await _roles(request, viewer)],
        "password_changed_at": await site.accounts.password_changed_at(member.member_id),
        "sign_ins": [_device(sign_in) for sign_in in await site.accounts.sign_ins_of(member.member_id, now_millis())],
        "feeds": [{"branch": feed.branch_id, "made_at": feed.made_at} for feed in await site.feeds.of_member(member.member_id)],
        "calendar_address_made_at": link.made_at if (link := await site.calendar_links.of_member(member.member_id)) else None,
        "telling": await site.statements.held(member.member_id),
        "learning": await site.learning.held(member.member_id),
        "attendance": await held_in_meetings(request, viewer),
        **await held_by_the_house(site, member.member_id),
    }
    return JSONResponse(body, headers={"content-disposition": 'attachment; filename="my-record.json"'})


def branch_line(tree: BranchTree, branch_id: str) -> list[str]:
    """Return the names of the branch and of those above it, the highest first."""
    return [branch.name for branch in reversed(tree.line(branch_id))]


async def _password_page(request: Request, viewer: Viewer, wrong: str = "", code: str = "", status: int = 200) -> Response:
    site = site_of(request)
    member = await _member(site, viewer)
    return await render(
        request,
        "me/password.html",
        {
            "member": member,
            "has_password": await site.accounts.password_changed_at(member.member_id) is not None,
            "must_give_old": await _must_give_old(site, viewer, now_millis()),
            "wrong": wrong,
            "code": code,
        },
        status=status,
    )


async def _must_give_old(site: Site, viewer: Viewer, now: Millis) -> bool:
    assert viewer.member_id is not None
    if await site.accounts.password_changed_at(viewer.member_id) is None:
        return False
    this = next((s for s in await site.accounts.sign_ins_of(viewer.member_id, now) if s.sign_in_id == viewer.sign_in_id), None)
    return this is None or this.means is not Means.LINK or now - this.began_at > LINK_IS_FRESH_MS


async def _member(site: Site, viewer: Viewer) -> Member:
    assert viewer.member_id is not None
    member = await site.directory.member(viewer.member_id)
    if member is None:
        raise Refused(WebCode.SIGN_IN_REQUIRED)
    return member


async def _roles(request: Request, viewer: Viewer) -> list[RoleHeld]:
    tree = await tree_of(request)
    held = []
    for grant in viewer.grants:
        branch = tree.get(grant.branch_id)
        if branch is not None:
            held.append(RoleHeld(grant.role.value, branch.name))
    return held


def _device(sign_in: SignIn) -> dict[str, object]:
    return {"device": sign_in.device, "began_at": sign_in.began_at, "seen_at": sign_in.seen_at, "means": sign_in.means}


routes: list[BaseRoute] = [
    Route("/me", me, methods=["GET"]),
    Route("/me/password", password_form, methods=["GET"]),
    Route("/me/password", set_password, methods=["POST"]),
    Route("/me/learning", delete_learning, methods=["POST"]),
    Route("/me/sign-outs", end_sign_ins, methods=["POST"]),
    Route("/me/my-record.json", my_data, methods=["GET"]),
]
