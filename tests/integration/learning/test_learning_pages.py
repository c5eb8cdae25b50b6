"""Learning through pages: lessons from draft to withdrawal, quizzes, notes, progress, courses, who sees what."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import pytest_asyncio

from meeting_server.archive.record import digest
from meeting_server.archive.record.pipeline import Pipeline
from meeting_server.archive.record.sound import runs
from meeting_server.archive.record.steps.mix import MixSound
from meeting_server.archive.record.worker import DAY_MS, Worker
from meeting_server.store.learning.quizzes import Choice, Question
from meeting_server.store.learning.studied import Studied
from meeting_server.store.record.record_edits import Redaction
from meeting_server.web.site.auth import now_millis
from tests.kit.houses.houses import Browser
from tests.kit.houses.learning_house import LearningHouse, learning_house, report

ASKED: tuple[tuple[str, str, list[str], list[str]], ...] = (
    ("single", "志愿服务由谁登记？", ["组织委员", "宣传委员"], ["0"]),
    ("multiple", "会上讨论了什么？", ["志愿服务", "转正", "运动会"], ["0", "1"]),
    ("true_false", "每年不少于二十小时。", [], ["0"]),
    ("cloze", "志愿服务是____的重要内容。", ["支部建设", "党支部建设"], []),
)


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def record(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LearningHouse]:
    """One record for all: making it takes longer than reading it."""
    async with learning_house(tmp_path_factory.mktemp("learning")) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def house(record: LearningHouse) -> AsyncIterator[LearningHouse]:
    """The record before anybody learned from it."""
    yield record
    await record.forget()


@pytest_asyncio.fixture(loop_scope="module")
async def own_house(tmp_path: Path) -> AsyncIterator[LearningHouse]:
    """A record of one's own, for what changes it for good."""
    async with learning_house(tmp_path) as made:
        yield made


async def ask(browser: Browser, address: str) -> None:
    """Write the four questions."""
    for kind, text, choices, right in ASKED:
        fields: dict[str, str | list[str]] = {"kind": kind, "text": text, "right": right, "explanation": "见条例第三条。"}
        await browser.submit(f"{address}/questions", {**fields, **{f"choice-{n}": choice for n, choice in enumerate(choices)}})


async def answers(house: LearningHouse, address: str, *, wrong: int = 0) -> dict[str, str | list[str]]:
    """The right answers to the questions, the first ``wrong`` of them left out."""
    questions = await house.learning.quizzes.questions(Studied("lesson", address.rpartition("/")[2]))
    given: dict[str, str | list[str]] = {}
    for question in questions[wrong:]:
        right = [str(n) for n, choice in enumerate(question.choices) if choice.right]
        given[question.item_id] = question.choices[0].text if question.kind == "cloze" else right
    return given


# --- drafts of the machine ------------------------------------------------------------------------------------------


async def test_the_record_has_a_digest_and_it_is_made_again_when_something_is_taken_out(own_house: LearningHouse) -> None:
    made = digest.load(own_house.archive.folder)
    assert made is not None
    assert made.source == "transcript"
    assert made.keywords[0] == "志愿服务"
    assert "转正" in made.summary
    since, until = own_house.moment("转正")
    edits = own_house.archive.there.site.record_edits
    zero = own_house.timeline.zero
    gone = Redaction(own_house.archive.meeting_id, zero + since, zero + until, "个人情况", "he", "何雨桐", 1)
    await edits.redact(gone, [])
    await own_house.archive.worker.look()
    again = digest.load(own_house.archive.folder)
    assert again is not None
    assert "转正" not in str(again)


async def test_a_chapter_or_a_stretch_of_sentences_fills_the_form_with_a_draft(house: LearningHouse) -> None:
    browser = await house.signed_in("secretary")
    page = (await browser.get(f"{house.archive.address}/lessons")).text
    assert "还没有剪过" in page
    start, end = house.moment("志愿服务是支部建设")[0], house.moment("组织委员登记")[1]
    page = (await browser.get(f"{house.archive.address}/lessons?from={start}&to={end}")).text
    assert re.search(r'name="start" value="[\d:.]+"', page)
    assert "去年志愿服务时长超过800小时。" in re.findall(r"<textarea[^>]*>([^<]*)<", page)[0]
    assert "概要由机器起草" in page
    chapters = re.findall(r"\?chapter=(\d+)#cut", page)
    assert chapters
    chosen = (await browser.get(f"{house.archive.address}/lessons?chapter={chapters[-1]}")).text
    assert 'aria-current="true"' in chosen


# --- lessons --------------------------------------------------------------------------------------------------------


async def test_a_lesson_goes_from_draft_to_published_to_withdrawn_and_only_then_away(house: LearningHouse) -> None:
    secretary, member = await house.signed_in("secretary"), await house.signed_in("member")
    address = await house.lesson(secretary, published=False)
    assert "草稿，还没有发布" in (await secretary.get(address)).text
    assert (await member.get(address)).status_code == 404
    assert (await member.get(f"{address}/clip.m4a")).status_code == 404
    await secretary.submit(f"{address}/publish")
    page = (await member.get(address)).text
    assert "志愿服务怎么记" in page
    assert "何雨桐发布" in page
    assert f"{address}/publish" not in page
    assert f"{address}/withdraw" not in page
    await secretary.submit(f"{address}/remove", status=400)
    await secretary.submit(f"{address}/withdraw")
    assert (await member.get(address)).status_code == 404
    await secretary.get(f"{address}/clip.m4a")
    lesson_files = list((house.archive.folder / "lessons").iterdir())
    assert lesson_files
    await secretary.submit(f"{address}/remove")
    assert (await secretary.get(address)).status_code == 404
    assert list((house.archive.folder / "lessons").iterdir()) == []


async def test_a_lesson_plays_from_its_first_word(house: LearningHouse, tmp_path: Path) -> None:
    secretary, member = await house.signed_in("secretary"), await house.signed_in("member")
    start = await _first_loud(house.archive.folder / "mix.m4a", 0.0)
    browser = secretary
    fields: dict[str, str | list[str]] = {"title": "从头", "summary": "", "audience": "branch", "start": "0:20.0", "end": "0:24.0"}
    answer = await browser.submit(f"{house.archive.address}/lessons", fields)
    address = answer.headers["location"].partition("?")[0]
    await secretary.submit(f"{address}/publish")
    assert start < 0.1
    whole = await member.get(f"{address}/clip.m4a")
    assert whole.headers["content-type"] == "audio/mp4"
    (tmp_path / "clip.m4a").write_bytes(whole.content)
    expected = await _first_loud(house.archive.folder / "mix.m4a", 20.0)
    assert await _first_loud(tmp_path / "clip.m4a", 0.0) == pytest.approx(expected - 20.0, abs=0.002)
    part = await member.get(f"{address}/clip.m4a", headers={"range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])


async def _first_loud(path: Path, after: float) -> float:
    def measured() -> float:
        for at, samples in runs(path, 48_000):
            loud = np.flatnonzero(np.abs(samples) > 0.05)
            loud = loud[at + loud >= after * 48_000]
            if len(loud):
                return float(at + loud[0]) / 48_000
        raise AssertionError("nothing loud")

    return await asyncio.to_thread(measured)


async def test_pictures_of_a_lesson_have_a_thumbnail_and_say_where_it_begins_in_them(house: LearningHouse) -> None:
    secretary = await house.signed_in("secretary")
    address = await house.lesson(secretary)
    page = (await secretary.get(address)).text
    assert re.search(r'data-offset="\d+"', page)
    assert (await secretary.get(f"{address}/clip.webm")).headers["content-type"] == "video/webm"
    assert (await secretary.get(f"{address}/clip.jpg")).content[:2] == b"\xff\xd8"
    for other in ("json", "exe", "m4a.part"):
        assert (await secretary.get(f"{address}/clip.{other}")).status_code == 404


async def test_what_is_taken_out_is_out_of_the_lesson_at_once_and_for_good(own_house: LearningHouse, tmp_path: Path) -> None:
    secretary, member = await own_house.signed_in("secretary"), await own_house.signed_in("member")
    address = await own_house.lesson(secretary)
    before = (await member.get(f"{address}/clip.m4a")).content
    assert "800小时" in (await member.get(address)).text
    since, until = (own_house.timeline.zero + at for at in own_house.moment("志愿服务是支部建设"))
    edits = own_house.archive.there.site.record_edits
    await edits.redact(Redaction(own_house.archive.meeting_id, since, until, "数字有误", "he", "何雨桐", now_millis()), [])
    # the worker has not been there yet: nothing is given out
    page = (await member.get(address)).text
    assert "800小时" not in page
    assert "录音正在整理" in page
    assert (await member.get(f"{address}/clip.m4a")).status_code == 404
    await own_house.archive.worker.look()
    after = await member.get(f"{address}/clip.m4a")
    assert after.status_code == 200
    assert after.content != before
    assert "800小时" not in (await member.get(address)).text
    assert "组织委员登记" in (await member.get(address)).text
    (tmp_path / "after.m4a").write_bytes(after.content)
    silent_for = await _first_loud(tmp_path / "after.m4a", 0.0)
    assert silent_for > 4.0  # the sentence lasted 5.5 s, nobody else spoke then


async def test_when_recordings_are_deleted_their_lessons_and_thumbnails_are_too_and_the_words_stay(own_house: LearningHouse) -> None:
    secretary, member = await own_house.signed_in("secretary"), await own_house.signed_in("member")
    address = await own_house.lesson(secretary)
    assert (await member.get(f"{address}/clip.jpg")).status_code == 200
    archive = own_house.archive
    pipeline = Pipeline(archive.journal, archive.there.site.search, archive.folder.parent)
    await Worker(archive.journal, pipeline, retention_days=1).look(now_ms=own_house.timeline.end + 3 * DAY_MS, steps=(MixSound,))
    assert [path.suffix for path in (archive.folder / "lessons").iterdir()] == [".json"]
    for kind in ("m4a", "webm", "jpg"):
        assert (await member.get(f"{address}/clip.{kind}")).status_code == 404
    page = (await member.get(address)).text
    assert "没有录音，只有文字" in page
    assert "800小时" in page
    await member.submit(f"{address}/read")
    assert "学完了 1 个" in (await member.get("/learn")).text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": ""}, "请写名称"),
        ({"title": "长" * 101}, "名称最多 100 字"),
        ({"summary": "长" * 1001}, "概要最多 1000 字"),
        ({"start": "三点"}, "请写成 3:20 这样"),
        ({"start": "59:00"}, "请写成 3:20 这样"),
        ({"end": "1"}, "请写成 8:05 这样"),
        ({"start": "0:20", "end": "0:20.5"}, "至少 1 秒"),
    ],
)
async def test_a_lesson_that_can_not_be_cut_says_why_and_keeps_what_was_typed(
    house: LearningHouse, wrong: dict[str, str], said: str
) -> None:
    browser = await house.signed_in("secretary")
    fields: dict[str, str | list[str]] = {"title": "好题目", "summary": "", "audience": "branch", "start": "0:20", "end": "0:30"}
    answer = await browser.submit(f"{house.archive.address}/lessons", {**fields, **wrong}, status=422)
    assert said in answer.text
    assert f'value="{wrong.get("end", "0:30")}"' in answer.text
    assert await house.learning.lessons.of_meeting(house.archive.meeting_id) == ()


async def test_a_lesson_is_changed_and_its_files_with_it(house: LearningHouse) -> None:
    secretary = await house.signed_in("secretary")
    address = await house.lesson(secretary)
    before = (await secretary.get(f"{address}/clip.m4a")).content
    fields: dict[str, str | list[str]] = {"title": "改过的题目", "summary": "短", "audience": "all", "start": "0:02", "end": "0:05"}
    await secretary.submit(f"{address}/edit", fields)
    page = (await secretary.get(address)).text
    assert "改过的题目" in page
    assert "全校党员" in page
    assert len((await secretary.get(f"{address}/clip.m4a")).content) < len(before)


async def test_a_meeting_without_sound_can_not_be_cut(own_house: LearningHouse) -> None:
    (own_house.archive.folder / "mix.m4a").unlink()
    browser = await own_house.signed_in("secretary")
    assert "剪不了" in (await browser.get(f"{own_house.archive.address}/lessons")).text
    fields: dict[str, str | list[str]] = {"title": "题", "audience": "branch", "start": "0:02", "end": "0:05"}
    await browser.submit(f"{own_house.archive.address}/lessons", fields, status=404)


# --- who may --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("audience", "reads"),
    [
        ("branch", {"secretary", "administrator", "reviewer", "member", "probationary"}),
        ("faculty", {"secretary", "administrator", "reviewer", "member", "probationary", "stranger", "other_secretary"}),
        ("all", {"secretary", "administrator", "reviewer", "member", "probationary", "stranger", "other_secretary"}),
    ],
)
async def test_a_lesson_is_for_its_audience(house: LearningHouse, audience: str, reads: set[str]) -> None:
    address = await house.lesson(await house.signed_in("secretary"), audience=audience)
    for who in house.archive.there.people:
        browser = await house.signed_in(who)
        for path in ("", "/quiz", "/clip.m4a"):
            assert (await browser.get(address + path)).status_code == (200 if who in reads else 404), (who, path)
    nobody = house.archive.there.browser()
    for path in ("", "/quiz", "/clip.m4a", "/questions", "/edit"):
        answer = await nobody.get(address + path)
        assert answer.status_code in (303, 401)
        assert "志愿服务" not in answer.text


async def test_only_who_keeps_the_record_makes_lessons_questions_and_courses(house: LearningHouse) -> None:
    secretary = await house.signed_in("secretary")
    address = await house.lesson(secretary)
    branch = f"/branches/{house.archive.there.branch.branch_id}"
    lesson: dict[str, str | list[str]] = {"title": "混入", "audience": "branch", "start": "0:02", "end": "0:05"}
    made = await secretary.submit(f"{branch}/courses", {"title": "专题", "audience": "branch"})
    course = made.headers["location"].partition("/edit")[0]
    keeping: list[tuple[str, dict[str, str | list[str]]]] = [
        (f"{house.archive.address}/lessons", lesson),
        (f"{address}/edit", lesson),
        (f"{address}/publish", {}),
        (f"{address}/withdraw", {}),
        (f"{address}/remove", {}),
        (f"{address}/questions", {"kind": "single", "text": "?"}),
        (f"{address}/questions/propose", {}),
        (f"{branch}/courses", {"title": "混入", "audience": "branch"}),
        (f"{course}/edit", {"title": "改", "audience": "branch"}),
        (f"{course}/parts", {"do": "add", "part": "lesson/x"}),
        (f"{course}/publish", {}),
        (f"{course}/withdraw", {}),
        (f"{course}/remove", {}),
        (f"{address}/notes/1/remove", {"reason": "x"}),
    ]
    learning, branch_id = house.learning, house.archive.there.branch.branch_id
    before = await learning.lessons.published(), await learning.courses.of_branch(branch_id)
    for who in ("reviewer", "member", "probationary", "stranger", "other_secretary"):
        browser = await house.signed_in(who)
        token = await browser.token("/me")
        for path, fields in keeping:
            answer = await browser.post(path, data={"csrf": token, **fields})
            assert answer.status_code in (403, 404), (who, path)
        for path in (f"{house.archive.address}/lessons", f"{address}/edit", f"{address}/questions", f"{branch}/courses", f"{course}/edit"):
            assert (await browser.get(path)).status_code in (403, 404), (who, path)
    assert (await learning.lessons.published(), await learning.courses.of_branch(branch_id)) == before


async def test_the_page_of_a_published_meeting_shows_what_was_approved_of_it(house: LearningHouse) -> None:
    member, stranger = await house.signed_in("member"), await house.signed_in("stranger")
    address = f"/learn/meetings/{house.archive.meeting_id}"
    assert (await member.get(address)).status_code == 404
    assert await house.publish_meeting() == address
    lesson = await house.lesson(await house.signed_in("secretary"))
    page = (await member.get(address)).text
    assert "支部讨论了志愿服务。" in page
    assert f'href="{house.archive.address}"' in page
    assert f'href="{house.archive.address}?t=0:13"' in page  # the first page of the document that was shown
    assert f'href="{lesson}"' in page
    assert (await stranger.get(address)).status_code == 404


# --- questions ------------------------------------------------------------------------------------------------------


async def test_answers_are_checked_here_explained_and_the_best_counts(house: LearningHouse) -> None:
    secretary, member = await house.signed_in("secretary"), await house.signed_in("member")
    address = await house.lesson(secretary)
    await ask(secretary, address)
    page = (await member.get(f"{address}/quiz")).text
    assert "checked" not in page
    assert "支部建设" not in page  # the answer is not told beforehand
    first = await member.submit(f"{address}/quiz", await answers(house, address, wrong=2))
    told = (await member.get(first.headers["location"])).text
    assert "答对 2 / 4" in told
    assert "还没有通过" in told
    assert "见条例第三条。" in told
    assert "组织委员" in told
    second = await member.submit(f"{address}/quiz", await answers(house, address))
    assert "通过了。" in (await member.get(second.headers["location"])).text
    third = await member.submit(f"{address}/quiz", {})
    assert "最好一次 4 / 4" in (await member.get(third.headers["location"])).text
    other = await house.signed_in("probationary")
    assert "答对" not in (await other.get(first.headers["location"])).text.replace("答对 60%", "")


async def test_a_multiple_choice_is_right_only_when_all_of_it_is(house: LearningHouse) -> None:
    question = Question("q", Studied("lesson", "l"), "multiple", "?", (Choice("a", True), Choice("b", True), Choice("c", False)))
    assert question.is_right(["0", "1"])
    assert not question.is_right(["0"])
    assert not question.is_right(["0", "1", "2"])
    gap = Question("q", Studied("lesson", "l"), "cloze", "____", (Choice("支部 建设", True), Choice("Branch", True)))
    assert gap.is_right([" 支部建设 "])
    assert gap.is_right(["branch"])
    assert not gap.is_right([""])
    assert not gap.is_right(["支部建设", "branch"])


async def test_what_the_machine_drafts_is_not_asked_until_a_person_approved_it(house: LearningHouse) -> None:
    secretary, member = await house.signed_in("secretary"), await house.signed_in("member")
    address = await house.lesson(secretary)
    await house.found_right(secretary, "志愿服务是支部建设", "组织委员登记", "预备党员转正")
    answer = await secretary.submit(f"{address}/questions/propose")
    assert answer.headers["location"].endswith("done=proposed")
    studied = Studied("lesson", address.rpartition("/")[2])
    drafts = await house.learning.quizzes.questions(studied, drafts=True)
    assert drafts
    assert all("____" in draft.text and draft.origin == "machine" for draft in drafts)
    assert all("转正" not in draft.source for draft in drafts)  # said outside the lesson
    assert "还没有题目" in (await member.get(f"{address}/quiz")).text
    assert "机器起草，请核对" in (await secretary.get(f"{address}/questions")).text
    await secretary.submit(f"{address}/questions/{drafts[0].item_id}/approve")
    (approved,) = await house.learning.quizzes.questions(studied)
    assert approved.approved_name == "何雨桐"
    assert "填上空缺的词" in (await member.get(f"{address}/quiz")).text
    again = await secretary.submit(f"{address}/questions/propose")
    assert again.headers["location"].endswith("done=none_proposed")
    await secretary.submit(f"{address}/questions/{approved.item_id}/remove")
    assert await house.learning.quizzes.questions(studied) == ()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": "single", "text": "", "choice-0": "甲", "choice-1": "乙", "right": "0"}, "请写题目"),
        ({"kind": "single", "text": "问", "choice-0": "甲", "right": "0"}, "至少要两个选项"),
        ({"kind": "single", "text": "问", "choice-0": "甲", "choice-1": "乙"}, "请选一个正确答案"),
        ({"kind": "multiple", "text": "问", "choice-0": "甲", "choice-1": "乙"}, "至少勾一个"),
        ({"kind": "multiple", "text": "问", "choice-0": "甲", "choice-1": "甲", "right": "0"}, "写得一样"),
        ({"kind": "true_false", "text": "问"}, "请选一个正确答案"),
        ({"kind": "cloze", "text": "没有空", "choice-0": "甲"}, "要有一处 ____"),
        ({"kind": "cloze", "text": "有____", "choice-0": ""}, "请写上答案"),
    ],
)
async def test_a_question_that_can_not_be_asked_says_why(house: LearningHouse, fields: dict[str, str | list[str]], said: str) -> None:
    secretary = await house.signed_in("secretary")
    address = await house.lesson(secretary)
    answer = await secretary.submit(f"{address}/questions", fields, status=422)
    assert said in answer.text


# --- notes ----------------------------------------------------------------------------------------------------------


async def test_notes_are_one_s_own_and_comments_are_everyone_s_with_a_link_to_their_moment(house: LearningHouse) -> None:
    secretary, member, other = [await house.signed_in(who) for who in ("secretary", "member", "probationary")]
    address = await house.lesson(secretary)
    await member.submit(f"{address}/notes", {"text": "自己记住这个", "at": "0:05", "shared_with": "nobody"})
    await member.submit(f"{address}/notes", {"text": "这里讲得好", "at": "0:07", "shared_with": "readers"})
    assert "自己记住这个" in (await member.get(address)).text
    for browser in (other, secretary):
        page = (await browser.get(address)).text
        assert "自己记住这个" not in page
        assert "这里讲得好" in page
        assert 'data-seek="7000"' in page
    mine = (await member.get("/learn/notes")).text
    assert "自己记住这个" in mine
    assert f'href="{address}?t=0:05"' in mine


async def test_what_was_typed_into_a_note_is_inert(house: LearningHouse) -> None:
    member = await house.signed_in("member")
    address = await house.lesson(await house.signed_in("secretary"))
    nasty = '<script>alert(1)</script><img src=x onerror=alert(1)>" onfocus="alert(1)'
    await member.submit(f"{address}/notes", {"text": nasty, "shared_with": "readers"})
    for path in (address, "/learn/notes"):
        page = (await member.get(path)).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert '" onfocus="' not in page


async def test_one_s_own_note_is_deleted_and_a_comment_removed_with_a_reason(house: LearningHouse) -> None:
    secretary, member, other = [await house.signed_in(who) for who in ("secretary", "member", "probationary")]
    address = await house.lesson(secretary)
    for text, shared in (("私人一条", "nobody"), ("评论一条", "readers")):
        await member.submit(f"{address}/notes", {"text": text, "shared_with": shared})
    private, comment = sorted(await house.learning.notes.of_member(house.member_id("member")), key=lambda note: note.note_id)
    await other.submit(f"{address}/notes/{comment.note_id}/delete", status=404)
    await secretary.submit(f"{address}/notes/{private.note_id}/remove", {"reason": "看不到就不能管"}, status=404)
    await secretary.submit(f"{address}/notes/{comment.note_id}/remove", {"reason": ""}, status=422)
    await secretary.submit(f"{address}/notes/{comment.note_id}/remove", {"reason": "与学习无关"})
    page = (await other.get(address)).text
    assert "评论一条" not in page
    assert "何雨桐移除了这条评论：与学习无关" in page
    await member.submit(f"{address}/notes/{private.note_id}/delete")
    assert "私人一条" not in (await member.get(address)).text
    await member.submit("/learn/notes", {"note": "all"})
    assert await house.learning.notes.of_member(house.member_id("member")) == ()


@pytest.mark.parametrize(
    ("fields", "said"),
    [({"text": ""}, "写点内容"), ({"text": "长" * 1001}, "最多 1000 字"), ({"text": "没丢的字", "at": "五分"}, "3:20 这样")],
)
async def test_a_note_that_can_not_be_kept_says_why_and_is_not_lost(
    house: LearningHouse, fields: dict[str, str | list[str]], said: str
) -> None:
    member = await house.signed_in("member")
    address = await house.lesson(await house.signed_in("secretary"))
    answer = await member.submit(f"{address}/notes", {**fields, "shared_with": "nobody"}, status=422)
    assert said in answer.text
    if fields["text"] == "没丢的字":
        assert ">没丢的字</textarea>" in answer.text


# --- progress -------------------------------------------------------------------------------------------------------


async def test_whoever_heard_it_all_and_passed_has_finished_and_is_shown_where_to_go_on(house: LearningHouse) -> None:
    secretary, member = await house.signed_in("secretary"), await house.signed_in("member")
    address = await house.lesson(secretary)
    await ask(secretary, address)
    lesson = await house.learning.lessons.lesson(address.rpartition("/")[2])
    assert lesson is not None
    half = lesson.length // 2
    said = await report(member, address, [[0, half], [0, half]], half)
    assert said.json() == {"percent": 50, "done": False}
    page = (await member.get(address)).text
    assert f'data-start="{half}"' in page
    assert "接着学" in (await member.get("/learn")).text
    said = await report(member, address, [[half, lesson.length]], lesson.length)
    assert said.json() == {"percent": 100, "done": False}  # the questions are still open
    await member.submit(f"{address}/quiz", await answers(house, address))
    assert "学完了 1 个" in (await member.get("/learn")).text
    assert (await report(member, address, [], 0)).json()["done"]
    months = await house.learning.progress.months(house.member_id("member"))
    assert sum(months.values()) == lesson.length


async def test_without_questions_hearing_it_is_enough(house: LearningHouse) -> None:
    member = await house.signed_in("member")
    address = await house.lesson(await house.signed_in("secretary"))
    assert not (await report(member, address, [[0, 8_000]])).json()["done"]
    assert (await report(member, address, [[8_000, 10_500]])).json()["done"]


async def test_what_has_no_sound_is_finished_by_saying_so_and_by_its_questions(own_house: LearningHouse) -> None:
    secretary, member = await own_house.signed_in("secretary"), await own_house.signed_in("member")
    address = await own_house.publish_meeting()
    assert "我读完了" not in (await member.get(address)).text
    await member.submit(f"{address}/read", status=400)
    (own_house.archive.folder / "mix.m4a").unlink()
    assert "我读完了" in (await member.get(address)).text
    await member.submit(f"{address}/read")
    assert "学完了 1 个" in (await member.get("/learn")).text
    await secretary.submit(f"{address}/questions", {"kind": "true_false", "text": "会上讨论了志愿服务。", "right": "0"})
    other = await own_house.signed_in("probationary")
    await other.submit(f"{address}/read")
    assert "还差答题" in (await other.get(address)).text
    (question,) = await own_house.learning.quizzes.questions(Studied("meeting", own_house.archive.meeting_id))
    await other.submit(f"{address}/quiz", {question.item_id: "0"})
    assert "学完了 1 个" in (await other.get("/learn")).text


async def test_a_script_is_not_believed(house: LearningHouse) -> None:
    member = await house.signed_in("member")
    address = await house.publish_meeting()
    for _ in range(5):
        await report(member, address, [[0, 10**8]])
    progress = await house.learning.progress.of(house.member_id("member"), Studied("meeting", house.archive.meeting_id))
    assert progress is not None
    assert progress.unique <= 125_000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b'{"played":[[0]],"position":0}',
        b'{"played":[[0,"1"]],"position":0}',
        b'{"played":[[0,1e9]],"position":0}',
        b'{"played":[[-1,5]],"position":0}',
        b'{"played":[],"position":true}',
    ],
)
async def test_a_report_that_makes_no_sense_is_refused(house: LearningHouse, body: bytes) -> None:
    member = await house.signed_in("member")
    address = await house.lesson(await house.signed_in("secretary"))
    answer = await member.post(f"{address}/progress", content=body, headers={"x-csrf-token": await member.token("/me")})
    assert answer.status_code == 400
    long = await member.post(f"{address}/progress", content=b" " * 20_000, headers={"x-csrf-token": await member.token("/me")})
    assert long.status_code == 413


async def test_a_report_needs_its_token_and_a_right_to_study(house: LearningHouse) -> None:
    member, stranger = await house.signed_in("member"), await house.signed_in("stranger")
    address = await house.lesson(await house.signed_in("secretary"))
    assert (await report(member, address, [[0, 1000]], token="x")).status_code == 403
    assert (await report(member, address, [[0, 1000]], origin="https://evil.example")).status_code == 403
    assert (await report(stranger, address, [[0, 1000]])).status_code == 404
    assert await house.learning.progress.of_members([house.member_id("member"), house.member_id("stranger")]) == {}


async def test_everything_held_about_how_one_learns_can_be_taken_away(house: LearningHouse) -> None:
    member = await house.signed_in("member")
    address = await house.lesson(await house.signed_in("secretary"))
    await report(member, address, [[0, 5_000]], 5_000)
    await member.submit(f"{address}/notes", {"text": "只给自己", "shared_with": "nobody"})
    held = (await member.get("/me/my-record.json")).json()["learning"]
    assert held["progress"][0]["heard_ms"] == [[0, 5_000]]
    assert held["notes"][0]["text"] == "只给自己"
    assert held["answers"] == []
    page = (await member.get("/me")).text
    assert 'href="/learn"' in page
    assert "书记看得到学完没有和得分，看不到笔记。" in page
    assert "只给自己" not in str((await (await house.signed_in("secretary")).get("/me/my-record.json")).json())


async def test_a_member_deletes_their_progress_and_answers_and_the_page_says_so(house: LearningHouse) -> None:
    member, other, secretary = [await house.signed_in(who) for who in ("member", "probationary", "secretary")]
    address = await house.lesson(secretary)
    await ask(secretary, address)
    assert "/me/learning" not in (await member.get("/me")).text  # nothing to delete
    for browser in (member, other):
        await report(browser, address, [[0, 5_000]], 5_000)
        await browser.submit(f"{address}/quiz", await answers(house, address))
    await member.submit(f"{address}/notes", {"text": "笔记不动", "shared_with": "nobody"})
    assert "1 份学习内容的进度、1 次答题" in (await member.get("/me")).text
    assert (await member.submit("/me/learning", page="/me")).headers["location"] == "/me?done=learning#held"
    held = (await member.get("/me/my-record.json")).json()
    learning = held["learning"]
    assert (learning["progress"], learning["answers"], learning["heard_ms_by_month"]) == ([], [], {})
    assert [note["text"] for note in learning["notes"]] == ["笔记不动"]
    assert "learning_deleted" in [act["act"] for act in held["acts"]]
    page = (await member.get("/me?done=learning")).text
    assert "学习进度和答题已经删除。" in page
    assert "删除自己的学习进度和答题" in page
    assert "/me/learning" not in page
    kept = (await other.get("/me/my-record.json")).json()["learning"]
    assert len(kept["progress"]) == len(kept["answers"]) == 1


# --- courses, the branch, what is related -----------------------------------------------------------------------------


async def test_a_course_is_put_in_order_asked_of_everyone_and_followed(house: LearningHouse) -> None:
    secretary, member = await house.signed_in("secretary"), await house.signed_in("member")
    first, second = await house.lesson(secretary, title="第一段"), await house.lesson(secretary, title="第二段")
    a, b = ("lesson/" + address.rpartition("/")[2] for address in (first, second))
    branch = f"/branches/{house.archive.there.branch.branch_id}"
    fields: dict[str, str | list[str]] = {"title": "新党员第一课", "audience": "branch", "required": "yes", "due": "2099-12-31"}
    made = await secretary.submit(f"{branch}/courses", fields)
    course = made.headers["location"].partition("/edit")[0]
    await secretary.submit(f"{course}/publish", status=422)
    for part in (a, b, b):
        await secretary.submit(f"{course}/parts", {"do": "add", "part": part})
    await secretary.submit(f"{course}/parts", {"do": f"up {b}"})
    assert (await member.get(course)).status_code == 404
    await secretary.submit(f"{course}/publish")
    page = (await member.get(course)).text
    assert page.index("第二段") < page.index("第一段")
    assert "学完 0 / 2" in page
    assert f'class="btn btn--primary btn--lg btn--block" href="{second}"' in page
    assert "支部要求学" in (await member.get("/learn")).text
    await report(member, second, [[0, 11_000]])
    page = (await member.get(course)).text
    assert "学完 1 / 2" in page
    assert f'class="btn btn--primary btn--lg btn--block" href="{first}"' in page
    await secretary.submit(f"{first}/withdraw")
    assert "另有 1 项没有发布给您" in (await member.get(course)).text
    assert "有的人打不开" in (await secretary.get(f"{course}/edit")).text
    await secretary.submit(f"{course}/parts", {"do": f"remove {a}"})
    await secretary.submit(f"{course}/remove", status=400)
    await secretary.submit(f"{course}/withdraw")
    await secretary.submit(f"{course}/remove")
    assert (await secretary.get(course)).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "said"), [({"title": ""}, "名称要写"), ({"due": "明天"}, "日期写得不对"), ({"summary": "长" * 1001}, "说明最多")]
)
async def test_a_course_that_is_not_described_well_says_why(house: LearningHouse, wrong: dict[str, str | list[str]], said: str) -> None:
    secretary = await house.signed_in("secretary")
    fields: dict[str, str | list[str]] = {"title": "专题", "audience": "branch"}
    answer = await secretary.submit(f"/branches/{house.archive.there.branch.branch_id}/courses", {**fields, **wrong}, status=422)
    assert said in answer.text


async def test_the_branch_s_table_names_people_only_to_its_secretary(own_house: LearningHouse) -> None:
    secretary, member, reviewer = [await own_house.signed_in(who) for who in ("secretary", "member", "reviewer")]
    address = await own_house.lesson(secretary)
    await report(member, address, [[0, 11_000]])
    await report(secretary, address, [[0, 2_000]])
    table = f"/branches/{own_house.archive.there.branch.branch_id}/learning"
    page = (await secretary.get(table)).text
    assert "1 / 3 人学完" in page
    assert "丁文静" in page
    for browser in (member, reviewer):  # three people: a number would tell who
        page = (await browser.get(table)).text
        assert "人少，不显示" in page
        assert "丁文静" not in page
        assert "人学完" not in page
        assert (await browser.get(f"{table}.csv")).status_code == 403
    for number in range(3):
        await own_house.archive.there.add(f"more{number}", f"新人{number}", own_house.archive.there.branch)
    page = (await member.get(table)).text
    assert "1 / 6 人学完" in page
    assert "丁文静" not in page
    csv = (await secretary.get(f"{table}.csv")).content.decode("utf-8-sig")
    line = next(line for line in csv.splitlines() if line.startswith("丁文静"))
    assert line.split(",")[1:3] == ["1", "0"]
    assert line.split(",")[-1] == "学完了"
    book = openpyxl.load_workbook(io.BytesIO((await secretary.get(f"{table}.xlsx")).content))
    assert book.active is not None
    assert next(row[0] for row in book.active.iter_rows(values_only=True)) == "姓名"


async def test_what_speaks_of_the_same_is_offered_and_only_to_whom_it_is_published(house: LearningHouse) -> None:
    secretary, stranger = await house.signed_in("secretary"), await house.signed_in("stranger")
    mine = await house.lesson(secretary, title="志愿服务怎么记", audience="all")
    theirs = await house.lesson(secretary, title="志愿服务只给本支部", audience="branch")
    assert f'href="{theirs}"' in (await secretary.get(mine)).text
    page = (await stranger.get(mine)).text
    assert theirs not in page
    assert "志愿服务只给本支部" not in page


async def test_there_is_something_to_read_before_there_is_anything_to_study(house: LearningHouse) -> None:
    member, secretary = await house.signed_in("member"), await house.signed_in("secretary")
    assert "还没有可学的" in (await member.get("/learn")).text
    assert "还没有写过笔记" in (await member.get("/learn/notes")).text
    branch = f"/branches/{house.archive.there.branch.branch_id}"
    assert "支部还没有发布学习内容" in (await secretary.get(f"{branch}/learning")).text
    assert "还没有专题" in (await secretary.get(f"{branch}/courses")).text


async def test_everything_is_in_english_too(house: LearningHouse) -> None:
    secretary = await house.signed_in("secretary")
    address = await house.lesson(secretary)
    await ask(secretary, address)
    secretary.cookies.set("language", "en")
    branch = f"/branches/{house.archive.there.branch.branch_id}"
    for path, words in (
        ("/learn", "Not begun yet"),
        (address, "What was said"),
        (f"{address}/quiz", "Hand in"),
        (f"{address}/questions", "in use"),
        (f"{address}/edit", "By sentence"),
        (f"{house.archive.address}/lessons", "A whole chapter"),
        ("/learn/notes", "No notes yet"),
        (f"{branch}/courses", "A new course"),
        (f"{branch}/learning", "Each person"),
    ):
        assert words in (await secretary.get(path)).text, path
