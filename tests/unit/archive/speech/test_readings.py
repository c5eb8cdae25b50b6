"""Of what was heard with hints and without, the likelier counts; a prompt that is said again counts for nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from meeting_server.archive.record.glossary import Glossary
from meeting_server.archive.speech.transcriber import Word
from meeting_server.archive.speech.whisper import Reading, heard_alone, is_echo, likelier

PROMPT = Glossary(("李敏", "周建华", "工作总结")).prompt
LASTED = 6.0


def reading(text: str, likelihood: float, until: float = LASTED, loops: bool = False) -> Reading:
    return Reading((Word(0.0, until, text),) if text else (), likelihood, loops)


HINTED, PLAIN = reading("我们请李敏同志讲话。", -0.25), reading("我们请礼敏同志讲话", -0.28)


def test_what_was_heard_with_hints_counts_when_it_is_about_as_likely() -> None:
    assert likelier(HINTED, PLAIN, PROMPT, LASTED) is HINTED
    assert likelier(HINTED, reading("我们请礼敏同志讲话", -0.22), PROMPT, LASTED) is HINTED  # it has no punctuation to account for


def test_what_was_heard_without_hints_counts_when_it_is_clearly_likelier() -> None:
    plain = reading("食堂二楼新开的窗口", -0.17)
    assert likelier(reading("支部二楼新开的窗口", -0.25), plain, PROMPT, LASTED) is plain


def test_the_one_that_lost_its_way_counts_for_nothing_however_likely() -> None:
    plain = reading("好的", -0.9)
    assert likelier(reading("党员党员", -0.1, loops=True), plain, PROMPT, LASTED) is plain
    assert likelier(HINTED, reading("好的好的", -0.01, loops=True), PROMPT, LASTED) is HINTED


def test_the_one_that_left_less_out_counts() -> None:
    half = reading("我们请李敏", -0.1, until=2.0)
    assert likelier(half, reading("我们请礼敏同志讲话", -0.5), PROMPT, LASTED).text == "我们请礼敏同志讲话"
    assert likelier(HINTED, reading("我们请", -0.01, until=2.0), PROMPT, LASTED) is HINTED


def test_where_there_was_no_speech_nothing_counts_however_sure_the_prompt_made_it() -> None:
    """As measured on hiss: hints make a likely text of it, and without them nothing is likely."""
    hiss = replace(reading("发展对象，", -0.84), silence=0.97)
    assert likelier(hiss, replace(reading("鱼", -2.0), silence=0.77), PROMPT, LASTED).words == ()
    assert likelier(hiss, reading("", 0.0), PROMPT, LASTED).words == ()
    assert heard_alone(replace(reading("鱼", -2.0), silence=0.77)).words == ()


def test_unclear_speech_is_speech() -> None:
    unclear = replace(reading("我们组织的网", -0.8), silence=0.4)
    assert heard_alone(unclear) is unclear
    assert likelier(replace(HINTED, silence=0.6), replace(PLAIN, silence=0.4), PROMPT, LASTED).words == HINTED.words


def test_where_only_one_heard_something_it_counts() -> None:
    assert likelier(reading("", 0.0), PLAIN, PROMPT, LASTED) is PLAIN
    assert likelier(HINTED, reading("", 0.0), PROMPT, LASTED) is HINTED


@pytest.mark.parametrize("echo", ["会议用语：李敏，周建华，工作总结", "建华，工作总结，支部大会。", "李敏、周建华"])
def test_a_prompt_that_is_said_again_counts_for_nothing(echo: str) -> None:
    assert is_echo(echo, PROMPT)
    assert likelier(reading(echo, -0.01), PLAIN, PROMPT, LASTED) is PLAIN


@pytest.mark.parametrize("said", ["", "。", "李敏", "请李敏同志", "周建华，李敏"])
def test_a_name_of_the_prompt_or_what_is_not_in_its_order_may_have_been_said(said: str) -> None:
    assert not is_echo(said, PROMPT)


def test_the_prompt_is_punctuated_as_people_speak() -> None:
    assert PROMPT.startswith("会议用语：李敏，周建华，工作总结，")
    assert "、" not in PROMPT
    assert PROMPT.endswith("。")
