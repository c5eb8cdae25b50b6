"""The home page: current, upcoming and past meetings."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.people.permissions import Action
from meeting_server.domain.ids import Millis
from meeting_server.domain.roles import Role
from meeting_server.domain.state import MeetingState
from meeting_server.domain.votes.electorate import quorum_now
from meeting_server.store.schedule.leave import Leave
from meeting_server.store.schedule.schedule import Scheduled
from meeting_server.web.record.retention import soon_deleted
from meeting_server.web.schedule.calendar_file import calendar_of, calendar_response
from meeting_server.web.schedule.meetings import is_coming, is_due, state_of
from meeting_server.web.site.auth import Viewer, now_millis, viewer_of
from meeting_server.web.site.dates import local
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.pages import address_of, render, say, see
from meeting_server.web.site.permissions import branches_for
from meeting_server.web.site.site import site_of

PAST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One meeting in a list. ``when``: the time in words. ``notes``: notices for the viewer, the most urgent first."""

    scheduled: Scheduled
    when: str
    notes: tuple[str, ...]
    due: bool


@dataclass(frozen=True, slots=True)
class Live:
    """A meeting that runs now. ``step`` is empty if the agenda has not begun or is done."""

    scheduled: Scheduled
    present: int | None
    step: str


async def home(request: Request) -> Response:
    viewer = await viewer_of(request)
    if viewer is None:
        raise Refused(WebCode.SIGN_IN_REQUIRED)
    if viewer.only_meeting is not None:
        return see(f"/meetings/{viewer.only_meeting}")
    now = now_millis()
    site = site_of(request)
    schedules_in = await branches_for(request, Action.SCHEDULE)
    meetings = await site.schedule.concerning(viewer.participant_id, await branches_for(request, Action.SEE_MEETINGS))
    leaves = await site.leaves.of_person(viewer.participant_id)
    waiting = await site.leaves.waiting([m.meeting_id for m in meetings if m.plan.branch_id in schedules_in])
    live = [await _live(request, m) for m in meetings if m.status == "open"]
    coming = [_line(request, m, viewer, now, leaves.get(m.meeting_id), waiting.get(m.meeting_id, 0)) for m in meetings if is_coming(m, now)]
    past = [m for m in reversed(meetings) if m.status != "open" and not is_coming(m, now)]
    everything = request.query_params.get("past") == "all"
    branch = await site_of(request).directory.branch(viewer.branch_id) if viewer.branch_id else None
    keeps_in = await branches_for(request, Action.EDIT_ARCHIVE)
    held = await site_of(request).holds.standing()
    return await render(
        request,
        "me/home.html",
        {
            "branch_name": branch.name if branch else "",
            "signed_in_as": await _greeting(request, viewer) if request.query_params.get("hello") == "1" else "",
            "live": live,
            "coming": coming,
            "past": [_line(request, m, viewer, now, leaves.get(m.meeting_id), 0) for m in (past if everything else past[:PAST_SHOWN])],
            "past_count": len(past),
            "may_schedule": bool(schedules_in),
            "ending": [(m, at) for m in past if m.plan.branch_id in keeps_in and (at := soon_deleted(request, m, held)) is not None],
            "day_number": lambda at: local(at).day,
        },
    )


async def _greeting(request: Request, viewer: Viewer) -> str:
    """Who the viewer is here, for someone who has just opened a link: the name, and their role or standing."""
    member = await site_of(request).directory.member(viewer.member_id) if viewer.member_id else None
    if member is None:
        return ""
    what = f"common.role.{viewer.grants[0].role.value}" if viewer.grants else f"common.standing.{member.standing.value}"
    key = "home.signed_in_as_demo" if site_of(request).settings.demo else "home.signed_in_as"
    return say(request, key, name=member.name, what=say(request, what))


async def my_calendar(request: Request) -> Response:
    """Return all the viewer's upcoming meetings as one calendar file."""
    viewer = await viewer_of(request)
    if viewer is None:
        raise Refused(WebCode.SIGN_IN_REQUIRED)
    now = now_millis()
    meetings = [
        m
        for m in await site_of(request).schedule.concerning(viewer.participant_id)
        if m.plan.ends_at > now and viewer.only_meeting in (None, m.meeting_id)
    ]
    product = say(request, "common.product")
    content = calendar_of(
        meetings, {m.meeting_id: address_of(request, f"/meetings/{m.meeting_id}") for m in meetings}, name=product, product=product
    )
    return calendar_response(content, "meetings.ics")


async def _live(request: Request, scheduled: Scheduled) -> Live:
    state = await state_of(request, scheduled)
    if state is None:
        return Live(scheduled, None, "")
    return Live(scheduled, quorum_now(state).present, _step(request, state))


def _step(request: Request, state: MeetingState) -> str:
    for number, item in enumerate(state.agenda, 1):
        if item.item_id == state.current_item:
            return say(request, "home.agenda_at", n=number, of=len(state.agenda), title=item.title)
    return ""


def _line(request: Request, scheduled: Scheduled, viewer: Viewer, now: Millis, leave: Leave | None, waiting: int) -> Line:
    listed = scheduled.listed(viewer.participant_id)
    notes: list[str] = []
    if scheduled.status == "cancelled":
        notes.append(say(request, "home.cancelled"))
    elif scheduled.status == "convened" and not is_coming(scheduled, now):
        notes.append(say(request, "home.never_opened"))
    if waiting:
        notes.append(say(request, "home.waiting", n=waiting))
    if leave is not None and leave.status != "withdrawn":
        notes.append(say(request, f"home.leave_{leave.status}"))
    if listed is not None and listed.role is Role.CHAIR:
        notes.append(say(request, "schedule.me_chair"))
    elif listed is not None and listed.role is Role.SECRETARY:
        notes.append(say(request, "schedule.me_secretary"))
    elif any(item.speaker == viewer.name for item in scheduled.plan.agenda):
        notes.append(say(request, "schedule.me_speaker"))
    return Line(scheduled, _when(request, scheduled, now), tuple(notes), is_due(scheduled, now))


def _when(request: Request, scheduled: Scheduled, now: Millis) -> str:
    """Return ``今天 19:00`` if it is near, else weekday and time. The box before it shows the date."""
    start = local(scheduled.plan.starts_at)
    days = (start.date() - local(now).date()).days
    at = f"{start:%H:%M}"
    if days == 0:
        return say(request, "home.today", at=at)
    if days == 1:
        return say(request, "home.tomorrow", at=at)
    return say(request, f"home.weekday.{start.weekday()}", at=at)


routes: list[BaseRoute] = [Route("/", home), Route("/me/calendar.ics", my_calendar)]
