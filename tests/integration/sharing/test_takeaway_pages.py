"""Downloads a meeting away: every form, who may have it, what is never in it, and that each time is written down."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from docx import Document
from pypdf import PdfReader

from meeting_server.store.learning.lessons import Lesson
from meeting_server.store.learning.quizzes import Choice, Question
from meeting_server.store.learning.studied import Studied
from meeting_server.store.record.record_edits import Redaction
from meeting_server.web.sharing.downloads import FORMS
from tests.kit.houses.archive_house import ArchiveHouse, archive_house
from tests.kit.houses.published_meeting import IN_A_GROUP, SECRET, publish

pytestmark = pytest.mark.asyncio(loop_scope="module")

PACKAGES = {"scorm.zip", "cartridge.imscc"}
MINUTES = {"minutes.pdf", "minutes.md", "decided.docx", "decided.md"}
LIGHT = [file for file in FORMS if not file.endswith((".pdf", ".docx"))]
"""At least one of every kind; rights go by the kind."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def archive(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ArchiveHouse]:
    """One house for all: taking away changes nothing."""
    async with archive_house(tmp_path_factory.mktemp("take")) as made:
        await publish(made)
        yield made


async def taken(archive: ArchiveHouse, who: str) -> dict[str, httpx.Response]:
    browser = await archive.there.signed_in(who)
    return {file: await browser.get(f"{archive.address}/take/{file}") for file in FORMS}


async def statuses(archive: ArchiveHouse, who: str) -> dict[str, int]:
    browser = await archive.there.signed_in(who)
    return {file: (await browser.get(f"{archive.address}/take/{file}")).status_code for file in LIGHT}


def text_of(file: str, content: bytes) -> str:
    if file.endswith((".zip", ".imscc")):
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return "\n".join(package.read(name).decode("utf-8", "replace") for name in package.namelist() if not name.endswith(".m4a"))
    if file.endswith(".docx"):
        document = Document(io.BytesIO(content))
        return "\n".join([p.text for p in document.paragraphs] + [c.text for t in document.tables for row in t.rows for c in row.cells])
    if file.endswith(".pdf"):
        return "".join(page.extract_text().replace("\0", "").replace("\n", "") for page in PdfReader(io.BytesIO(content)).pages)
    return "" if file.endswith(".m4a") else content.decode()


async def test_every_form_is_there_with_what_was_said_and_its_type(archive: ArchiveHouse) -> None:
    answers = await taken(archive, "secretary")
    assert {file: answer.status_code for file, answer in answers.items()} == dict.fromkeys(FORMS, 200)
    for file, answer in answers.items():
        assert answer.headers["content-type"] == FORMS[file].media_type, file
        assert answer.headers["content-disposition"].startswith(f'attachment; filename="{file}"'), file
        assert "no-store" in answer.headers["cache-control"], file
        said = text_of(file, answer.content)
        if FORMS[file].kind in ("text", "package") and file != "chapters.vtt":
            assert "今年支部完成了三件事" in said, file
            assert "李卫东" in said, file
    assert "宣布开会，核实人数" in answers["chapters.vtt"].text
    assert "未通过" in text_of("minutes.md", answers["minutes.md"].content)
    assert "支部审议了年度工作总结" in text_of("transcript.docx", answers["transcript.docx"].content)


async def test_the_sound_is_the_mix_itself_and_comes_in_ranges(archive: ArchiveHouse) -> None:
    browser = await archive.there.signed_in("member")
    whole = await browser.get(f"{archive.address}/take/sound.m4a")
    assert whole.content == (archive.folder / "mix.m4a").read_bytes()
    part = await browser.get(f"{archive.address}/take/sound.m4a", headers={"range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    packed = await (await archive.there.signed_in("reviewer")).get(f"{archive.address}/take/scorm.zip")
    with zipfile.ZipFile(io.BytesIO(packed.content)) as package:
        assert package.read("sound.m4a") == whole.content


async def test_what_was_taken_out_and_talk_of_groups_and_chat_are_in_none_of_them(archive: ArchiveHouse) -> None:
    for file, answer in (await taken(archive, "secretary")).items():
        said = text_of(file, answer.content)
        for never in (SECRET, IN_A_GROUP, "考试周可以请退休同志补上", "小组里说的一句"):
            assert never not in said, (file, never)
        if FORMS[file].kind == "text" and file != "chapters.vtt":
            assert "此处内容已按规定删去" in said, file


async def test_readers_take_text_and_sound_and_only_exporters_take_packages(archive: ArchiveHouse) -> None:
    for who, packages in (("administrator", 200), ("secretary", 200), ("reviewer", 200), ("member", 403), ("probationary", 403)):
        assert await statuses(archive, who) == {file: packages if file in PACKAGES else 200 for file in LIGHT}, who
    assert await statuses(archive, "stranger") == dict.fromkeys(LIGHT, 404)
    nobody = archive.there.browser()
    for file in FORMS:
        answer = await nobody.get(f"{archive.address}/take/{file}")
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")


async def test_the_page_offers_exactly_what_each_may_have(archive: ArchiveHouse) -> None:
    for who in ("secretary", "reviewer", "member"):
        page = await (await archive.there.signed_in(who)).get(f"{archive.address}/take")
        assert page.status_code == 200
        offered = {file for file in FORMS if f'href="{archive.address}/take/{file}"' in page.text}
        assert offered == (set(FORMS) - PACKAGES if who == "member" else set(FORMS)), who
        assert ("/take/readers" in page.text) is (who == "secretary")
        assert ("/share" in page.text) is (who != "member")


@pytest.mark.parametrize("file", ["nothing.txt", "mix.m4a", "transcript.json", "..%2Fcues.json", "manifest.json"])
async def test_nothing_else_is_served(archive: ArchiveHouse, file: str) -> None:
    assert (await (await archive.there.signed_in("secretary")).get(f"{archive.address}/take/{file}")).status_code == 404


async def test_each_taking_is_written_down_with_its_form(archive: ArchiveHouse) -> None:
    await (await archive.there.signed_in("member")).get(f"{archive.address}/take/captions.srt")
    entries = [entry for _, entry in await archive.there.site.access_log.latest([archive.there.branch.branch_id])]
    entry = next(entry for entry in entries if entry.act == "taken_away")
    assert (entry.actor_name, entry.detail, entry.subject_id) == ("丁文静", "captions.srt", archive.meeting_id)


async def test_english_readers_get_english_words_around_what_was_said(archive: ArchiveHouse) -> None:
    browser = await archive.there.signed_in("member")
    browser.cookies.set("language", "en")
    text = (await browser.get(f"{archive.address}/take/transcript.md")).text
    assert "This passage has been taken out" in text
    assert "今年支部完成了三件事" in text


# --- houses of their own: these change something --------------------------------------------------------------------------


async def test_a_branch_can_keep_its_readers_from_downloading(tmp_path: Path) -> None:
    async with archive_house(tmp_path) as archive:
        await publish(archive)
        secretary = await archive.there.signed_in("secretary")
        await secretary.submit(f"{archive.address}/take/readers", {"readers": "off"}, page=f"{archive.address}/take")
        assert set((await statuses(archive, "member")).values()) == {403}
        page = await (await archive.there.signed_in("member")).get(f"{archive.address}/take")
        assert "没有开放下载" in page.text
        assert f'href="{archive.address}/take/' not in page.text
        assert set((await statuses(archive, "reviewer")).values()) == {200}
        for who in ("member", "reviewer"):
            browser = await archive.there.signed_in(who)
            await browser.submit(f"{archive.address}/take/readers", {"readers": "on"}, page="/me", status=403)
        await secretary.submit(f"{archive.address}/take/readers", {"readers": "on"}, page=f"{archive.address}/take")
        assert (await statuses(archive, "member"))["transcript.md"] == 200


async def test_the_audience_takes_what_it_may_study_and_no_minutes(tmp_path: Path) -> None:
    """Someone of another branch of the same faculty."""
    async with archive_house(tmp_path) as archive:
        await publish(archive, "branch")
        assert await statuses(archive, "stranger") == dict.fromkeys(LIGHT, 404)
        await publish(archive, "faculty")
        assert await statuses(archive, "stranger") == {file: 403 if file in PACKAGES | MINUTES else 200 for file in LIGHT}
        page = (await (await archive.there.signed_in("stranger")).get(f"{archive.address}/take")).text
        assert "minutes.pdf" not in page
        assert "minutes.docx" not in page


async def test_a_meeting_without_transcript_and_sound_says_so_and_offers_the_rest(tmp_path: Path) -> None:
    async with archive_house(tmp_path, recorded=False) as archive:
        browser = await archive.there.signed_in("member")
        page = (await browser.get(f"{archive.address}/take")).text
        assert "没有文字稿" in page
        assert "没有录音" in page
        assert (await statuses(archive, "member")) == {
            file: 403 if file in PACKAGES else 200 if file in {"minutes.md", "chapters.vtt"} else 404 for file in LIGHT
        }


async def test_what_was_just_taken_out_leaves_in_no_form_though_the_record_is_not_made_anew_yet(tmp_path: Path) -> None:
    async with archive_house(tmp_path) as archive:
        await publish(archive)
        house, feed = archive.there.site, await archive.there.signed_in("member")
        await feed.submit("/feeds", {"branch": archive.there.branch.branch_id}, page="/feeds")
        feed_address = re.search(r"/feeds/[A-Za-z0-9_-]{43}\.xml", (await feed.get("/feeds")).text)
        assert feed_address is not None
        assert "<item>" in (await feed.get(feed_address[0])).text
        timeline = house.archive.timeline(archive.meeting_id)
        assert timeline is not None
        out = Redaction(archive.meeting_id, timeline.zero + 5_000, timeline.zero + 7_000, "个人信息", "s", "何雨桐", 1)
        await house.record_edits.redact(out, ["t.2"])
        secretary = await archive.there.signed_in("secretary")
        for file in LIGHT:
            answer = await secretary.get(f"{archive.address}/take/{file}")
            assert answer.status_code == (404 if file == "sound.m4a" else 200), file
            assert "三件事，" not in text_of(file, answer.content), file
            if file == "scorm.zip":
                with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
                    assert "sound.m4a" not in package.namelist()
        assert "<item>" not in (await feed.get(feed_address[0])).text


async def test_a_micro_lesson_is_taken_away_with_its_own_part_of_everything(tmp_path: Path) -> None:
    async with archive_house(tmp_path) as archive:
        await publish(archive)
        house, timeline = archive.there.site, archive.there.site.archive.timeline(archive.meeting_id)
        assert timeline is not None
        lesson = Lesson(
            "lesson-1",
            archive.meeting_id,
            archive.there.branch.branch_id,
            "微党课：三件事",
            timeline.zero + 4_000,
            timeline.zero + 8_000,
            "s",
            "何雨桐",
            1,
            summary="李卫东讲三件事。",
            audience="faculty",
        )
        await house.learning.lessons.save(lesson)
        await house.learning.lessons.publish(lesson, "何雨桐", 2)
        choices = (Choice("对", True), Choice("错", False))
        kept = Question("", Studied("lesson", "lesson-1"), "true_false", "完成了三件事。", choices, approved_at=1)
        await house.learning.quizzes.save(kept)
        address = "/learn/lessons/lesson-1/take"
        secretary = await archive.there.signed_in("secretary")
        page = (await secretary.get(address)).text
        assert {file for file in FORMS if f'href="{address}/{file}"' in page} == set(FORMS) - MINUTES
        captions = (await secretary.get(f"{address}/captions.vtt")).text
        assert "00:00:01.000 --> 00:00:03.000\n<v 李卫东>今年支部完成了三件事" in captions
        assert "现在开会" not in captions
        with zipfile.ZipFile(io.BytesIO((await secretary.get(f"{address}/scorm.zip")).content)) as package:
            told = package.read("study.js").decode()
            assert "微党课：三件事" in told
            assert "完成了三件事。" in told
            assert "支部完成了几件事" not in told  # that one is asked about the whole meeting
            assert len(package.read("sound.m4a")) < len((archive.folder / "mix.m4a").read_bytes())
        stranger = await archive.there.signed_in("stranger")  # of the same faculty
        assert (await stranger.get(f"{address}/sound.m4a")).status_code == 200
        assert (await stranger.get(f"{address}/scorm.zip")).status_code == 403
        assert (await stranger.get(f"{address}/minutes.pdf")).status_code == 403
        await house.learning.lessons.withdraw(lesson)
        assert (await stranger.get(f"{address}/sound.m4a")).status_code == 404
        assert (await stranger.get(address)).status_code == 404
        details = [entry.detail for _, entry in await house.access_log.latest([archive.there.branch.branch_id])]
        assert details.count("lesson-1/sound.m4a") == 1
