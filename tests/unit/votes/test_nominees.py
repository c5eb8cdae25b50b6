"""监票人 by vote: the motion names them, and carrying it makes them so (选举工作条例, 监票人 are approved by the meeting)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from meeting_server.domain.commands import CastBallot, CloseMotion, DraftMotion, OpenMotion, PublishMotion, RemoveParticipant
from meeting_server.domain.errors import Code
from meeting_server.domain.ids import MotionId, ParticipantId
from meeting_server.domain.vote_terms import MotionForce, Office
from tests.kit.meetings.sitting import Sitting, member

M1 = MotionId("m1")
NOMINEES = (ParticipantId("m1"), ParticipantId("m2"))
SCRUTINEERS = DraftMotion("通过监票人", nominees=NOMINEES)


def voted(choices: Sequence[str]) -> Sitting:
    sitting = Sitting(4)
    sitting.connect_members(4)
    sitting.did("secretary", SCRUTINEERS)
    sitting.did("secretary", OpenMotion(M1))
    for n, choice in enumerate(choices, 1):
        sitting.did(f"m{n}", CastBallot(M1, (choice,)))
    sitting.did("secretary", CloseMotion(M1))
    return sitting


def officers(sitting: Sitting) -> list[tuple[str, Office]]:
    return [(one.participant_id, one.office) for one in sitting.state.officers]


def test_a_carried_motion_makes_its_nominees_scrutineers_when_published() -> None:
    sitting = voted(("for", "for", "for", "against"))
    assert officers(sitting) == []
    sitting.did("secretary", PublishMotion(M1))
    assert officers(sitting) == [("m1", Office.SCRUTINEER), ("m2", Office.SCRUTINEER)]


def test_a_motion_that_fails_appoints_nobody() -> None:
    sitting = voted(("for", "against", "against", "against"))
    sitting.did("secretary", PublishMotion(M1))
    assert officers(sitting) == []


def test_a_nominee_sent_out_before_publishing_is_passed_over() -> None:
    sitting = voted(("for", "for", "for", "for"))
    sitting.did("secretary", RemoveParticipant(ParticipantId("m2")))
    sitting.did("secretary", PublishMotion(M1))
    assert officers(sitting) == [("m1", Office.SCRUTINEER)]


def test_nominees_are_members_with_a_vote_named_once_in_a_decision() -> None:
    sitting = Sitting(2, extra=[member("visitor", voting=False)])
    assert sitting.refused("secretary", replace(SCRUTINEERS, nominees=(ParticipantId("visitor"),))) is Code.NO_VOTING_RIGHT
    assert sitting.refused("secretary", replace(SCRUTINEERS, nominees=(NOMINEES[0], NOMINEES[0]))) is Code.BAD_CHOICE
    assert sitting.refused("secretary", replace(SCRUTINEERS, force=MotionForce.SURVEY)) is Code.BAD_CHOICE
