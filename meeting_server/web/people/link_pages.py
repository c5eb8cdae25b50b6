"""Issuing one-time sign-in links: for one person with a QR code, or for everyone at once as a list to hand out."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import segno
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.people.permissions import Action
from meeting_server.acts.people.signing_in import LINK_SECONDS, issue_links
from meeting_server.domain.errors import Code
from meeting_server.store.people.people import Member
from meeting_server.web.site import dates
from meeting_server.web.site.auth import Viewer, now_millis
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import form_of
from meeting_server.web.site.pages import address_of, language_of, render, say, see
from meeting_server.web.site.permissions import may_act_on, require, tree_of
from meeting_server.web.site.site import site_of

MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class IssuedLink:
    """A link just made. Its address is shown now and never again."""

    member: Member
    address: str


async def issue(request: Request) -> Response:
    """Make a link for one person and show it once."""
    branch_id = request.path_params["branch_id"]
    viewer = await require(request, Action.ISSUE_LINKS, branch_id)
    await form_of(request)
    member = await _person(request, branch_id)
    if not await _may_link(request, viewer, member):
        raise Refused(Code.FORBIDDEN)
    (link,) = await _issue(request, viewer, [member])
    expires_at = now_millis() + LINK_SECONDS * 1000
    when = dates.moment(language_of(request), expires_at)
    return await render(
        request,
        "people/link.html",
        {
            "branch_id": branch_id,
            "member": member,
            "address": link.address,
            "expires_at": expires_at,
            "message": say(request, "links.message", name=member.name, when=when, address=link.address),
            "qr": qr_code(link.address),
        },
    )


async def revoke(request: Request) -> Response:
    """Revoke a person's open link."""
    branch_id = request.path_params["branch_id"]
    viewer = await require(request, Action.ISSUE_LINKS, branch_id)
    await form_of(request)
    member = await _person(request, branch_id)
    if not await _may_link(request, viewer, member):
        raise Refused(Code.FORBIDDEN)
    await site_of(request).accounts.revoke_links(member.member_id, now_millis())
    return see(f"/branches/{branch_id}/people?done=revoked&member={member.member_id}")


async def choose(request: Request) -> Response:
    """Show who would get a link if it went to everyone who is not signed in anywhere."""
    branch_id = request.path_params["branch_id"]
    viewer = await require(request, Action.ISSUE_LINKS, branch_id)
    branch = (await tree_of(request)).get(branch_id)
    return await render(
        request, "people/links.html", {"branch": branch, "waiting": await _waiting(request, viewer, branch_id), "issued": []}
    )


async def issue_all(request: Request) -> Response:
    """Make a link for everyone who is not signed in anywhere and show the list once."""
    branch_id = request.path_params["branch_id"]
    viewer = await require(request, Action.ISSUE_LINKS, branch_id)
    await form_of(request)
    branch = (await tree_of(request)).get(branch_id)
    issued = await _issue(request, viewer, await _waiting(request, viewer, branch_id))
    expires_at = now_millis() + LINK_SECONDS * 1000
    when = dates.moment(language_of(request), expires_at)
    return await render(
        request,
        "people/links.html",
        {
            "branch": branch,
            "waiting": [],
            "issued": [
                {"link": link, "message": say(request, "links.message", name=link.member.name, when=when, address=link.address)}
                for link in issued
            ],
            "expires_at": expires_at,
        },
    )


def qr_code(address: str) -> Markup:
    """Return the address as an inline SVG that a strict content policy allows: attributes only, dark on white in both themes."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=3, dark="#000", light="#fff", svgclass="qr", lineclass=None
    )
    # segno writes the code as numeric paths, so nothing of the address is in the markup
    return Markup(out.getvalue().decode().replace("<svg ", '<svg aria-hidden="true" ', 1))


async def _issue(request: Request, viewer: Viewer, members: Sequence[Member]) -> list[IssuedLink]:
    tokens = await issue_links(site_of(request), viewer.by, members, now_millis())
    return [IssuedLink(member, address_of(request, f"/sign-in/{token}")) for member, token in zip(members, tokens, strict=True)]


async def _waiting(request: Request, viewer: Viewer, branch_id: str) -> list[Member]:
    """Return the people for whom a link may be made and who are not signed in anywhere."""
    site, tree = site_of(request), await tree_of(request)
    roster = await site.directory.roster(branch_id)
    ids = [member.member_id for member in roster]
    here = await site.accounts.signed_in_among(ids, now_millis())
    grants = await site.directory.grants_among(ids)
    return [
        member
        for member in roster
        if member.member_id not in here and may_act_on(tree, viewer, grants.get(member.member_id, ()), member.member_id)
    ][:MOST_AT_ONCE]


async def _may_link(request: Request, viewer: Viewer, member: Member) -> bool:
    grants = await site_of(request).directory.grants_of(member.member_id)
    return may_act_on(await tree_of(request), viewer, grants, member.member_id)


async def _person(request: Request, branch_id: str) -> Member:
    member = await site_of(request).directory.member(request.path_params["member_id"])
    tree = await tree_of(request)
    if member is None or member.removed_at is not None or all(node.branch_id != member.branch_id for node in tree.below(branch_id)):
        raise Refused(WebCode.NOT_FOUND)
    return member


_PEOPLE = "/branches/{branch_id}/people"
routes: list[BaseRoute] = [
    Route(f"{_PEOPLE}/links", choose, methods=["GET"]),
    Route(f"{_PEOPLE}/links", issue_all, methods=["POST"]),
    Route(f"{_PEOPLE}/{{member_id}}/link", issue, methods=["POST"]),
    Route(f"{_PEOPLE}/{{member_id}}/link/revoke", revoke, methods=["POST"]),
]
