"""How a name is kept, and which spellings are one name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from meeting_server.domain.characters import clean
from meeting_server.domain.spelling import DOT, folded, is_same_name, spelled

VECTORS = json.loads((Path(__file__).parents[2] / "data" / "name_vectors.json").read_text("utf-8"))
DOTS = "·•・．‧∙⋅･●.。"


@pytest.mark.parametrize("dot", DOTS)
@pytest.mark.parametrize("padding", ["", " ", "\u3000"])
def test_every_dot_is_kept_as_the_middle_dot(dot: str, padding: str) -> None:
    assert spelled(f"买买提{padding}{dot}{padding}艾力") == f"买买提{DOT}艾力"
    assert DOT == "\u00b7"


@pytest.mark.parametrize("written", ["Ｌｉ Ping", "LI Ping", "王𠮷", "Zoë", "陳國"])
def test_a_name_is_kept_as_it_was_written(written: str) -> None:
    assert spelled(written) == written


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("张三", "张 三"),
        ("张三", "张\u3000三"),
        ("张三", "张\u200b三"),
        ("张三", "\ufeff张三\u202e"),
        ("高原", "⾼原"),
        ("Li Ping", "ＬＩ　ＰＩＮＧ"),
        ("Zoë", "Zoe\u0308"),
        ("Straße", "STRASSE"),
        ("买买提·艾力", "买买提 艾力"),
        ("买买提·艾力", "买买提艾力"),
        ("买买提·艾力", "买买提 ．·艾力"),
        *((f"买买提{dot}艾力", "买买提·艾力") for dot in DOTS),
    ],
)
def test_spellings_of_one_name_are_one(one: str, other: str) -> None:
    assert is_same_name(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("张三", "张山"), ("Zoë", "Zoe"), ("張三", "张三"), ("Li Ping", "Liping"), ("", ""), ("\u200b", ""), ("\ufffe", "\uffff"), ("·", "")],
)
def test_names_that_differ_are_not_one(one: str, other: str) -> None:
    assert not is_same_name(one, other)


def test_a_fold_has_no_dot_to_disagree_about() -> None:
    assert folded("王·.五") == "王五"


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: ascii(vector["written"]))
def test_a_name_is_cleaned_and_folded_as_on_a_phone(vector: dict[str, str]) -> None:
    assert clean(vector["written"]) == vector["clean"]
    assert folded(vector["written"]) == vector["folded"]
