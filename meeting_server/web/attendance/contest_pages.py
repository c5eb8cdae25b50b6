"""Members' objections to their attendance, and the answers. Both go into the meeting's record."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.domain.commands import Actor, AnswerContest, Command, ContestAttendance
from meeting_server.domain.contests import LONGEST_TEXT
from meeting_server.domain.errors import Code, Rejected
from meeting_server.journal.port import StorageUnavailable
from meeting_server.live.outcome import UnknownMeeting
from meeting_server.web.schedule.meetings import Seat, seat_at
from meeting_server.web.site.errors import Refused, WebCode, refusal_of
from meeting_server.web.site.forms import field, form_of
from meeting_server.web.site.pages import see
from meeting_server.web.site.site import site_of


async def contest(request: Request) -> Response:
    """Let a person on the list contest their own record of this meeting."""
    form = await form_of(request)
    seat = await seat_at(request)
    if seat.listed is None:
        raise Refused(Code.NOT_A_PARTICIPANT)
    await _submit(request, seat, ContestAttendance(field(form, "text", LONGEST_TEXT)))
    return see(f"/meetings/{seat.meeting_id}/attendance/me?done=contested")


async def answer(request: Request) -> Response:
    """Answer an objection and say whether the member is right. For those who run the meeting."""
    form = await form_of(request)
    seat = await seat_at(request)
    if not seat.runs:
        raise Refused(Code.FORBIDDEN)
    accepted = {"yes": True, "no": False}.get(field(form, "accepted"))
    if accepted is None:
        raise Refused(WebCode.BAD_FORM, field="accepted")
    contest_id = request.path_params["contest_id"]
    await _submit(request, seat, AnswerContest(contest_id, accepted, field(form, "text", LONGEST_TEXT)))
    return see(f"/meetings/{seat.meeting_id}/attendance#contests")


async def _submit(request: Request, seat: Seat, command: Command) -> None:
    try:
        outcome = await site_of(request).registry.submit(seat.meeting_id, Actor(seat.viewer.participant_id), command)
    except UnknownMeeting:
        raise Refused(WebCode.NOT_FOUND) from None
    except StorageUnavailable:
        raise Refused(WebCode.STORAGE_UNAVAILABLE) from None
    if isinstance(outcome, Rejected):
        raise refusal_of(outcome)


routes: list[BaseRoute] = [
    Route("/meetings/{meeting_id}/attendance/contest", contest, methods=["POST"]),
    Route("/meetings/{meeting_id}/attendance/contests/{contest_id}", answer, methods=["POST"]),
]
