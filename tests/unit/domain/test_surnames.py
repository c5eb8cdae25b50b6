"""Strokes of surnames, and the order they put a paper in."""

from __future__ import annotations

from meeting_server.domain.surnames import _BY_STROKES, strokes_of
from meeting_server.domain.terms import Candidate
from meeting_server.domain.votes.candidates import on_paper


def test_common_surnames_have_their_strokes() -> None:
    known = {
        "丁": 2,
        "马": 3,
        "王": 4,
        "叶": 5,
        "刘": 6,
        "李": 7,
        "陈": 7,
        "周": 8,
        "赵": 9,
        "徐": 10,
        "黄": 11,
        "谢": 12,
        "谭": 14,
        "魏": 17,
    }
    assert {name: strokes_of(f"{name}小明") for name in known} == known
    assert strokes_of("欧阳修") == 8
    assert strokes_of(" 王五") == 4


def test_a_surname_that_is_not_in_the_table_has_none() -> None:
    assert strokes_of("") == strokes_of("Smith") == strokes_of("㐀") == 0


def test_no_surname_stands_in_two_places() -> None:
    every = "".join(_BY_STROKES.values())
    assert len(every) == len(set(every))


def test_candidates_without_strokes_are_put_in_order_and_unknown_ones_come_last() -> None:
    names = ("Smith", "赵一", "王五", "李四", "丁二")
    ordered = on_paper(tuple(Candidate("", name) for name in names))
    assert [c.name for c in ordered] == ["丁二", "王五", "李四", "赵一", "Smith"]
    assert [c.candidate_id for c in ordered] == ["c1", "c2", "c3", "c4", "c5"]


def test_strokes_that_were_given_stand() -> None:
    ordered = on_paper((Candidate("", "王五", 12), Candidate("", "李四")))
    assert [(c.name, c.strokes) for c in ordered] == [("李四", 7), ("王五", 12)]
