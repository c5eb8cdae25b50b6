"""What is settled, with whom and by when, over one file of sentences made before the rules; and joined to the journal's own."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from meeting_server.archive.minutes.minutes import Item, Minutes, minutes_of
from meeting_server.archive.record.due_dates import due_in
from meeting_server.archive.record.parts import seen_decided
from meeting_server.archive.record.proposals import proposals_of
from meeting_server.archive.record.readers import Part
from meeting_server.archive.record.sayings import settled_in
from meeting_server.archive.record.timeline import Closure
from meeting_server.archive.record.transcript import Spoken, Transcript
from meeting_server.domain.ids import HALL, ParticipantId, RoomId
from meeting_server.store.record.decided_items import Called, DecidedItem, Kind, Source, State
from tests.kit.meetings.whole_meeting import MEETING, whole_meeting

VECTORS = json.loads((Path(__file__).parents[3] / "vectors" / "decided.json").read_text(encoding="utf-8"))
TODAY = date.fromisoformat(VECTORS["meeting_day"])
DING, LI = ParticipantId("ding"), ParticipantId("li")
PEOPLE = {"丁文静": DING, "李卫东": LI}


@pytest.mark.parametrize("case", VECTORS["sentences"], ids=lambda case: case["said"])
def test_a_sentence_is_proposed_with_its_kind_its_people_and_its_day(case: dict[str, Any]) -> None:
    found = settled_in(case["said"], VECTORS["speaker"], VECTORS["people"], TODAY)
    assert found is not None
    day = found.due.day.isoformat() if found.due is not None and found.due.day is not None else ""
    assert (found.kind, list(found.people), day) == (case["kind"], case["people"], case["due"])


@pytest.mark.parametrize("case", VECTORS["neither"], ids=lambda case: case["because"])
def test_a_sentence_that_settles_nothing_is_not_proposed(case: dict[str, Any]) -> None:
    assert settled_in(case["said"], VECTORS["speaker"], VECTORS["people"], TODAY) is None


@pytest.mark.parametrize("case", VECTORS["days"], ids=lambda case: case["said"])
def test_a_due_day_is_read_from_the_day_of_the_meeting(case: dict[str, Any]) -> None:
    found = due_in(case["said"], TODAY)
    assert (found.day.isoformat() if found is not None and found.day is not None else "") == case["due"]


def test_a_due_day_without_a_date_keeps_its_words() -> None:
    found = settled_in("下次支部大会前请丁文静整理好材料。", "周建华", list(PEOPLE), TODAY)
    assert found is not None
    assert found.due is not None
    assert found.due.words == "下次支部大会前"


# --- joined to the journal -------------------------------------------------------------------------------------------


def spoken(number: int, since: int, text: str, room: RoomId = HALL) -> Spoken:
    return Spoken(f"t.{number}", since, since + 2_000, ParticipantId("zhou"), "周建华", room, text)


def heard(*lines: Spoken) -> Transcript:
    return Transcript(MEETING, "test", "zh-CN", lines)


@pytest.fixture(scope="module")
def story() -> Minutes:
    found = minutes_of(whole_meeting().records)
    assert found is not None
    return found


def with_items(story: Minutes, *items: Item) -> Minutes:
    return replace(story, items=items)


def test_a_resolution_is_proposed_with_the_sentence_that_said_it_and_the_sentence_not_again(story: Minutes) -> None:
    minutes = with_items(story, Item("总结", "", 1_000, 9_000, resolutions=("工作总结修改后上报学院党委。",)))
    said = heard(spoken(1, 3_000, "会议决定，工作总结由丁文静修改，下周五前上报学院党委。"), spoken(2, 5_000, "会议决定暑假去调研。"))
    first, second = proposals_of(minutes, said, PEOPLE, TODAY)
    assert (first.source, first.text, first.at) == (Source.RESOLUTION, "工作总结修改后上报学院党委。", 3_000)
    assert first.sentence == "会议决定，工作总结由丁文静修改，下周五前上报学院党委。"
    assert (first.people, first.due) == ((Called(DING, "丁文静"),), "2026-12-11")
    assert (first.since, first.until) == (1_000, 9_000)
    assert (second.source, second.text, second.kind) == (Source.SPEECH, "会议决定暑假去调研。", Kind.DECISION)


def test_a_carried_motion_is_proposed_without_a_word_being_heard(story: Minutes) -> None:
    carried = [result for item in story.items for result in item.results if result.outcome == "carried"]
    found = proposals_of(story, None, PEOPLE, TODAY)
    assert len([item for item in found if item.source is Source.MOTION]) == len(carried) > 0
    assert all(item.since <= item.at <= item.until for item in found if item.source is Source.MOTION)


def test_a_sentence_of_a_group_room_or_taken_out_is_not_proposed(story: Minutes) -> None:
    told = spoken(1, 3_000, "由李卫东负责。", RoomId("group-1")), Spoken("t.2", 4_000, 5_000, LI, "", HALL, "由李卫东负责。", "redacted")
    assert proposals_of(with_items(story), heard(*told), PEOPLE, TODAY) == ()


def test_what_was_judged_is_not_proposed_again_though_it_was_heard_again(story: Minutes) -> None:
    (once,) = proposals_of(with_items(story), heard(spoken(1, 3_000, "由李卫东负责联系校友会。")), PEOPLE, TODAY)
    again = heard(spoken(7, 3_100, "由李卫东负责联络校友会。"), spoken(8, 60_000, "由李卫东负责联系校友会。"))
    (later,) = proposals_of(with_items(story), again, PEOPLE, TODAY, [replace(once, judged_at=1, state=State.REJECTED)])
    assert later.at == 60_000


# --- who reads it ----------------------------------------------------------------------------------------------------

ITEM = DecidedItem(MEETING, "b", Source.SPEECH, "c.1.0", Kind.TASK, "由李卫东负责", "由李卫东负责", "周建华", 500, 600, 500, 600)
NOTES = frozenset({Part.NOTES})


def test_only_approved_items_are_read_and_only_by_readers_of_the_minutes() -> None:
    assert seen_decided([ITEM], NOTES, ()) == (ITEM,)
    assert seen_decided([ITEM], {Part.RESOURCE}, ()) == ()
    assert seen_decided([replace(ITEM, state=State.REJECTED)], NOTES, ()) == ()


@pytest.mark.parametrize(("since", "until"), [(0, 400), (550, 900), (100, 550)])
def test_an_item_that_tells_of_a_closed_stretch_is_not_read(since: int, until: int) -> None:
    closed = (Closure(LI, since, until),)
    tells = replace(ITEM, since=0, until=1_000)  # a motion, and the agenda item it belongs to
    assert seen_decided([tells], NOTES, closed) == ()
    assert (seen_decided([ITEM], NOTES, closed) == ()) == (until > 500)
