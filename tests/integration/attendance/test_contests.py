"""A member sees and contests what is held about them, the secretary answers, and both stay in the record; a branch's year."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import openpyxl
import pytest
import pytest_asyncio

from meeting_server.domain.commands import MarkPresent
from meeting_server.domain.events import AttendanceContested, ContestAnswered
from meeting_server.domain.ids import MeetingId
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.dates import local
from tests.kit.houses.meeting_house import MeetingHouse, meeting_house


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[MeetingHouse]:
    async with meeting_house(tmp_path) as made:
        yield made


@pytest_asyncio.fixture
async def held(house: MeetingHouse) -> MeetingId:
    """A meeting at which 丁文静 was seen in the hall and 林晓雨 was not, and which is over."""
    meeting_id = (await house.scheduled()).meeting_id
    await house.open(meeting_id)
    for who in ("secretary", "member"):
        await house.do(meeting_id, "secretary", MarkPresent(house.pid(who), ""))
    await house.adjourn(meeting_id)
    return meeting_id


async def test_a_contest_and_its_answer_are_shown_to_both_and_stay_in_the_record(house: MeetingHouse, held: MeetingId) -> None:
    member, secretary = await house.signed_in("probationary"), await house.signed_in("secretary")
    said = "我坐在<b>后排</b>，没有记到"
    page = (await member.get("/me/attendance")).text
    assert "记得不对？" in page
    await member.submit(f"/meetings/{held}/attendance/contest", {"text": said}, page="/me/attendance")
    mine = (await member.get(f"/meetings/{held}/attendance/me?done=contested")).text
    assert "我坐在&lt;b&gt;后排&lt;/b&gt;" in mine
    assert "等记录人答复" in mine
    report = (await secretary.get(f"/meetings/{held}/attendance")).text
    assert "对到会记录的异议（1）" in report
    assert "林晓雨" in report
    answer = f"/meetings/{held}/attendance/contests/x1"
    await secretary.submit(answer, {"text": "属实，当时漏记", "accepted": "yes"}, page=f"/meetings/{held}/attendance")
    for page in ((await member.get("/me/attendance")).text, (await secretary.get(f"/meetings/{held}/attendance")).text):
        assert "属实，当时漏记" in page
    again = await secretary.post(
        answer, data={"csrf": await secretary.token("/me"), "text": "再答", "accepted": "no"}, headers={"accept": "application/json"}
    )
    assert again.json()["code"] == "already_answered"
    events = [record.event for record in await house.registry.records(held)]
    assert [e.text for e in events if isinstance(e, AttendanceContested)] == [said]
    assert [(e.accepted, e.answered_by) for e in events if isinstance(e, ContestAnswered)] == [(True, house.pid("secretary"))]


async def test_four_hundred_contests_of_one_member_are_three(house: MeetingHouse, held: MeetingId) -> None:
    member, secretary = await house.signed_in("probationary"), await house.signed_in("secretary")
    address, token = f"/meetings/{held}/attendance/contest", await member.token("/me/attendance")
    answers = [
        await member.post(address, data={"csrf": token, "text": f"第 {number} 条"}, headers={"accept": "application/json"})
        for number in range(20)
    ]
    assert [answer.status_code for answer in answers] == [303] * 3 + [409] * 17
    assert answers[-1].json()["code"] == "too_many_contests"
    report = f"/meetings/{held}/attendance"
    await secretary.submit(f"{report}/contests/x1", {"text": "属实", "accepted": "yes"}, page=report)
    await member.submit(address, {"text": "还有"}, page="/me/attendance")
    events = [record.event for record in await house.registry.records(held)]
    assert len([event for event in events if isinstance(event, AttendanceContested)]) == 4


async def test_what_is_held_about_a_member_holds_their_presence_and_their_contests_and_nobody_elses(
    house: MeetingHouse, held: MeetingId
) -> None:
    member = await house.signed_in("member")
    await member.submit(f"/meetings/{held}/attendance/contest", {"text": "我早到了"}, page="/me/attendance")
    record = (await member.get("/me/my-record.json")).json()["attendance"]
    assert [(line["presence"][0]["reason"], line["presence"][0]["marked_by"]) for line in record] == [("marked", house.pid("secretary"))]
    assert [contest["text"] for contest in record[0]["contests"]] == ["我早到了"]
    other = (await (await house.signed_in("secretary")).get("/me/my-record.json")).json()["attendance"]
    assert [line["contests"] for line in other] == [[]]


async def test_only_who_runs_the_meeting_answers_and_only_who_was_listed_contests(house: MeetingHouse, held: MeetingId) -> None:
    contest, answer = f"/meetings/{held}/attendance/contest", f"/meetings/{held}/attendance/contests/x1"
    probationary = await house.signed_in("probationary")
    await probationary.submit(contest, {"text": "漏了"})
    for who, status in (("probationary", 403), ("administrator", 403), ("stranger", 404)):
        await (await house.signed_in(who)).submit(answer, {"text": "好", "accepted": "yes"}, status=status)
    for who, status in (("administrator", 403), ("stranger", 404)):
        await (await house.signed_in(who)).submit(contest, {"text": "漏了"}, status=status)
    await (await house.signed_in("secretary")).submit(answer, {"text": "好"}, status=400)
    other = (await (await house.signed_in("member")).get(f"/meetings/{held}/attendance/me")).text
    assert "漏了" not in other


async def test_an_empty_contest_is_refused(house: MeetingHouse, held: MeetingId) -> None:
    await (await house.signed_in("member")).submit(f"/meetings/{held}/attendance/contest", {"text": "  "}, status=422)


async def test_the_quorum_of_the_meeting_is_a_plot(house: MeetingHouse, held: MeetingId) -> None:
    page = (await (await house.signed_in("secretary")).get(f"/meetings/{held}/attendance")).text
    assert page.count('<svg class="plot') == 2
    assert 'class="need"' in page


async def test_the_year_of_a_branch_is_a_plot_a_table_and_two_files(house: MeetingHouse, held: MeetingId) -> None:
    browser = await house.signed_in("reviewer")
    path, year = f"/branches/{house.inner.branch.branch_id}/attendance", local(now_millis()).year
    page = (await browser.get(path)).text
    assert f"{year} 年到会情况" in page
    assert "开了 1 次会" in page
    assert '<svg class="plot' in page
    content = (await browser.get(f"{path}.csv?year={year}")).content.decode("utf-8-sig")
    lines = [line.split(",") for line in content.splitlines()]
    assert lines[0][:4] == ["姓名", "应到", "其中有表决权", "实到"]
    by_name = {line[0]: line[1:] for line in lines[1:]}
    assert {name: figures[:3] for name, figures in by_name.items()} == {
        "何雨桐": ["1", "1", "1"],
        "丁文静": ["1", "1", "1"],
        "林晓雨": ["1", "0", "0"],  # 预备党员 are in 应到 without a vote
    }
    book = openpyxl.load_workbook(io.BytesIO((await browser.get(f"{path}.xlsx?year={year}")).content))
    head, *rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert head == lines[0]
    shown = [[name, *(str(figure) for figure in figures), f"{share:.0%}"] for name, *figures, share in rows]  # they are numbers
    assert shown == lines[1:]
    assert "1999 年还没有开完的会" in (await browser.get(f"{path}?year=1999")).text


@pytest.mark.parametrize(("who", "status"), [("secretary", 200), ("administrator", 200), ("member", 403), ("stranger", 404)])
async def test_the_year_is_for_those_who_see_attendance(house: MeetingHouse, who: str, status: int) -> None:
    browser = await house.signed_in(who)
    for ending in ("", ".csv", ".xlsx"):
        assert (await browser.get(f"/branches/{house.inner.branch.branch_id}/attendance{ending}")).status_code == status
