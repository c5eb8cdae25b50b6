"""Elections (差额, 等额), officers and hall counts, appraisals, surveys and other papers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from meeting_server.domain.commands import (
    AppointOfficer,
    CastBallot,
    CloseCollecting,
    CloseMotion,
    DraftMotion,
    IssuePaper,
    LeaveMeeting,
    OpenMotion,
    PublishMotion,
    ReportSealed,
)
from meeting_server.domain.errors import Code
from meeting_server.domain.ids import MotionId, ParticipantId
from meeting_server.domain.roles import Standing
from meeting_server.domain.state import Motion
from meeting_server.domain.terms import Candidate, Choice, Paper, Terms
from meeting_server.domain.vote_terms import Base, Grade, MotionForce
from meeting_server.domain.votes.appraisals import grades
from meeting_server.domain.votes.elections import candidates_needed
from tests.kit.meetings.sitting import PRESETS, Sitting, member

KEY = Paper("ab", "fingerprint", "04")
REASON = "组织关系正在转入"
CANDIDATES = tuple(Candidate("", name, strokes, reason=REASON) for name, strokes in (("王", 4), ("丁", 2), ("李", 7), ("赵", 9)))
ELECTION = DraftMotion("选举支部委员会", force=MotionForce.ELECTION, candidates=CANDIDATES, terms=Terms(3, "组〔2026〕12号", Base.PRESENT))
E1 = MotionId("m2")


def branch(members: int = 9) -> Sitting:
    """A meeting of ``members`` and the secretary, all there, that approved m8 as scrutineer and m9 as teller."""
    sitting = Sitting(members)
    sitting.connect_members(members)
    sitting.did("secretary", DraftMotion("监票人、计票人"))
    sitting.did("secretary", OpenMotion(MotionId("m1")))
    for n in range(1, members + 1):
        sitting.did(f"m{n}", CastBallot(MotionId("m1"), ("for",)))
    sitting.did("secretary", CloseMotion(MotionId("m1")))
    sitting.did("secretary", PublishMotion(MotionId("m1")))
    for who, office in (("m8", "scrutineer"), ("m9", "teller")):
        sitting.did("secretary", AppointOfficer(ParticipantId(who), office, MotionId("m1")))  # type: ignore[arg-type]
    return sitting


def held(*ballots: tuple[str, ...], draft: DraftMotion = ELECTION) -> Motion:
    """The election after these ballots."""
    sitting = branch()
    sitting.did("secretary", draft)
    sitting.did("secretary", OpenMotion(E1))
    sitting.told(IssuePaper(E1, KEY))
    sitting.did("secretary", CloseCollecting(E1))
    sitting.did("secretary", CloseMotion(E1))
    sitting.told(ReportSealed(E1, 10, "root", ballots))
    return sitting.state.motions[E1]


def marks(*chosen: str, against: tuple[str, ...] = ()) -> tuple[str, ...]:
    return (*(f"{c}:for" for c in chosen), *(f"{c}:against" for c in against))


def test_candidates_stand_in_the_order_of_their_surnames_strokes() -> None:
    sitting = Sitting(2)
    sitting.did("secretary", ELECTION)
    paper = sitting.state.motions[MotionId("m1")].candidates
    assert [(c.candidate_id, c.name) for c in paper] == [("c1", "丁"), ("c2", "王"), ("c3", "李"), ("c4", "赵")]


@pytest.mark.parametrize(("seats", "least"), [(1, 2), (3, 4), (5, 6), (6, 8), (10, 12)])
def test_the_surplus_of_a_fifth_is_rounded_up(seats: int, least: int) -> None:
    assert candidates_needed(seats, 20) == least


def test_an_election_names_its_approval_its_base_and_enough_candidates() -> None:
    sitting = Sitting(2)
    for draft, code in (
        (replace(ELECTION, terms=None), Code.APPROVAL_MISSING),
        (replace(ELECTION, terms=Terms(3, " ", Base.PRESENT)), Code.APPROVAL_MISSING),
        (replace(ELECTION, terms=Terms(3, "12号", Base.ENTITLED)), Code.BASE_FIXED),
        (replace(ELECTION, terms=Terms(4, "12号", Base.PRESENT)), Code.TOO_FEW_CANDIDATES),
        (replace(ELECTION, terms=Terms(0, "12号", Base.PRESENT)), Code.NO_SEATS),
    ):
        assert sitting.refused("secretary", draft) is code


def test_an_election_takes_the_base_of_its_rule_without_being_asked() -> None:
    sitting = Sitting(2)
    sitting.did("secretary", replace(ELECTION, terms=Terms(3, "12号")))
    motion = sitting.state.motions[MotionId("m1")]
    assert motion.terms == Terms(3, "12号", Base.PRESENT)
    assert motion.preset.passing is not None
    assert motion.preset.passing.base == Base.PRESENT


def test_a_rule_that_leaves_the_base_open_has_it_confirmed() -> None:
    """A branch's older copy says that sources disagree; a rule that counts yes and no has no base for several candidates."""
    older = replace(PRESETS["election"], preset_id="own-1", doubts=("passing.base",))
    for rule in (older, PRESETS["of_cast"]):
        sitting = Sitting(2, preset=rule)
        draft = replace(ELECTION, preset_id=rule.preset_id)
        assert sitting.refused("secretary", replace(draft, terms=Terms(3, "12号"))) is Code.BASE_UNCONFIRMED
        assert sitting.refused("secretary", replace(draft, terms=Terms(3, "12号", Base.YES_NO))) is Code.BASE_UNCONFIRMED
        sitting.did("secretary", replace(draft, terms=Terms(3, "12号", Base.ENTITLED)))
        passing = sitting.state.motions[MotionId("m1")].preset.passing
        assert passing is not None
        assert passing.base == Base.ENTITLED


def test_an_election_needs_four_fifths() -> None:
    sitting = branch()
    sitting.did("secretary", ELECTION)
    for name in ("m1", "m2", "m3"):
        sitting.did(name, LeaveMeeting())
    assert sitting.refused("secretary", OpenMotion(E1)) is Code.NO_QUORUM


def test_an_election_needs_a_scrutineer_and_a_teller_who_do_not_stand() -> None:
    sitting = Sitting(4)
    sitting.connect_members(4)
    sitting.did("secretary", ELECTION)
    assert sitting.refused("secretary", OpenMotion(MotionId("m1"))) is Code.NO_OFFICERS
    sitting = branch()
    standing = (*CANDIDATES[:3], Candidate("", "m8", 10, ParticipantId("m8")))
    sitting.did("secretary", replace(ELECTION, candidates=standing))
    assert sitting.refused("secretary", OpenMotion(E1)) is Code.IS_A_CANDIDATE


def test_the_most_votes_above_half_are_elected() -> None:
    election = held(*[marks("c1", "c2", "c3")] * 6, *[marks("c1", "c2", "c4")] * 3, marks("c1"))
    assert election.verdict is not None
    assert (election.verdict.reason, election.verdict.elected) == ("elected", ("c1", "c2", "c3"))


def test_an_election_stands_when_half_of_the_phones_are_gone_by_its_closing() -> None:
    draft = replace(ELECTION, terms=Terms(1, "12号", Base.PRESENT))
    sitting = branch()
    sitting.did("secretary", draft)
    sitting.did("secretary", OpenMotion(E1))
    sitting.told(IssuePaper(E1, KEY))
    sitting.did("secretary", CloseCollecting(E1))
    for name in ("m1", "m2", "m3", "m4", "m5"):
        sitting.did(name, LeaveMeeting())
    sitting.did("secretary", CloseMotion(E1))
    sitting.told(ReportSealed(E1, 10, "root", (marks("c1"),) * 6))
    verdict = sitting.state.motions[E1].verdict
    assert verdict is not None
    assert (verdict.reason, verdict.base_count, sitting.state.motions[E1].present_at_close) == ("elected", 10, 5)


def test_two_with_equal_votes_tie_for_the_one_seat_left() -> None:
    draft = replace(ELECTION, terms=Terms(2, "12号", Base.PRESENT))
    ballots = (*[marks("c1", "c2")] * 3, *[marks("c1", "c3")] * 3, *[marks("c2", "c3")] * 3, marks("c1"))
    verdict = held(*ballots, draft=draft).verdict
    assert verdict is not None
    assert (verdict.reason, verdict.elected, verdict.tied, verdict.short) == ("tied", ("c1",), ("c2", "c3"), 1)


def test_too_few_above_half_leave_seats_open() -> None:
    election = held(*[marks("c1", "c2")] * 6, *[marks("c3")] * 4)
    assert election.verdict is not None
    assert (election.verdict.reason, election.verdict.elected, election.verdict.short) == ("short", ("c1", "c2"), 1)


def test_a_ballot_with_more_than_the_seats_is_void_and_one_with_fewer_is_valid() -> None:
    election = held(marks("c1", "c2", "c3", "c4"), marks("c1"))
    assert election.tally is not None
    assert (election.tally.cast, election.tally.void, dict(election.tally.counts)["c1:for"]) == (2, 1, 1)


def test_an_unmarked_line_is_an_abstention() -> None:
    election = held(marks("c1", against=("c2",)))
    assert election.tally is not None
    assert [dict(election.tally.counts)[f"{c}:abstain"] for c in ("c1", "c2", "c3", "c4")] == [0, 0, 1, 1]


def test_another_person_is_written_in_only_in_place_of_one_voted_against() -> None:
    election = held((*marks("c1", against=("c2",)), "w:钱"), (*marks("c1"), "w:钱"), ("c1:abstain", "w:钱"))
    assert election.tally is not None
    assert (dict(election.tally.counts)["w:钱"], election.tally.void) == (1, 2)


def test_probationary_members_take_part_in_an_appraisal_and_are_not_graded() -> None:
    probationary = member("probationary", voting=False, standing=Standing.PROBATIONARY)
    sitting = Sitting(4, extra=[probationary])
    sitting.connect_members(4)
    draft = DraftMotion("民主评议", force=MotionForce.APPRAISAL, candidates=(Candidate("", "m1", 1, ParticipantId("m1")),))
    sitting.did("secretary", draft)
    assert (
        sitting.refused("secretary", replace(draft, candidates=(Candidate("", "p", 1, ParticipantId("probationary")),)))
        is Code.NO_VOTING_RIGHT
    )
    sitting.did("secretary", OpenMotion(MotionId("m1")))
    sitting.told(IssuePaper(MotionId("m1"), KEY))
    assert ParticipantId("probationary") in sitting.state.motions[MotionId("m1")].electorate


def test_at_most_a_third_are_proposed_as_excellent() -> None:
    sitting = Sitting(4)
    sitting.connect_members(4)
    subjects = tuple(Candidate("", f"s{n}", n) for n in range(1, 7))
    sitting.did("secretary", DraftMotion("民主评议", force=MotionForce.APPRAISAL, candidates=subjects))
    sitting.did("secretary", OpenMotion(MotionId("m1")))
    sitting.told(IssuePaper(MotionId("m1"), KEY))
    sitting.did("secretary", CloseCollecting(MotionId("m1")))
    sitting.did("secretary", CloseMotion(MotionId("m1")))
    ballot = tuple(f"c{n}:excellent" for n in range(1, 7))
    sitting.told(ReportSealed(MotionId("m1"), 1, "root", (ballot,)))
    motion = sitting.state.motions[MotionId("m1")]
    assert motion.tally is not None
    assert [grade for _, grade in grades(motion, motion.tally)].count(Grade.EXCELLENT) == 2


def test_a_survey_with_fewer_answers_than_its_group_shows_nothing() -> None:
    sitting = Sitting(4)
    paper = (Choice("", "满意"), Choice("", "不满意"))
    sitting.did("secretary", DraftMotion("问卷", force=MotionForce.SURVEY, choices=paper, minimum_group=3))
    sitting.did("secretary", OpenMotion(MotionId("m1")))
    sitting.told(IssuePaper(MotionId("m1"), KEY))
    sitting.did("secretary", CloseCollecting(MotionId("m1")))
    sitting.did("secretary", CloseMotion(MotionId("m1")))
    sitting.told(ReportSealed(MotionId("m1"), 2, "root", (("1",), ("2",))))
    tally = sitting.state.motions[MotionId("m1")].tally
    assert tally is not None
    assert (tally.counts, tally.cast) == ((), 2)


def test_a_word_poll_counts_words_and_a_scale_poll_its_steps() -> None:
    sitting = Sitting(4)
    sitting.connect_members(4)
    for shape, ballots, counts in (
        ("word", (("w:务实",), ("w:务实",), ("w:温暖",)), (("w:务实", 2), ("w:温暖", 1))),
        ("scale", (("5",), ("4",), ("5",)), (("1", 0), ("2", 0), ("3", 0), ("4", 1), ("5", 2))),
    ):
        sitting.did("secretary", DraftMotion("投票", force="poll", shape=shape))  # type: ignore[arg-type]
        poll = list(sitting.state.motions)[-1]
        sitting.did("secretary", OpenMotion(poll))
        for n, ballot in enumerate(ballots, 1):
            sitting.did(f"m{n}", CastBallot(poll, ballot))
        assert sitting.refused("m4", CastBallot(poll, ("6",))) is Code.BAD_CHOICE
        sitting.did("secretary", CloseMotion(poll))
        tally = sitting.state.motions[poll].tally
        assert tally is not None
        assert tally.counts == counts
