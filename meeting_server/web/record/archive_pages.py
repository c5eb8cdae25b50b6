"""The list of finished meetings."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.archive.record.artefacts import MIX
from meeting_server.archive.record.record_files import RecordFiles
from meeting_server.domain.ids import Millis
from meeting_server.store.schedule.schedule import Scheduled
from meeting_server.web.record.reader import readable, record_files_of
from meeting_server.web.record.retention import soon_deleted
from meeting_server.web.site import dates
from meeting_server.web.site.pages import render
from meeting_server.web.site.permissions import tree_of
from meeting_server.web.site.site import site_of

SHOWN = 40
"""Meetings on one page of the list."""
KINDS = ("general", "committee", "group", "lesson", "theme_day", "organisation_life", "blank")


@dataclass(frozen=True, slots=True)
class Shelved:
    """One meeting of the list. ``length`` 0: nothing to be heard or seen."""

    scheduled: Scheduled
    branch_name: str
    length: Millis
    ready: bool


async def archive_page(request: Request) -> Response:
    over = sorted((await readable(request)).meetings, key=lambda m: -(m.opened_at or m.plan.starts_at))
    asked = {name: request.query_params.get(name, "")[:100].strip() for name in ("q", "kind", "branch", "year")}
    found = [meeting for meeting in over if _matches(meeting, asked)]
    page = _page(request)
    tree = await tree_of(request)
    held = await site_of(request).holds.standing()
    shown = await asyncio.to_thread(_shelved, record_files_of(request), found[page * SHOWN : (page + 1) * SHOWN])
    return await render(
        request,
        "record/archive.html",
        {
            "meetings": [
                Shelved(m, branch.name if (branch := tree.get(m.plan.branch_id)) else "", length, ready) for m, length, ready in shown
            ],
            "asked": asked,
            "filtered": any(asked.values()),
            "kinds": [kind for kind in KINDS if any(m.plan.kind == kind for m in over)],
            "branches": [(i, branch.name) for i in dict.fromkeys(m.plan.branch_id for m in over) if (branch := tree.get(i)) is not None],
            "years": sorted({_year(m) for m in over}, reverse=True),
            "any": bool(over),
            "count": len(found),
            "newer": page - 1 if page else None,
            "older": page + 1 if (page + 1) * SHOWN < len(found) else None,
            "day_number": lambda at: dates.local(at).day,
            "year_of": _year,
            "soon_deleted": lambda scheduled: soon_deleted(request, scheduled, held),
        },
    )


def _page(request: Request) -> int:
    asked = request.query_params.get("page", "0")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 0


def _year(meeting: Scheduled) -> int:
    return dates.local(meeting.opened_at or meeting.plan.starts_at).year


def _matches(meeting: Scheduled, asked: dict[str, str]) -> bool:
    return (
        asked["q"].casefold() in meeting.plan.title.casefold()
        and asked["kind"] in ("", meeting.plan.kind)
        and asked["branch"] in ("", meeting.plan.branch_id)
        and asked["year"] in ("", str(_year(meeting)))
    )


def _shelved(record_files: RecordFiles, meetings: Sequence[Scheduled]) -> list[tuple[Scheduled, Millis, bool]]:
    found: list[tuple[Scheduled, Millis, bool]] = []
    for meeting in meetings:
        timeline = record_files.timeline(meeting.meeting_id)
        length = 0
        if timeline is not None and (record_files.made(meeting.meeting_id, MIX) or record_files.tracks(timeline, all_rooms=False)):
            length = timeline.end - timeline.zero
        found.append((meeting, length, record_files.manifest(meeting.meeting_id).complete))
    return found


routes: list[BaseRoute] = [Route("/archive", archive_page, methods=["GET"])]
