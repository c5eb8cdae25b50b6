"""Attendance on screen and as a workbook: the meeting's report, and each member's own record."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.archive.attendance.report import THERE, AttendanceReport, attendance_report, strongest
from meeting_server.archive.attendance.workbook import attendance_workbook, rooms_words
from meeting_server.archive.minutes.results import called
from meeting_server.archive.record.parts import seen_report
from meeting_server.archive.record.readers import Part
from meeting_server.archive.sheets import XLSX
from meeting_server.domain.attendance.report import Row
from meeting_server.domain.characters import clean
from meeting_server.domain.errors import Code
from meeting_server.domain.ids import Millis, ParticipantId
from meeting_server.domain.roles import Standing
from meeting_server.domain.state import Contest, Interval, MeetingState
from meeting_server.domain.votes.electorate import counts
from meeting_server.store.schedule.schedule import Scheduled
from meeting_server.web.attendance.evidence import Bar, Column, Plot, Tick, bars, columns, plot, ticks
from meeting_server.web.schedule.meetings import Seat, seat_at, state_of
from meeting_server.web.site.auth import Viewer, now_millis, viewer_of
from meeting_server.web.site.catalogue import text
from meeting_server.web.site.dates import local, minutes
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.pages import language_of, render, say, see
from meeting_server.web.site.site import site_of
from meeting_server.web.site.taking_turns import one_at_a_time

MEETINGS_SHOWN = 12
"""Most meetings of a member's own record, the newest, because each is read from its journal."""


@dataclass(frozen=True, slots=True)
class Line:
    """One person on the report. ``level`` is ``none`` for someone who did not attend; ``status`` may be ``not_yet``."""

    row: Row
    status: str
    level: str
    why: str
    bars: tuple[Bar, ...]
    minutes: int
    rooms: str
    """Minutes in each room, for someone who was not only in the hall."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """One interval of a member's own record, or the gap before it (``level`` is ``none``)."""

    since: Millis
    until: Millis
    minutes: int
    level: str
    why: str


@dataclass(frozen=True, slots=True)
class Sitting:
    """One meeting of a member's own record."""

    scheduled: Scheduled
    status: str
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    minutes: int
    of: int
    share: float
    stretches: tuple[Stretch, ...]
    contests: tuple[Contest, ...]


# --- the meeting's report ---------------------------------------------------------------------------------------


async def attendance_page(request: Request) -> Response:
    seat = await _seat(request)
    result = await _report(request, seat)
    if result is None:
        return await render(request, "attendance/attendance.html", {"scheduled": seat.scheduled, "report": None})
    lines = [_line(request, result, row) for row in result.rows]
    counted, others = _parted(lines, seat, result)
    return await render(
        request,
        "attendance/attendance.html",
        {
            "scheduled": seat.scheduled,
            "report": result,
            "contests": await _contests(request, seat),
            "answers": seat.runs,
            "names": {row.participant.participant_id: called(row.participant) for row in result.rows},
            "counted": counted,
            "others": others,
            "hall_online": f"{result.in_hall} / {max(0, result.attended - result.in_hall)}",
            "wide_plot": _plot(request, result, 1000, 230, 44),
            "phone_plot": _plot(request, result, 320, 210, 28),
            "sentence": _sentence(request, result),
        },
    )


async def attendance_xlsx(request: Request) -> Response:
    seat = await _seat(request)
    result = await _report(request, seat)
    if result is None:
        return see(f"/meetings/{seat.meeting_id}/attendance")
    content = await site_of(request).workshop.make(attendance_workbook, result, partial(text, language_of(request)))
    name = quote(clean(f"{say(request, 'attendance.file')} {seat.scheduled.plan.title}.xlsx"))
    return Response(
        content,
        media_type=XLSX,
        headers={
            "content-disposition": f"attachment; filename=\"attendance.xlsx\"; filename*=UTF-8''{name}",
            "cache-control": "private, no-store",
        },
    )


async def _seat(request: Request) -> Seat:
    seat = await seat_at(request)
    if not seat.sees_attendance:
        raise Refused(Code.FORBIDDEN)
    return seat


async def _report(request: Request, seat: Seat) -> AttendanceReport | None:
    if seat.scheduled.status not in ("open", "adjourned"):
        return None
    state = await state_of(request, seat.scheduled)
    if state is None or state.opened_at is None:
        return None
    report = attendance_report(state, now_millis(), await _leaves(request, seat.scheduled))
    return seen_report(report, {Part.REASONS} if seat.sees_reasons else ())


async def _contests(request: Request, seat: Seat) -> tuple[Contest, ...]:
    """Members' objections, unanswered ones first, for those who may see reasons of absence."""
    if not seat.sees_reasons:
        return ()
    state = await state_of(request, seat.scheduled)
    found = state.contests if state is not None else ()
    return tuple(sorted(found, key=lambda contest: (contest.answered_at is not None, contest.contested_at)))


async def _leaves(request: Request, scheduled: Scheduled) -> dict[ParticipantId, tuple[str, bool]]:
    leaves = await site_of(request).leaves.of_meeting(scheduled.meeting_id)
    return {who: (leave.reason, leave.status == "approved") for who, leave in leaves.items()}


def _parted(lines: list[Line], seat: Seat, result: AttendanceReport) -> tuple[list[Line], list[Line]]:
    """Those who count, with those who need attention first, then everyone else on the list."""
    order = {"absent": 0, "not_yet": 0, "leave": 1, "late_and_left_early": 2, "late": 2, "left_early": 2}
    counted = [line for line in lines if line.row.participant.participant_id in result.expected]
    others = [line for line in lines if line.row.participant.participant_id not in result.expected]
    others = [line for line in others if line.status in THERE or line.row.participant.standing is not Standing.GUEST or not result.over]
    return sorted(counted, key=lambda line: order.get(line.status, 3)), others


def _line(request: Request, result: AttendanceReport, row: Row) -> Line:
    person = row.participant
    best = strongest(person)
    there = row.status in THERE
    status = "not_yet" if row.status == "absent" and not result.over else str(row.status)
    now = next((i for i in reversed(person.intervals) if i.until is None), None)
    shown = best if result.over or now is None else now
    names = {r.participant.participant_id: called(r.participant) for r in result.rows}
    if shown is not None and there:
        why = _why(request, shown, names)
    elif row.status == "leave" or person.leave_reason:
        why = say(request, "attendance.approved" if person.leave_approved else "attendance.not_approved")
    else:
        why = person.excluded_reason
    return Line(
        row=row,
        status=status,
        level=shown.level if shown is not None and there else "none",
        why=why,
        bars=bars(person.intervals, result.since, result.until),
        minutes=minutes(row.effective),
        rooms=rooms_words(row, lambda key, **holes: say(request, key, **holes)),
    )


def _why(request: Request, interval: Interval, names: dict[ParticipantId, str]) -> str:
    if interval.marked_by is not None:
        return say(request, "attendance.marked_by", name=names.get(interval.marked_by, ""))
    return say(request, f"attendance.reason.{interval.reason}")


def _sentence(request: Request, result: AttendanceReport) -> str:
    if result.quorum.needed == 0:
        return say(request, "attendance.quorum_none")
    if result.quorum_since is None:
        return say(request, "attendance.quorum_never", needed=result.quorum.needed)
    key = "quorum_all" if result.lowest >= result.quorum.needed else "quorum_some"
    return say(request, f"attendance.{key}", lowest=result.lowest, needed=result.quorum.needed)


def _plot(request: Request, result: AttendanceReport, width: int, height: int, left: int) -> Plot:
    labels = {mark.kind: say(request, f"attendance.{mark.kind}_flag") for mark in result.marks}
    flags = [(mark.at, labels[mark.kind]) for mark in result.marks if width > 500 or mark.kind == "motion"]
    return plot(result.steps, result.since, result.until, result.quorum, flags, width=width, height=height, left=left)


# --- one's own record -------------------------------------------------------------------------------------------


async def my_attendance(request: Request) -> Response:
    """Show everything recorded about the viewer's own presence: times and evidence, meeting by meeting."""
    viewer = await viewer_of(request)
    if viewer is None:
        raise Refused(WebCode.SIGN_IN_REQUIRED)
    if viewer.only_meeting is not None:
        return see(f"/meetings/{viewer.only_meeting}/attendance/me")
    meetings = [m for m in await site_of(request).schedule.concerning(viewer.participant_id) if m.status in ("open", "adjourned")]
    shown = meetings if request.query_params.get("all") == "1" else meetings[-MEETINGS_SHOWN:]
    found = [await _sitting(request, scheduled, viewer) for scheduled in shown]
    sittings = [sitting for sitting in found if sitting is not None]
    year = local(now_millis()).year
    this_year = [s for s in sittings if local(s.scheduled.plan.starts_at).year == year and s.status not in ("excluded", "not_yet")]
    return await render(
        request,
        "attendance/my_attendance.html",
        {
            "sittings": list(reversed(sittings)),
            "more": len(meetings) > len(shown),
            "expected": len(this_year),
            "attended": sum(1 for s in this_year if s.status in THERE),
            "on_leave": sum(1 for s in this_year if s.status == "leave"),
            "columns": _columns(request, this_year),
            "contested": False,
        },
    )


async def my_attendance_at(request: Request) -> Response:
    """Show the viewer's own record of one meeting, which is all that people who came by its link can see."""
    seat = await seat_at(request, removed_too=True)
    sitting = await _sitting(request, seat.scheduled, seat.viewer)
    context = {
        "sittings": [sitting] if sitting else [],
        "more": False,
        "expected": 0,
        "attended": 0,
        "on_leave": 0,
        "columns": (),
        "scheduled": seat.scheduled,
        "contested": request.query_params.get("done") == "contested",
    }
    return await render(request, "attendance/my_attendance.html", context)


async def _sitting(request: Request, scheduled: Scheduled, viewer: Viewer) -> Sitting | None:
    state = await state_of(request, scheduled)
    if state is None or state.opened_at is None:
        return None
    leaves = {who: leave for who, leave in (await _leaves(request, scheduled)).items() if who == viewer.participant_id}
    result = attendance_report(state, now_millis(), leaves)
    row = next((row for row in result.rows if row.participant.participant_id == viewer.participant_id), None)
    if row is None:
        return None
    length = max(1, result.until - result.since)
    status = "not_yet" if row.status == "absent" and not result.over else str(row.status)
    if not counts(row.participant, state.preset) and row.status in ("absent", "leave"):
        status = "excluded"
    return Sitting(
        scheduled=scheduled,
        status=status,
        bars=bars(row.participant.intervals, result.since, result.until),
        ticks=ticks(result.since, result.until),
        minutes=minutes(row.effective),
        of=minutes(length),
        share=min(1.0, row.effective / length),
        stretches=_stretches(request, state, row, result),
        contests=tuple(c for c in state.contests if c.participant_id == viewer.participant_id),
    )


def _stretches(request: Request, state: MeetingState, row: Row, result: AttendanceReport) -> tuple[Stretch, ...]:
    names = {i: called(p) for i, p in state.participants.items()}
    found: list[Stretch] = []
    for interval in row.participant.intervals:
        since, until = max(interval.since, result.since), min(interval.until if interval.until is not None else result.until, result.until)
        if since >= until:
            continue
        if found and since - found[-1].until >= 1000:
            gap = minutes(since - found[-1].until)
            found.append(Stretch(found[-1].until, since, gap, "none", say(request, "attendance.mine.gap_why")))
        found.append(Stretch(since, until, minutes(until - since), interval.level, _why(request, interval, names)))
    return tuple(found)


def _columns(request: Request, sittings: list[Sitting]) -> tuple[Column, ...]:
    def label(sitting: Sitting) -> str:
        start = local(sitting.scheduled.plan.starts_at)
        return f"{start.month}/{start.day}"

    shares = [("leave" if s.status == "leave" else "part" if s.status != "present" else "", s.share, label(s)) for s in sittings]
    return columns(shares, width=328, height=134)


routes: list[BaseRoute] = [
    Route("/meetings/{meeting_id}/attendance", attendance_page, methods=["GET"]),
    Route("/meetings/{meeting_id}/attendance.xlsx", one_at_a_time(attendance_xlsx), methods=["GET"]),
    Route("/meetings/{meeting_id}/attendance/me", my_attendance_at, methods=["GET"]),
    Route("/me/attendance", my_attendance, methods=["GET"]),
]
