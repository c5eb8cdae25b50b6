"""A quick poll's sums grow before everyone's eyes; nobody's own answer, no decision and no secret paper shows in them."""

from __future__ import annotations

from typing import Any

import pytest

from meeting_server.domain.commands import CastBallot, CloseMotion, DraftMotion, OpenMotion, PublishMotion, WithdrawMotion
from meeting_server.domain.events import BallotCast
from meeting_server.domain.ids import MotionId, ParticipantId
from meeting_server.domain.state import Motion
from meeting_server.domain.terms import Choice
from meeting_server.domain.visibility import copies, view
from meeting_server.domain.vote_terms import MotionForce, PollShape, VoteMethod
from tests.kit.meetings.sitting import Sitting

M1 = MotionId("m1")
LINES = (Choice("", "周四"), Choice("", "周五"))
MULTIPLE: dict[str, Any] = {"choices": LINES, "max_choices": 2}


def running(draft: DraftMotion, *ballots: tuple[str, ...]) -> Sitting:
    sitting = Sitting(7)
    sitting.connect_members(7)
    sitting.did("secretary", draft)
    sitting.did("secretary", OpenMotion(M1))
    for n, ballot in enumerate(ballots, 1):
        sitting.did(f"m{n}", CastBallot(M1, ballot))
    return sitting


def seen(sitting: Sitting, viewer: str | None = "m7") -> Motion:
    return view(sitting.state, None if viewer is None else ParticipantId(viewer)).motions[M1]


@pytest.mark.parametrize(
    ("draft", "ballots", "counts"),
    [
        (DraftMotion("单选", force=MotionForce.POLL, choices=LINES), ("1", "2", "1"), (("1", 2), ("2", 1))),
        (
            DraftMotion("量表", force=MotionForce.POLL, shape=PollShape.SCALE),
            ("5", "4", "5"),
            (("1", 0), ("2", 0), ("3", 0), ("4", 1), ("5", 2)),
        ),
        (
            DraftMotion("一个词", force=MotionForce.POLL, shape=PollShape.WORD),
            ("w:务实", "w:温暖", "w:务实"),
            (("w:务实", 2), ("w:温暖", 1)),
        ),
    ],
    ids=lambda value: value.title if isinstance(value, DraftMotion) else None,
)
def test_the_sums_are_seen_by_all_from_three_answers_on(draft: DraftMotion, ballots: tuple[str, ...], counts: Any) -> None:
    sitting = running(draft, *((ballot,) for ballot in ballots[:2]))
    assert seen(sitting).running is None
    sitting.did("m3", CastBallot(M1, (ballots[2],)))
    for viewer in ("m7", "secretary", None):  # a member, who runs the vote, the hall's screen
        shown = seen(sitting, viewer).running
        assert shown is not None
        assert (shown.counts, shown.cast) == (counts, 3)
        assert seen(sitting, viewer).tally is None


def test_several_of_a_list_are_each_counted() -> None:
    shown = seen(running(DraftMotion("多选", force=MotionForce.POLL, **MULTIPLE), ("1", "2"), ("2",), ("2",))).running
    assert shown is not None
    assert shown.counts == (("1", 1), ("2", 3))


def test_sums_without_names_move_in_steps_of_three_and_those_of_a_named_poll_with_every_answer() -> None:
    told = []
    for method in (VoteMethod.OPEN, VoteMethod.NAMED):
        sitting = running(DraftMotion("投票", force=MotionForce.POLL, method=method, choices=LINES))
        steps = []
        for n in range(1, 7):
            event = sitting.did(f"m{n}", CastBallot(M1, ("1",)))[0]
            assert isinstance(event, BallotCast)
            assert event.running is None  # the journal holds no sums
            copy = copies(sitting.state, event)[-1].event
            assert isinstance(copy, BallotCast)
            assert (copy.voter, copy.choices) == (None, None)
            steps.append(copy.running.cast if copy.running is not None else None)
        told.append(steps)
    assert told == [[None, None, 3, None, None, 6], [1, 2, 3, 4, 5, 6]]


def test_decisions_and_secret_papers_show_only_how_many_are_back() -> None:
    for draft in (DraftMotion("通过工作总结"), DraftMotion("通过", method=VoteMethod.NAMED)):
        sitting = running(draft, *[("for",)] * 6)
        for viewer in ("m7", "secretary", None):
            motion = seen(sitting, viewer)
            assert (motion.running, motion.tally, motion.returned) == (None, None, 6)
        told = [copies(sitting.state, event)[-1].event for event, _ in sitting.facts if isinstance(event, BallotCast)]
        assert all(isinstance(copy, BallotCast) and copy.running is None for copy in told)


def test_the_sums_stay_until_the_result_takes_their_place() -> None:
    sitting = running(DraftMotion("投票", force=MotionForce.POLL, choices=LINES), *[("1",)] * 4)
    sitting.did("secretary", CloseMotion(M1))
    shown = seen(sitting).running
    assert shown is not None
    assert shown.cast == 3
    sitting.did("secretary", PublishMotion(M1))
    assert seen(sitting).running is None
    assert seen(sitting).tally is not None


def test_a_withdrawn_poll_shows_no_sums() -> None:
    sitting = running(DraftMotion("投票", force=MotionForce.POLL, choices=LINES), *[("1",)] * 3)
    sitting.did("secretary", WithdrawMotion(M1, "改期"))
    assert seen(sitting).running is None
