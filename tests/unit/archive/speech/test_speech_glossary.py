"""Terms go into the prompt and are put right by their sound, and never where something else may have been said."""

from __future__ import annotations

import pytest

from meeting_server.archive.minutes.minutes import minutes_of
from meeting_server.archive.record.glossary import PROMPT_LENGTH, Glossary, glossary_of
from meeting_server.archive.record.timeline import timeline_of
from tests.kit.meetings.whole_meeting import whole_meeting

OWN = Glossary(("周建华", "李娜", "教育管理工作条例", "公示"))


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("今天之不大会有三项", "今天支部大会有三项"),  # a term of four characters is hardly hit by chance
        ("讨论预备党援转证", "讨论预备党员转正"),
        ("组织委员通报党废收脚情况", "组织委员通报党费收缴情况"),
        ("请周剑花同志发言", "请周建华同志发言"),
        ("下面请里娜发言", "下面请李娜发言"),
        ("学习叫育管理工作条例", "学习教育管理工作条例"),
    ],
)
def test_a_term_is_put_where_its_sound_was_written(heard: str, meant: str) -> None:
    assert OWN.corrected(heard) == meant


@pytest.mark.parametrize(
    "said",
    [
        "这个公式要记住",  # 公式 is a word, though 公示 is the term
        "他知不知道这件事",  # 知不 sounds like 支部
        "制止不了",  # 止不 inside two words
        "我们一致通过",  # nothing like a term
        "当元旦来到",  # 当元 sounds like 党员, but 元旦 is a word
        "哪里那么多事",  # 里那 sounds like 李娜: 哪里 and 那么 are words
        "The motion was carried.",
        "",
    ],
)
def test_nothing_is_corrected_that_may_have_been_said(said: str) -> None:
    assert OWN.corrected(said) == said


def test_a_correction_never_changes_the_length() -> None:
    said = "今天之不大会, 预备党援 and 之不 第2项"
    assert len(OWN.corrected(said)) == len(said)


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
