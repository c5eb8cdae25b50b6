"""The life of a meeting from convening to adjourning, and who is on its list."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.agenda import planned_id, stepped
from meeting_server.domain.attendance.evidence import cut_all, released
from meeting_server.domain.attendance.expected import turnout
from meeting_server.domain.audience import WITHHELD
from meeting_server.domain.commands import (
    AdjournMeeting,
    AdmitParticipant,
    AssignRole,
    ConveneMeeting,
    OpenMeeting,
    ReadmitParticipant,
    RecordLeave,
    RemoveParticipant,
)
from meeting_server.domain.decision import Asked, Decide, Decision, Evolve, holds, known, with_participant
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.events import (
    AbsenceExplained,
    Event,
    FloorEnded,
    LeaveRecorded,
    MediaClosed,
    MeetingAdjourned,
    MeetingConvened,
    MeetingOpened,
    ParticipantAdmitted,
    ParticipantReadmitted,
    ParticipantRemoved,
    RecordingStopped,
    RoleAssigned,
)
from meeting_server.domain.floor import ended, may_be_heard
from meeting_server.domain.ids import HALL, Millis, ParticipantId
from meeting_server.domain.pages import hidden
from meeting_server.domain.phases import MeetingPhase
from meeting_server.domain.roles import Right, Role, Standing, may
from meeting_server.domain.roll_call import closed as roll_call_closed
from meeting_server.domain.state import Counters, MeetingState, Participant, Room
from meeting_server.domain.terms import AgendaItem, Convening, Invited
from meeting_server.domain.votes.electorate import electorate
from meeting_server.domain.votes.motions import running
from meeting_server.domain.votes.officers import released as offices_given_up

LONGEST_REASON = 200


def convene(state: MeetingState | None, command: ConveneMeeting, asked: Asked) -> Decision:
    """Return the first fact of a meeting, repeated only when the schedule changed and only until it opens."""
    facts = _explained(command.convening)
    if state is None:
        return facts
    if state.phase == MeetingPhase.ADJOURNED:
        return Rejected(Code.ADJOURNED)
    if state.phase == MeetingPhase.OPEN:
        return Rejected(Code.ALREADY_OPEN)
    after = state
    for fact in facts:
        after = convened(after, fact, asked.now) if isinstance(fact, MeetingConvened) else _absence_explained(after, fact, asked.now)
    return () if after == state else facts


def _explained(convening: Convening) -> tuple[MeetingConvened | AbsenceExplained, ...]:
    """Return the convening without reasons of absence, then each reason as a fact of its own that can be withheld and erased."""
    people = tuple(_without_reasons(invited) for invited in convening.participants)
    return (MeetingConvened(replace(convening, participants=people)), *(why for i in convening.participants for why in _reasons(i)))


def _without_reasons(invited: Invited) -> Invited:
    return replace(invited, leave_reason="", excluded_reason=WITHHELD if invited.excluded_reason else "")


def _reasons(invited: Invited) -> tuple[AbsenceExplained, ...]:
    exclusion = "" if invited.excluded_reason == WITHHELD else invited.excluded_reason
    if not (invited.leave_reason or exclusion):
        return ()
    return (AbsenceExplained(invited.participant_id, invited.leave_reason, exclusion),)


def _open(state: MeetingState, command: OpenMeeting, asked: Asked) -> Decision:
    return Rejected(Code.ALREADY_OPEN) if state.phase == MeetingPhase.OPEN else (MeetingOpened(asked.who),)


def _adjourn(state: MeetingState, command: AdjournMeeting, asked: Asked) -> Decision:
    if running(state):
        return Rejected(Code.VOTE_IN_PROGRESS)
    entitled = set(electorate(state, state.preset))
    came = [p for p in state.participants.values() if p.first_arrived_at is not None]
    facts: list[Event] = [*ended(state, "revoked", asked.who), *roll_call_closed(state)]
    without_floor = replace(state, floor=None)
    facts += stepped(without_floor, None, asked.who) if state.current_item is not None else hidden(state, asked.who)
    if state.recording is not None:
        facts.append(RecordingStopped(asked.who))
    attended = sum(1 for p in came if p.participant_id in entitled)
    all_of_them = turnout(state)
    beside = len(came) - all_of_them.attended
    facts.append(MeetingAdjourned(asked.who, len(entitled), attended, beside, all_of_them.expected, all_of_them.attended))
    return tuple(facts)


def _admit(state: MeetingState, command: AdmitParticipant, asked: Asked) -> Decision:
    if state.phase == MeetingPhase.ADJOURNED:
        return Rejected(Code.ADJOURNED)
    there = state.participants.get(command.participant.participant_id)
    if there is not None:
        return Rejected(Code.REMOVED) if there.removed else ()
    return (ParticipantAdmitted(_without_reasons(command.participant), command.admitted_by), *_reasons(command.participant))


def _runners(state: MeetingState) -> set[ParticipantId]:
    return {i for i in state.participants if holds(state, i, Right.RUN_MEETING)}


def _remove(state: MeetingState, command: RemoveParticipant, asked: Asked) -> Decision:
    participant = known(state, command.participant_id)
    if isinstance(participant, Rejected):
        return participant
    if len(command.reason) > LONGEST_REASON:
        return Rejected(Code.TOO_LONG, "reason", (("longest", LONGEST_REASON),))
    if not _runners(state) - {command.participant_id}:  # somebody has to remain who runs the meeting
        return Rejected(Code.FORBIDDEN, "participant_id")
    counted = participant.kind == "person" and participant.standing != Standing.GUEST
    removed = ParticipantRemoved(command.participant_id, asked.who, command.reason.strip(), counted)
    offices = offices_given_up(state, command.participant_id, asked.who)
    if state.floor is not None and state.floor.participant_id == command.participant_id:
        return (FloorEnded(command.participant_id, "left"), removed, *offices)
    return (removed, *offices)


def _readmit(state: MeetingState, command: ReadmitParticipant, asked: Asked) -> Decision:
    participant = state.participants.get(command.participant_id)
    if participant is None:
        return Rejected(Code.UNKNOWN_PARTICIPANT, "participant_id")
    return (ParticipantReadmitted(command.participant_id, asked.who),) if participant.removed else ()


def _assign(state: MeetingState, command: AssignRole, asked: Asked) -> Decision:
    participant = known(state, command.participant_id)
    if isinstance(participant, Rejected):
        return participant
    if participant.role == command.role:
        return ()
    runs = may(command.role, Right.RUN_MEETING)
    if runs and participant.standing == Standing.GUEST:
        return Rejected(Code.FORBIDDEN, "role")
    if runs and (participant.items or participant.recused_from is not None):  # whoever runs the meeting is never outside
        return Rejected(Code.OUTSIDE, "participant_id")
    if not runs and not _runners(state) - {command.participant_id}:
        return Rejected(Code.FORBIDDEN, "role")
    if (command.role == Role.GUEST) != (participant.standing == Standing.GUEST):
        return Rejected(Code.FORBIDDEN, "role")
    assigned = RoleAssigned(command.participant_id, command.role, asked.who)
    if "audio" in participant.media and not may_be_heard(_assigned(state, assigned, asked.now), command.participant_id):
        return (assigned, MediaClosed(command.participant_id, "audio", asked.who))
    return (assigned,)


def _record_leave(state: MeetingState, command: RecordLeave, asked: Asked) -> Decision:
    participant = known(state, command.participant_id)
    if isinstance(participant, Rejected):
        return participant
    if (participant.leave_reason, participant.leave_approved) == (command.reason, command.approved):
        return ()
    recorded = LeaveRecorded(command.participant_id, "", command.approved)
    return (recorded, AbsenceExplained(command.participant_id, command.reason)) if command.reason else (recorded,)


DECIDE: dict[type, Decide] = {
    OpenMeeting: _open,
    AdjournMeeting: _adjourn,
    AdmitParticipant: _admit,
    RemoveParticipant: _remove,
    ReadmitParticipant: _readmit,
    AssignRole: _assign,
    RecordLeave: _record_leave,
}


def _listed(invited: Invited, before: Participant | None) -> Participant:
    fields = {
        "name": invited.name,
        "standing": invited.standing,
        "role": invited.role,
        "voting": invited.voting,
        "committee": invited.committee,
        "excluded_reason": invited.excluded_reason,
        "leave_reason": invited.leave_reason,
        "leave_approved": invited.leave_approved,
        "kind": invited.kind,
        "resembles": invited.resembles,
        "items": invited.items,
        "exclusion_needs_vote": invited.exclusion_needs_vote,
    }
    if before is not None:  # those who are waiting keep their place
        return replace(before, **fields)  # type: ignore[arg-type]  # names and types are those of Invited
    return Participant(invited.participant_id, **fields)  # type: ignore[arg-type]


def _agenda(convening: Convening) -> tuple[AgendaItem, ...]:
    return tuple(
        AgendaItem(planned_id(number), plan.title, plan.minutes, plan.speaker, purpose=plan.purpose)
        for number, plan in enumerate(convening.agenda, 1)
    )


def convened(state: MeetingState | None, event: MeetingConvened, at: Millis) -> MeetingState:
    """Return the state that a schedule makes. People who already wait stay connected."""
    c = event.convening
    before = state.participants if state is not None else {}
    participants = {i.participant_id: _listed(i, before.get(i.participant_id)) for i in c.participants}
    for who, p in before.items():
        if p.kind == "hall_camera":  # not on the schedule: it stays until it is removed
            participants[who] = p
        elif who not in participants and p.first_arrived_at is not None:  # struck off the list, but was here
            participants[who] = replace(p, removed=True, present=False, connections={}, media=())
    agenda = _agenda(c)
    fresh = MeetingState(
        meeting_id=c.meeting_id,
        phase=MeetingPhase.CANCELLED if c.cancelled else MeetingPhase.CONVENED,
        title=c.title,
        kind=c.kind,
        branch_id=c.branch_id,
        branch_name=c.branch_name,
        place=c.place,
        starts_at=c.starts_at,
        ends_at=c.ends_at,
        preset=c.preset,
        documents=c.documents,
        full_members=c.full_members,
        participants=participants,
        agenda=agenda,
        rooms={HALL: Room(HALL, "", "video")},
        recording_planned=c.recording_planned,
        counters=Counters(items=len(agenda)),
    )
    if state is None:
        return fresh
    return replace(
        state,
        phase=fresh.phase,
        title=fresh.title,
        kind=fresh.kind,
        branch_id=fresh.branch_id,
        branch_name=fresh.branch_name,
        place=fresh.place,
        starts_at=fresh.starts_at,
        ends_at=fresh.ends_at,
        preset=fresh.preset,
        documents=fresh.documents,
        participants=participants,
        agenda=agenda,
        recording_planned=fresh.recording_planned,
        full_members=fresh.full_members,
        counters=replace(state.counters, items=len(agenda)),
    )


def _opened(state: MeetingState, event: MeetingOpened, at: Millis) -> MeetingState:
    return replace(state, phase=MeetingPhase.OPEN, opened_at=at)


def _adjourned(state: MeetingState, event: MeetingAdjourned, at: Millis) -> MeetingState:
    return replace(cut_all(state, at), phase=MeetingPhase.ADJOURNED, adjourned_at=at, hands=())


def _admitted(state: MeetingState, event: ParticipantAdmitted, at: Millis) -> MeetingState:
    participant = _listed(event.participant, None)
    return replace(state, participants={**state.participants, participant.participant_id: participant})


def _removed(state: MeetingState, event: ParticipantRemoved, at: Millis) -> MeetingState:
    state = released(state, event.participant_id, at)
    return with_participant(state, event.participant_id, removed=True, counted=event.counted, connections={})


def _readmitted(state: MeetingState, event: ParticipantReadmitted, at: Millis) -> MeetingState:
    participant = state.participants.get(event.participant_id)
    if participant is None:
        return state
    room_id = participant.room_id if participant.room_id in state.rooms else HALL  # it may have closed meanwhile
    return with_participant(state, event.participant_id, removed=False, counted=False, room_id=room_id)


def _assigned(state: MeetingState, event: RoleAssigned, at: Millis) -> MeetingState:
    return with_participant(state, event.participant_id, role=event.role)


def _leave_recorded(state: MeetingState, event: LeaveRecorded, at: Millis) -> MeetingState:
    return with_participant(state, event.participant_id, leave_reason=event.reason, leave_approved=event.approved)


def _absence_explained(state: MeetingState, event: AbsenceExplained, at: Millis) -> MeetingState:
    """Adds only the reason. Who is counted does not depend on it."""
    there = state.participants.get(event.participant_id)
    if there is None:
        return state
    exclusion = event.exclusion if event.exclusion and there.excluded_reason else there.excluded_reason
    return with_participant(state, event.participant_id, leave_reason=event.leave or there.leave_reason, excluded_reason=exclusion)


EVOLVE: dict[type, Evolve] = {
    MeetingOpened: _opened,
    MeetingAdjourned: _adjourned,
    ParticipantAdmitted: _admitted,
    ParticipantRemoved: _removed,
    ParticipantReadmitted: _readmitted,
    RoleAssigned: _assigned,
    LeaveRecorded: _leave_recorded,
    AbsenceExplained: _absence_explained,
}
