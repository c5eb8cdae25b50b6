"""A branch's attendance over a year: a plot of its meetings, a table of its members, the same as CSV and workbook."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.people.permissions import Action
from meeting_server.archive.attendance.report import attendance_report
from meeting_server.archive.attendance.year import AttendanceYear, attendance_year
from meeting_server.archive.sheets import XLSX, Share, Value, write_csv, write_xlsx
from meeting_server.store.schedule.schedule import Scheduled
from meeting_server.web.attendance.evidence import columns
from meeting_server.web.schedule.meetings import state_of
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.dates import local, minutes
from meeting_server.web.site.pages import render, say
from meeting_server.web.site.permissions import require, tree_of
from meeting_server.web.site.site import site_of
from meeting_server.web.site.taking_turns import one_at_a_time

COLUMNS = ("name", "expected", "with_vote", "came", "late", "leave", "absent", "minutes", "share")
KINDS = ("csv", "xlsx")
MEETINGS_MOST = 150
"""Most meetings of one year, the newest, because each is read from its journal."""


async def year_page(request: Request) -> Response:
    branch_id = request.path_params["branch_id"]
    await require(request, Action.SEE_ATTENDANCE, branch_id)
    meetings = await _adjourned(request, branch_id)
    year = _year_asked(request, meetings)
    result = await _year(request, meetings, year)
    shares = [("part" if m.share < 1 else "", m.share, f"{local(m.at).month}/{local(m.at).day}") for m in result.meetings]
    return await render(
        request,
        "attendance/attendance_year.html",
        {
            "branch": (await tree_of(request)).get(branch_id),
            "year": year,
            "years": sorted({local(m.plan.starts_at).year for m in meetings} | {year}, reverse=True),
            "result": result,
            "minutes_of": minutes,
            "percent": lambda share: round(share * 100),
            "wide": columns(shares, width=1000, height=200),
            "phone": columns(shares[-8:], width=328, height=134),
        },
    )


async def year_file(request: Request) -> Response:
    """Return the table as ``csv`` or ``xlsx``."""
    branch_id, kind = request.path_params["branch_id"], request.url.path.rpartition(".")[2]
    await require(request, Action.SEE_ATTENDANCE, branch_id)
    meetings = await _adjourned(request, branch_id)
    year = _year_asked(request, meetings)
    result = await _year(request, meetings, year)
    rows: list[list[Value]] = [[say(request, f"attendance_year.column.{name}") for name in COLUMNS]]
    rows += [[m.name, m.expected, m.with_vote, m.came, m.late, m.leave, m.absent, minutes(m.there), Share(m.share)] for m in result.members]
    title = say(request, "attendance_year.file", year=year)
    make = site_of(request).workshop.make
    content = write_csv(rows) if kind == "csv" else await make(write_xlsx, rows, title, (14, 10, 12, 10, 10, 10, 10, 10, 10))
    return Response(
        content,
        media_type="text/csv; charset=utf-8" if kind == "csv" else XLSX,
        headers={
            "content-disposition": f"attachment; filename=\"attendance-{year}.{kind}\"; filename*=UTF-8''{quote(f'{title}.{kind}')}",
            "cache-control": "private, no-store",
        },
    )


async def _adjourned(request: Request, branch_id: str) -> list[Scheduled]:
    found = await site_of(request).schedule.concerning(None, [branch_id])
    return [m for m in found if m.status == "adjourned" and m.plan.branch_id == branch_id]


def _year_asked(request: Request, meetings: list[Scheduled]) -> int:
    """Return the year of the address, else that of the latest meeting, else the current one."""
    asked = request.query_params.get("year", "")
    if asked.isascii() and asked.isdigit() and len(asked) == 4:
        return int(asked)
    return local(meetings[-1].plan.starts_at if meetings else now_millis()).year


async def _year(request: Request, meetings: list[Scheduled], year: int) -> AttendanceYear:
    reports = []
    for scheduled in [m for m in meetings if local(m.plan.starts_at).year == year][-MEETINGS_MOST:]:
        state = await state_of(request, scheduled)
        if state is None or state.opened_at is None:
            continue
        leaves = await site_of(request).leaves.of_meeting(scheduled.meeting_id)
        granted = {who: (leave.reason, leave.status == "approved") for who, leave in leaves.items()}
        reports.append(attendance_report(state, now_millis(), granted))
    return attendance_year(reports)


routes: list[BaseRoute] = [
    Route("/branches/{branch_id}/attendance", one_at_a_time(year_page), methods=["GET"]),
    *(Route(f"/branches/{{branch_id}}/attendance.{kind}", one_at_a_time(year_file), methods=["GET"]) for kind in KINDS),
]
