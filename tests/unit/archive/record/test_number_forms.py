"""Spoken numbers as they are written, by the list of number forms that was made first."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meeting_server.archive.record.number_forms import figures, numbers_in, protected_phrases, value

FORMS = json.loads((Path(__file__).parents[3] / "vectors" / "number_forms.json").read_text("utf-8"))["forms"]
NUMERALS = "零〇一二两三四五六七八九十百千万亿幺"
PIECES = [*"点分半刻年月日号元角人名票个第几数百到至，。、 3.%", "百分之", "分之", "赞成", "实到", "下午", "小时", "20", *NUMERALS]
spoken = st.lists(st.sampled_from(PIECES), max_size=16).map("".join)


@pytest.mark.parametrize(("heard", "written"), FORMS, ids=[heard for heard, _ in FORMS])
def test_a_number_form_is_written_as_the_list_says(heard: str, written: str) -> None:
    assert figures(heard) == written


def test_the_list_holds_twenty_number_forms() -> None:
    assert len(FORMS) == 20


@settings(deadline=None)
@given(spoken)
def test_writing_numbers_twice_changes_nothing(heard: str) -> None:
    assert figures(figures(heard)) == figures(heard)


@settings(deadline=None)
@given(st.lists(st.one_of(spoken, st.sampled_from(protected_phrases()).map(lambda phrase: f"，{phrase}，")), max_size=8).map("".join))
def test_a_protected_phrase_that_stands_alone_is_never_changed(heard: str) -> None:
    written = figures(heard)
    assert [written.count(f"，{phrase}，") for phrase in protected_phrases()] == [
        heard.count(f"，{phrase}，") for phrase in protected_phrases()
    ]


@given(st.integers(0, 99_999_999))
def test_every_whole_number_is_read_as_it_is_said(number: int) -> None:
    assert value(said(number)) == number


def said(number: int) -> str:
    """A whole number below 10^8 as people say it."""
    if number >= 10_000:
        rest = number % 10_000
        return said(number // 10_000) + "万" + (("零" if rest < 1_000 else "") + said(rest) if rest else "")
    digits, parts, gap = f"{number}", "", False
    for place, digit in enumerate(digits):
        step = ["", "十", "百", "千"][len(digits) - 1 - place]
        if digit == "0":
            gap = bool(parts)
        else:
            parts, gap = parts + ("零" if gap else "") + "零一二三四五六七八九"[int(digit)] + step, False
    return parts or "零"


@pytest.mark.parametrize(
    ("heard", "written"),
    [
        ("二十一起案件", "21起案件"),
        ("人数二十六人，数十个，几十元", "人数26人，数十个，几十元"),
        ("讲三点意见，下午三点开会", "讲三点意见，下午3点开会"),
        ("我讲三点一是学习", "我讲三点一是学习"),
        ("十分感谢，七点十分开始，休息十分钟", "十分感谢，7点10分开始，休息10分钟"),
        ("党的二十大报告，十九届六中全会", "党的二十大报告，十九届六中全会"),
        ("弃权零票，一票否决", "弃权0票，一票否决"),
        ("每次两个人，第一组三个人", "每次两个人，第一组三个人"),
        ("十到29人", "十到29人"),
        ("一三八零零零零零零零零", "13800000000"),
        ("二零二五到二零二六年", "2025到2026年"),
    ],
)
def test_a_word_with_a_numeral_is_written_as_its_neighbours_ask(heard: str, written: str) -> None:
    assert figures(heard) == written


def test_the_numbers_of_a_line_are_figures_fractions_and_small_counts() -> None:
    found = numbers_in("应到32人，请假三人，超过三分之二，赞成85.5%，A4纸，一些，二十大，一票否决")
    assert [figure.text for figure in found] == ["32", "三", "三分之二", "85.5%"]
