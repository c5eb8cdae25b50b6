"""What happens to a motion's words before its paper: amendments, withdrawal, and a vote drafted anew after one that was void."""

from __future__ import annotations

from meeting_server.domain.commands import (
    AmendMotion,
    CastBallot,
    CloseMotion,
    DraftMotion,
    MoveMotion,
    OpenMotion,
    PublishMotion,
    Revote,
    WithdrawMotion,
)
from meeting_server.domain.errors import Code
from meeting_server.domain.ids import MotionId, ParticipantId
from meeting_server.domain.visibility import view
from tests.kit.meetings.sitting import Sitting

M1 = MotionId("m1")


def moved() -> Sitting:
    sitting = Sitting(4)
    sitting.connect_members(4)
    sitting.did("secretary", DraftMotion("通过工作总结", "原文"))
    sitting.did("secretary", MoveMotion(M1))
    return sitting


def test_an_amendment_changes_the_words_keeps_the_earlier_ones_and_is_seen_by_all() -> None:
    sitting = moved()
    sitting.did("secretary", AmendMotion(M1, "通过修改后的工作总结", "第二稿"))
    for viewer in ("secretary", "m1"):
        motion = view(sitting.state, ParticipantId(viewer)).motions[M1]
        assert (motion.title, motion.text) == ("通过修改后的工作总结", "第二稿")
        assert [(a.title, a.text, a.amended_by) for a in motion.amendments] == [("通过工作总结", "原文", "secretary")]
    sitting.did("secretary", OpenMotion(M1))
    assert sitting.state.motions[M1].title == "通过修改后的工作总结"
    assert len(sitting.state.motions[M1].amendments) == 1


def test_words_do_not_change_once_the_paper_is_open_nor_for_nothing() -> None:
    sitting = moved()
    assert sitting.refused("secretary", AmendMotion(M1, "通过工作总结", "原文")) is Code.NOTHING_CHANGED
    assert sitting.refused("secretary", AmendMotion(M1, "  ", "原文")) is Code.EMPTY
    assert sitting.refused("m1", AmendMotion(M1, "我改的", "")) is Code.FORBIDDEN
    sitting.did("secretary", OpenMotion(M1))
    assert sitting.refused("secretary", AmendMotion(M1, "投票时改", "")) is Code.BALLOT_OPEN


def test_a_withdrawn_motion_says_why_and_a_published_one_stays() -> None:
    sitting = moved()
    sitting.did("secretary", WithdrawMotion(M1, "材料不全"))
    assert (sitting.state.motions[M1].phase, sitting.state.motions[M1].withdrawn_reason) == ("withdrawn", "材料不全")
    assert sitting.refused("secretary", OpenMotion(M1)) is Code.POLL_CLOSED
    assert sitting.refused("secretary", Revote(M1)) is Code.NOT_VOID
    sitting.did("secretary", DraftMotion("另一项"))
    sitting.did("secretary", OpenMotion(MotionId("m2")))
    sitting.did("secretary", CloseMotion(MotionId("m2")))
    sitting.did("secretary", PublishMotion(MotionId("m2")))
    assert sitting.refused("secretary", WithdrawMotion(MotionId("m2"))) is Code.ALREADY_PUBLISHED


def test_a_vote_that_was_void_is_held_again_under_the_same_rule_and_names_what_it_repeats() -> None:
    sitting = moved()
    sitting.did("secretary", OpenMotion(M1))
    sitting.did("m1", CastBallot(M1, ("for",)))
    sitting.did("secretary", CloseMotion(M1))
    sitting.did("secretary", Revote(M1))
    again = sitting.state.motions[MotionId("m2")]
    before = sitting.state.motions[M1]
    assert (again.phase, again.revote_of, again.preset, again.title) == ("drafted", M1, before.preset, before.title)
    sitting.did("secretary", OpenMotion(MotionId("m2")))
    for who in ("secretary", "m1", "m2"):
        sitting.did(who, CastBallot(MotionId("m2"), ("for",)))
    sitting.did("secretary", CloseMotion(MotionId("m2")))
    verdict = sitting.state.motions[MotionId("m2")].verdict
    assert verdict is not None
    assert verdict.carried
    assert sitting.refused("secretary", Revote(MotionId("m2"))) is Code.NOT_VOID
