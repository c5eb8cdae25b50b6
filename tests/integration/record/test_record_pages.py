"""Keeping a record through its pages: correcting, taking out, approving, publishing, holds, who may read and who did."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from docx import Document
from msgspec.structs import replace as replace_in

from meeting_server.archive.record import cues
from meeting_server.archive.record.cues import Change
from meeting_server.archive.record.manifest import StepStatus, load, save
from meeting_server.archive.record.steps.speech import NOT_INSTALLED, HearSpeech
from meeting_server.store.record.holds import Hold
from meeting_server.store.record.record_edits import Correction
from meeting_server.web.site.auth import now_millis
from tests.kit.houses.archive_house import ArchiveHouse, archive_house
from tests.kit.houses.houses import Browser, read_numbers

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAID = [
    ("zhou-audio-1.webm", 1.0, 3.0, "同志们现在开会"),
    ("zhou-audio-1.webm", 21.0, 24.0, "请大家汇抱工作"),
    ("zhou-audio-1.webm", 30.0, 32.0, "他家住在绝密路九号"),
    ("zhou-audio-1.webm", 32.5, 34.0, "嗯，我我我记下了。"),
    ("li-audio-1.webm", 2.0, 5.0, "志愿服务一千二百四十小时"),
    ("li-audio-1.webm", 17.0, 19.0, "议程如下，现在表决"),
]
LI_NUMBER = "li-audio-1.2000"
RIGHTED, WRONG, SECRET = "li-audio-1.17000", "zhou-audio-1.21000", "zhou-audio-1.30000"
PUT_RIGHT = {RIGHTED: (Change(0, "一程", "议程"), Change(7, "标决", "表决"))}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def archive(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ArchiveHouse]:
    """One house for all: making one costs seconds. What a test changes it takes back, or says that it comes last."""
    async with archive_house(tmp_path_factory.mktemp("archive"), said=SAID, put_right=PUT_RIGHT) as made:
        yield made


@pytest.fixture(autouse=True)
async def clean(archive: ArchiveHouse) -> AsyncIterator[None]:
    """No edit, publication, approval, order or hold of the test before."""
    yield
    async with archive.there.site.database.write() as conn:
        for table in (
            "transcript_corrections",
            "number_ticks",
            "redactions",
            "publications",
            "approvals",
            "record_orders",
            "record_holds",
            "access_log",
        ):
            await conn.exec_driver_sql(f"DELETE FROM {table}")
        await conn.exec_driver_sql("UPDATE meetings SET kind = 'general'")


async def seen_by(archive: ArchiveHouse, who: str, path: str = "") -> tuple[int, str]:
    answer = await (await archive.there.signed_in(who)).get(archive.address + path)
    return answer.status_code, answer.text


async def published(archive: ArchiveHouse, audience: str) -> Browser:
    secretary = await archive.there.signed_in("secretary")
    await read_numbers(secretary, f"{archive.address}/record")
    await secretary.submit(
        f"{archive.address}/record/publish",
        {
            "do": "publish",
            "title": "年度工作总结",
            "summary": "讲了志愿服务。",
            "keywords": "志愿服务、总结，志愿服务",
            "audience": audience,
        },
    )
    return secretary


# --- the transcript ---------------------------------------------------------------------------------------------------


async def test_the_player_and_the_plain_page_hold_every_sentence_with_its_moment(archive: ArchiveHouse) -> None:
    status, page = await seen_by(archive, "member")
    assert status == 200
    assert re.search(r'data-seek="21000" data-end="24000" class="cue"><time>0:21</time><span class="cue__who">周建华</span>', page)
    assert '志愿服务<span class="unread">1240</span>小时' in page
    status, plain = await seen_by(archive, "member", "/transcript?q=工作")
    assert status == 200
    assert f'<a class="transcript__time" href="{archive.address}?t=0:21">0:21</a>' in plain
    assert '<span id="t21000">请大家' in plain
    assert "请大家汇抱<mark>工作</mark>" in plain
    assert "told" in plain  # what wrote it down
    assert "<script" not in plain


async def test_the_plain_page_is_read_in_paragraphs_and_every_word_of_it_line_by_line(archive: ArchiveHouse) -> None:
    _, read = await seen_by(archive, "member", "/transcript")
    assert re.search(r'绝密路九号</span><span id="t32500">我记下了。</span></span></p>', read)
    _, exact = await seen_by(archive, "member", "/transcript?exact")
    assert '<span id="t32500">嗯，我我我记下了。</span></span></p>' in exact
    assert exact.count('class="transcript__line') == read.count('class="transcript__line') + 1


@pytest.mark.parametrize("path", ["", "/transcript"])
async def test_without_a_speech_engine_the_pages_say_so(tmp_path: Path, path: str) -> None:
    async with archive_house(tmp_path) as archive:
        status, page = await seen_by(archive, "member", path)
        assert status == 200
        assert "没有文字稿" in page


async def test_a_sentence_is_corrected_and_put_back_and_search_follows(archive: ArchiveHouse) -> None:
    secretary = await archive.there.signed_in("secretary")
    cue = f"{archive.address}/record/cues/{WRONG}"
    assert "请大家汇抱工作" in (await secretary.get(f"{archive.address}/record/transcript")).text
    await secretary.submit(cue, {"text": " 请大家  汇报工作 "})
    page = (await secretary.get(cue)).text
    assert "<del>请大家汇抱工作</del>" in page
    assert "何雨桐" in page
    await archive.worker.look()
    assert "请大家 汇报工作" in (await seen_by(archive, "member"))[1]
    hits = (await (await archive.there.signed_in("member")).get("/search?q=汇报工作")).text
    assert f"{archive.address}?at=" in hits
    assert "<mark>汇报工作</mark>" in hits
    await secretary.submit(cue, {"text": "请大家汇抱工作"})
    await archive.worker.look()
    assert "请大家汇抱工作" in (await seen_by(archive, "member"))[1]
    assert len((await archive.there.site.record_edits.of(archive.meeting_id)).corrections) == 2


async def test_words_put_right_by_the_machine_are_marked_and_one_is_taken_back_by_who_may_correct(archive: ArchiveHouse) -> None:
    secretary, member = await archive.there.signed_in("secretary"), await archive.there.signed_in("member")
    cue = f"{archive.address}/record/cues/{RIGHTED}"
    agenda, vote = (f'<span class="put-right" data-heard="听到的是“{c.heard}”">{c.text}</span>' for c in PUT_RIGHT[RIGHTED])
    for reader, path in ((member, ""), (member, "/transcript"), (secretary, "/record/transcript")):
        assert f"{agenda}如下，现在{vote}" in (await reader.get(archive.address + path)).text, path
    page = (await secretary.get(cue)).text
    assert "听到“标决”，改为“表决”" in page
    offered = re.findall(r'name="text" value="([^"]+)"', page)
    assert offered == ["一程如下，现在表决", "议程如下，现在标决"]
    assert (await member.get(cue)).status_code in (403, 404)
    await secretary.submit(cue, {"text": offered[0]})
    assert (
        re.findall(r'name="text" value="([^"]+)"', (await secretary.get(cue)).text)[0] == "一程如下，现在标决"
    )  # the other one can go too
    await archive.worker.look()
    for path in ("", "/transcript"):
        assert f"一程如下，现在{vote}" in (await seen_by(archive, "member", path))[1], path


@pytest.mark.parametrize(("text", "status"), [("", 422), ("字" * 501, 422), ("  ", 422)])
async def test_a_correction_that_can_not_be_is_refused_and_changes_nothing(archive: ArchiveHouse, text: str, status: int) -> None:
    secretary = await archive.there.signed_in("secretary")
    await secretary.submit(f"{archive.address}/record/cues/{WRONG}", {"text": text}, status=status)
    assert (await archive.there.site.record_edits.of(archive.meeting_id)).corrections == ()
    await secretary.submit(f"{archive.address}/record/cues/nothing.1", {"text": "有字"}, status=404)


async def test_a_passage_is_shown_before_it_is_taken_out_and_then_nothing_of_it_is_on_any_page(tmp_path: Path) -> None:
    async with archive_house(tmp_path, said=SAID) as archive:
        await taken_out(archive)


async def taken_out(archive: ArchiveHouse) -> None:
    secretary = await published(archive, "branch")
    house = archive.there.site
    kept = await house.publications.of(archive.meeting_id)
    assert kept is not None
    await house.publications.save(replace(kept, summary="讲了总结。他家住在绝密路九号。"))
    before = (await secretary.get(f"{archive.address}/record/redact?cue={SECRET}")).text
    assert "他家住在绝密路九号" in before
    ends = dict(re.findall(r'name="(since|until)" value="([^"]+)"', before))
    assert ends == {"since": "0:29.7", "until": "0:32.3"}
    address = f"{archive.address}/record/redact"
    await secretary.submit(address, {**ends, "reason": "", "sure": "yes"}, status=422)
    await secretary.submit(address, {**ends, "reason": "个人信息"}, status=422)
    await secretary.submit(address, {"since": "0:40", "until": "0:30", "reason": "x", "sure": "yes"}, status=422)
    assert (await house.record_edits.of(archive.meeting_id)).redactions == ()
    await secretary.submit(address, {**ends, "reason": "个人信息", "sure": "yes"})
    await archive.worker.look()
    for path in ("", "/transcript", "/record", "/record/transcript", "/minutes"):
        page = (await secretary.get(archive.address + path)).text
        assert "绝密" not in page, path
    assert "此处有一段已按规定删去" in (await seen_by(archive, "member"))[1]
    assert "此处有一段已按规定删去" in (await seen_by(archive, "member", "/transcript"))[1]
    assert "个人信息" in (await secretary.get(f"{archive.address}/record")).text
    assert "没有找到" in (await secretary.get("/search?q=绝密路")).text
    await secretary.submit(f"{archive.address}/record/cues/{SECRET}", {"text": "又写回来"}, status=410)
    cleared = await house.publications.of(archive.meeting_id)
    assert cleared is not None
    assert (cleared.summary, cleared.state, cleared.approved_at) == ("讲了总结。", "draft", None)
    heard = cues.load(archive.folder)
    assert heard is not None
    assert [cue.text for cue in heard.cues if cue.cue_id == SECRET] == [""]


# --- approval ---------------------------------------------------------------------------------------------------------


async def test_minutes_are_approved_by_name_and_a_later_change_takes_the_approval_away(archive: ArchiveHouse) -> None:
    secretary = await archive.there.signed_in("secretary")
    page = (await secretary.get(f"{archive.address}/record")).text
    fields = dict(re.findall(r'name="(head|edits)" value="([^"]+)"', page))
    await secretary.submit(f"{archive.address}/record/approve", fields | {"head": "0" * 64}, status=409)
    await secretary.submit(f"{archive.address}/record/approve", fields)
    member = await archive.there.signed_in("member")
    minutes = (await member.get(f"{archive.address}/minutes")).text
    assert re.search(r"审定</th><td>何雨桐于 \d{4}年", minutes)
    assert fields["head"][:4] in minutes
    written = Document(io.BytesIO((await member.get(f"{archive.address}/minutes.docx")).content))
    assert any("何雨桐于" in cell.text for table in written.tables for row in table.rows for cell in row.cells)
    await secretary.submit(f"{archive.address}/record/cues/{WRONG}", {"text": "请大家汇报工作"})
    assert "原来的审定不再有效" in (await member.get(f"{archive.address}/minutes")).text
    assert "需要重新审定" in (await secretary.get(f"{archive.address}/record")).text
    await secretary.submit(f"{archive.address}/record/approve", fields, status=409)  # of what was before


# --- publication -------------------------------------------------------------------------------------------------------


async def test_a_draft_says_that_a_program_wrote_it_until_a_person_approves_it(archive: ArchiveHouse) -> None:
    secretary = await archive.there.signed_in("secretary")
    page = (await secretary.get(f"{archive.address}/record")).text
    assert "由程序起草" in page
    await published(archive, "faculty")
    page = (await secretary.get(f"{archive.address}/record")).text
    assert "由程序起草" not in page
    assert "何雨桐审定" in page
    kept = await archive.there.site.publications.of(archive.meeting_id)
    assert kept is not None
    assert (kept.state, kept.audience, kept.keywords, kept.approved_name) == ("published", "faculty", ("志愿服务", "总结"), "何雨桐")


AUDIENCE = {"branch": set(), "faculty": {"stranger", "other_secretary"}, "all": {"stranger", "other_secretary"}}


@pytest.mark.parametrize("audience", ["branch", "faculty", "all"])
async def test_a_published_resource_is_studied_by_its_audience_and_nobody_else(archive: ArchiveHouse, audience: str) -> None:
    assert (await seen_by(archive, "stranger"))[0] == 404
    secretary = await published(archive, audience)
    for who in ("stranger", "other_secretary"):
        wanted = 200 if who in AUDIENCE[audience] else 404
        for path in ("", "/transcript", "/files/mix.m4a", "/files/zhou-audio-1.webm"):
            assert (await seen_by(archive, who, path))[0] == wanted, (who, path)
        for path in ("/minutes", "/minutes.docx", "/export.zip", "/access", "/record", "/record/transcript"):
            assert (await seen_by(archive, who, path))[0] == (403 if wanted == 200 else 404), (who, path)
    await secretary.submit(f"{archive.address}/record/publish", {"do": "withdraw"})
    for who in ("stranger", "other_secretary"):
        assert (await seen_by(archive, who))[0] == 404
    assert (await seen_by(archive, "member"))[0] == 200


async def test_who_only_studies_sees_neither_chat_nor_attendance_nor_secret_votes_nor_the_bundle(archive: ArchiveHouse) -> None:
    await published(archive, "faculty")
    _, whole = await seen_by(archive, "member")
    _, studied = await seen_by(archive, "stranger")
    for said in ("志愿服务1240小时", "审议支部 2026 年度工作总结", "files/mix.m4a"):
        assert said in whole, said
        assert said in studied, said
    for said in ("考试周可以请退休同志补上", "export.zip", "attendance.xlsx", "minutes.docx", "小组里说的一句"):
        assert said not in studied, said
    assert "考试周可以请退休同志补上" in whole
    stranger = await archive.there.signed_in("stranger")
    for path in ("/archive", "/search?q=志愿服务"):
        assert archive.address in (await stranger.get(path)).text, path
    assert archive.address not in (await stranger.get("/search?q=退休")).text  # said in the chat
    assert archive.address in (await (await archive.there.signed_in("member")).get("/search?q=退休")).text


@pytest.mark.parametrize("who", ["member", "probationary", "reviewer", "stranger", "other_secretary"])
async def test_only_who_keeps_the_record_changes_it(archive: ArchiveHouse, who: str) -> None:
    browser = await archive.there.signed_in(who)
    status = 404 if who in ("stranger", "other_secretary") else 403
    for path in ("/record", "/record/transcript", "/record/numbers", f"/record/cues/{WRONG}", "/record/redact"):
        assert (await browser.get(archive.address + path)).status_code == status, path
    forms: list[tuple[str, dict[str, str | list[str]]]] = [
        ("/record/approve", {}),
        ("/record/publish", {"do": "publish", "title": "x", "audience": "all"}),
        ("/record/composite", {"do": "ask"}),
        ("/record/numbers", {"shown": "x"}),
        (f"/record/cues/{WRONG}", {"text": "改了"}),
        ("/record/redact", {"since": "0:01", "until": "0:05", "reason": "x", "sure": "yes"}),
        ("/hold", {"do": "set", "reason": "x"}),
    ]
    for path, fields in forms:
        await browser.submit(archive.address + path, fields, status=status)
    house = archive.there.site
    edits = await house.record_edits.of(archive.meeting_id)
    assert (edits.corrections, edits.redactions) == ((), ())
    assert await house.publications.of(archive.meeting_id) is None
    assert await house.holds.of(archive.meeting_id) == ()
    assert await house.record_orders.of(archive.meeting_id) == {}


# --- access, consent, holds -------------------------------------------------------------------------------------------


async def test_committee_meetings_are_read_by_who_was_called_and_who_keeps_or_reviews_the_branch(archive: ArchiveHouse) -> None:
    there = archive.there
    await there.add("other_member", "郑晓", there.branch)
    assert (await seen_by(archive, "other_member"))[0] == 200
    async with there.site.database.write() as conn:
        await conn.exec_driver_sql("UPDATE meetings SET kind = 'committee'")
    for who, status in (
        ("member", 200),
        ("secretary", 200),
        ("reviewer", 200),
        ("administrator", 200),
        ("other_member", 404),
        ("stranger", 404),
    ):
        assert (await seen_by(archive, who))[0] == status, who
        browser = await there.signed_in(who)
        assert (archive.address in (await browser.get("/archive")).text) is (status == 200), who
        assert (archive.address in (await browser.get("/search?q=志愿服务")).text) is (status == 200), who
    assert "这是支委会" in (await seen_by(archive, "member", "/access"))[1]


async def test_who_opened_played_and_exported_a_record_is_read_by_the_people_concerned(archive: ArchiveHouse) -> None:
    reviewer = await archive.there.signed_in("reviewer")
    for _ in range(2):
        await reviewer.get(archive.address)
        await reviewer.get(archive.address + "/files/mix.m4a")
        await reviewer.get(archive.address + "/export.zip")
    member = await archive.there.signed_in("member")
    page = (await member.get(archive.address + "/access")).text
    log = page[page.index('id="hl"') :]
    assert log.count("打开会议记录") == 1  # once an hour is once
    assert log.count("播放或下载录音录像") == 1
    assert log.count("导出会议核验包") == 2
    assert "钱进" in log
    mine = (await member.get("/me/readings")).text
    assert "钱进" in mine
    assert "导出会议核验包" in mine
    stranger = (await (await archive.there.signed_in("stranger")).get("/me/readings")).text
    assert "钱进" not in stranger


async def test_the_record_says_who_agreed_to_be_recorded(archive: ArchiveHouse) -> None:
    _, page = await seen_by(archive, "member", "/access")
    consent = page[page.index('id="hc"') : page.index('id="hk"')]
    assert re.search(r"\d+ 人看到录音提示并留下", consent)


async def test_a_hold_is_set_and_lifted_with_a_reason_by_an_administrator_only(archive: ArchiveHouse) -> None:
    secretary = await archive.there.signed_in("secretary")
    await secretary.submit(f"{archive.address}/hold", {"do": "set", "reason": "x"}, status=403)
    administrator = await archive.there.signed_in("administrator")
    await administrator.submit(f"{archive.address}/hold", {"do": "set", "reason": ""}, status=422)
    await administrator.submit(f"{archive.address}/hold", {"do": "set", "reason": "上级在核查"})
    await administrator.submit(f"{archive.address}/hold", {"do": "set", "reason": "又一次"}, status=409)
    assert await archive.there.site.holds.standing() == {archive.meeting_id}
    page = (await seen_by(archive, "member", "/access"))[1]
    assert "已暂停删除：上级在核查（赵立新" in page
    await administrator.submit(f"{archive.address}/hold", {"do": "lift", "reason": "核查完毕"})
    page = (await seen_by(archive, "member", "/access"))[1]
    assert "曾暂停删除：上级在核查" in page
    assert "核查完毕" in page
    assert "暂停删除录音录像" in page[page.index('id="hl"') :]


async def test_before_a_recording_is_deleted_record_list_and_first_page_of_the_secretary_say_so(
    archive: ArchiveHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = archive.there.site.settings
    scheduled = await archive.there.site.schedule.meeting(archive.meeting_id)
    assert scheduled is not None
    assert scheduled.adjourned_at is not None
    lasted = (now_millis() - scheduled.adjourned_at) // 86_400_000
    secretary = await archive.there.signed_in("secretary")
    for days, said in ((lasted + 40, False), (lasted + 10, True)):
        monkeypatch.setattr(settings, "retention_days", days)
        assert ("录音录像将在" in (await secretary.get(archive.address)).text) is said
        assert ("录音录像将在" in (await secretary.get("/archive")).text) is said
        assert ("录音录像将在" in (await secretary.get("/")).text) is said
    assert "录音录像将在" not in (await (await archive.there.signed_in("member")).get("/")).text
    await archive.there.site.holds.set(Hold(archive.meeting_id, "在核查", "x", "赵立新", 1))
    for path in (archive.address, "/archive", "/"):
        assert "录音录像将在" not in (await secretary.get(path)).text, path


async def test_search_is_narrowed_by_branch_day_type_speaker_and_vote(archive: ArchiveHouse) -> None:
    browser = await archive.there.signed_in("member")
    branch, other = archive.there.branch.branch_id, archive.there.other_branch.branch_id
    for filters, found in (
        ("", True),
        (f"branch={branch}", True),
        (f"branch={other}", False),
        ("kind=general", True),
        ("kind=committee", False),
        ("since=2026-11-01&until=2026-11-30", True),
        ("since=2026-12-01", False),
        ("until=2026-11-01", False),
        ("since=nonsense", True),
        ("who=李敏", True),
        ("who=周建华", False),
        ("vote=yes", True),
        ("what=speech", True),
        ("what=agenda", False),
        ("what=nonsense", True),
    ):
        page = (await browser.get(f"/search?q=1240&{filters}")).text
        assert (f"{archive.address}?at=" in page) is found, filters
    page = (await browser.get("/search?q=1240")).text
    assert "<mark>1240</mark>" in page
    sounds = (await browser.get("/search?q=huibao")).text
    assert "读音相近" in sounds


# --- on demand --------------------------------------------------------------------------------------------------------


async def test_a_video_is_asked_for_watched_and_called_off(archive: ArchiveHouse) -> None:
    secretary = await archive.there.signed_in("secretary")
    address = f"{archive.address}/record/composite"
    await secretary.submit(address, {"do": "ask"})
    page = (await secretary.get(f"{archive.address}/record")).text
    assert "何雨桐已提出合成" in page
    await secretary.submit(address, {"do": "cancel"})
    assert await archive.there.site.record_orders.of(archive.meeting_id) == {}
    await secretary.submit(address, {"do": "else"}, status=400)


async def test_progress_is_a_piece_of_a_page_that_says_when_all_is_made(archive: ArchiveHouse) -> None:
    answer = await (await archive.there.signed_in("secretary")).get(archive.address + "/progress")
    assert answer.headers["x-complete"] == "yes"
    assert "语音转成文字" in answer.text
    assert "<html" not in answer.text


# --- a speech engine that is being installed --------------------------------------------------------------------------


async def test_a_record_says_how_far_the_engine_is_that_will_hear_it_and_why_it_is_not(tmp_path: Path) -> None:
    async with archive_house(tmp_path) as made:
        manifest = load(made.folder, made.meeting_id)
        waiting = StepStatus("failed", code=NOT_INSTALLED)
        save(made.folder, replace_in(manifest, steps=manifest.steps | {HearSpeech.name: waiting}))
        home = made.there.site.settings.speech_home
        home.mkdir()
        (home / "state.json").write_bytes(b'{"phase": "installing", "percent": 42}')
        for path in ("", "/transcript"):
            assert "正在安装语音识别 42 %，装好后自动转写" in (await seen_by(made, "member", path))[1]
        answer = await (await made.there.signed_in("member")).get(f"{made.address}/words")
        assert "42 %" in answer.text
        assert answer.headers["x-complete"] == "no"
        (home / "state.json").write_bytes(b'{"phase": "failed", "code": "no_network"}')
        assert "语音识别没有装好：连不上软件包源" in (await seen_by(made, "member"))[1]


async def test_a_transcript_says_that_a_machine_wrote_it_until_it_is_published(archive: ArchiveHouse) -> None:
    draft = "机器听写草稿，约每十到二十字错一字"
    assert draft in (await seen_by(archive, "member"))[1]
    await published(archive, "branch")
    assert draft not in (await seen_by(archive, "member"))[1]


# --- numbers ----------------------------------------------------------------------------------------------------------


async def test_a_sentence_that_contradicts_the_record_is_flagged_with_what_the_record_says(archive: ArchiveHouse) -> None:
    secretary = await archive.there.signed_in("secretary")
    page = (await secretary.get(f"{archive.address}/record/transcript")).text
    assert "和会议记录不一致" not in page
    await secretary.submit(f"{archive.address}/record/cues/{WRONG}", {"text": "有表决权的实到九十九人"})
    for path in ("transcript", "transcript?against=record", f"cues/{WRONG}"):
        page = (await secretary.get(f"{archive.address}/record/{path}")).text
        assert re.search(rf'听到实到 99 人，会议记录是 [\d 或]+ 人。 <a href="{archive.address}/minutes">看会议记录</a>', page), path
    assert 'href="?against=record">有 1 句和会议记录不一致' in (await secretary.get(f"{archive.address}/record/transcript")).text


async def test_numbers_are_underlined_until_they_are_ticked_and_nothing_is_published_before(archive: ArchiveHouse) -> None:
    secretary, record = await archive.there.signed_in("secretary"), f"{archive.address}/record"
    unread = '志愿服务<span class="unread">1240</span>小时'
    for path in ("", "/transcript", "/record/transcript", "/record/numbers"):
        assert unread in (await secretary.get(archive.address + path)).text, path
    wish: dict[str, str | list[str]] = {"do": "publish", "title": "年度工作总结", "audience": "branch"}
    answer = await secretary.submit(f"{record}/publish", wish, status=409)
    assert "还有 1 句的数字没有核对" in answer.text
    assert f'href="{record}/numbers">发布之前请核对数字，还有 1 句' in (await secretary.get(record)).text
    assert await archive.there.site.publications.of(archive.meeting_id) is None
    await read_numbers(secretary, record)
    assert "数字都核对过了" in (await secretary.get(f"{record}/numbers")).text
    for path in ("", "/transcript", "/record/transcript"):
        assert 'class="unread"' not in (await secretary.get(archive.address + path)).text, path
    await secretary.submit(f"{record}/publish", wish)


async def test_who_ticks_all_ticks_what_they_saw_and_a_contradiction_is_ticked_by_itself(archive: ArchiveHouse) -> None:
    secretary, record = await archive.there.signed_in("secretary"), f"{archive.address}/record"
    edits, meeting_id = archive.there.site.record_edits, archive.meeting_id
    before = (await secretary.get(f"{record}/numbers")).text
    shown = re.findall(r'name="shown" value="([^"]+)"', before)[-1]
    await edits.correct(Correction(meeting_id, WRONG, "", "有表决权的实到九十九人", "he", "何雨桐", 1))
    page = (await secretary.get(f"{record}/numbers")).text
    assert "和会议记录不一致，请逐句确认" in page
    await secretary.submit(f"{record}/numbers", {"shown": shown})
    assert set((await edits.of(meeting_id)).ticked) == {LI_NUMBER}
    page = (await secretary.get(f"{record}/numbers")).text
    assert "还没核对的数字" not in page
    await secretary.submit(f"{record}/numbers", {"cue": WRONG, "shown": shown}, status=409)
    await secretary.submit(f"{record}/numbers", {"cue": WRONG, "shown": re.findall(r'name="shown" value="([^"]+)"', page)[0]})
    assert "数字都核对过了" in (await secretary.get(f"{record}/numbers")).text
    await edits.correct(Correction(meeting_id, WRONG, "", "有表决权的实到98人", "he", "何雨桐", 2))
    assert "98" in (await secretary.get(f"{record}/numbers")).text


async def test_numbers_that_a_person_wrote_need_no_tick(archive: ArchiveHouse) -> None:
    secretary, record = await archive.there.signed_in("secretary"), f"{archive.address}/record"
    await secretary.submit(f"{record}/cues/{WRONG}", {"text": "去年有30人参加"})
    page = (await secretary.get(f"{record}/numbers")).text
    assert "30人" not in page.replace("<span", "").replace('class="unread">', "")
    assert "还没核对的数字，1 句" in page
