"""The table of a motion's life, from which the docs' diagram is drawn, is what motions really go through."""

from __future__ import annotations

from itertools import pairwise

import pytest

from meeting_server.domain.commands import (
    CastBallot,
    CloseCollecting,
    CloseDiscussion,
    CloseMotion,
    Command,
    DraftMotion,
    IssuePaper,
    MoveMotion,
    OpenMotion,
    PublishMotion,
    ReportSealed,
    WithdrawMotion,
)
from meeting_server.domain.ids import MotionId
from meeting_server.domain.meeting import evolve
from meeting_server.domain.state import MeetingState
from meeting_server.domain.terms import Paper
from meeting_server.domain.vote_terms import VoteMethod
from tests.kit.meetings.sitting import PRESETS, Sitting
from tests.kit.meetings.whole_meeting import whole_meeting
from tools.motion_life import ORDER, diagram, transitions

ALLOWED = {(before, after) for before, _, after in transitions()}
M1 = MotionId("m1")
SECRET_LIFE: tuple[tuple[str | None, Command], ...] = (
    ("secretary", DraftMotion("议题", preset_id="secret", method=VoteMethod.SECRET)),
    ("secretary", MoveMotion(M1)),
    ("secretary", CloseDiscussion(M1)),
    ("secretary", OpenMotion(M1)),
    (None, IssuePaper(M1, Paper("aa", "bb", "cc"))),
    ("secretary", CloseCollecting(M1)),
    ("secretary", CloseMotion(M1)),
    (None, ReportSealed(M1, 0, "00", ())),
    ("secretary", PublishMotion(M1)),
)


def phases(state: MeetingState | None) -> dict[str, str]:
    return {} if state is None else {str(i): motion.phase for i, motion in state.motions.items()}


def test_every_step_of_a_whole_meeting_is_in_the_table() -> None:
    state: MeetingState | None = None
    seen = set()
    for record in whole_meeting().records:
        if record.event is None:
            continue
        before, state = phases(state), evolve(state, record.event, record.recorded_at)
        seen |= {(before.get(i, "–"), phase) for i, phase in phases(state).items() if before.get(i) != phase}
    assert seen
    assert seen <= ALLOWED


def test_every_phase_of_the_table_is_lived_through_and_left_only_as_it_says() -> None:
    sitting = Sitting(4, preset=PRESETS["secret"])
    sitting.connect_members(4)
    lived = ["–"]
    for who, command in SECRET_LIFE:
        sitting.did(who, command) if who is not None else sitting.told(command)
        lived.append(sitting.state.motions[M1].phase)
    assert set(pairwise(lived)) <= ALLOWED
    assert set(lived) | {"–", "withdrawn"} == {"–", *ORDER}


@pytest.mark.parametrize("steps", range(1, len(SECRET_LIFE) + 1))
def test_a_motion_can_be_withdrawn_from_exactly_the_phases_the_table_names(steps: int) -> None:
    sitting = Sitting(4, preset=PRESETS["secret"])
    sitting.connect_members(4)
    for who, command in SECRET_LIFE[:steps]:
        sitting.did(who, command) if who is not None else sitting.told(command)
    phase = sitting.state.motions[M1].phase
    sitting.ask("secretary", WithdrawMotion(M1, "试"))
    assert (sitting.state.motions[M1].phase == "withdrawn") is ((phase, "withdrawn") in ALLOWED), phase


def test_an_open_vote_goes_from_voting_to_closed() -> None:
    sitting = Sitting(4)
    sitting.connect_members(4)
    for command in (DraftMotion("议题"), OpenMotion(M1), CastBallot(M1, ("for",)), CloseMotion(M1)):
        sitting.did("secretary", command)
    assert sitting.state.motions[M1].phase == "closed"
    assert {("drafted", "voting"), ("voting", "voting"), ("voting", "closed")} <= ALLOWED


def test_the_diagram_names_every_phase() -> None:
    assert all(phase in diagram() for phase in ORDER)
