"""Scrutineers and tellers (监票人, 计票人): who may hold an office, who holds it, and who may act in a vote."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.commands import AppointOfficer, ReleaseOfficer
from meeting_server.domain.decision import Asked, Decide, Decision, Evolve, holds, known
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.events import OfficerAppointed, OfficerReleased
from meeting_server.domain.ids import Millis, ParticipantId
from meeting_server.domain.roles import Right, Standing
from meeting_server.domain.state import MeetingState, Motion, Officer, Participant
from meeting_server.domain.vote_terms import MotionPhase, Office, VoteMethod
from meeting_server.domain.votes.kinds import kind_of


def holders(state: MeetingState, office: Office) -> frozenset[ParticipantId]:
    """Return who holds an office now."""
    return frozenset(o.participant_id for o in state.officers if o.office == office and not state.participants[o.participant_id].removed)


def standing_on(motion: Motion) -> frozenset[ParticipantId]:
    """Return the participants whose names are on the ballot."""
    return frozenset(c.participant_id for c in motion.candidates if c.participant_id is not None)


def acting(state: MeetingState, motion: Motion, office: Office) -> frozenset[ParticipantId]:
    """Return who may act in an office in this vote: its holders who are not candidates.

    If a meeting has no scrutineer yet (as when it approves them), whoever presides oversees a show of hands.
    """
    held = holders(state, office)
    if not held and office == Office.SCRUTINEER and motion.method != VoteMethod.SECRET:
        return frozenset(who for who in state.participants if holds(state, who, Right.RUN_MEETING))
    return held - standing_on(motion) if kind_of(motion).needs_officers else held


def refused_to_open(state: MeetingState, motion: Motion) -> Rejected | None:
    """Return why a motion that needs officers can't open: a scrutineer and a teller have to be present, neither of them a candidate."""
    if not kind_of(motion).needs_officers:
        return None
    for office in Office:
        held = holders(state, office)
        if not held:
            return Rejected(Code.NO_OFFICERS)
        able = acting(state, motion, office)
        if not able:
            return Rejected(Code.IS_A_CANDIDATE, "motion_id", (("name", _names(state, held)),))
        if not any(state.participants[who].present for who in able):
            return Rejected(Code.OFFICER_ABSENT, "motion_id", (("name", _names(state, able)),))
    return None


def _names(state: MeetingState, people: frozenset[ParticipantId]) -> str:
    return "、".join(sorted(state.participants[who].name for who in people))


def unfit(state: MeetingState, participant: Participant, office: Office) -> Rejected | None:
    """Return why a participant can't hold an office."""
    detail = (("name", participant.name),)
    member = participant.kind == "person" and participant.standing in (Standing.FULL, Standing.PROBATIONARY)
    if not member:
        return Rejected(Code.OFFICER_NO_MEMBER, "participant_id", detail)
    if office == Office.SCRUTINEER and (not participant.voting or participant.is_excluded):
        return Rejected(Code.OFFICER_NO_VOTE, "participant_id", detail)
    if any(participant.participant_id in holders(state, other) for other in Office if other != office):
        return Rejected(Code.OFFICER_HOLDS_OTHER, "participant_id", detail)
    return None


def _appoint(state: MeetingState, command: AppointOfficer, asked: Asked) -> Decision:
    participant = known(state, command.participant_id)
    if isinstance(participant, Rejected):
        return participant
    refused = unfit(state, participant, command.office)
    if refused is not None:
        return refused
    if command.motion_id is not None:
        approval = state.motions.get(command.motion_id)
        if approval is None:
            return Rejected(Code.UNKNOWN_MOTION, "motion_id")
        if approval.phase != MotionPhase.PUBLISHED or approval.verdict is None or not approval.verdict.carried:
            return Rejected(Code.NOT_CLOSED, "motion_id")
    elif command.office == Office.SCRUTINEER:
        return Rejected(Code.OFFICER_UNAPPROVED, "motion_id")
    if command.participant_id in holders(state, command.office):
        return ()
    return (OfficerAppointed(command.participant_id, command.office, command.motion_id, asked.who),)


def appointed(state: MeetingState, approval: Motion, asked: Asked) -> tuple[OfficerAppointed, ...]:
    """Return the facts by which a carried motion makes its nominees 监票人, without those who were removed or lost the right
    meanwhile."""
    people = (state.participants[who] for who in approval.nominees)
    here = (p.participant_id for p in people if not p.removed and unfit(state, p, Office.SCRUTINEER) is None)
    return tuple(OfficerAppointed(who, Office.SCRUTINEER, approval.motion_id, asked.who) for who in here)


def _release(state: MeetingState, command: ReleaseOfficer, asked: Asked) -> Decision:
    return tuple(fact for fact in released(state, command.participant_id, asked.who) if fact.office == command.office)


def released(state: MeetingState, who: ParticipantId, by: ParticipantId) -> tuple[OfficerReleased, ...]:
    """Return the facts by which someone loses all offices."""
    return tuple(OfficerReleased(who, office, by) for office in Office if who in holders(state, office))


DECIDE: dict[type, Decide] = {AppointOfficer: _appoint, ReleaseOfficer: _release}


def _appointed(state: MeetingState, event: OfficerAppointed, at: Millis) -> MeetingState:
    officer = Officer(event.participant_id, event.office, event.motion_id)
    return replace(state, officers=(*state.officers, officer))


def _released(state: MeetingState, event: OfficerReleased, at: Millis) -> MeetingState:
    gone = tuple(o for o in state.officers if (o.participant_id, o.office) == (event.participant_id, event.office))
    left = tuple(o for o in state.officers if o not in gone)
    return replace(state, officers=left, former_officers=(*state.former_officers, *gone))


EVOLVE: dict[type, Evolve] = {OfficerAppointed: _appointed, OfficerReleased: _released}
