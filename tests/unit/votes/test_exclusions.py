"""不计入应到: a reason with its reference on the roster, and a show of hands of the meeting; one alone excludes nobody."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.commands import CastBallot, CloseMotion, DraftMotion, LeaveMeeting, OpenMotion, PublishMotion
from meeting_server.domain.errors import Code
from meeting_server.domain.ids import MotionId, ParticipantId
from meeting_server.domain.vote_terms import MotionForce, VoteMethod
from meeting_server.domain.votes.electorate import quorum_now
from meeting_server.domain.votes.exclusions import RULE, awaiting
from meeting_server.store.schedule.presets import load_presets
from tests.kit.meetings.sitting import Sitting, member

ABROAD = ParticipantId("abroad")
MOTION = MotionId("m1")


def sitting_with_one_abroad(present: int = 3) -> Sitting:
    abroad = replace(member("abroad"), excluded_reason="出国半年以上（批复〔2026〕3号）", exclusion_needs_vote=True)
    sitting = Sitting(4, extra=[abroad], presets=load_presets())
    sitting.connect(*(f"m{n}" for n in range(1, present + 1)))
    return sitting


def vote(sitting: Sitting, *choices: str) -> None:
    sitting.did("secretary", DraftMotion("不计入应到会人数：abroad", excludes=(ABROAD,)))
    sitting.did("secretary", OpenMotion(MOTION))
    for who, choice in zip(("secretary", "m1", "m2", "m3"), choices, strict=False):
        sitting.did(who, CastBallot(MOTION, (choice,)))
    sitting.did("secretary", CloseMotion(MOTION))
    sitting.did("secretary", PublishMotion(MOTION))


def test_a_note_on_the_roster_alone_excludes_nobody() -> None:
    sitting = sitting_with_one_abroad()
    assert quorum_now(sitting.state).entitled == 6
    assert awaiting(sitting.state) == (ABROAD,)


def test_a_carried_show_of_hands_excludes_and_is_kept_with_the_reference() -> None:
    sitting = sitting_with_one_abroad()
    vote(sitting, "for", "for", "for", "against")
    abroad = sitting.state.participants[ABROAD]
    assert quorum_now(sitting.state).entitled == 5
    assert (abroad.excluded_by, abroad.excluded_reason) == (MOTION, "出国半年以上（批复〔2026〕3号）")
    assert awaiting(sitting.state) == ()


def test_a_lost_show_of_hands_excludes_nobody() -> None:
    sitting = sitting_with_one_abroad()
    vote(sitting, "for", "for", "against", "against")  # half of those there is not more than half
    assert quorum_now(sitting.state).entitled == 6


def test_the_show_of_hands_needs_no_quorum_of_the_expected_it_decides() -> None:
    sitting = sitting_with_one_abroad(present=1)  # 2 of 6: too few for anything else
    vote(sitting, "for", "for")
    assert sitting.state.motions[MOTION].preset.preset_id == RULE
    assert quorum_now(sitting.state).entitled == 5


def test_nobody_without_a_reason_on_the_roster_is_excluded_by_a_vote() -> None:
    sitting = sitting_with_one_abroad()
    named = DraftMotion("不计入应到", excludes=(ParticipantId("m4"),))
    assert sitting.refused("secretary", named) is Code.NOT_EXCLUDABLE


def test_nobody_is_excluded_twice_in_one_motion_nor_by_a_secret_or_a_poll() -> None:
    sitting = sitting_with_one_abroad()
    for wrong in (
        DraftMotion("不计入应到", excludes=(ABROAD, ABROAD)),
        DraftMotion("不计入应到", excludes=(ABROAD,), method=VoteMethod.SECRET),
        DraftMotion("不计入应到", excludes=(ABROAD,), force=MotionForce.POLL),
    ):
        assert sitting.refused("secretary", wrong) is Code.NOT_EXCLUDABLE


def test_an_excluded_member_is_not_excluded_again() -> None:
    sitting = sitting_with_one_abroad()
    vote(sitting, "for", "for", "for", "for")
    assert sitting.refused("secretary", DraftMotion("不计入应到", excludes=(ABROAD,))) is Code.NOT_EXCLUDABLE


def test_a_meeting_convened_before_votes_were_kept_excludes_by_the_roster() -> None:
    abroad = replace(member("abroad"), excluded_reason="出国半年以上")
    assert quorum_now(Sitting(4, extra=[abroad]).state).entitled == 5


def test_nothing_opens_while_all_are_absent() -> None:
    sitting = Sitting(4)
    sitting.did("secretary", DraftMotion("审议"))
    sitting.did("secretary", LeaveMeeting())
    assert sitting.refused("secretary", OpenMotion(MOTION)) is Code.NO_QUORUM


def test_nobody_is_excluded_while_all_are_absent() -> None:
    sitting = sitting_with_one_abroad(present=0)
    sitting.did("secretary", LeaveMeeting())
    vote(sitting)
    assert quorum_now(sitting.state).entitled == 6
    assert not sitting.state.participants[ABROAD].is_excluded
