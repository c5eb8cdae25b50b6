"""The page behind an invitation: the meeting, who you are in it, and how to join. Works without JavaScript."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.meeting.entering import Entering, enter
from meeting_server.acts.people.rights import is_removed, runs_at
from meeting_server.acts.people.signing_in import MEETING_SIGN_IN_SECONDS
from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.person_names import resembled, visible
from meeting_server.domain.phases import MeetingPhase
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.spelling import is_same_name
from meeting_server.domain.state import MeetingState
from meeting_server.domain.terms import Invited
from meeting_server.domain.votes.electorate import quorum_now
from meeting_server.journal.port import StorageUnavailable
from meeting_server.store.people.knocks import Knock
from meeting_server.store.people.people import Member, plain_name
from meeting_server.store.schedule.invitations import Invitation, InvitationState
from meeting_server.store.schedule.schedule import Scheduled
from meeting_server.web.meeting.knock_pages import knock
from meeting_server.web.schedule.calendar_file import calendar_of, calendar_response
from meeting_server.web.schedule.convening import invited
from meeting_server.web.schedule.meeting_form import NAME_LONGEST
from meeting_server.web.schedule.meetings import DOOR_OPENS, door_is_open, names_at, seat_at, state_of
from meeting_server.web.site.addresses import household_of
from meeting_server.web.site.auth import Viewer, browser_of, keep_sign_in, now_millis, viewer_of
from meeting_server.web.site.devices import device_hash, guest_id_of, known_device, remember_device
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import field, form_of
from meeting_server.web.site.pages import address_of, render, say, see
from meeting_server.web.site.site import site_of

Closed = Literal[
    "link_unknown", "link_expired", "link_revoked", "link_used", "elsewhere", "cancelled", "adjourned", "early", "removed", "not_listed"
]
STATUS: dict[Closed, int] = {
    "link_unknown": 404,
    "link_expired": 410,
    "link_revoked": 410,
    "link_used": 410,
    "elsewhere": 403,
    "cancelled": 410,
    "adjourned": 410,
    "early": 200,
    "removed": 403,
    "not_listed": 403,
}
_WHY: dict[InvitationState, Closed] = {
    InvitationState.EXPIRED: "link_expired",
    InvitationState.REVOKED: "link_revoked",
    InvitationState.USED: "link_used",
}
LOOK_AGAIN_SECONDS = 3
"""How often a browser that knocked checks whether it was let in."""
WAYS = ("listen", "audio", "video", "text", "page")
"""How to join; ``page`` leads to the meeting's page instead of its room."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """A meeting seen from outside. ``who``: the member named by a personal link or a sign-in; None: a guest.

    ``token`` is empty for someone who is signed in and comes from the meeting's page. ``closed`` says why nobody can join.
    """

    token: str
    scheduled: Scheduled | None
    invitation: Invitation | None = None
    who: Member | None = None
    guest_name: str = ""
    state: MeetingState | None = None
    closed: Closed | None = None
    knock: Knock | None = None
    """This browser's last request to be let in here."""
    let_in: bool = False
    """This browser was let in as ``who``."""

    @property
    def runs(self) -> bool:
        return self.scheduled is not None and self.who is not None and runs_at(self.scheduled, self.state, self.who.member_id)


async def _entrance(request: Request) -> Entrance:
    """Return the entrance behind the link in the path."""
    site, token, now = site_of(request), request.path_params["token"], now_millis()
    invitation = await site.invitations.by_token(token)
    if invitation is None:
        return Entrance(token, None, closed="link_unknown")
    scheduled = await site_of(request).schedule.meeting(invitation.meeting_id)
    if scheduled is None:
        return Entrance(token, None, closed="link_unknown")
    if scheduled.status in ("cancelled", "adjourned"):
        return Entrance(token, scheduled, invitation, closed="cancelled" if scheduled.status == "cancelled" else "adjourned")
    viewer, here = await viewer_of(request), known_device(request)
    who = await _person(request, invitation, viewer)
    mine = _is_in_already(viewer, invitation, scheduled)
    asked = await site.knocks.of_device(scheduled.meeting_id, here) if here and not mine else None
    let_in = False
    bound = await site.invitations.of_device(scheduled.meeting_id, here) if here and who is None and not mine else None
    if bound is not None:  # a member's own browser in this meeting does not make them a guest
        who, let_in = await site.directory.member(bound), True
    if asked is not None and asked.answer == "let_in" and invitation.member_id in (None, asked.member_id):
        admitted = await site.directory.member(asked.member_id or "")
        if admitted is not None and admitted.removed_at is None:
            who, let_in = admitted, True
    guest_name = "" if who is not None else _guest_here(request, viewer, scheduled, mine)
    state = await state_of(request, scheduled)
    entrance = Entrance(token, scheduled, invitation, who, guest_name, state, knock=asked, let_in=let_in)
    if who is not None and is_removed(state, who.member_id):
        return _shut(entrance, "removed")
    link = invitation.state(now)
    known = mine or let_in or (bool(here) and invitation.bound_to == here)
    if link is not InvitationState.GOOD and not (known and link is InvitationState.USED):
        return _shut(entrance, _WHY[link])
    if invitation.bound_to is not None and not known:
        return _shut(entrance, "elsewhere")
    guest_id = guest_id_of(site.secret, scheduled.meeting_id, here) if here else ""
    return _checked(entrance, viewer if mine else None, guest_id)


def _guest_here(request: Request, viewer: Viewer | None, scheduled: Scheduled, mine: bool) -> str:
    """Return this browser's guest name in this meeting. One browser is one guest, whatever is typed next."""
    if viewer is not None and mine and viewer.guest is not None:
        return viewer.name
    here = known_device(request)
    listed = scheduled.listed(guest_id_of(site_of(request).secret, scheduled.meeting_id, here)) if here else None
    return listed.guest_name if listed is not None else ""


def _checked(entrance: Entrance, viewer: Viewer | None, guest_id: str = "") -> Entrance:
    scheduled = entrance.scheduled
    assert scheduled is not None
    personal = entrance.invitation is None or entrance.invitation.member_id is not None
    if personal and (entrance.who is None or scheduled.listed(entrance.who.member_id) is None) and not entrance.guest_name:
        return _shut(entrance, "not_listed")
    participant_id = entrance.who.member_id if entrance.who else viewer.participant_id if viewer else guest_id
    there = entrance.state.participants.get(ParticipantId(participant_id)) if entrance.state else None
    if there is not None and there.removed:
        return _shut(entrance, "removed")
    if not door_is_open(scheduled, now_millis(), runs=entrance.runs):
        return _shut(entrance, "early")
    return entrance


def _shut(entrance: Entrance, why: Closed) -> Entrance:
    return replace(entrance, closed=why)


async def _person(request: Request, invitation: Invitation, viewer: Viewer | None) -> Member | None:
    """Return whom a link names: its member, or for a general link the member who is signed in, even if only for this meeting."""
    here = viewer is not None and (viewer.is_member or (viewer.bound and viewer.only_meeting == invitation.meeting_id))
    member_id = invitation.member_id or (viewer.member_id if viewer is not None and here else None)
    if member_id is None:
        return None
    member = await site_of(request).directory.member(member_id)
    return member if member is not None and member.removed_at is None else None


def _is_in_already(viewer: Viewer | None, invitation: Invitation, scheduled: Scheduled) -> bool:
    """Return whether this browser is already signed in as the member of the link, so that the link is not used up."""
    if viewer is None or not viewer.bound or viewer.only_meeting not in (None, scheduled.meeting_id):
        return False
    if invitation.member_id is not None:
        return viewer.member_id == invitation.member_id
    return scheduled.listed(viewer.participant_id) is not None


# --- by link --------------------------------------------------------------------------------------------------


async def join_page(request: Request) -> Response:
    """Show the page. This uses up no link and signs nobody in."""
    entrance = await _entrance(request)
    return await _show(request, entrance)


async def enter_by_link(request: Request) -> Response:
    """Sign in for this meeting and enter its room in the chosen way, or ask to be let in (``knock``)."""
    form = await form_of(request)
    way = field(form, "as", 10)
    if way not in (*WAYS, "knock"):
        raise Refused(WebCode.BAD_FORM, field="as")
    entrance = await _entrance(request)
    if way == "knock":
        return await _knock(request, entrance, field(form, "who", 4000))
    if entrance.closed is not None and not (entrance.closed == "early" and way == "page" and entrance.who is not None):
        return await _show(request, entrance)
    scheduled, invitation = entrance.scheduled, entrance.invitation
    assert scheduled is not None
    assert invitation is not None
    viewer = await viewer_of(request)
    name = visible(field(form, "name", 4000))
    if entrance.who is None and not entrance.guest_name:
        if invitation.admits == "members":
            return await _show(request, entrance, status=422, error="sign_in_first")
        if not name:
            return await _show(request, entrance, status=422, error="name_empty")
        if len(name) > NAME_LONGEST:
            return await _show(request, entrance, status=422, error="name_long", name=name)
        taken_for = resembled(name, await _known_names(request, scheduled))
        if taken_for is not None and not is_same_name(name, field(form, "not_them", 4000)):
            _allow_guest(request, scheduled)  # every name tried counts as a guest, so that nobody can find out the roster by trying names
            return await _show(request, entrance, status=422, error="on_roster", name=name)
    url = f"/meetings/{scheduled.meeting_id}"
    response = see(f"{url}#leave" if way == "page" else f"{url}/room?as={way}")
    mine = _is_in_already(viewer, invitation, scheduled)
    site = site_of(request)
    guest_id = guest_id_of(site.secret, scheduled.meeting_id, device_hash(request))
    place = await _place(request, entrance, guest_id, name, viewer if mine else None)
    entering = Entering(
        scheduled,
        invitation,
        entrance.who,
        place,
        guest_name=entrance.guest_name or name,
        in_already=mine,
        let_in=entrance.let_in,
        known_guest=bool(entrance.guest_name),
        keeps_sign_in=viewer is not None and viewer.is_member and entrance.who is not None and viewer.member_id == entrance.who.member_id,
    )
    if entering.uses_link and entrance.who is None:
        _allow_guest(request, scheduled)
    try:
        token = await enter(site, await browser_of(request), entering, guest_id, now_millis())
    except StorageUnavailable as error:
        raise Refused(WebCode.STORAGE_UNAVAILABLE) from error
    if token is None:
        return await _show(request, await _entrance(request))
    if token:
        keep_sign_in(request, response, token, MEETING_SIGN_IN_SECONDS)
    remember_device(request, response)
    return response


async def _place(request: Request, entrance: Entrance, guest_id: str, name: str, viewer: Viewer | None) -> Invited | None:
    """Return as whom a person with a general link is admitted; ``None``: they are in the meeting, or on its list by name.

    A person who is on the list but not in the meeting was joining when the server died.
    """
    scheduled, invitation = entrance.scheduled, entrance.invitation
    assert scheduled is not None
    assert invitation is not None
    if invitation.member_id is not None or (entrance.let_in and entrance.who is not None):
        return None
    who = ParticipantId(viewer.participant_id if viewer is not None else entrance.who.member_id if entrance.who is not None else guest_id)
    if entrance.state is not None and who in entrance.state.participants:
        return None
    if entrance.who is not None:
        listed = scheduled.listed(entrance.who.member_id)
        return invited(entrance.who, listed.role) if listed is not None else await _late_addition(request, scheduled, entrance.who)
    resembles = resembled(entrance.guest_name or name, await _known_names(request, scheduled))
    return Invited(who, entrance.guest_name or name, Standing.GUEST, Role.GUEST, voting=False, resembles=resembles)


async def _known_names(request: Request, scheduled: Scheduled) -> dict[ParticipantId, str]:
    """Return whom a guest could be mistaken for: everyone on the list and on the branch's roster."""
    listed = {ParticipantId(i): name for i, name in (await names_at(request, scheduled)).items()}
    roster = await site_of(request).directory.roster(scheduled.plan.branch_id)
    return listed | {ParticipantId(member.member_id): member.name for member in roster}


async def _knock(request: Request, entrance: Entrance, typed: str) -> Response:
    """Ask to be let in by this link: on a device other than its first, or as a member without a personal link or password."""
    if entrance.scheduled is None or entrance.invitation is None:
        return await _show(request, entrance)
    by_name = entrance.invitation.member_id is None and entrance.who is None and entrance.closed in (None, "early")
    if entrance.closed != "elsewhere" and not by_name:
        return await _show(request, entrance)
    if by_name and not typed:
        return await _show(request, entrance, status=422, error="who_empty")
    response = see(request.url.path)
    await knock(request, entrance.scheduled, entrance.invitation, plain_name(typed)[:60])
    remember_device(request, response)
    return response


def _allow_guest(request: Request, scheduled: Scheduled) -> None:
    """Count one more guest. Raises Refused(rate_limited). Members are not counted, so guests from their address keep none of them out."""
    wait = site_of(request).allowances.guest(scheduled.meeting_id, household_of(request), time.monotonic())
    if wait > 0:
        raise Refused(WebCode.RATE_LIMITED, retry_after=wait)


async def _late_addition(request: Request, scheduled: Scheduled, member: Member) -> Invited:
    """Admit a signed-in member who was not called: of this branch with their own rights, of another as a guest."""
    tree = await site_of(request).directory.tree()
    if scheduled.plan.branch_id in tree.membership(member.branch_id):
        return invited(member, Role.MEMBER)
    return Invited(ParticipantId(member.member_id), member.name, Standing.GUEST, Role.GUEST, voting=False)


async def link_calendar(request: Request) -> Response:
    """Return the calendar file to the holder of a link, before they are let in."""
    entrance = await _entrance(request)
    if entrance.scheduled is None or entrance.closed in ("link_revoked", "link_expired"):
        raise Refused(WebCode.LINK_UNKNOWN)
    product = say(request, "common.product")
    link = address_of(request, f"/j/{entrance.token}")
    content = calendar_of([entrance.scheduled], {entrance.scheduled.meeting_id: link}, name=product, product=product)
    return calendar_response(content, f"{entrance.scheduled.meeting_id}.ics")


# --- signed in --------------------------------------------------------------------------------------------------


async def enter_page(request: Request) -> Response:
    """Show the same page to someone who is already signed in, with plain links to join."""
    seat = await seat_at(request, removed_too=True)
    viewer, scheduled = seat.viewer, seat.scheduled
    who = await site_of(request).directory.member(viewer.member_id) if viewer.member_id else None
    guest_name = seat.listed.guest_name if seat.listed else ""
    entrance = Entrance("", scheduled, None, None if guest_name else who, guest_name, await state_of(request, scheduled))
    if scheduled.status in ("cancelled", "adjourned"):
        return await _show(request, _shut(entrance, "cancelled" if scheduled.status == "cancelled" else "adjourned"))
    if seat.listed is None:
        return await _show(request, _shut(entrance, "not_listed"))
    return await _show(request, _checked(entrance, viewer))


async def _show(request: Request, entrance: Entrance, *, status: int = 0, error: str = "", name: str = "") -> Response:
    context = await _context(request, entrance) | {"error": error, "typed_name": name}
    waits = entrance.knock is not None and entrance.knock.waits(now_millis())
    if entrance.closed == "elsewhere" or (waits and entrance.closed is None):
        again = {"refresh": str(LOOK_AGAIN_SECONDS)} if waits else {}
        closed = STATUS["elsewhere"] if entrance.closed == "elsewhere" and not waits else 200
        return await render(request, "meeting/join_knock.html", context | {"waits": waits}, status=status or closed, headers=again)
    if entrance.closed is not None:
        return await render(request, "meeting/join_closed.html", context, status=STATUS[entrance.closed])
    return await render(request, "meeting/join.html", context, status=status or 200)


async def _context(request: Request, entrance: Entrance) -> dict[str, Any]:
    scheduled, viewer, site = entrance.scheduled, await viewer_of(request), site_of(request)
    branch = await site.directory.branch(scheduled.plan.branch_id) if scheduled else None
    inviter = await site.directory.member(entrance.invitation.issued_by) if entrance.invitation else None
    elsewhere = viewer is not None and viewer.is_member and entrance.who is not None and viewer.member_id != entrance.who.member_id
    listed = scheduled.listed(entrance.who.member_id) if scheduled and entrance.who else None
    return {
        "entrance": entrance,
        "scheduled": scheduled,
        "plan": scheduled.plan if scheduled else None,
        "branch_name": branch.name if branch else "",
        "inviter": inviter.name if inviter else "",
        "present": quorum_now(entrance.state).present if entrance.state and entrance.state.phase == MeetingPhase.OPEN else None,
        "heard_at": site_of(request).settings.heard_at,
        "recording": entrance.state is not None and entrance.state.recording is not None,
        "votes": entrance.who is not None and entrance.who.may_vote and (listed is None or listed.role is not Role.GUEST),
        "as_guest": entrance.who is None,
        "members_only": _admits_members_only(entrance.invitation),
        "replaces": viewer.name if viewer is not None and elsewhere else "",
        "not_me": request.query_params.get("not") == "me",
        "documents": len(await site_of(request).documents.of_meeting(scheduled.meeting_id)) if scheduled else 0,
        "has_media": site.media is not None,
        "minutes_before": DOOR_OPENS // 60_000,
    }


def _admits_members_only(invitation: Invitation | None) -> bool:
    return invitation is not None and invitation.member_id is None and invitation.admits == "members"


routes: list[BaseRoute] = [
    Route("/j/{token}", join_page, methods=["GET"]),
    Route("/j/{token}", enter_by_link, methods=["POST"]),
    Route("/j/{token}/calendar.ics", link_calendar, methods=["GET"]),
    Route("/meetings/{meeting_id}/enter", enter_page, methods=["GET"]),
]
