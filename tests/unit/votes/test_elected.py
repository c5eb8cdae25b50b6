"""Whom the elections of a meeting elected, as people of its list."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.ids import MotionId, ParticipantId
from meeting_server.domain.state import MeetingState, Motion
from meeting_server.domain.terms import Candidate, Terms, Verdict
from meeting_server.domain.vote_terms import Base, Electorate, MotionForce, MotionPhase, VerdictReason, VoteMethod
from meeting_server.domain.votes.elected import committee_elections, elected_in
from tests.kit.meetings.sitting import ELECTION, Sitting

BALLOT = Motion(
    MotionId("m1"),
    MotionPhase.PUBLISHED,
    "选举支部委员会",
    "",
    None,
    MotionForce.ELECTION,
    VoteMethod.SECRET,
    (),
    1,
    ELECTION,
    candidates=(Candidate("c1", "m1", participant_id=ParticipantId("m1")), Candidate("c2", "m2")),
    terms=Terms(2, "组〔2026〕12号", Base.PRESENT),
)


def result(*elected: str) -> Verdict:
    return Verdict(True, VerdictReason.ELECTED, 3, Base.PRESENT, 5, 3, elected=elected)


def after(*motions: Motion) -> MeetingState:
    return replace(Sitting(4).state, motions={m.motion_id: m for m in motions})


def test_candidates_and_those_written_in_are_people_of_the_list() -> None:
    elected = elected_in(after(replace(BALLOT, verdict=result("c1", "c2", "w:m3", "p:m4"))))
    assert (elected.members, elected.unknown) == (("m1", "m2", "m3", "m4"), ())


def test_a_later_ballot_for_missing_seats_adds_to_the_first() -> None:
    first = replace(BALLOT, verdict=replace(result("c1"), carried=False, reason=VerdictReason.SHORT, short=1))
    again = replace(BALLOT, motion_id=MotionId("m2"), revote_of=MotionId("m1"), verdict=result("c2"))
    assert elected_in(after(first, again)).members == ("m1", "m2")


def test_somebody_on_no_list_is_named_and_not_guessed() -> None:
    assert elected_in(after(replace(BALLOT, verdict=result("w:赵六")))).unknown == ("赵六",)


def test_an_unpublished_result_and_the_committees_own_ballot_elect_no_committee() -> None:
    counted = replace(BALLOT, phase=MotionPhase.CLOSED, verdict=result("c1"))
    officers = replace(BALLOT, preset=replace(ELECTION, electorate=Electorate.COMMITTEE), verdict=result("c1"))
    assert committee_elections(after(counted)) == committee_elections(after(officers)) == ()
