"""A member's own learning: what is asked of them, what they began, what they finished, and how many hours a month."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.domain.ids import Millis
from meeting_server.web.attendance.evidence import Column, columns
from meeting_server.web.learning.course_pages import courses_for
from meeting_server.web.learning.study import everything_for, standings
from meeting_server.web.record.playback import clock_of
from meeting_server.web.site import dates
from meeting_server.web.site.auth import member_of, now_millis
from meeting_server.web.site.pages import render
from meeting_server.web.site.site import site_of

MONTHS_WIDE, MONTHS_PHONE = 12, 6
NEW_MOST, DONE_MOST = 8, 5


@dataclass(frozen=True, slots=True)
class Months:
    """Minutes of learning a month, drawn: each column with the minutes written above it."""

    columns: tuple[tuple[Column, str], ...]
    width: int
    height: int


async def learn_page(request: Request) -> Response:
    viewer = await member_of(request)
    assert viewer.member_id is not None
    known = await everything_for(request, viewer)
    all_of_it = await standings(request, viewer.member_id, known)
    begun = sorted((s for s in all_of_it if s.stage == "begun"), key=lambda s: -(s.progress.latest_at if s.progress else 0))
    done = sorted((s for s in all_of_it if s.stage == "done"), key=lambda s: -((s.progress and s.progress.completed_at) or 0))
    heard = await site_of(request).learning.progress.months(viewer.member_id)
    courses = await courses_for(request, viewer, known)
    everything = request.query_params.get("all") == "1"
    fresh = [s for s in all_of_it if s.stage == "new"]
    return await render(
        request,
        "learning/learn.html",
        {
            "courses": [course for course in courses if not course.done],
            "courses_done": [course for course in courses if course.done],
            "begun": begun,
            "fresh": fresh if everything else fresh[:NEW_MOST],
            "fresh_count": len(fresh),
            "finished": done if everything else done[:DONE_MOST],
            "finished_count": len(done),
            "heard": sum(heard.values()),
            "plot_wide": _months(heard, MONTHS_WIDE, width=640, height=150),
            "plot_phone": _months(heard, MONTHS_PHONE, width=328, height=134),
            "table": _last(heard, MONTHS_WIDE),
            "clock_of": clock_of,
        },
    )


def _last(heard: dict[str, Millis], count: int) -> list[tuple[str, int, int]]:
    """Year-month, month and minutes of the last months up to this one."""
    today = dates.local(now_millis())
    number = today.year * 12 + today.month - 1
    named = [(f"{n // 12}-{n % 12 + 1:02}", n % 12 + 1) for n in range(number - count + 1, number + 1)]
    return [(name, month, dates.minutes(heard.get(name, 0))) for name, month in named]


def _months(heard: dict[str, Millis], count: int, *, width: int, height: int) -> Months:
    last = _last(heard, count)
    most = max(1, *(minutes for _, _, minutes in last))
    drawn = columns([("", minutes / most, str(month)) for _, month, minutes in last], width=width, height=height)
    return Months(tuple((c, str(minutes) if minutes else "") for c, (_, _, minutes) in zip(drawn, last, strict=True)), width, height)


routes: list[BaseRoute] = [Route("/learn", learn_page, methods=["GET"])]
