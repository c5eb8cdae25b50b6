"""The report sheet of an election (选举报告单): 发出, 收回, 有效, 无效, signed by the scrutineer before the result is read out."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.commands import (
    AppointOfficer,
    CastBallot,
    CloseCollecting,
    CloseMotion,
    DraftMotion,
    IssuePaper,
    OpenMotion,
    PublishMotion,
    ReportSealed,
    SignReport,
)
from meeting_server.domain.errors import Code
from meeting_server.domain.ids import MotionId, ParticipantId
from meeting_server.domain.state import Motion
from meeting_server.domain.terms import Candidate, ReportSheet
from meeting_server.domain.vote_terms import Office
from tests.kit.meetings.sitting import Sitting
from tests.unit.votes.test_elections import CANDIDATES, E1, ELECTION, KEY, branch

ONE = tuple(f"c{n}:{stance}" for n, stance in enumerate(("for", "for", "for", "against"), 1))
FOUR = tuple(f"c{n}:for" for n in range(1, 5))


def counted(*ballots: tuple[str, ...], issued: int) -> Sitting:
    sitting = branch()
    sitting.did("secretary", ELECTION)
    sitting.did("secretary", OpenMotion(E1))
    sitting.told(IssuePaper(E1, KEY))
    sitting.did("secretary", CloseCollecting(E1))
    sitting.did("secretary", CloseMotion(E1))
    sitting.told(ReportSealed(E1, issued, "root", ballots))
    return sitting


def election(sitting: Sitting) -> Motion:
    return sitting.state.motions[E1]


def test_the_report_counts_issued_returned_valid_and_void() -> None:
    motion = election(counted(*[ONE] * 7, FOUR, issued=9))
    assert motion.report == ReportSheet(9, 8, 1, holds=True)
    assert motion.report.valid == 7


def test_an_election_with_more_returned_than_issued_does_not_hold() -> None:
    motion = election(counted(*[ONE] * 9, issued=8))
    assert motion.report is not None
    assert not motion.report.holds


def test_only_a_scrutineer_signs_and_only_once() -> None:
    sitting = counted(*[ONE] * 9, issued=9)
    assert sitting.refused("m1", SignReport(E1)) is Code.NOT_AN_OFFICER
    assert sitting.refused("m9", SignReport(E1)) is Code.NOT_AN_OFFICER, "the teller counts, the scrutineer reports"
    sitting.did("m8", SignReport(E1))
    assert election(sitting).report_signed_by == ("m8",)
    assert sitting.did("m8", SignReport(E1)) == ()
    sitting.did("secretary", PublishMotion(E1))
    assert election(sitting).report_signed_by == ("m8",), "it stays with the published result"


def test_a_scrutineer_who_stands_in_the_election_does_not_sign_its_report() -> None:
    sitting = branch()
    sitting.did("secretary", AppointOfficer(ParticipantId("m7"), Office.SCRUTINEER, MotionId("m1")))
    standing = (*CANDIDATES[:3], Candidate("", "m8", 10, ParticipantId("m8")))
    sitting.did("secretary", replace(ELECTION, candidates=standing))
    sitting.did("secretary", OpenMotion(E1))
    sitting.told(IssuePaper(E1, KEY))
    sitting.did("secretary", CloseCollecting(E1))
    sitting.did("secretary", CloseMotion(E1))
    sitting.told(ReportSealed(E1, 9, "root", (ONE,) * 9))
    assert sitting.refused("m8", SignReport(E1)) is Code.NOT_AN_OFFICER
    sitting.did("m7", SignReport(E1))
    assert election(sitting).report_signed_by == ("m7",)


def test_a_report_is_signed_between_count_and_result() -> None:
    sitting = branch()
    sitting.did("secretary", ELECTION)
    assert sitting.refused("m8", SignReport(E1)) is Code.NOT_CLOSED
    assert sitting.refused("m8", SignReport(MotionId("m9"))) is Code.UNKNOWN_MOTION
    sitting = counted(*[ONE] * 9, issued=9)
    sitting.did("secretary", PublishMotion(E1))
    assert sitting.refused("m8", SignReport(E1)) is Code.POLL_CLOSED


def test_a_decision_has_no_report_sheet() -> None:
    sitting = Sitting(2)
    sitting.connect_members(2)
    sitting.did("secretary", DraftMotion("年度计划"))
    m1 = MotionId("m1")
    sitting.did("secretary", OpenMotion(m1))
    sitting.did("m1", CastBallot(m1, ("for",)))
    sitting.did("secretary", CloseMotion(m1))
    assert sitting.state.motions[m1].report is None
