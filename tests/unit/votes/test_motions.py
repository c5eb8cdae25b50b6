"""The life of a motion and of a poll."""

from __future__ import annotations

from dataclasses import replace

import pytest

from meeting_server.domain.commands import (
    Actor,
    CastBallot,
    CloseMotion,
    DraftMotion,
    LeaveMeeting,
    OpenBatch,
    OpenMotion,
    PublishMotion,
    RemoveParticipant,
    WithdrawMotion,
)
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.events import MotionClosed, MotionOpened
from meeting_server.domain.ids import MotionId, ParticipantId
from meeting_server.domain.meeting import contradicts, replay
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.state import Motion
from meeting_server.domain.terms import Choice, QuorumCheck
from meeting_server.domain.vote_terms import MotionForce
from meeting_server.domain.votes.motions import closed
from tests.kit.meetings.sitting import OF_CAST, Sitting, member

M1 = MotionId("m1")


def voting(members: int = 4, present: int | None = None, **draft: object) -> Sitting:
    sitting = Sitting(members)
    sitting.connect_members(members if present is None else present)
    sitting.did("secretary", replace(DraftMotion("通过年度工作总结"), **draft))  # type: ignore[arg-type]
    sitting.did("secretary", OpenMotion(M1))
    return sitting


def motion(sitting: Sitting) -> Motion:
    return sitting.state.motions[M1]


def test_a_motion_is_carried_by_more_than_half_of_the_entitled() -> None:
    sitting = voting(4)  # 5 entitled with the secretary: 3 needed
    for name in ("m1", "m2", "m3"):
        sitting.did(name, CastBallot(M1, ("for",)))
    sitting.did("secretary", CloseMotion(M1))
    verdict = motion(sitting).verdict
    assert verdict is not None
    assert (verdict.carried, verdict.needed, verdict.votes_for) == (True, 3, 3)


def test_two_of_five_entitled_do_not_carry() -> None:
    sitting = voting(4)
    for name in ("m1", "m2"):
        sitting.did(name, CastBallot(M1, ("for",)))
    sitting.did("secretary", CloseMotion(M1))
    verdict = motion(sitting).verdict
    assert verdict is not None
    assert not verdict.carried


def test_a_motion_does_not_open_without_quorum_and_the_figures_are_given() -> None:
    sitting = Sitting(4)
    sitting.connect_members(1)
    sitting.did("secretary", DraftMotion("通过"))
    decision = sitting.ask("secretary", OpenMotion(M1))
    assert decision.code is Code.NO_QUORUM  # type: ignore[union-attr]
    assert dict(decision.detail) == {"needed": 3, "present": 2, "entitled": 5}  # type: ignore[union-attr]


def test_who_leaves_before_the_closing_was_there_for_the_vote() -> None:
    sitting = voting(4, present=2)
    sitting.did("m1", CastBallot(M1, ("for",)))
    sitting.did("m1", LeaveMeeting())
    sitting.did("secretary", CloseMotion(M1))
    assert motion(sitting).quorum_at_close == motion(sitting).quorum_at_open == QuorumCheck(5, 3, 3, True)
    assert motion(sitting).present_at_close == 2  # shown, and decides nothing
    assert motion(sitting).verdict.reason == "not_reached"  # type: ignore[union-attr]


def test_who_comes_late_and_casts_was_there_and_who_only_comes_was_not() -> None:
    sitting = voting(6, present=3)
    sitting.connect("m4", "m5")
    sitting.did("m5", CastBallot(M1, ("for",)))
    sitting.did("secretary", CloseMotion(M1))
    assert motion(sitting).attending == ("secretary", "m1", "m2", "m3")
    assert motion(sitting).joined == ("m5",)
    assert (motion(sitting).tally.present, motion(sitting).present_at_close) == (5, 6)  # type: ignore[union-attr]


def test_a_vote_opened_before_the_set_was_recorded_keeps_its_rule() -> None:
    sitting = voting(4, present=2)
    sitting.did("m1", CastBallot(M1, ("for",)))
    sitting.did("m1", LeaveMeeting())
    facts = [(replace(fact, attending=None) if isinstance(fact, MotionOpened) else fact, at) for fact, at in sitting.facts]
    before = replay(facts)
    assert before is not None
    (fact,) = closed(before, before.motions[M1])
    assert isinstance(fact, MotionClosed)
    assert fact.verdict is not None
    assert (fact.verdict.reason, fact.joined, fact.present_at_close) == ("no_quorum_at_close", (), None)


def test_a_second_ballot_is_refused_and_the_first_stands() -> None:
    sitting = voting()
    sitting.did("m1", CastBallot(M1, ("for",)))
    assert sitting.refused("m1", CastBallot(M1, ("against",))) is Code.ALREADY_CAST
    assert motion(sitting).ballots == {"m1": ("for",)}


@pytest.mark.parametrize("choices", [("1", "2"), ("2", "1")])
def test_a_ballot_repeated_in_any_order_agrees_with_the_first(choices: tuple[str, ...]) -> None:
    sitting = voting(choices=(Choice("", "甲"), Choice("", "乙")), force="poll", max_choices=2)
    sitting.did("m1", CastBallot(M1, ("1", "2")))
    assert contradicts(sitting.state, CastBallot(M1, choices), Actor(ParticipantId("m1"))) is None


@pytest.mark.parametrize(
    ("voter", "command"),
    [
        ("m1", CastBallot(M1, ("against",))),
        ("m1", CastBallot(MotionId("m9"), ("for",))),
        ("m2", CastBallot(M1, ("for",))),
    ],
    ids=["other choice", "unknown motion", "nothing recorded"],
)
def test_a_ballot_contradicts_a_first_one_that_said_something_else(voter: str, command: CastBallot) -> None:
    sitting = voting()
    sitting.did("m1", CastBallot(M1, ("for",)))
    assert contradicts(sitting.state, command, Actor(ParticipantId(voter))) == Rejected(Code.ALREADY_CAST, "choices")


def test_a_repeated_command_that_is_no_ballot_contradicts_nothing() -> None:
    assert contradicts(voting().state, LeaveMeeting(), Actor(ParticipantId("m1"))) is None


def test_a_ballot_after_closing_is_refused() -> None:
    sitting = voting()
    sitting.did("secretary", CloseMotion(M1))
    assert sitting.refused("m1", CastBallot(M1, ("for",))) is Code.POLL_CLOSED


def test_the_servers_clock_closes_a_timed_vote() -> None:
    sitting = Sitting(4)
    sitting.connect_members(4)
    sitting.did("secretary", DraftMotion("通过"))
    sitting.did("secretary", OpenMotion(M1, seconds=60))
    sitting.wait(59.9)
    sitting.did("m1", CastBallot(M1, ("for",)))
    sitting.wait(0.1)
    assert motion(sitting).phase == "closed"
    assert sitting.refused("m2", CastBallot(M1, ("for",))) is Code.POLL_CLOSED


def test_a_ballot_at_the_closing_instant_is_late_even_before_the_server_closed_the_vote() -> None:
    sitting = Sitting(4)
    sitting.connect_members(4)
    sitting.did("secretary", DraftMotion("通过"))
    sitting.did("secretary", OpenMotion(M1, seconds=60))
    sitting.now += 60_000
    assert motion(sitting).phase == "voting"
    assert sitting.refused("m1", CastBallot(M1, ("for",))) is Code.POLL_CLOSED


def test_a_probationary_member_has_no_vote() -> None:
    sitting = Sitting(2, extra=[member("probationary", voting=False, standing=Standing.PROBATIONARY)])
    sitting.connect("m1", "m2", "probationary")
    sitting.did("secretary", DraftMotion("通过"))
    sitting.did("secretary", OpenMotion(M1))
    assert sitting.refused("probationary", CastBallot(M1, ("for",))) is Code.NO_VOTING_RIGHT


def test_a_member_who_is_not_there_can_not_vote() -> None:
    sitting = voting(4, present=3)
    assert sitting.refused("m4", CastBallot(M1, ("for",))) is Code.NOT_PRESENT


def test_a_member_removed_during_the_vote_can_not_cast() -> None:
    sitting = voting()
    sitting.did("secretary", RemoveParticipant(ParticipantId("m1")))
    assert sitting.refused("m1", CastBallot(M1, ("for",))) is Code.REMOVED


@pytest.mark.parametrize("choices", [(), ("maybe",), ("for", "against"), ("for", "for")])
def test_a_ballot_marks_exactly_one_choice_of_the_paper(choices: tuple[str, ...]) -> None:
    assert voting().refused("m1", CastBallot(M1, choices)) is Code.BAD_CHOICE


def test_a_named_vote_publishes_who_chose_what_and_an_open_one_does_not() -> None:
    for method, names in (("named", ["m1"]), ("open", [])):
        sitting = voting(method=method)
        sitting.did("m1", CastBallot(M1, ("against",)))
        sitting.did("secretary", CloseMotion(M1))
        sitting.did("secretary", PublishMotion(M1))
        assert [b.participant_id for b in motion(sitting).named] == names


def test_a_result_is_published_once_and_only_after_closing() -> None:
    sitting = voting()
    assert sitting.refused("secretary", PublishMotion(M1)) is Code.NOT_CLOSED
    sitting.did("secretary", CloseMotion(M1))
    sitting.did("secretary", PublishMotion(M1))
    assert sitting.refused("secretary", PublishMotion(M1)) is Code.ALREADY_PUBLISHED


def test_one_motion_votes_at_a_time() -> None:
    sitting = voting()
    sitting.did("secretary", DraftMotion("另一项"))
    assert sitting.refused("secretary", OpenMotion(MotionId("m2"))) is Code.VOTE_IN_PROGRESS


def test_a_batch_opens_all_of_its_motions_or_none() -> None:
    sitting = Sitting(4)
    sitting.connect_members(4)
    for title in ("第一项", "第二项"):
        sitting.did("secretary", DraftMotion(title))
    both = (M1, MotionId("m2"))
    assert sitting.refused("secretary", OpenBatch((M1, MotionId("nowhere")))) is Code.UNKNOWN_MOTION
    assert motion(sitting).phase == "drafted"
    sitting.did("secretary", OpenBatch(both, 60))
    for motion_id in both:
        sitting.did("m1", CastBallot(motion_id, ("for",)))
    sitting.wait(60)
    assert [sitting.state.motions[motion_id].phase for motion_id in both] == ["closed", "closed"]


def test_a_withdrawn_motion_takes_no_ballots() -> None:
    sitting = voting()
    sitting.did("secretary", WithdrawMotion(M1, "提案人撤回"))
    assert sitting.refused("m1", CastBallot(M1, ("for",))) is Code.POLL_CLOSED


def test_members_can_not_run_votes() -> None:
    sitting = Sitting(2)
    sitting.connect_members(2)
    assert sitting.refused("m1", DraftMotion("通过")) is Code.FORBIDDEN


def test_a_preset_is_frozen_when_the_motion_opens() -> None:
    sitting = voting(preset_id="of_cast")
    assert motion(sitting).preset == OF_CAST


def test_an_unknown_preset_is_refused_by_name() -> None:
    assert Sitting(2).refused("secretary", DraftMotion("通过", preset_id="nowhere")) is Code.UNKNOWN_PRESET


def test_a_poll_has_no_quorum_and_no_verdict() -> None:
    sitting = Sitting(4)
    sitting.connect("m1")
    paper = (Choice("", "周三"), Choice("", "周四"), Choice("", "周五"))
    sitting.did("secretary", DraftMotion("下次主题党日", force=MotionForce.POLL, choices=paper, max_choices=2))
    sitting.did("secretary", OpenMotion(M1))
    sitting.did("m1", CastBallot(M1, ("1", "3")))
    sitting.did("secretary", CloseMotion(M1))
    result = motion(sitting)
    assert result.tally is not None
    assert result.tally.counts == (("1", 1), ("2", 0), ("3", 1))
    assert result.verdict is not None
    assert result.verdict.reason == "no_force"


def test_guests_answer_polls_and_never_vote_on_motions() -> None:
    guest = member("guest", role=Role.GUEST, voting=False, standing=Standing.GUEST)
    sitting = Sitting(2, extra=[guest])
    sitting.connect("m1", "m2", "guest")
    sitting.did("secretary", DraftMotion("选日子", force=MotionForce.POLL, choices=(Choice("", "一"), Choice("", "二"))))
    sitting.did("secretary", OpenMotion(M1))
    sitting.did("guest", CastBallot(M1, ("1",)))
    sitting.did("secretary", CloseMotion(M1))
    sitting.did("secretary", DraftMotion("通过"))
    sitting.did("secretary", OpenMotion(MotionId("m2")))
    assert sitting.refused("guest", CastBallot(MotionId("m2"), ("for",))) is Code.NO_VOTING_RIGHT
