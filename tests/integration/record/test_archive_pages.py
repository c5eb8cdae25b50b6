"""The archive's pages: who may read what, the player, the minutes, ranges of sound, the bundle, the search."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from docx import Document

from meeting_server.archive.audit.audit import audit
from meeting_server.domain.phases import MeetingPhase
from meeting_server.journal.bundle import read_bundle
from meeting_server.store.record.meanings import Vector
from meeting_server.store.record.search import Passage
from meeting_server.web.site.auth import now_millis
from tests.kit.houses.archive_house import ArchiveHouse, archive_house
from tests.kit.work.little_embedder import LittleEmbedder

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def archive(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ArchiveHouse]:
    """One house for all: reading changes nothing."""
    async with archive_house(tmp_path_factory.mktemp("archive")) as made:
        yield made


PATHS = ("", "/minutes", "/minutes.docx", "/record-form.docx", "/files/mix.m4a", "/files/zhou-audio-1.webm")


async def test_those_of_the_branch_and_of_the_list_may_read_and_strangers_learn_nothing(archive: ArchiveHouse) -> None:
    for who in ("administrator", "secretary", "reviewer", "member", "probationary"):
        browser = await archive.there.signed_in(who)
        for path in PATHS:
            assert (await browser.get(archive.address + path)).status_code == 200, (who, path)
    for who in ("stranger", "other_secretary"):
        browser = await archive.there.signed_in(who)
        for path in (*PATHS, "/export.zip"):
            assert (await browser.get(archive.address + path)).status_code == 404, (who, path)
    nobody = archive.there.browser()
    for path in (*PATHS, "/export.zip"):
        answer = await nobody.get(archive.address + path)
        assert answer.status_code in (401, 303), path
        assert "周建华" not in answer.text


async def test_only_those_who_may_export_get_the_bundle_and_it_is_sound(archive: ArchiveHouse) -> None:
    # 丁文静, the member, was approved as teller: she is given the bundle to count again
    for who, status in (("secretary", 200), ("reviewer", 200), ("administrator", 200), ("member", 200), ("probationary", 403)):
        answer = await (await archive.there.signed_in(who)).get(archive.address + "/export.zip")
        assert answer.status_code == status, who
        if status == 200:
            assert audit(read_bundle(answer.content)).sound
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "attachment" in answer.headers["content-disposition"]
    latest = await archive.there.site.access_log.latest([archive.there.branch.branch_id])
    assert sum(entry.act == "meeting_exported" for _, entry in latest) == 4


async def test_sound_is_served_in_ranges(archive: ArchiveHouse) -> None:
    browser = await archive.there.signed_in("member")
    whole = await browser.get(archive.address + "/files/mix.m4a")
    assert whole.headers["content-type"] == "audio/mp4"
    assert whole.headers["accept-ranges"] == "bytes"
    assert "private" in whole.headers["cache-control"]
    part = await browser.get(archive.address + "/files/mix.m4a", headers={"range": "bytes=100-199"})
    assert part.status_code == 206
    assert part.content == whole.content[100:200]
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole.content)}"
    late = await browser.get(archive.address + "/files/mix.m4a", headers={"range": f"bytes={len(whole.content)}-"})
    assert late.status_code == 416


@pytest.mark.parametrize(
    "path",
    ["manifest.json", "timeline.json", "minutes.json", "../../house.sqlite3", "..%2F..%2Fhouse.sqlite3", "/etc/passwd", "", "mix.m4a.part"],
)
async def test_nothing_but_recorded_tracks_is_served(archive: ArchiveHouse, path: str) -> None:
    browser = await archive.there.signed_in("secretary")
    answer = await browser.get(f"{archive.address}/files/{path}")
    assert answer.status_code == 404


async def test_the_player_shows_chapters_speakers_votes_and_chat(archive: ArchiveHouse) -> None:
    page = (await (await archive.there.signed_in("reviewer")).get(archive.address)).text
    for shown in ("审议支部 2026 年度工作总结", "周建华", "考试周可以请退休同志补上", "未通过", "files/mix.m4a", "这条消息已被移除"):
        assert shown in page, shown
    assert "广告" not in page
    assert 'style="' not in page
    assert "<script>" not in page


async def test_talk_of_a_group_room_is_shown_to_its_people_and_the_secretary_only(archive: ArchiveHouse) -> None:
    for who, sees in (("member", True), ("secretary", True), ("probationary", False), ("reviewer", False)):
        page = (await (await archive.there.signed_in(who)).get(archive.address)).text
        assert ("小组里说的一句" in page) is sees, who


async def test_a_link_with_a_time_starts_there(archive: ArchiveHouse) -> None:
    browser = await archive.there.signed_in("member")
    for query, start in (
        ("t=0:10", 10_000),
        ("t=12", 12_000),
        ("t=99:99:99", 60_000),
        ("t=no", 0),
        ("at=1795690873000", 10_000),
        ("at=1", 0),
    ):
        page = (await browser.get(f"{archive.address}?{query}")).text
        found = re.search(r'data-start="(\d+)"', page)
        assert found is not None
        assert int(found[1]) == start, query


async def test_the_record_form_is_offered_beside_the_long_minutes(archive: ArchiveHouse) -> None:
    browser = await archive.there.signed_in("member")
    page = (await browser.get(archive.address + "/minutes")).text
    assert f'href="{archive.address}/record-form.docx"' in page
    assert "三会一课记录表" in page
    (table,) = Document(io.BytesIO((await browser.get(archive.address + "/record-form.docx")).content)).tables
    written = "".join(cell.text for row in table.rows for cell in row.cells)
    assert "每人发言要点" in written
    assert "退休同志" in written


async def test_minutes_hold_every_field_on_screen_and_in_word(archive: ArchiveHouse) -> None:
    browser = await archive.there.signed_in("member")
    page = (await browser.get(archive.address + "/minutes")).text
    document = Document(io.BytesIO((await browser.get(archive.address + "/minutes.docx")).content))
    written = "\n".join(p.text for p in document.paragraphs) + "\n".join(
        cell.text for table in document.tables for row in table.rows for cell in row.cells
    )
    for field in (
        "时间",
        "2026年11月26日 19:00",
        "地点",
        "教学楼 A305",
        "主持人",
        "周建华",
        "记录人",
        "何雨桐",
        "应到有表决权的 7 人，实到 6 人",
        "王志远，已请假",
        "林晓雨（预备党员）",
        "审议支部 2026 年度工作总结",
        "退休同志白天有空",
        "不同意见",
        "赞成 4 票",
        "赞成 2 人，没有超过应到会有表决权的 7 人的半数（须得 4 票），未通过。",
        "决议",
        "修改后上报学院党委",
        "最后一条记录：第 ",
    ):
        assert field in page, field
        assert field in written, field


async def test_minutes_are_there_before_the_worker_was(tmp_path: Path) -> None:
    async with archive_house(tmp_path, recorded=False, made=False) as archive:
        browser = await archive.there.signed_in("member")
        assert "须得 4 票" in (await browser.get(archive.address + "/minutes")).text
        assert "正在整理" in (await browser.get(archive.address)).text


async def test_a_meeting_that_still_runs_has_draft_minutes_for_the_secretary_only(tmp_path: Path) -> None:
    async with archive_house(tmp_path, recorded=False, made=False, upto="MeetingAdjourned") as archive:
        secretary = await archive.there.signed_in("secretary")
        member = await archive.there.signed_in("member")
        assert "草稿" in (await secretary.get(archive.address + "/minutes")).text
        assert (await member.get(archive.address + "/minutes")).status_code == 403
        assert "会议还没有结束" in (await member.get(archive.address)).text
        assert (await secretary.get(archive.address + "/export.zip")).status_code == 404


async def test_a_meeting_without_recording_is_readable_all_the_same(tmp_path: Path) -> None:
    async with archive_house(tmp_path, recorded=False) as archive:
        page = (await (await archive.there.signed_in("member")).get(archive.address)).text
        assert "<audio" not in page
        assert "考试周可以请退休同志补上" in page


async def test_the_list_can_be_filtered(archive: ArchiveHouse) -> None:
    browser = await archive.there.signed_in("reviewer")
    for query, fits in (
        ("", True),
        ("?year=2026", True),
        ("?year=2025", False),
        ("?q=党员大会", True),
        ("?q=党课", False),
        ("?kind=lesson", False),
    ):
        page = (await browser.get(f"/archive{query}")).text
        assert (archive.address in page) is fits, query
    stranger = await archive.there.signed_in("stranger")
    assert archive.address not in (await stranger.get("/archive")).text


async def test_two_characters_find_a_chat_message_and_lead_to_its_moment(archive: ArchiveHouse) -> None:
    page = (await (await archive.there.signed_in("member")).get("/search?q=退休")).text
    assert "考试周可以请<mark>退休</mark>同志补上" in page
    assert re.search(rf'href="{archive.address}\?at=\d+&amp;q=', page)
    assert "tuixiu" not in page
    assert "<mark>退休</mark>" in (await (await archive.there.signed_in("member")).get("/search?q=tuixiu")).text


async def test_a_stranger_finds_nothing(archive: ArchiveHouse) -> None:
    page = (await (await archive.there.signed_in("stranger")).get("/search?q=退休")).text
    assert "考试周" not in page


async def test_what_is_close_in_meaning_stands_below_what_has_the_words_and_says_so(archive: ArchiveHouse) -> None:
    member = await archive.there.signed_in("member")
    assert "意思相近" not in (await member.get("/search?q=退休")).text  # there is no model yet
    little = LittleEmbedder()
    archive.there.change(embedder=lambda: little)
    await archive.there.site.meanings.embed(archive.meeting_id, little)
    page = (await member.get("/search?q=退休")).text
    assert 0 < page.index("<mark>退休</mark>") < page.index("意思相近")
    assert "<mark>" not in page[page.index("意思相近") :]
    near = (await member.get("/search?q=年纪大的同志")).text  # nobody said it like this
    assert "<mark>" not in near
    assert "没有找到" in near
    assert "退休" in near[near.index("意思相近") :]
    assert "意思相近" not in (await (await archive.there.signed_in("stranger")).get("/search?q=年纪大的同志")).text
    assert "年纪大的同志" in little.asked


async def test_a_model_that_breaks_leaves_the_search_by_words(archive: ArchiveHouse) -> None:
    class Broken(LittleEmbedder):
        def question(self, text: str) -> Vector:
            raise RuntimeError("broken")

    broken = Broken()
    archive.there.change(embedder=lambda: broken)
    await archive.there.site.meanings.embed(archive.meeting_id, broken)
    page = await (await archive.there.signed_in("member")).get("/search?q=退休")
    assert (page.status_code, "<mark>退休</mark>" in page.text) == (200, True)


async def test_related_passages_are_of_other_meetings_that_the_reader_may_read(archive: ArchiveHouse) -> None:
    """Another branch's meeting speaks of the same; it is for those who are called to it."""
    site, little = archive.there.site, LittleEmbedder()
    archive.there.change(embedder=lambda: little)
    mine = await site.schedule.meeting(archive.meeting_id)
    assert mine is not None
    plan = replace(mine.plan, branch_id=archive.there.other_branch.branch_id, title="外支部的会", people=())
    other = await site.schedule.add(plan, "", now_millis())
    await site.schedule.set_phase(other.meeting_id, MeetingPhase.ADJOURNED, now_millis())
    await site.search.replace(other.meeting_id, plan.branch_id, [Passage("speech", 1, "孙国栋", "我们也要做年度工作总结")])
    await site.meanings.embed(other.meeting_id, little)
    told = {who: (await (await archive.there.signed_in(who)).get(f"{archive.address}/related")).text for who in ("administrator", "member")}
    assert ("我们也要做年度工作总结" in told["administrator"], "外支部的会" in told["administrator"]) == (True, True)
    assert ("我们也要做年度工作总结" in told["member"], "外支部的会" in told["member"]) == (False, False)
    assert (await (await archive.there.signed_in("stranger")).get(f"{archive.address}/related")).status_code == 404


async def test_what_was_typed_into_the_search_is_inert(archive: ArchiveHouse) -> None:
    browser = await archive.there.signed_in("member")
    page = (await browser.get("/search", params={"q": '"><script>alert(1)</script>'})).text
    assert "<script>alert" not in page


async def test_everything_is_in_english_too(archive: ArchiveHouse) -> None:
    browser = await archive.there.signed_in("secretary")
    browser.cookies.set("language", "en")
    assert "Who spoke when" in (await browser.get(archive.address)).text
    assert "2 for, not more than half of 7 entitled (4 needed): not carried." in (await browser.get(archive.address + "/minutes")).text
    assert "Search past meetings" in (await browser.get("/archive")).text


async def test_the_exported_names_are_safe_in_headers(archive: ArchiveHouse) -> None:
    answer = await (await archive.there.signed_in("secretary")).get(archive.address + "/export.zip")
    assert answer.headers["content-disposition"].isascii()
    assert zipfile.ZipFile(io.BytesIO(answer.content)).namelist() == ["manifest.json", "journal.jsonl", "papers/m5.json", "minutes.json"]
