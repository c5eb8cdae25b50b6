"""Asking for leave (请假) and deciding on it. Both sides see the result on their pages."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.schedule.absence import Decision, decide_absence, request_absence, withdraw_absence
from meeting_server.domain.ids import ParticipantId
from meeting_server.store.schedule.leave import REASON_LONGEST, LeaveError
from meeting_server.web.schedule.meeting_pages import show_meeting
from meeting_server.web.schedule.meetings import managed_seat, seat_at
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import field, form_of
from meeting_server.web.site.pages import see
from meeting_server.web.site.site import site_of


async def leave_page(request: Request) -> Response:
    """Return the anchor of the leave form on the meeting's page."""
    return see(f"/meetings/{(await seat_at(request)).meeting_id}#leave")


async def ask_leave(request: Request) -> Response:
    """Ask for leave, before the meeting or while it runs. Not for guests, who are not expected."""
    seat = await seat_at(request)
    reason = field(await form_of(request), "reason", 4000)
    if seat.listed is None or seat.listed.is_guest:
        return await show_meeting(request, seat, status=403, leave_error="not_listed", reason=reason)
    if seat.scheduled.status not in ("convened", "open"):
        return await show_meeting(request, seat, status=409, leave_error="closed", reason=reason)
    if not reason:
        return await show_meeting(request, seat, status=422, leave_error="empty")
    if len(reason) > REASON_LONGEST:
        return await show_meeting(request, seat, status=422, leave_error="too_long", reason=reason)
    try:
        await request_absence(site_of(request), seat.meeting_id, seat.listed.participant_id, reason, now_millis())
    except LeaveError as error:
        return await show_meeting(request, seat, status=409, leave_error=error.code)
    return see(f"/meetings/{seat.meeting_id}?done=leave_sent#leave")


async def withdraw_leave(request: Request) -> Response:
    seat = await seat_at(request)
    await form_of(request)
    try:
        await withdraw_absence(site_of(request), seat.meeting_id, seat.viewer.participant_id)
    except LeaveError as error:
        return await show_meeting(request, seat, status=409, leave_error=error.code)
    return see(f"/meetings/{seat.meeting_id}?done=leave_withdrawn#leave")


async def decide_leave(request: Request) -> Response:
    seat = await managed_seat(request)
    form = await form_of(request)
    decisions: dict[str, Decision] = {"approved": "approved", "refused": "refused"}
    decision, answer = decisions.get(field(form, "decision")), field(form, "answer", 4000)
    if decision is None:
        raise Refused(WebCode.BAD_FORM, field="decision")
    if len(answer) > REASON_LONGEST:
        raise Refused(WebCode.BAD_FORM, field="answer")
    who = ParticipantId(request.path_params["participant_id"])
    by = seat.viewer.by
    try:
        await decide_absence(site_of(request), seat.meeting_id, who, decision, by, answer, now_millis())
    except LeaveError as error:
        return await show_meeting(request, seat, status=409, leave_error=error.code)
    return see(f"/meetings/{seat.meeting_id}?done=leave_decided#requests")


routes: list[BaseRoute] = [
    Route("/meetings/{meeting_id}/leave", leave_page, methods=["GET"]),
    Route("/meetings/{meeting_id}/leave", ask_leave, methods=["POST"]),
    Route("/meetings/{meeting_id}/leave/withdraw", withdraw_leave, methods=["POST"]),
    Route("/meetings/{meeting_id}/leave/{participant_id}", decide_leave, methods=["POST"]),
]
