"""Nobody is taken for another: guests with a member's name, names that show nothing, one person who comes as three guests."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from meeting_server.archive.minutes.document_model import paper_of
from meeting_server.archive.minutes.minutes import minutes_of
from meeting_server.archive.record.timeline import timeline_of
from meeting_server.domain.commands import Actor, PostChat, RemoveParticipant, TakeNote
from meeting_server.domain.ids import MeetingId, ParticipantId
from meeting_server.domain.roles import Role
from meeting_server.domain.state import Participant
from meeting_server.live.outcome import Acked
from meeting_server.store.schedule.schedule import Listed
from meeting_server.web.record.reader import words_of
from tests.kit.houses.houses import Browser
from tests.kit.houses.meeting_house import MeetingHouse, meeting_house

INVISIBLE = ["\u3164", "\u200b\u200d", "\u2800", "\u0301\u0302", "\u202e", "。。。"]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[MeetingHouse]:
    async with meeting_house(tmp_path) as made:
        yield made


async def guests(house: MeetingHouse, meeting_id: MeetingId) -> list[Participant]:
    state = await house.registry.state(meeting_id)
    assert state is not None
    return [p for p in state.participants.values() if p.role is Role.GUEST]


async def as_guest(house: MeetingHouse, link: str, name: str, browser: Browser | None = None) -> Browser:
    """Comes in by the link, and says when asked that they are not the member of that name."""
    browser = browser or house.browser()
    await browser.submit(link, {"as": "listen", "name": name, "not_them": name}, page=link)
    return browser


async def say(house: MeetingHouse, meeting_id: MeetingId, who: ParticipantId, command: PostChat | TakeNote | RemoveParticipant) -> None:
    assert isinstance(await house.registry.submit(meeting_id, Actor(who), command), Acked)


@pytest.mark.parametrize("name", INVISIBLE)
async def test_a_name_that_shows_nothing_is_asked_for_again(house: MeetingHouse, name: str) -> None:
    meeting_id = (await house.scheduled()).meeting_id
    link, browser = await house.link(meeting_id), house.browser()
    answer = await browser.submit(link, {"as": "listen", "name": name}, page=link, status=422)
    assert "请写上姓名" in answer.text
    assert "signin" not in browser.cookies


@pytest.mark.parametrize("name", ["何雨桐", "何 雨桐", "何\u200b雨桐", "何雨桐\u3164", "何雨桐老师"])
async def test_a_guest_with_a_members_name_is_pointed_out_and_let_in_as_a_guest(house: MeetingHouse, name: str) -> None:
    meeting_id = (await house.scheduled()).meeting_id
    await house.open(meeting_id)
    await as_guest(house, await house.link(meeting_id), name)
    (guest,) = await guests(house, meeting_id)
    assert guest.resembles == house.pid("secretary")
    assert not guest.voting
    assert guest.name == guest.name.strip("\u200b\u3164")


@pytest.mark.parametrize("name", ["何雨桐", "何 雨\u3000桐", "何雨桐老师", "买买提・艾力"])
async def test_a_guest_with_a_name_of_the_roster_is_offered_sign_in_first(house: MeetingHouse, name: str) -> None:
    await house.inner.add("other", "买买提·艾力", house.inner.branch, number="2023009")
    meeting_id = (await house.scheduled()).meeting_id
    await house.open(meeting_id)
    link, browser = await house.link(meeting_id), house.browser()
    page = (await browser.submit(link, {"as": "listen", "name": name}, page=link, status=422)).text
    assert 'id="h-on-roster"' in page
    assert page.count(f'href="/sign-in?next={link}"') == 2, "beside the offer for members who are here"
    assert await guests(house, meeting_id) == []
    said = re.search(r'name="not_them" value="([^"]+)"', page)
    assert said is not None
    await browser.submit(link, {"as": "listen", "name": "何雨桐", "not_them": "另一个人"}, page=link, status=422)
    await browser.submit(link, {"as": "listen", "name": said[1], "not_them": said[1]}, page=link)
    assert [guest.name for guest in await guests(house, meeting_id)] == [said[1]]


async def test_a_guest_on_the_list_who_has_a_members_name_is_pointed_out(house: MeetingHouse) -> None:
    people = (*house.plan().people, Listed(ParticipantId("g-1"), Role.GUEST, "何 雨桐"), Listed(ParticipantId("g-2"), Role.GUEST, "高原"))
    meeting_id = (await house.scheduled(people=people)).meeting_id
    await house.open(meeting_id)
    assert {guest.name: guest.resembles for guest in await guests(house, meeting_id)} == {"何 雨桐": house.pid("secretary"), "高原": None}


async def test_somebody_on_the_roster_who_was_not_called_is_pointed_out_too(house: MeetingHouse) -> None:
    await house.inner.add("other", "高远", house.inner.branch, number="2023009")
    meeting_id = (await house.scheduled()).meeting_id
    await house.open(meeting_id)
    link = await house.link(meeting_id)
    await as_guest(house, link, "高远")
    await as_guest(house, link, "钱多多")
    assert [guest.resembles for guest in await guests(house, meeting_id)] == [house.pid("other"), None]


async def test_the_mark_stands_wherever_a_guests_name_stands_in_the_record(house: MeetingHouse) -> None:
    meeting_id = (await house.scheduled()).meeting_id
    await house.open(meeting_id)
    browser = await as_guest(house, await house.link(meeting_id), "何雨桐")
    (guest,) = await guests(house, meeting_id)
    await say(house, meeting_id, guest.participant_id, PostChat("大家好"))
    await say(house, meeting_id, house.pid("secretary"), PostChat("请安静"))
    await say(house, meeting_id, house.pid("secretary"), TakeNote("point", "建议改期", None, guest.participant_id))
    report = await (await house.signed_in("secretary")).get(f"/meetings/{meeting_id}/attendance.xlsx")
    assert (await browser.get(f"/meetings/{meeting_id}")).status_code == 200
    await house.adjourn(meeting_id)
    records = await house.registry.records(meeting_id)
    timeline, minutes = timeline_of(records), minutes_of(records)
    assert timeline is not None
    assert minutes is not None
    assert [(line.name, line.text) for line in timeline.chat] == [("何雨桐（列席）", "大家好"), ("何雨桐", "请安静")]
    paper = repr(paper_of(minutes, words_of("zh-CN")))
    assert "何雨桐（列席）" in paper
    sheets = openpyxl.load_workbook(BytesIO(report.content))
    for sheet in sheets.worksheets[1:]:
        rows = [[str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
        mine = [row for row in rows if any("列席" in cell or guest.participant_id in cell for cell in row)]
        assert all("何雨桐" not in row or "列席" in " ".join(row) for row in mine)


async def test_one_browser_is_one_guest_whatever_it_types(house: MeetingHouse) -> None:
    meeting_id = (await house.scheduled()).meeting_id
    await house.open(meeting_id)
    link = await house.link(meeting_id)
    browser = await as_guest(house, link, "甲")
    for name in ("乙", "丙"):
        browser.cookies.delete("signin")  # signed out, or the page's data of the sign-in cleared
        await as_guest(house, link, name, browser)
    assert [guest.name for guest in await guests(house, meeting_id)] == ["甲"]


async def test_a_guest_who_was_shown_out_does_not_come_back_under_another_name(house: MeetingHouse) -> None:
    meeting_id = (await house.scheduled()).meeting_id
    await house.open(meeting_id)
    link = await house.link(meeting_id)
    browser = await as_guest(house, link, "甲")
    (guest,) = await guests(house, meeting_id)
    await say(house, meeting_id, house.pid("secretary"), RemoveParticipant(guest.participant_id))
    browser.cookies.delete("signin")
    await browser.submit(link, {"as": "listen", "name": "乙"}, page=link, status=403)


async def test_sign_in_is_offered_on_the_guests_link(house: MeetingHouse) -> None:
    link = await house.link((await house.scheduled()).meeting_id)
    page = (await house.browser().get(link)).text
    assert f'href="/sign-in?next={link}"' in page
    assert 'name="as" value="knock"' in page, "or to ask, for a member without a password"


async def test_a_members_own_browser_makes_no_guest_of_them(house: MeetingHouse) -> None:
    meeting_id = (await house.scheduled()).meeting_id
    await house.open(meeting_id)
    browser, own = house.browser(), await house.link(meeting_id, "probationary")
    await browser.submit(own, {"as": "listen"}, page=own)
    browser.cookies.delete("signin")
    link = await house.link(meeting_id)
    page = (await browser.get(link)).text
    assert "林晓雨" in page
    assert 'name="name"' not in page
    await browser.submit(link, {"as": "listen", "name": "某人"}, page=link)
    assert await guests(house, meeting_id) == []
