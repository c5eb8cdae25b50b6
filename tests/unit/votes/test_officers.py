"""Scrutineers and tellers: who may hold an office, and what happens when one stands, leaves or is removed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from meeting_server.domain.commands import (
    AppointOfficer,
    CastBallot,
    CloseMotion,
    DraftMotion,
    EnterPaperCount,
    LeaveMeeting,
    OpenMotion,
    PublishMotion,
    RegisterHallVoters,
    ReleaseOfficer,
    RemoveParticipant,
    SignPaperCount,
)
from meeting_server.domain.errors import Code
from meeting_server.domain.events import OfficerReleased
from meeting_server.domain.ids import MotionId, ParticipantId
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.terms import Candidate, Invited
from meeting_server.domain.vote_terms import Office
from meeting_server.domain.votes.officers import holders
from tests.kit.meetings.sitting import Sitting, member
from tests.unit.votes.test_elections import CANDIDATES, E1, ELECTION, branch

APPROVED = MotionId("m1")
OTHERS = (
    member("applicant", voting=False, standing=Standing.APPLICANT),
    member("guest", role=Role.GUEST, voting=False, standing=Standing.GUEST),
    replace(member("camera", role=Role.GUEST, voting=False, standing=Standing.GUEST), kind="hall_camera"),
    member("probationary", voting=False, standing=Standing.PROBATIONARY),
    replace(member("excluded"), excluded_reason="外出六个月以上"),
    member("punished", voting=False),
)


def approved(*extra: Invited) -> Sitting:
    """Four members and the secretary, who approved somebody as scrutineer (m1)."""
    sitting = Sitting(4, extra=extra)
    sitting.connect_members(4)
    sitting.did("secretary", DraftMotion("监票人名单"))
    sitting.did("secretary", OpenMotion(APPROVED))
    for who in ("m1", "m2", "m3"):
        sitting.did(who, CastBallot(APPROVED, ("for",)))
    sitting.did("secretary", CloseMotion(APPROVED))
    sitting.did("secretary", PublishMotion(APPROVED))
    return sitting


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("applicant", Code.OFFICER_NO_MEMBER),
        ("guest", Code.OFFICER_NO_MEMBER),
        ("camera", Code.OFFICER_NO_MEMBER),
        ("probationary", Code.OFFICER_NO_VOTE),
        ("excluded", Code.OFFICER_NO_VOTE),
        ("punished", Code.OFFICER_NO_VOTE),
    ],
)
def test_a_scrutineer_is_a_member_with_a_vote(who: str, code: Code) -> None:
    sitting = approved(*OTHERS)
    assert sitting.refused("secretary", AppointOfficer(ParticipantId(who), Office.SCRUTINEER, APPROVED)) is code


def test_a_scrutineer_is_approved_by_the_meeting_and_a_teller_named_without_a_vote() -> None:
    sitting = approved(*OTHERS)
    assert sitting.refused("secretary", AppointOfficer(ParticipantId("m1"), Office.SCRUTINEER)) is Code.OFFICER_UNAPPROVED
    sitting.did("secretary", AppointOfficer(ParticipantId("probationary"), Office.TELLER))
    assert holders(sitting.state, Office.TELLER) == {"probationary"}
    for who in ("applicant", "guest", "camera"):
        assert sitting.refused("secretary", AppointOfficer(ParticipantId(who), Office.TELLER)) is Code.OFFICER_NO_MEMBER


def test_nobody_is_scrutineer_and_teller() -> None:
    sitting = branch()
    assert sitting.refused("secretary", AppointOfficer(ParticipantId("m8"), Office.TELLER)) is Code.OFFICER_HOLDS_OTHER
    assert sitting.refused("secretary", AppointOfficer(ParticipantId("m9"), Office.SCRUTINEER, APPROVED)) is Code.OFFICER_HOLDS_OTHER


def test_an_officer_who_stands_leaves_the_vote_to_the_other_one() -> None:
    sitting = branch()
    standing = (*CANDIDATES[:3], Candidate("", "监票的人", 10, ParticipantId("m8")))
    sitting.did("secretary", replace(ELECTION, candidates=standing))
    assert sitting.refused("secretary", OpenMotion(E1)) is Code.IS_A_CANDIDATE
    sitting.did("secretary", AppointOfficer(ParticipantId("m7"), Office.SCRUTINEER, APPROVED))
    sitting.did("secretary", OpenMotion(E1))


def test_an_election_does_not_open_while_its_only_scrutineer_is_away() -> None:
    sitting = branch()
    sitting.did("secretary", ELECTION)
    sitting.did("m8", LeaveMeeting())
    assert sitting.refused("secretary", OpenMotion(E1)) is Code.OFFICER_ABSENT


def test_who_is_asked_to_leave_holds_no_office_any_more_and_the_record_says_so() -> None:
    sitting = branch()
    facts = sitting.did("secretary", RemoveParticipant(ParticipantId("m8")))
    assert OfficerReleased(ParticipantId("m8"), Office.SCRUTINEER, ParticipantId("secretary")) in facts
    assert not holders(sitting.state, Office.SCRUTINEER)
    assert [one.participant_id for one in sitting.state.former_officers] == ["m8"]


@pytest.mark.parametrize("leaving", [RemoveParticipant(ParticipantId("m8")), ReleaseOfficer(ParticipantId("m8"), Office.SCRUTINEER)])
def test_another_scrutineer_signs_the_same_figures_when_one_goes_in_the_middle_of_a_vote(leaving: object) -> None:
    sitting = branch()
    sitting.did("secretary", DraftMotion("议题", preset_id="general"))
    sitting.did("secretary", OpenMotion(E1, seconds=60, hall_voters=(ParticipantId("m1"), ParticipantId("m2"))))
    enter = EnterPaperCount(E1, 2, 2, 0, (("for", 2),), ParticipantId("m8"), ParticipantId("m9"))
    sitting.did("secretary", enter)
    sitting.did("m9", SignPaperCount(E1))
    sitting.did("secretary", leaving)  # type: ignore[arg-type]
    sitting.wait(120)
    motion = sitting.state.motions[E1]
    assert (motion.phase, motion.paper_count is not None and motion.paper_count.counts) == ("voting", (("for", 2),))
    sitting.did("secretary", AppointOfficer(ParticipantId("m7"), Office.SCRUTINEER, APPROVED))
    sitting.did("secretary", replace(enter, scrutineer=ParticipantId("m7")))
    for who in ("m7", "m9"):
        sitting.did(who, SignPaperCount(E1))
    sitting.wait(1)
    assert sitting.state.motions[E1].tally is not None


def test_an_officer_relieved_before_signing_signs_nothing() -> None:
    sitting = branch()
    sitting.did("secretary", DraftMotion("议题"))
    sitting.did("secretary", OpenMotion(E1, hall_voters=(ParticipantId("m1"),)))
    sitting.did("secretary", EnterPaperCount(E1, 1, 1, 0, (("for", 1),), ParticipantId("m8"), ParticipantId("m9")))
    sitting.did("secretary", ReleaseOfficer(ParticipantId("m9"), Office.TELLER))
    assert sitting.refused("m9", SignPaperCount(E1)) is Code.NOT_AN_OFFICER
    sitting.did("m8", SignPaperCount(E1))


def test_a_count_names_officers_who_are_there() -> None:
    sitting = branch()
    sitting.did("secretary", DraftMotion("议题"))
    sitting.did("secretary", OpenMotion(E1, hall_voters=(ParticipantId("m1"),)))
    sitting.did("m9", LeaveMeeting())
    enter = EnterPaperCount(E1, 1, 1, 0, (("for", 1),), ParticipantId("m8"), ParticipantId("m9"))
    assert sitting.refused("secretary", enter) is Code.OFFICER_ABSENT


def test_whoever_presides_oversees_the_show_of_hands_that_approves_the_scrutineers() -> None:
    sitting = Sitting(4)
    sitting.connect_members(4)
    sitting.did("secretary", AppointOfficer(ParticipantId("m1"), Office.TELLER))
    sitting.did("secretary", DraftMotion("监票人名单"))
    sitting.did("secretary", OpenMotion(APPROVED, hall_voters=(ParticipantId("m3"),)))
    count = (APPROVED, 1, 1, 0, (("for", 1),))
    assert sitting.refused("secretary", EnterPaperCount(*count, ParticipantId("m2"), ParticipantId("m1"))) is Code.NOT_AN_OFFICER
    sitting.did("secretary", EnterPaperCount(*count, ParticipantId("secretary"), ParticipantId("m1")))


def test_nobody_votes_in_the_hall_where_nobody_counts() -> None:
    sitting = Sitting(4)
    sitting.connect_members(4)
    sitting.did("secretary", DraftMotion("议题"))
    assert sitting.refused("secretary", OpenMotion(APPROVED, hall_voters=(ParticipantId("m3"),))) is Code.NO_OFFICERS
    sitting.did("secretary", OpenMotion(APPROVED))
    assert sitting.refused("secretary", RegisterHallVoters(APPROVED, (ParticipantId("m3"),))) is Code.NO_OFFICERS
