"""Quorum and majority arithmetic: the vectors of the regulations, and their edges."""

from __future__ import annotations

import pytest

from meeting_server.domain.terms import Preset, Tally, Threshold
from meeting_server.domain.vote_terms import Base, Comparison, Electorate, RuleMethod, Stance
from meeting_server.domain.votes.rules import needed, quorum_check, verdict

GENERAL_QUORUM = Threshold(1, 2, Comparison.AT_LEAST, Base.ENTITLED)
ADMISSION_QUORUM = Threshold(1, 2, Comparison.MORE_THAN, Base.ENTITLED)
ELECTION_QUORUM = Threshold(4, 5, Comparison.AT_LEAST, Base.ENTITLED)


def test_8_of_16_is_a_quorum_for_a_general_meeting_and_not_for_an_admission() -> None:
    assert quorum_check(GENERAL_QUORUM, 16, 8).met
    assert not quorum_check(ADMISSION_QUORUM, 16, 8).met
    assert quorum_check(ADMISSION_QUORUM, 16, 9).met


def test_an_election_of_29_needs_24_present() -> None:
    assert needed(ELECTION_QUORUM, 29) == 24


@pytest.mark.parametrize(("base", "least"), [("cast", 13), ("present", 16), ("entitled", 26)])
def test_a_majority_of_50_members_30_present_24_cast(base: Base, least: int) -> None:
    preset = Preset("p", "", "", None, Threshold(1, 2, Comparison.MORE_THAN, base), RuleMethod.OPEN, Electorate.VOTING, "test")
    tally = Tally(((Stance.FOR, 20), (Stance.AGAINST, 3), (Stance.ABSTAIN, 1)), 24, 50, 30)
    assert verdict(preset, tally, None).needed == least


def test_24_for_of_50_entitled_is_not_carried() -> None:
    preset = Preset("p", "", "", None, Threshold(1, 2, Comparison.MORE_THAN, Base.ENTITLED), RuleMethod.OPEN, Electorate.VOTING, "test")
    result = verdict(preset, Tally(((Stance.FOR, 24), (Stance.AGAINST, 0), (Stance.ABSTAIN, 0)), 24, 50, 30), None)
    assert (result.carried, result.needed, result.base_count, result.votes_for) == (False, 26, 50, 24)


def test_abstentions_do_not_count_in_yes_no() -> None:
    preset = Preset("p", "", "", None, Threshold(1, 2, Comparison.MORE_THAN, Base.YES_NO), RuleMethod.OPEN, Electorate.VOTING, "test")
    assert verdict(preset, Tally(((Stance.FOR, 3), (Stance.AGAINST, 2), (Stance.ABSTAIN, 20)), 25, 50, 30), None).carried


def test_nothing_is_carried_by_nobody() -> None:
    preset = Preset("p", "", "", None, Threshold(1, 2, Comparison.AT_LEAST, Base.YES_NO), RuleMethod.OPEN, Electorate.VOTING, "test")
    result = verdict(preset, Tally(((Stance.FOR, 0), (Stance.AGAINST, 0), (Stance.ABSTAIN, 0)), 0, 50, 30), None)
    assert (result.carried, result.needed) == (False, 1)


def test_a_quorum_lost_by_the_closing_fails_the_motion() -> None:
    preset = Preset(
        "p", "", "", GENERAL_QUORUM, Threshold(1, 2, Comparison.MORE_THAN, Base.CAST), RuleMethod.OPEN, Electorate.VOTING, "test"
    )
    result = verdict(
        preset, Tally(((Stance.FOR, 5), (Stance.AGAINST, 0), (Stance.ABSTAIN, 0)), 5, 16, 7), quorum_check(GENERAL_QUORUM, 16, 7)
    )
    assert (result.carried, result.reason) == (False, "no_quorum_at_close")
