"""The fold of names over all of Unicode."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from hypothesis import example, given
from hypothesis import strategies as st

from meeting_server.domain.characters import clean
from meeting_server.domain.person_names import skeleton, visible
from meeting_server.domain.spelling import folded, is_same_name, spelled

_TROUBLE = "王五⾼⺠. ．。·•・‧\u3000\u200b\u200d\u202e\ufeff\ufffe\uffff\ud800\u0301\u0345\u0387ΐǰßİſﬁ①㍿ｶﾞˊ\u2028\x85\x00aA\u115f"
TEXT = st.one_of(st.text(st.sampled_from(_TROUBLE), max_size=12), st.text(st.characters(), max_size=20))
"""Every character, lone surrogates too; most often those that fold in a way of their own."""


@given(TEXT)
@example("王·.五")
@example("e\u200d\u0301")
def test_what_is_kept_folded_or_cleaned_stays_so(name: str) -> None:
    assert spelled(spelled(name)) == spelled(name)
    assert folded(folded(name)) == folded(name)
    assert visible(visible(name)) == visible(name)
    assert clean(clean(name)) == clean(name)


@given(TEXT)
def test_a_name_is_the_same_however_it_is_kept(name: str) -> None:
    assert folded(spelled(name)) == folded(name)
    assert not folded(name) or is_same_name(name, spelled(name))


@given(TEXT, TEXT)
def test_being_one_name_goes_both_ways(one: str, other: str) -> None:
    assert is_same_name(one, other) == is_same_name(other, one)


@given(TEXT, st.sampled_from([folded, spelled, str.upper, str.casefold, lambda name: unicodedata.normalize("NFKC", name), " ".join]))
def test_one_name_looks_like_one_name(one: str, rewritten: Callable[[str], str]) -> None:
    """The eye takes for one what the fold does: a guest who types a member's name is always found out."""
    other = rewritten(one)
    if visible(one) and visible(other) and is_same_name(one, other):
        assert skeleton(one) == skeleton(other)
