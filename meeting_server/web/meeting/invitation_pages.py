"""Inviting to a meeting: one link for the group, a personal link for each member, one for guests; QR codes; revoking links."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.meeting import invitations
from meeting_server.acts.people.rights import rights_at
from meeting_server.domain.errors import Code
from meeting_server.domain.ids import Millis
from meeting_server.store.people.knocks import Knock
from meeting_server.store.schedule.invitations import Invitation, InvitationState
from meeting_server.store.schedule.schedule import Scheduled
from meeting_server.web.schedule.meetings import Seat, managed_seat, names_at
from meeting_server.web.schedule.waiting_browsers import waiting_for
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.dates import moment
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import field, form_of
from meeting_server.web.site.pages import address_of, language_of, render, say, see
from meeting_server.web.site.qr import qr_svg
from meeting_server.web.site.site import site_of

GUEST_USES = (0, 5, 20, 50)
"""How often a guest link may be used; 0: no limit."""


@dataclass(frozen=True, slots=True)
class PersonLink:
    """One member of the list with their newest link, if any. ``mine_to_give``: the viewer may see it and hand it out. ``let_in``: further
    devices admitted as this member, and who admitted them."""

    participant_id: str
    name: str
    invitation: Invitation | None
    state: InvitationState | None
    url: str
    mine_to_give: bool = True
    let_in: tuple[Knock, ...] = ()

    @property
    def works(self) -> bool:
        return self.state is InvitationState.GOOD


async def invitations_page(request: Request) -> Response:
    seat = await managed_seat(request)
    return await _show(request, seat)


async def _show(request: Request, seat: Seat) -> Response:
    scheduled, now = seat.scheduled, now_millis()
    links, general = await _links(request, seat, now)
    common = next((link for link in reversed(general) if link.works and link.invitation and link.invitation.admits == "members"), None)
    sought = request.query_params.get("qr", "")
    reachable = [link for link in [*links, *general] if link.works and link.url]
    shown = next((link for link in reachable if link.invitation and link.invitation.invitation_id == sought), None)
    done = request.query_params.get("done", "")
    return await render(
        request,
        "meeting/meeting_invitations.html",
        {
            "scheduled": scheduled,
            "links": links,
            "missing": sum(1 for link in links if link.mine_to_give and not link.works),
            "general": [link for link in general if link.invitation and link.invitation.admits == "guests"],
            "common": common,
            "text": _group_message(request, scheduled, common) if common else "",
            "waiting": await waiting_for(request, seat),
            "shown": shown,
            "qr": qr_svg(shown.url, say(request, "schedule.invitations.qr_of", name=shown.name)) if shown else "",
            "done": done if done in ("made", "revoked") else "",
            "guest_uses": GUEST_USES,
            "closed": scheduled.status not in ("convened", "open"),
            "script": site_of(request).assets.script("pages"),
        },
    )


async def _links(request: Request, seat: Seat, now: Millis) -> tuple[list[PersonLink], list[PersonLink]]:
    scheduled, invitations = seat.scheduled, site_of(request).invitations
    rights = await rights_at(site_of(request), scheduled, seat.viewer.participant_id)
    let_in = [knock for knock in await site_of(request).knocks.of_meeting(seat.meeting_id) if knock.answer == "let_in"]
    names = await names_at(request, scheduled)
    issued = await invitations.of_meeting(scheduled.meeting_id)
    newest = {invitation.member_id: invitation for invitation in issued if invitation.member_id is not None}

    def line(participant_id: str, name: str, invitation: Invitation | None) -> PersonLink:
        mine = not participant_id or rights.may_hand_out(seat.viewer.participant_id, participant_id)
        beside = tuple(knock for knock in let_in if knock.member_id == participant_id)
        if invitation is None:
            return PersonLink(participant_id, name, None, None, "", mine, beside)
        url = address_of(request, f"/j/{invitations.token(invitation.invitation_id)}") if mine else ""
        return PersonLink(participant_id, name, invitation, invitation.state(now), url, mine, beside)

    members = [p.participant_id for p in scheduled.plan.people if not p.is_guest and p.participant_id in names]
    called = {"guests": say(request, "schedule.invitations.general_name"), "members": say(request, "schedule.invitations.common")}
    return (
        [line(i, names[i], newest.get(i)) for i in members],
        [line("", called[i.admits], i) for i in issued if i.member_id is None and i.revoked_at is None],
    )


def _group_message(request: Request, scheduled: Scheduled, common: PersonLink) -> str:
    """Return the text for the group: one link for all, at which everyone signs in or asks to be let in. It contains nobody's personal
    link."""
    plan = scheduled.plan
    when = moment(language_of(request), plan.starts_at)
    key = "text_head" if plan.place else "text_head_no_place"
    holes = {"title": plan.title, "when": when} | ({"place": plan.place} if plan.place else {})
    head = say(request, f"schedule.invitations.{key}", **holes)
    return f"{head}\n{common.url}"


async def make_links(request: Request) -> Response:
    """Make links for everyone without a working one, a new one for one person, or one for guests."""
    seat = await managed_seat(request)
    form = await form_of(request)
    if seat.scheduled.status not in ("convened", "open"):
        raise Refused(WebCode.MEETING_CANCELLED, 409)
    what, now = field(form, "make"), now_millis()
    site, by, scheduled = site_of(request), seat.viewer.by, seat.scheduled
    links, _ = await _links(request, seat, now)
    page = f"/meetings/{seat.meeting_id}/invitations?done=made"
    if what == "all":
        missing = [link.participant_id for link in links if link.mine_to_give and not link.works]
        await invitations.invite_members(site, by, scheduled, missing, now)
        return see(page)
    if what == "members":
        await invitations.invite_group(site, by, scheduled, "members", now)
        return see(page)
    if what == "guests":
        uses = field(form, "uses")
        most = int(uses) if uses.isdigit() and int(uses) in GUEST_USES else 0
        invitation = await invitations.invite_group(site, by, scheduled, "guests", now, most)
        return see(f"{page}&qr={invitation.invitation_id}#qr")
    link_of = {link.participant_id: link for link in links}
    if what not in link_of:
        raise Refused(WebCode.BAD_FORM, field="make")
    if not link_of[what].mine_to_give:
        raise Refused(Code.FORBIDDEN)
    await invitations.renew_invitation(site, by, scheduled, what, link_of[what].name, now)
    return see(f"{page}#p-{what}")


async def revoke_link(request: Request) -> Response:
    seat = await managed_seat(request)
    form = await form_of(request)
    chosen, (links, _) = field(form, "invitation"), await _links(request, seat, now_millis())
    if any(link.invitation and link.invitation.invitation_id == chosen and not link.mine_to_give for link in links):
        raise Refused(Code.FORBIDDEN)
    member_id = next((link.participant_id for link in links if link.invitation and link.invitation.invitation_id == chosen), None)
    if not await invitations.revoke_invitation(site_of(request), seat.viewer.by, seat.scheduled, chosen, member_id, now_millis()):
        raise Refused(WebCode.NOT_FOUND)
    return see(f"/meetings/{seat.meeting_id}/invitations?done=revoked")


routes: list[BaseRoute] = [
    Route("/meetings/{meeting_id}/invitations", invitations_page, methods=["GET"]),
    Route("/meetings/{meeting_id}/invitations", make_links, methods=["POST"]),
    Route("/meetings/{meeting_id}/invitations/revoke", revoke_link, methods=["POST"]),
]
