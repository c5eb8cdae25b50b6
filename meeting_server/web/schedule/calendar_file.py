"""The ``.ics`` file of a meeting: one event that calendars add, move and remove."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from icalendar import Calendar, Event, Timezone, TimezoneStandard, vText
from starlette.responses import Response

from meeting_server.domain.characters import clean, cleaned
from meeting_server.domain.ids import MeetingId, Millis
from meeting_server.store.schedule.schedule import Scheduled
from meeting_server.web.site.dates import ZONE, local

TZID = "Asia/Shanghai"
_UIDS = uuid.UUID("5f6a2f0c-6a53-4d0c-9a55-2b8f0f3f7a10")

Method = Literal["PUBLISH", "CANCEL"]


def uid_of(meeting_id: MeetingId) -> str:
    """Return the UID, which never changes for a meeting, whatever the server's name."""
    return str(uuid.uuid5(_UIDS, meeting_id))


def calendar_of(meetings: Sequence[Scheduled], links: dict[MeetingId, str], *, name: str, product: str, subscribed: bool = False) -> bytes:
    """Return an iCalendar file (RFC 5545) of ``meetings``. ``links`` holds the address to open for each.

    A single cancelled meeting makes a file with METHOD:CANCEL; in a list of several it is an event with STATUS:CANCELLED. SEQUENCE rises
    with every change, so that calendars replace what they have. ``subscribed``: the calendar is fetched repeatedly, at most hourly, and
    only publishes events.
    """
    meetings = cleaned(tuple(meetings))
    method: Method = "CANCEL" if meetings and not subscribed and all(m.status == "cancelled" for m in meetings) else "PUBLISH"
    calendar = Calendar()
    calendar.add("prodid", f"-//{product}//")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add("x-wr-calname", " ".join(clean(name).split()))
    if subscribed:  # RFC 7986, and the older name that Outlook and Apple know
        calendar.add("refresh-interval", timedelta(hours=1), parameters={"value": "DURATION"})
        calendar.add("x-published-ttl", "PT1H")
    calendar.add_component(_shanghai())
    for meeting in meetings:
        calendar.add_component(_event(meeting, links.get(meeting.meeting_id, "")))
    return bytes(calendar.to_ical())


def _event(meeting: Scheduled, link: str) -> Event:
    plan = meeting.plan
    event = Event()
    event.add("uid", uid_of(meeting.meeting_id))
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", datetime.fromtimestamp(meeting.changed_at / 1000, UTC))
    event.add("last-modified", datetime.fromtimestamp(meeting.changed_at / 1000, UTC))
    _add_moment(event, "dtstart", plan.starts_at)
    _add_moment(event, "dtend", plan.ends_at)
    event.add("summary", plan.title)
    if plan.place:
        event.add("location", plan.place)
    event.add("status", "CANCELLED" if meeting.status == "cancelled" else "CONFIRMED")
    lines = [f"{n}. {item.title}" for n, item in enumerate(plan.agenda, 1)]
    if link:
        event.add("url", link)
        lines.append(link)
    if lines:
        event.add("description", "\n".join(lines))
    return event


def _add_moment(event: Event, name: str, at: Millis) -> None:
    wall = local(at).replace(tzinfo=None)
    event.add(name, wall, parameters={"tzid": vText(TZID)})


def _shanghai() -> Timezone:
    """China has had one offset without summer time since 1991."""
    standard = TimezoneStandard()
    standard.add("dtstart", datetime(1991, 9, 15, 1))  # noqa: DTZ001 a VTIMEZONE's own start has no zone
    standard.add("tzoffsetfrom", timedelta(hours=8))
    standard.add("tzoffsetto", ZONE.utcoffset(None) or timedelta(hours=8))
    standard.add("tzname", "CST")
    zone = Timezone()
    zone.add("tzid", TZID)
    zone.add_component(standard)
    return zone


def calendar_response(content: bytes, file_name: str) -> Response:
    """Return an ``.ics`` download."""
    return Response(
        content, media_type="text/calendar; charset=utf-8", headers={"content-disposition": f'attachment; filename="{file_name}"'}
    )
