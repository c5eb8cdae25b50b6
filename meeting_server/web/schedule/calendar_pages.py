"""A member's meetings in their calendar program: the page on which they create and revoke an address, and the calendar that is fetched
from it without signing in."""

from __future__ import annotations

import hashlib
import time

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.schedule.calendars import make_calendar, revoke_calendar
from meeting_server.domain.ids import Millis, ParticipantId
from meeting_server.store.people.people import Member
from meeting_server.web.schedule.calendar_file import calendar_of
from meeting_server.web.site.addresses import household_of
from meeting_server.web.site.auth import member_of, now_millis
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import form_of
from meeting_server.web.site.pages import address_of, render, say, see
from meeting_server.web.site.site import site_of

KEPT_BEHIND: Millis = 90 * 86_400_000
"""Meetings that are over stay in the calendar this long."""


async def calendar_page(request: Request) -> Response:
    """Show the address, if there is one, and how to add it to a calendar program."""
    viewer = await member_of(request)
    links = site_of(request).calendar_links
    link = await links.of_member(viewer.member_id or "")
    address = address_of(request, f"/calendar/{links.token(link.link_id)}.ics") if link is not None else ""
    context = {
        "link": link,
        "address": address,
        "subscribe": f"webcal://{address.partition('://')[2]}",
        "done": request.query_params.get("done", ""),
    }
    return await render(request, "schedule/calendar.html", context)


async def make_link(request: Request) -> Response:
    """Create an address for this member, or keep the one they have."""
    viewer = await member_of(request)
    await form_of(request)
    await make_calendar(site_of(request), viewer.by, viewer.branch_id or "", now_millis())
    return see("/me/calendar?done=made")


async def revoke_link(request: Request) -> Response:
    """Revoke the address. From now on it serves nothing."""
    viewer = await member_of(request)
    await form_of(request)
    if not await revoke_calendar(site_of(request), viewer.by, viewer.branch_id or "", now_millis()):
        raise Refused(WebCode.NOT_FOUND)
    return see("/me/calendar?done=revoked")


async def subscribed_file(request: Request) -> Response:
    """Return the member's meetings for a calendar program, or 304 if nothing changed.

    Raises Refused: ``rate_limited``; ``link_unknown``; ``link_revoked``, also if the member is no longer on the roster.
    """
    member = await _member_at(request)
    since = now_millis() - KEPT_BEHIND
    concerning = await site_of(request).schedule.concerning(ParticipantId(member.member_id))
    meetings = [meeting for meeting in concerning if meeting.plan.ends_at > since]
    product = say(request, "common.product")
    content = calendar_of(
        meetings,
        {m.meeting_id: address_of(request, f"/meetings/{m.meeting_id}") for m in meetings},
        name=product,
        product=product,
        subscribed=True,
    )
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "private, no-cache", "content-disposition": 'attachment; filename="meetings.ics"'}
    if request.headers.get("if-none-match", "").removeprefix("W/") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


async def _member_at(request: Request) -> Member:
    site, token = site_of(request), request.path_params["token"]
    link = await site.calendar_links.by_token(token)
    wait = site.allowances.fetch(household_of(request) if link is None else link.link_id, time.monotonic())
    if wait > 0:
        raise Refused(WebCode.RATE_LIMITED, retry_after=wait)
    if link is None:
        raise Refused(WebCode.LINK_UNKNOWN)
    member = await site.directory.member(link.member_id)
    if link.revoked_at is not None or member is None or member.removed_at is not None:
        raise Refused(WebCode.LINK_REVOKED)
    return member


routes: list[BaseRoute] = [
    Route("/me/calendar", calendar_page, methods=["GET"]),
    Route("/me/calendar", make_link, methods=["POST"]),
    Route("/me/calendar/revoke", revoke_link, methods=["POST"]),
    Route("/calendar/{token}.ics", subscribed_file, methods=["GET"]),
]
