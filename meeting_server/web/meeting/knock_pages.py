"""Letting in a browser that knocks: pending requests, and the answer of the member on their own device or of the keeper of the list."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.meeting import knocks
from meeting_server.acts.meeting.knocks import Answer
from meeting_server.acts.people.rights import rights_at
from meeting_server.domain.errors import Code
from meeting_server.domain.ids import Millis
from meeting_server.domain.spelling import is_same_name
from meeting_server.store.people.knocks import TooManyKnocks
from meeting_server.store.people.people import Member, number_key
from meeting_server.store.schedule.invitations import Invitation
from meeting_server.store.schedule.schedule import Scheduled
from meeting_server.web.schedule.meetings import seat_at
from meeting_server.web.schedule.waiting_browsers import may_answer, waiting_for
from meeting_server.web.site.addresses import household_of
from meeting_server.web.site.auth import browser_of, now_millis
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import field, form_of
from meeting_server.web.site.pages import own_path, see
from meeting_server.web.site.site import site_of

NEWS: Millis = 30 * 60_000
"""How long an admitted device is announced."""


class KnockLine(msgspec.Struct, frozen=True):
    """A knock on a phone's screen."""

    id: str
    name: str
    device: str
    number: int
    mine: bool
    known: bool


class LetInLine(msgspec.Struct, frozen=True):
    """A further device of the viewer that was let in recently, and by whom."""

    id: str
    device: str
    by: str
    at: int


class KnockList(msgspec.Struct, frozen=True):
    """The answer of ``GET /meetings/<id>/knocks``."""

    waiting: list[KnockLine]
    let_in: list[LetInLine]


async def knock(request: Request, scheduled: Scheduled, invitation: Invitation, typed: str) -> None:
    """Ask to be let in: by a personal link as its member, by a general link as the person on the list with the name or number ``typed``.

    The answer does not reveal whether there is such a person. Raises Refused: ``rate_limited``.
    """
    site = site_of(request)
    member = await _meant(request, scheduled, invitation, typed)
    try:
        await knocks.knock(site, await browser_of(request), household_of(request), scheduled, member, typed, now_millis())
    except TooManyKnocks:
        raise Refused(WebCode.RATE_LIMITED) from None


async def _meant(request: Request, scheduled: Scheduled, invitation: Invitation, typed: str) -> Member | None:
    directory = site_of(request).directory
    if invitation.member_id is not None:
        return await directory.member(invitation.member_id)
    listed = await directory.members_by_id(p.participant_id for p in scheduled.plan.people if not p.is_guest)
    number = number_key(typed)
    here = [member for member in listed.values() if member.removed_at is None]
    found = [m for m in here if is_same_name(m.name, typed) or (number and number_key(m.number) == number)]
    return found[0] if len(found) == 1 else None


async def list_of(request: Request) -> Response:
    """Return the requests that this viewer can answer, and the viewer's further devices that were let in."""
    seat = await seat_at(request)
    now = now_millis()
    lines = [KnockLine(w.knock.knock_id, w.name, w.knock.device, w.knock.number, w.mine, w.known) for w in await waiting_for(request, seat)]
    let_in = [
        LetInLine(knock.knock_id, knock.device, knock.answered_name, knock.answered_at)
        for knock in await site_of(request).knocks.of_meeting(seat.meeting_id)
        if knock.member_id == seat.viewer.participant_id
        and knock.answer == "let_in"
        and knock.answered_by != seat.viewer.participant_id
        and knock.answered_at is not None
        and now - knock.answered_at < NEWS
    ]
    return Response(msgspec.json.encode(KnockList(lines, let_in)), media_type="application/json", headers={"cache-control": "no-store"})


async def answer(request: Request) -> Response:
    """Let a browser in, or refuse it. Raises Refused: ``forbidden``; ``not_found`` if it no longer waits."""
    seat = await seat_at(request)
    form = await form_of(request)
    decision = field(form, "answer")
    if decision not in ("let_in", "refused"):
        raise Refused(WebCode.BAD_FORM, field="answer")
    site = site_of(request)
    asked = next((k for k in await site.knocks.of_meeting(seat.meeting_id) if k.knock_id == request.path_params["knock_id"]), None)
    if asked is None:
        raise Refused(WebCode.NOT_FOUND)
    rights = await rights_at(site, seat.scheduled, seat.viewer.participant_id)
    if not may_answer(seat, rights, asked):
        raise Refused(Code.FORBIDDEN)
    outcome: Answer = "let_in" if decision == "let_in" else "refused"
    if await knocks.answer_knock(site, seat.viewer.by, seat.scheduled, asked.knock_id, outcome, now_millis()) is None:
        raise Refused(WebCode.NOT_FOUND)
    if "application/json" in request.headers.get("accept", ""):
        return Response(status_code=204)
    return see(own_path(field(form, "next") or f"/meetings/{seat.meeting_id}"))


routes: list[BaseRoute] = [
    Route("/meetings/{meeting_id}/knocks", list_of, methods=["GET"]),
    Route("/meetings/{meeting_id}/knocks/{knock_id}", answer, methods=["POST"]),
]
