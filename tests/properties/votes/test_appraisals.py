"""优秀 for at most its share at any size, and the grade most gave for everyone else, whatever the marks."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import floor

from hypothesis import given
from hypothesis import strategies as st

from meeting_server.domain.commands import DraftMotion
from meeting_server.domain.errors import Code
from meeting_server.domain.state import Motion
from meeting_server.domain.terms import Candidate, Share
from meeting_server.domain.vote_terms import AppraisalSheet, Grade, MotionForce
from meeting_server.domain.votes.appraisals import grades, most_excellent, subjects_refused
from meeting_server.domain.votes.ballots import count
from meeting_server.domain.votes.marks import GRADES
from tests.kit.meetings.sitting import GENERAL

SHARES = st.tuples(st.integers(1, 100), st.integers(1, 100)).map(lambda pair: Share(min(pair), max(pair)))


@given(share=SHARES, people=st.integers(0, 3000))
def test_no_rounding_error_at_any_size(share: Share, people: int) -> None:
    rule = replace(GENERAL, excellent=share)
    assert most_excellent(rule, people) == floor(Fraction(share.numerator, share.denominator) * people)


@st.composite
def sheets(draw: st.DrawFn) -> tuple[Motion, list[tuple[str, ...]]]:
    people = draw(st.integers(1, 12))
    candidates = tuple(Candidate(f"c{n}", f"n{n}", n) for n in range(1, people + 1))
    rule = replace(GENERAL, excellent=draw(SHARES))
    motion = Motion("m1", "voting", "评议", "", None, "appraisal", "secret", (), 1, rule, candidates=candidates)  # type: ignore[arg-type]
    marks = st.tuples(*(st.sampled_from(GRADES) for _ in candidates))
    ballots = draw(st.lists(marks, min_size=1, max_size=15))
    return motion, [tuple(f"c{n}:{grade}" for n, grade in enumerate(ballot, 1)) for ballot in ballots]


@given(sheets())
def test_a_mutual_sheet_proposes_what_most_gave_and_never_too_many_excellent(drawn: tuple[Motion, list[tuple[str, ...]]]) -> None:
    motion, ballots = drawn
    tally = count(motion, ballots, len(ballots))
    assert tally.void == 0
    given_to = dict(tally.counts)
    proposed = dict(grades(motion, tally))
    excellent = [who for who, grade in proposed.items() if grade == "excellent"]
    wanted = []
    for who, grade in proposed.items():
        assert sum(given_to[f"{who}:{each}"] for each in GRADES) == len(ballots)
        best = max(given_to[f"{who}:{each}"] for each in GRADES)
        first = next(each for each in GRADES if given_to[f"{who}:{each}"] == best)
        if first is Grade.EXCELLENT:
            wanted.append(who)
        assert grade == first or (grade, first) == ("good", "excellent")
    assert len(excellent) == min(len(wanted), most_excellent(motion.preset, len(proposed)))
    least = min((given_to[f"{who}:excellent"] for who in excellent), default=0)
    assert all(given_to[f"{who}:excellent"] <= least for who in set(wanted) - set(excellent) if excellent)


@given(share=SHARES, excellent=st.integers(0, 60), people=st.integers(1, 60))
def test_an_organisation_sheet_is_taken_exactly_up_to_its_share(share: Share, excellent: int, people: int) -> None:
    listed = tuple(Candidate("", f"n{n}", grade=Grade.EXCELLENT if n < excellent else Grade.GOOD) for n in range(people))
    draft = DraftMotion("评定", force=MotionForce.APPRAISAL, sheet=AppraisalSheet.ORGANISATION, candidates=listed)
    refused = subjects_refused(draft, replace(GENERAL, excellent=share))
    fits = Fraction(min(excellent, people), people) <= Fraction(share.numerator, share.denominator)
    assert (refused is None) == fits
    assert refused is None or refused.code is Code.TOO_MANY_EXCELLENT
