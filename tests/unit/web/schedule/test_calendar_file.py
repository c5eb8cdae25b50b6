"""The calendar file, parsed back as a calendar would."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import icalendar

from meeting_server.domain.ids import MeetingId
from meeting_server.domain.terms import ItemPlan
from meeting_server.store.schedule.schedule import Plan, Scheduled
from meeting_server.web.schedule.calendar_file import calendar_of, uid_of
from meeting_server.web.site.dates import ZONE, millis

START = millis(datetime(2026, 11, 26, 19, 0))
MEETING = Scheduled(
    MeetingId("mabc"),
    Plan(
        "b1",
        "general",
        "2026年11月，支部党员大会；年度总结",
        "教学楼 A305",
        START,
        START + 90 * 60_000,
        "general_meeting",
        False,
        (ItemPlan("学习", 30), ItemPlan("表决", 15)),
        (),
    ),
    "convened",
    0,
    1,
    "p1",
    START - 86_400_000,
    START - 86_400_000,
)
LINK = "https://branch.example/meetings/mabc"


def parsed(*meetings: Scheduled) -> icalendar.Calendar:
    content = calendar_of(meetings, {MeetingId("mabc"): LINK}, name="支部会议", product="支部会议")
    assert b"\r\n" in content
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    return icalendar.Calendar.from_ical(content)


def test_a_calendar_reads_the_meeting_in_shanghai_time() -> None:
    calendar = parsed(MEETING)
    (event,) = calendar.events
    assert calendar["METHOD"] == "PUBLISH"
    assert event["SUMMARY"] == MEETING.plan.title
    assert event["LOCATION"] == "教学楼 A305"
    assert event["URL"] == LINK
    assert str(event["DESCRIPTION"]).split("\n") == ["1. 学习", "2. 表决", LINK]
    assert event["DTSTART"].params["TZID"] == "Asia/Shanghai"
    assert isinstance(event.start, datetime)
    assert event.start.astimezone(ZONE) == datetime(2026, 11, 26, 19, 0, tzinfo=ZONE)
    assert event.end - event.start == timedelta(minutes=90)


def test_the_time_zone_travels_in_the_file() -> None:
    (zone,) = parsed(MEETING).timezones
    assert zone["TZID"] == "Asia/Shanghai"
    (standard,) = zone.standard
    assert standard["TZOFFSETTO"].to_ical() == "+0800"


def test_uid_stays_and_sequence_rises_when_the_meeting_moves() -> None:
    later = replace(MEETING, sequence=1, plan=replace(MEETING.plan, starts_at=START + 3_600_000, ends_at=START + 7_200_000))
    (before,), (after,) = parsed(MEETING).events, parsed(later).events
    assert before["UID"] == after["UID"] == uid_of(MeetingId("mabc"))
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert after.start - before.start == timedelta(hours=1)
    assert uid_of(MeetingId("mabd")) != uid_of(MeetingId("mabc"))


def test_a_cancelled_meeting_is_taken_out_of_calendars() -> None:
    calendar = parsed(replace(MEETING, status="cancelled", sequence=2))
    (event,) = calendar.events
    assert (calendar["METHOD"], event["STATUS"], event["SEQUENCE"]) == ("CANCEL", "CANCELLED", 2)


def test_a_list_with_one_cancelled_meeting_is_published_with_its_state() -> None:
    calendar = parsed(MEETING, replace(MEETING, meeting_id=MeetingId("mdef"), status="cancelled"))
    assert calendar["METHOD"] == "PUBLISH"
    assert [event["STATUS"] for event in calendar.events] == ["CONFIRMED", "CANCELLED"]


def test_a_title_can_not_break_out_of_its_line() -> None:
    sly = replace(MEETING, plan=replace(MEETING.plan, title="会\r\nATTENDEE:mailto:x@example.org"))
    (event,) = parsed(sly).events
    assert "ATTENDEE" not in event
