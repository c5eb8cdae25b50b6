"""What a name may look like, and which names are one to the eye."""

from __future__ import annotations

import pytest

from meeting_server.domain.person_names import marked, resembled, skeleton, unmarked, visible

ROSTER = {"m1": "何雨桐", "m2": "买买提·艾力", "m3": "Li Ping", "m4": "张国华"}


@pytest.mark.parametrize(
    "name",
    ["", "   ", "\u200b\u200d", "\u3164", "\u2800\u2800", "\u115f\u1160", "\ufe0f", "\u0301\u0301", "·。—", "✔★", "\u202e"],
)
def test_a_name_that_shows_nothing_is_none(name: str) -> None:
    assert visible(name) == ""


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  高　 原 ", "高原"),
        ("何\u200b雨\u2060桐", "何雨桐"),
        ("何雨桐\u3164", "何雨桐"),
        ("\u202e桐雨何", "桐雨何"),
        ("王𠮷", "王𠮷"),
        ("a\u0301\u0301\u0301\u0301\u0301", "á\u0301"),
        ("Zoë  Müller", "Zoë Müller"),
        ("买买提・艾力", "买买提·艾力"),
        ("王\uffff", "王"),
    ],
)
def test_a_name_is_kept_as_it_is_seen(typed: str, kept: str) -> None:
    assert visible(typed) == kept


@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ("何雨桐", "m1"),
        ("何 雨 桐", "m1"),
        ("何\u200d雨桐", "m1"),
        ("何雨桐\u3164", "m1"),
        ("何雨桐老师", "m1"),
        ("书记 何雨桐", "m1"),
        ("買買提.艾力", None),
        ("买买提•艾力", "m2"),
        ("买买提艾力", "m2"),
        ("Ｌｉ　Ｐｉｎｇ", "m3"),
        ("LІ PІNG", "m3"),
        ("L1 P1ng", "m3"),
        ("Lí Pïng", "m3"),
        ("張國華", "m4"),
        ("张囯华", "m4"),
        ("张国毕", None),
        ("高原", None),
        ("何", None),
    ],
)
def test_a_name_that_may_be_taken_for_a_members_is_known_for_it(typed: str, who: str | None) -> None:
    assert resembled(typed, ROSTER) == who


def test_names_that_differ_are_not_one() -> None:
    assert len({skeleton(name) for name in ("何雨桐", "何雨彤", "高原", "高远", "Li Ping", "Li Pang")}) == 6


def test_the_mark_of_a_guest_comes_and_goes_with_the_name() -> None:
    assert marked("高原", guest=True) == "高原（列席）"
    assert marked("高原", guest=False) == "高原"
    assert unmarked(marked("高原", guest=True)) == "高原"
