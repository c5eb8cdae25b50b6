"""Whoever was called and whatever is on the agenda is named to the engine, as far as there is room."""

from __future__ import annotations

from meeting_server.archive.minutes.minutes import minutes_of
from meeting_server.archive.record.glossary import PROMPT_LENGTH, Glossary, glossary_of, people_called
from meeting_server.archive.record.timeline import timeline_of
from tests.kit.meetings.whole_meeting import PEOPLE, whole_meeting


def test_the_prompt_names_people_and_agenda_first_and_stays_short() -> None:
    records = whole_meeting().records
    minutes, timeline = minutes_of(records), timeline_of(records)
    assert minutes is not None
    assert timeline is not None
    glossary = glossary_of(minutes, timeline)
    assert {"李敏", "周建华", "教育管理工作条例"} <= set(glossary.own)
    assert "李敏" in glossary.prompt
    assert "教育管理工作条例" in glossary.prompt
    assert len(glossary.prompt) <= PROMPT_LENGTH + 6
    assert len(Glossary(tuple(f"很长的词语{n}" for n in range(200))).prompt) <= PROMPT_LENGTH + 6


def test_everyone_who_was_called_is_in_the_glossary_whether_or_not_they_came_or_spoke() -> None:
    records = whole_meeting().records
    minutes, timeline = minutes_of(records), timeline_of(records)
    assert minutes is not None
    assert timeline is not None
    called = people_called(records)
    assert {person.name for person in PEOPLE} <= set(called)
    glossary = glossary_of(minutes, timeline, called)
    assert {person.name for person in PEOPLE} <= glossary.people <= set(glossary.own)
    assert glossary.own.index("教育管理工作条例") < glossary.own.index("丁文静")  # the agenda before those who said nothing
