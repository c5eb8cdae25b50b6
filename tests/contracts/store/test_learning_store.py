"""Lessons, questions, notes, progress and courses as they are kept."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.ids import MeetingId
from meeting_server.store.database import Database
from meeting_server.store.learning.collections import Collection, Collections
from meeting_server.store.learning.courses import Course, Courses
from meeting_server.store.learning.lessons import Lesson, Lessons
from meeting_server.store.learning.progress import MOST_OWED, ProgressBook
from meeting_server.store.learning.quizzes import Attempt, Choice, Question, Quizzes
from meeting_server.store.learning.resources import Resource
from meeting_server.store.learning.shelf import Check, Shelf
from meeting_server.store.learning.studied import Studied
from meeting_server.store.learning.study_notes import StudyNote, StudyNotes
from meeting_server.store.people.personal import PersonalData
from tests.kit.work.kept_bytes import kept_bytes

NOW = 1_795_690_800_000
TALK = Studied("lesson", "l-1")
HOUR = 3_600_000


def lesson(lesson_id: str, since: int, **changes: object) -> Lesson:
    return Lesson(lesson_id, MeetingId("m-1"), "b-1", "为什么要交党费", since, since + 60_000, "he", "何雨桐", NOW, **changes)  # type: ignore[arg-type]  # fields by name


async def test_a_lesson_is_a_draft_until_it_is_published_and_again_when_it_is_withdrawn(database: Database) -> None:
    lessons = Lessons(database)
    await lessons.save(lesson("l-2", 90_000))
    await lessons.save(lesson("l-1", 10_000))
    assert [kept.lesson_id for kept in await lessons.of_meeting(MeetingId("m-1"))] == ["l-1", "l-2"]
    assert await lessons.published() == ()
    kept = await lessons.lesson("l-1")
    assert kept is not None
    published = await lessons.publish(kept, "何雨桐", NOW + 5)
    assert await lessons.published(["b-1"]) == (published,)
    assert await lessons.published(["b-2"]) == ()
    assert (published.published_name, published.length) == ("何雨桐", 60_000)
    await lessons.withdraw(published)
    assert await lessons.published() == ()
    await lessons.remove("l-1")
    assert await lessons.lesson("l-1") is None


async def test_only_approved_questions_are_asked(database: Database) -> None:
    quizzes = Quizzes(database)
    draft = await quizzes.save(Question("", TALK, "true_false", "党费可以不交。", (Choice("对", False), Choice("错", True)), made_at=1))
    assert await quizzes.questions(TALK) == ()
    assert await quizzes.questions(TALK, drafts=True) == (draft,)
    approved = await quizzes.save(replace(draft, approved_by="he", approved_name="何雨桐", approved_at=NOW))
    assert await quizzes.questions(TALK) == (approved,)
    await quizzes.remove(approved.item_id)
    assert await quizzes.questions(TALK, drafts=True) == ()


async def test_of_several_attempts_the_best_counts_and_all_are_told_to_who_made_them(database: Database) -> None:
    quizzes = Quizzes(database)
    for right in (1, 3, 2):
        await quizzes.attempt(Attempt("ding", TALK, right, 4, {"q-1": ("0",)}, NOW + right))
    await quizzes.attempt(Attempt("lin", TALK, 0, 4, {}, NOW))
    best = await quizzes.best(["ding", "lin", "he"])
    assert {who: (attempt.right, attempt.passed) for (who, _), attempt in best.items()} == {"ding": (3, True), "lin": (0, False)}
    assert [held["right"] for held in await quizzes.held("ding")] == [2, 3, 1]
    assert await quizzes.held("he") == []


def note(who: str, text: str, at: int | None, shared: str = "nobody") -> StudyNote:
    return StudyNote(TALK, who, who, shared, at, text, NOW)  # type: ignore[arg-type]  # a literal


async def test_private_notes_are_seen_by_who_wrote_them_and_comments_by_everyone(database: Database) -> None:
    notes = StudyNotes(database)
    for who, text, at, shared in (("ding", "我的", 9_000, "nobody"), ("lin", "她的", 1_000, "nobody"), ("lin", "大家看", 5_000, "readers")):
        await notes.write(note(who, text, at, shared))
    await notes.write(note("ding", "总的", None))
    assert [seen.text for seen in await notes.seen_by("ding", TALK)] == ["总的", "大家看", "我的"]
    assert [seen.text for seen in await notes.seen_by("lin", TALK)] == ["她的", "大家看"]
    assert await notes.seen_by("ding", Studied("meeting", "l-1")) == ()


async def test_what_its_writer_deletes_is_gone_and_what_a_secretary_removes_leaves_a_reason(database: Database) -> None:
    notes = StudyNotes(database)
    await notes.write(note("ding", "绝密的私人笔记", 1))
    await notes.write(note("lin", "一句不合适的评论", 2, "readers"))
    assert "绝密的私人笔记".encode() in await kept_bytes(database)
    mine, theirs = await notes.seen_by("ding", TALK)
    assert not await notes.delete(theirs.note_id, "ding")
    assert not await notes.remove(mine.note_id, "何雨桐", "不能管私人笔记", NOW)
    assert await notes.remove(theirs.note_id, "何雨桐", "与学习无关", NOW)
    assert not await notes.remove(theirs.note_id, "何雨桐", "再一次", NOW)
    assert await notes.delete(mine.note_id, "ding")
    (left,) = await notes.seen_by("ding", TALK)
    assert (left.text, left.removed_name, left.removed_reason) == ("", "何雨桐", "与学习无关")
    files = await kept_bytes(database)
    assert "绝密的私人笔记".encode() not in files
    assert "一句不合适的评论".encode() not in files


async def test_seconds_heard_twice_count_once_and_the_place_is_kept(database: Database) -> None:
    book = ProgressBook(database)
    await book.report("ding", TALK, 60_000, [(0, 20_000)], 20_000, NOW, "2026-11")
    after = await book.report("ding", TALK, 60_000, [(10_000, 30_000), (40_000, 45_000)], 45_000, NOW + 30_000, "2026-11")
    assert after.heard == ((0, 30_000), (40_000, 45_000))
    assert (after.unique, after.position, after.whole) == (35_000, 45_000, False)
    again = await book.report("ding", TALK, 60_000, [(10_000, 30_000)], 30_000, NOW + 60_000, "2026-11")
    assert again.heard == after.heard
    assert await book.months("ding") == {"2026-11": 35_000}
    assert await book.of("ding", TALK) == again


async def test_a_script_can_not_claim_an_hour_in_a_minute_in_however_many_tabs(database: Database) -> None:
    book = ProgressBook(database)
    things = [Studied("meeting", f"m-{n}") for n in range(6)]
    for second in range(0, 61, 5):
        for thing in things:
            await book.report("ding", thing, HOUR, [(0, HOUR)], 0, NOW + second * 1000, "2026-11")
    heard = sum(progress.unique for progress in await book.of_member("ding"))
    assert heard <= MOST_OWED + 2 * 60_000
    assert sum((await book.months("ding")).values()) == heard


async def test_what_lies_outside_the_resource_is_not_believed(database: Database) -> None:
    book = ProgressBook(database)
    after = await book.report("ding", TALK, 60_000, [(-5_000, 1_000), (59_000, 90_000), (7, 3)], 999_999, NOW, "2026-11")
    assert after.heard == ((0, 1_000), (59_000, 60_000))
    assert after.position == 60_000


async def test_once_finished_it_stays_finished(database: Database) -> None:
    book = ProgressBook(database)
    after = await book.report("ding", TALK, 10_000, [(0, 9_500)], 9_500, NOW, "2026-11")
    assert after.whole
    await book.complete(after, NOW + 1)
    await book.complete(after, NOW + 99)
    kept = await book.of("ding", TALK)
    assert kept is not None
    assert kept.completed_at == NOW + 1
    held = await book.held("ding")
    assert held["heard_ms_by_month"] == {"2026-11": 9_500}


async def test_a_course_keeps_the_order_of_its_parts(database: Database) -> None:
    courses = Courses(database)
    course = Course("c-1", "b-1", "新党员第一课", "he", "何雨桐", NOW, required=True, due_at=NOW + HOUR)
    a, b, c = (Studied("lesson", name) for name in "abc")
    course = course.with_part(a).with_part(b).with_part(c).with_part(a)
    await courses.save(course.moved(c, -1))
    kept = await courses.course("c-1")
    assert kept is not None
    assert kept.parts == (a, c, b)
    assert kept.moved(a, -1).parts == (a, c, b)
    await courses.save(kept.without_part(c))
    assert [found.parts for found in await courses.of_branch("b-1")] == [(a, b)]
    assert await courses.published() == ()
    await courses.remove("c-1")
    assert await courses.course("c-1") is None


async def test_a_useful_mark_counts_once_and_goes_with_its_person_or_its_resource(database: Database) -> None:
    shelf, other = Shelf(database), Resource("shared", "s-1")
    for who in ("ding", "ding", "lin"):
        await shelf.mark(Resource("lesson", "l-1"), who, True)
    await shelf.mark(other, "ding", True)
    await shelf.mark(other, "lin", False)
    assert await shelf.useful() == {Resource("lesson", "l-1"): 2, other: 1}
    assert await shelf.held("ding") == {"useful": ["/learn/lessons/l-1", "/sharing/s-1"]}
    await PersonalData(database).erase("ding")
    assert await shelf.useful() == {Resource("lesson", "l-1"): 1}
    await shelf.check(Resource("lesson", "l-1"), Check(True, NOW, "何雨桐"))
    await shelf.check(Resource("lesson", "l-1"), Check(False, NOW + 1, "何雨桐"))
    assert await shelf.checks() == {Resource("lesson", "l-1"): Check(False, NOW + 1, "何雨桐")}
    await shelf.forget([Resource("lesson", "l-1")])
    assert (await shelf.useful(), await shelf.checks()) == ({}, {})


async def test_a_collection_keeps_its_order(database: Database) -> None:
    collections = Collections(database)
    one, two, three = Resource("lesson", "l-1"), Resource("shared", "s-1"), Resource("meeting", "m-1")
    made = Collection("c-1", "b-1", "合集", "何雨桐", NOW).with_item(one).with_item(two).with_item(three).with_item(one)
    await collections.save(made)
    moved = made.moved(three, -1).without_item(one)
    await collections.save(moved)
    kept = await collections.collection("c-1")
    assert kept == moved
    assert moved.items == (three, two)
    assert list(await collections.all()) == [moved]
    await collections.remove("c-1")
    assert await collections.collection("c-1") is None
