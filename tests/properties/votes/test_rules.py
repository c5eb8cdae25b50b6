"""Quorum and majority are exact at every size: the least whole number that satisfies the fraction, never a rounding off."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meeting_server.domain.terms import Threshold
from meeting_server.domain.vote_terms import Base, Comparison
from meeting_server.domain.votes.elections import candidates_needed
from meeting_server.domain.votes.rules import needed, quorum_check
from meeting_server.store.schedule.presets import load_presets

LARGEST = 3_000
FRACTIONS = [(1, 2), (1, 3), (2, 3), (3, 4), (4, 5), (3, 5), (1, 5), (9, 10), (99, 100), (33, 100), (1, 1)]


def enough(threshold: Threshold, votes: int, base: int) -> bool:
    share = Fraction(threshold.numerator, threshold.denominator) * base
    return votes >= share if threshold.comparison == "at_least" else votes > share


@pytest.mark.parametrize("comparison", ["at_least", "more_than"])
@pytest.mark.parametrize("fraction", FRACTIONS)
def test_what_is_needed_is_exact_at_every_size_up_to_three_thousand(fraction: tuple[int, int], comparison: Comparison) -> None:
    threshold = Threshold(*fraction, comparison, Base.ENTITLED)
    for base in range(LARGEST + 1):
        least = needed(threshold, base)
        assert least >= 1
        assert enough(threshold, least, base)
        assert least == 1 or not enough(threshold, least - 1, base)


@given(
    st.integers(1, 1000).flatmap(lambda d: st.tuples(st.integers(1, d), st.just(d))),
    st.sampled_from(["at_least", "more_than"]),
    st.integers(0, LARGEST),
    st.integers(0, LARGEST),
)
def test_a_quorum_is_met_exactly_when_the_fraction_is(
    fraction: tuple[int, int], comparison: Comparison, entitled: int, present: int
) -> None:
    threshold = Threshold(*fraction, comparison, Base.ENTITLED)
    check = quorum_check(threshold, entitled, present)
    assert check.met is (present >= 1 and enough(threshold, present, entitled))


@given(st.integers(1, 60), st.integers(0, 100))
def test_an_election_has_the_surplus_of_candidates_and_not_one_more(seats: int, percent: int) -> None:
    least = candidates_needed(seats, percent)
    assert least - seats >= Fraction(percent, 100) * seats > least - seats - 1


def test_every_shipped_rule_can_be_satisfied_by_everyone_at_every_size() -> None:
    for preset in load_presets().values():
        for threshold in (preset.quorum, preset.passing):
            for size in range(1, LARGEST + 1) if threshold is not None else ():
                assert threshold is not None
                assert needed(threshold, size) <= size, preset.preset_id
