"""The attendance report and each member's own record, on screen and as a workbook."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import openpyxl
import pytest

from meeting_server.acts.schedule.phases import catch_up
from meeting_server.domain.commands import MarkPresent, OpenMeeting
from meeting_server.journal.sql import SqlJournal
from tests.kit.houses.meeting_house import MeetingHouse, meeting_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[MeetingHouse]:
    async with meeting_house(tmp_path) as made:
        yield made


async def test_before_the_opening_there_is_nothing_to_report(house: MeetingHouse) -> None:
    scheduled = await house.scheduled()
    browser = await house.signed_in("secretary")
    page = f"/meetings/{scheduled.meeting_id}/attendance"
    assert "到会从开始时算起" in (await browser.get(page)).text
    assert (await browser.get(f"{page}.xlsx")).status_code == 303


async def test_the_report_is_there_during_and_after_the_meeting(house: MeetingHouse) -> None:
    scheduled = await house.scheduled()
    await house.open(scheduled.meeting_id)
    await house.do(scheduled.meeting_id, "secretary", MarkPresent(house.pid("member")))
    browser = await house.signed_in("secretary")
    page = f"/meetings/{scheduled.meeting_id}/attendance"
    live = (await browser.get(page)).text
    assert "会议还在开" in live
    assert "还没到" in live
    assert "何雨桐代记" in live
    assert 'class="confirmed"' in live
    assert "style=" not in live
    await house.adjourn(scheduled.meeting_id)
    over = (await browser.get(page)).text
    assert "会议还在开" not in over
    answer = await browser.get(f"{page}.xlsx")
    assert answer.headers["content-disposition"].startswith("attachment")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    rows = {row[0].value: [cell.value for cell in row] for row in sheet.iter_rows()}
    assert rows["丁文静"][3] == "到会"
    assert rows["何雨桐"][3] == "缺席"


async def test_leave_granted_while_the_meeting_runs_is_in_the_report(house: MeetingHouse) -> None:
    scheduled = await house.scheduled()
    page = f"/meetings/{scheduled.meeting_id}"
    await house.open(scheduled.meeting_id)
    probationary, secretary = await house.signed_in("probationary"), await house.signed_in("secretary")
    await probationary.submit(f"{page}/leave", {"reason": "堵在路上"}, page=page)
    await secretary.submit(f"{page}/leave/{house.pid('probationary')}", {"decision": "approved"}, page=page)
    sheet = openpyxl.load_workbook(io.BytesIO((await secretary.get(f"{page}/attendance.xlsx")).content)).worksheets[0]
    rows = {row[0].value: [cell.value for cell in row] for row in sheet.iter_rows()}
    assert (rows["林晓雨"][3], rows["林晓雨"][12]) == ("请假", "堵在路上")


@pytest.mark.parametrize(
    ("who", "status"), [("secretary", 200), ("reviewer", 200), ("member", 200), ("probationary", 403), ("stranger", 404)]
)
async def test_everyones_attendance_is_for_those_who_run_or_review(house: MeetingHouse, who: str, status: int) -> None:
    scheduled = await house.scheduled()
    await house.open(scheduled.meeting_id)
    browser = await house.signed_in(who)
    for path in ("attendance", "attendance.xlsx"):
        assert (await browser.get(f"/meetings/{scheduled.meeting_id}/{path}")).status_code == status


async def test_a_member_sees_their_own_intervals_and_nobody_elses(house: MeetingHouse) -> None:
    scheduled = await house.scheduled()
    await house.open(scheduled.meeting_id)
    await house.do(scheduled.meeting_id, "secretary", MarkPresent(house.pid("probationary")))
    await house.adjourn(scheduled.meeting_id)
    browser = await house.signed_in("probationary")
    page = (await browser.get("/me/attendance")).text
    assert "支部党员大会" in page
    assert "已确认" in page
    assert "何雨桐代记" in page
    assert "丁文静" not in page
    assert "不收集：位置" in page


async def test_whoever_came_by_link_sees_their_record_of_this_meeting(house: MeetingHouse) -> None:
    scheduled = await house.scheduled()
    link = await house.link(scheduled.meeting_id, "probationary")
    browser = house.browser()
    await browser.submit(link, {"as": "listen"}, page=link)
    await house.open(scheduled.meeting_id)
    assert (await browser.get("/me/attendance")).headers["location"] == f"/meetings/{scheduled.meeting_id}/attendance/me"
    assert "支部党员大会" in (await browser.get("/me/attendance", follow_redirects=True)).text


async def test_nobody_is_shown_a_record_without_signing_in(house: MeetingHouse) -> None:
    assert (await house.browser().get("/me/attendance")).headers["location"].startswith("/sign-in")


async def test_a_schedule_that_missed_the_opening_is_told_at_the_next_start_and_not_by_looking(house: MeetingHouse) -> None:
    scheduled = await house.scheduled()
    house.site.registry._on_phase = None  # the server dies between the two writes
    await house.do(scheduled.meeting_id, "secretary", OpenMeeting())
    browser = await house.signed_in("member")
    for page in ("", "/enter", "/attendance"):
        await browser.get(f"/meetings/{scheduled.meeting_id}{page}")
    assert await house.site.schedule.running() == ()
    assert await catch_up(house.site.schedule, SqlJournal(house.inner.site.database)) == (scheduled.meeting_id,)
