"""Who may see what of a record, who agreed to be recorded, how long it is kept, who read it, and holds on its deletion."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.people.permissions import Action
from meeting_server.acts.record.hold import lift_hold, set_hold
from meeting_server.domain.errors import Code
from meeting_server.web.record.reader import record_files_of, whole_reader_at
from meeting_server.web.record.retention import deleted_at
from meeting_server.web.schedule.meetings import names_at
from meeting_server.web.site.auth import member_of, now_millis
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import field, form_of
from meeting_server.web.site.pages import render, see
from meeting_server.web.site.permissions import allowed
from meeting_server.web.site.site import site_of

SHOWN = 100
"""Entries of one page."""


async def access_page(request: Request) -> Response:
    """For everyone whom the meeting concerns: who may read its record and who did."""
    reader = await whole_reader_at(request)
    if reader.scheduled.status != "adjourned":
        raise Refused(WebCode.NOT_FOUND)
    site, scheduled = site_of(request), reader.scheduled
    timeline = await asyncio.to_thread(record_files_of(request).timeline, reader.meeting_id)
    names = await names_at(request, scheduled, marks_guests=True)
    agreed = timeline.agreed if timeline else ()
    return await render(
        request,
        "record/record_access.html",
        {
            "reader": reader,
            "scheduled": scheduled,
            "address": f"/archive/{reader.meeting_id}",
            "recorded": bool(timeline and timeline.recordings),
            "agreed": [names[who] for who in agreed if who in names],
            "silent": [name for who, name in names.items() if who not in agreed and timeline and who in timeline.participants],
            "days": site.settings.retention_days,
            "deleted_at": deleted_at(request, scheduled),
            "holds": await site.holds.of(reader.meeting_id),
            "may_hold": await allowed(request, Action.HOLD_ARCHIVE, scheduled.plan.branch_id),
            "publication": reader.publication if reader.published else None,
            "entries": await site.access_log.about(reader.meeting_id, limit=SHOWN),
            "done": request.query_params.get("done", ""),
        },
    )


async def hold(request: Request) -> Response:
    """Keep the record from being deleted (``do=set``) or let it go again (``do=lift``); both with a reason.

    Raises Refused: ``forbidden`` but for administrators; ``empty`` without a reason; ``record_changed`` when it is so already.
    """
    reader = await whole_reader_at(request)
    form = await form_of(request)
    if not await allowed(request, Action.HOLD_ARCHIVE, reader.scheduled.plan.branch_id):
        raise Refused(Code.FORBIDDEN)
    reason, wish = field(form, "reason"), field(form, "do")
    if wish not in ("set", "lift"):
        raise Refused(WebCode.BAD_FORM)
    if not reason:
        raise Refused(Code.EMPTY, field="reason")
    act = set_hold if wish == "set" else lift_hold
    if not await act(site_of(request), reader.viewer.by, reader.scheduled, reason, now_millis()):
        raise Refused(WebCode.RECORD_CHANGED)
    return see(f"/archive/{reader.meeting_id}/access?done={'hold' if wish == 'set' else 'lifted'}")


async def my_readings(request: Request) -> Response:
    """Who read the records of meetings the viewer was called to, newest first."""
    viewer = await member_of(request)
    meetings = {m.meeting_id: m for m in await site_of(request).schedule.concerning(viewer.participant_id) if m.status == "adjourned"}
    entries = await site_of(request).access_log.about_any(list(meetings), limit=SHOWN)
    return await render(request, "record/my_readings.html", {"entries": entries, "any": bool(meetings)})


routes: list[BaseRoute] = [
    Route("/archive/{meeting_id}/access", access_page, methods=["GET"]),
    Route("/archive/{meeting_id}/hold", hold, methods=["POST"]),
    Route("/me/readings", my_readings, methods=["GET"]),
]
