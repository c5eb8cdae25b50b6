"""What questions rest on, and what a lesson says for itself: never a line that nobody looked at, never a change of the record."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from meeting_server.store.learning.studied import Studied
from meeting_server.store.people.access_log import Act
from meeting_server.web.learning.lesson_form import tenths
from tests.kit.houses.learning_house import LearningHouse, learning_house
from tests.kit.work.kept_bytes import kept_bytes

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def record(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LearningHouse]:
    async with learning_house(tmp_path_factory.mktemp("words")) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def house(record: LearningHouse) -> AsyncIterator[LearningHouse]:
    """The record before anybody made anything of it."""
    yield record
    await record.forget()


async def test_only_lines_that_a_person_put_right_or_found_right_are_drafted_from(house: LearningHouse) -> None:
    secretary = await house.signed_in("secretary")
    address = await house.lesson(secretary)
    studied = Studied("lesson", address.rpartition("/")[2])
    answer = await secretary.submit(f"{address}/questions/propose")
    assert answer.headers["location"].endswith("done=none_proposed")
    await house.found_right(secretary, "志愿服务是支部建设")
    await secretary.submit(f"{address}/questions/propose")
    drafts = await house.learning.quizzes.questions(studied, drafts=True)
    assert {draft.source for draft in drafts} == {house.line("志愿服务是支部建设").text}
    assert {draft.source_cue for draft in drafts} == {house.line("志愿服务是支部建设").cue_id}


async def test_a_draft_whose_line_has_become_another_is_not_approved(house: LearningHouse) -> None:
    secretary = await house.signed_in("secretary")
    address = await house.lesson(secretary)
    studied, cue_id = Studied("lesson", address.rpartition("/")[2]), house.line("志愿服务是支部建设").cue_id
    await house.found_right(secretary, "志愿服务是支部建设")
    await secretary.submit(f"{address}/questions/propose")
    (draft,) = await house.learning.quizzes.questions(studied, drafts=True)
    await secretary.submit(f"{address}/lines", {"line": cue_id, "do": "save", "text": "志愿服务很重要。"})
    await secretary.submit(f"{address}/questions/{draft.item_id}/approve", status=409)
    await secretary.submit(f"{address}/lines", {"line": cue_id, "do": "put_back"})
    await secretary.submit(f"{address}/questions/{draft.item_id}/approve")
    assert len(await house.learning.quizzes.questions(studied)) == 1


async def test_an_answer_shows_the_sentence_it_is_taken_from_with_a_jump(house: LearningHouse) -> None:
    secretary, member = await house.signed_in("secretary"), await house.signed_in("member")
    address = await house.lesson(secretary)
    studied, cue_id = Studied("lesson", address.rpartition("/")[2]), house.line("组织委员登记").cue_id
    await house.found_right(secretary, "组织委员登记")
    asked = {"kind": "single", "text": "谁登记？", "choice-0": "组织委员", "choice-1": "书记", "right": "0", "source": cue_id}
    await secretary.submit(f"{address}/questions", asked)
    await secretary.submit(f"{address}/questions", {**asked, "source": house.line("志愿服务是支部建设").cue_id}, status=409)
    (question,) = await house.learning.quizzes.questions(studied)
    assert "由组织委员登记" not in (await member.get(f"{address}/quiz")).text
    answered = await member.submit(f"{address}/quiz", {question.item_id: "1"})
    page = (await member.get(answered.headers["location"])).text
    assert house.line("组织委员登记").text in page
    assert f'href="{address}?t=0:06"' in page


async def test_a_lesson_is_reworded_and_shortened_apart_from_the_record(house: LearningHouse) -> None:
    secretary, member = await house.signed_in("secretary"), await house.signed_in("member")
    address = await house.lesson(secretary)
    one, other = house.line("志愿服务是支部建设").cue_id, house.line("组织委员登记").cue_id
    await secretary.submit(f"{address}/lines", {"line": one, "do": "save", "text": "志愿服务是支部的大事。"})
    await secretary.submit(f"{address}/lines", {"line": other, "do": "leave_out"})
    await house.archive.there.site.takeaway_rules.let_readers(house.archive.there.branch.branch_id, True)
    for path in (address, f"{address}/take/transcript.md"):
        said = (await member.get(path)).text
        assert "志愿服务是支部的大事。" in said, path
        assert "每名党员每年参加" not in said, path
        assert "去年志愿服务时长超过" not in said, path
    record = (await member.get(f"{house.archive.address}/transcript")).text
    assert "去年志愿服务时长超过" in record
    assert "大事" not in record
    script = (await secretary.get(f"{address}/lines")).text
    assert "已改写" in script
    assert "已略去" in script
    log, branch_id = house.archive.there.site.access_log, house.archive.there.branch.branch_id
    (_, noted), *_ = await log.latest([branch_id], act=Act.LESSON_RETOLD)
    assert (noted.actor_name, noted.detail) == ("何雨桐", "0:06")
    assert (await member.get(f"{address}/lines")).status_code == 403


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"do": "save", "text": " "}, 422),
        ({"do": "save", "text": "字" * 501}, 422),
        ({"do": "burn"}, 400),
        ({"line": "x.1", "do": "leave_out"}, 404),
    ],
)
async def test_a_bad_line_of_a_lesson_keeps_nothing(house: LearningHouse, fields: dict[str, str], status: int) -> None:
    secretary = await house.signed_in("secretary")
    address = await house.lesson(secretary)
    await secretary.submit(f"{address}/lines", {"line": house.line("组织委员登记").cue_id, **fields}, status=status)
    assert await house.learning.lines.of(address.rpartition("/")[2]) == {}


async def test_questions_and_words_of_lessons_go_with_the_passage_they_rest_on(house: LearningHouse) -> None:
    secretary = await house.signed_in("secretary")
    address = await house.lesson(secretary)
    lesson_id = address.rpartition("/")[2]
    await house.found_right(secretary, "志愿服务是支部建设", "组织委员登记")
    await secretary.submit(f"{address}/questions/propose")
    await secretary.submit(
        f"{address}/lines", {"line": house.line("志愿服务是支部建设").cue_id, "do": "save", "text": "家住zanzibar的志愿服务。"}
    )
    await secretary.submit(f"{address}/lines", {"line": house.line("组织委员登记").cue_id, "do": "save", "text": "组织委员登记。"})
    start, end = house.moment("志愿服务是支部建设")
    passage = {"since": tenths(start), "until": tenths(end), "reason": "个人信息", "sure": "yes"}
    await secretary.submit(f"{house.archive.address}/record/redact", passage)
    left = await house.learning.quizzes.questions(Studied("lesson", lesson_id), drafts=True)
    assert all("时长超过" not in question.source for question in left)
    assert set(await house.learning.lines.of(lesson_id)) == {house.line("组织委员登记").cue_id}
    assert b"zanzibar" not in await kept_bytes(house.archive.there.site.database)
