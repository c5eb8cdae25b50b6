"""A calendar program subscribes to a member's meetings by a secret address: what it gets, and when it gets nothing."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import icalendar
import pytest
from sqlalchemy import select

from meeting_server.domain.roles import Role
from meeting_server.observe import masked
from meeting_server.store.people.access_log import Act
from meeting_server.store.schedule.calendar_links import calendar_links
from meeting_server.store.schedule.schedule import Listed
from meeting_server.web.schedule.calendar_file import uid_of
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.limits import FETCHES
from tests.kit.houses.houses import Browser
from tests.kit.houses.meeting_house import HOUR, MeetingHouse, meeting_house

ADDRESS = re.compile(r"http://house\.test(/calendar/[A-Za-z0-9_-]{43}\.ics)")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[MeetingHouse]:
    async with meeting_house(tmp_path) as made:
        yield made


async def subscribed(house: MeetingHouse, who: str = "member") -> tuple[Browser, str]:
    """A member's browser and the path of their address."""
    browser = await house.signed_in(who)
    await browser.submit("/me/calendar", page="/me/calendar")
    found = ADDRESS.search((await browser.get("/me/calendar")).text)
    assert found is not None
    return browser, found[1]


async def events_at(house: MeetingHouse, address: str) -> tuple[icalendar.Calendar, dict[str, icalendar.Event]]:
    answer = await house.browser().get(address)  # no cookies at all
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = icalendar.Calendar.from_ical(answer.text)
    assert isinstance(calendar, icalendar.Calendar)
    return calendar, {str(event["UID"]): event for event in calendar.events}


async def test_a_calendar_program_gets_the_members_meetings_without_signing_in(house: MeetingHouse) -> None:
    mine = await house.scheduled()
    others = await house.scheduled(people=(Listed(house.pid("secretary"), Role.SECRETARY),))
    calendar, events = await events_at(house, (await subscribed(house))[1])
    assert calendar["METHOD"] == "PUBLISH"
    assert calendar["REFRESH-INTERVAL"].to_ical() == b"PT1H"
    assert [str(zone["TZID"]) for zone in calendar.timezones] == ["Asia/Shanghai"]
    assert uid_of(others.meeting_id) not in events
    event = events[uid_of(mine.meeting_id)]
    assert event["DTSTART"].params["TZID"] == "Asia/Shanghai"
    assert (event["SUMMARY"], event["STATUS"], event["SEQUENCE"]) == (mine.plan.title, "CONFIRMED", 0)
    assert str(event["URL"]) == f"http://house.test/meetings/{mine.meeting_id}"
    assert "LAST-MODIFIED" in event


async def test_a_meeting_that_moves_or_is_called_off_says_so_in_the_calendar(house: MeetingHouse) -> None:
    meeting = await house.scheduled()
    _, address = await subscribed(house)
    before = (await events_at(house, address))[1][uid_of(meeting.meeting_id)]
    later = house.plan(starts_in=3 * HOUR)
    await house.site.schedule.change(meeting.meeting_id, later, meeting.version, now_millis())
    after = (await events_at(house, address))[1][uid_of(meeting.meeting_id)]
    assert int(str(after["SEQUENCE"])) > int(str(before["SEQUENCE"]))
    assert after.start > before.start
    await house.site.schedule.cancel(meeting.meeting_id, "改期", house.pid("secretary"), now_millis())
    calendar, events = await events_at(house, address)
    assert calendar["METHOD"] == "PUBLISH"  # a subscription is not a message about one meeting
    gone = events[uid_of(meeting.meeting_id)]
    assert str(gone["STATUS"]) == "CANCELLED"
    assert int(str(gone["SEQUENCE"])) > int(str(after["SEQUENCE"]))


async def test_a_program_that_has_it_already_is_told_so(house: MeetingHouse) -> None:
    await house.scheduled()
    _, address = await subscribed(house)
    program = house.browser()
    tag = (await program.get(address)).headers["etag"]
    again = await program.get(address, headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    await house.scheduled()
    assert (await program.get(address, headers={"if-none-match": tag})).status_code == 200


async def test_an_address_that_was_taken_back_gives_nothing_and_the_next_is_another(house: MeetingHouse) -> None:
    browser, address = await subscribed(house)
    await browser.submit("/me/calendar/revoke", page="/me/calendar")
    assert (await house.browser().get(address)).status_code == 410
    assert address not in (await browser.get("/me/calendar")).text
    await browser.submit("/me/calendar", page="/me/calendar")
    found = ADDRESS.search((await browser.get("/me/calendar")).text)
    assert found is not None
    assert found[1] != address
    acts = [entry.act for entry in await house.inner.site.access_log.about(house.pid("member"), limit=10)]
    assert [acts.count(Act.CALENDAR_MADE), acts.count(Act.CALENDAR_REVOKED)] == [2, 1]


async def test_whoever_leaves_the_roster_loses_the_address(house: MeetingHouse) -> None:
    _, address = await subscribed(house)
    await house.inner.site.directory.remove_member(house.pid("member"), now_millis())
    assert (await house.browser().get(address)).status_code == 410


async def test_an_address_is_fetched_so_often_and_no_more(house: MeetingHouse) -> None:
    _, address = await subscribed(house)
    program = house.browser()
    statuses = [(await program.get(address)).status_code for _ in range(int(FETCHES.burst) + 1)]
    assert statuses == [200] * int(FETCHES.burst) + [429]
    assert int((await program.get(address)).headers["retry-after"]) >= 1
    guesses = [(await program.get(f"/calendar/{number:043}.ics")).status_code for number in range(int(FETCHES.burst) + 1)]
    assert guesses == [404] * int(FETCHES.burst) + [429]


async def test_the_address_is_a_secret_in_the_database_and_in_the_logs(house: MeetingHouse, capsys: pytest.CaptureFixture[str]) -> None:
    _, address = await subscribed(house)
    await house.browser().get(address)
    token = address.removeprefix("/calendar/").removesuffix(".ics")
    assert token not in masked(f"GET {address} HTTP/1.1")
    async with house.inner.site.database.read() as conn:
        rows = [str(tuple(row)) for row in await conn.execute(select(calendar_links))]
    assert len(rows) == 1
    assert token not in rows[0]
    said = capsys.readouterr()
    assert token not in said.out + said.err
