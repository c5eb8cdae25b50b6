"""The floor (发言权): the queue of raised hands, who speaks now, and until when."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.commands import EndFloor, ExtendFloor, GrantFloor, LowerHand, RaiseHand
from meeting_server.domain.decision import Asked, Decide, Decision, Evolve, holds, known
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.events import (
    Event,
    FloorEnded,
    FloorExtended,
    FloorGranted,
    HandLowered,
    HandRaised,
    MediaClosed,
)
from meeting_server.domain.ids import Millis, ParticipantId
from meeting_server.domain.roles import Right, Role
from meeting_server.domain.state import Floor, Hand, MeetingState

LONGEST_SECONDS = 3600


def needs_floor(state: MeetingState, participant_id: ParticipantId) -> bool:
    """Whether this participant may be heard only while holding the floor: everyone but those who run the
    meeting in a moderated room, and guests (列席, who speak by invitation) in any. A hall camera was let in to be heard."""
    participant = state.participants[participant_id]
    if participant.kind == "hall_camera" or holds(state, participant_id, Right.RUN_FLOOR):
        return False
    return participant.role == Role.GUEST or state.rooms[participant.room_id].moderated


def may_be_heard(state: MeetingState, participant_id: ParticipantId) -> bool:
    """Return whether this participant's open microphone is forwarded."""
    holder = state.floor.participant_id if state.floor else None
    return holder == participant_id or not needs_floor(state, participant_id)


def ended(state: MeetingState, reason: str, by: ParticipantId | None) -> tuple[Event, ...]:
    """Return the facts that end the current floor and close a microphone that needed it."""
    if state.floor is None:
        return ()
    holder = state.floor.participant_id
    end = FloorEnded(holder, reason)  # type: ignore[arg-type]  # callers pass literals of FloorEnded.reason
    if "audio" in state.participants[holder].media and needs_floor(state, holder):
        return (end, MediaClosed(holder, "audio", by if by is not None else holder))
    return (end,)


def _raise(state: MeetingState, command: RaiseHand, asked: Asked) -> Decision:
    if any(hand.participant_id == asked.who for hand in state.hands):
        return Rejected(Code.ALREADY_RAISED)
    return (HandRaised(asked.who),)


def _lower(state: MeetingState, command: LowerHand, asked: Asked) -> Decision:
    whose = command.participant_id if command.participant_id is not None else asked.who
    if whose != asked.who and not holds(state, asked.who, Right.RUN_FLOOR):
        return Rejected(Code.FORBIDDEN)
    if not any(hand.participant_id == whose for hand in state.hands):
        return Rejected(Code.NOT_RAISED, "participant_id")
    return (HandLowered(whose),)


def _grant(state: MeetingState, command: GrantFloor, asked: Asked) -> Decision:
    participant = known(state, command.participant_id)
    if isinstance(participant, Rejected):
        return participant
    if not participant.present:
        return Rejected(Code.NOT_PRESENT, "participant_id")
    if not 0 <= command.seconds <= LONGEST_SECONDS:
        return Rejected(Code.OUT_OF_RANGE, "seconds", (("least", 0), ("most", LONGEST_SECONDS)))
    if state.floor is not None and state.floor.participant_id == command.participant_id:
        return Rejected(Code.FLOOR_TAKEN, "participant_id")
    ends_at = asked.now + command.seconds * 1000 if command.seconds else None
    granted = FloorGranted(command.participant_id, asked.who, command.seconds, ends_at)
    return (*ended(state, "revoked", asked.who), granted)


def _extend(state: MeetingState, command: ExtendFloor, asked: Asked) -> Decision:
    if state.floor is None or state.floor.ends_at is None:
        return Rejected(Code.NO_FLOOR)
    if not 1 <= command.seconds <= LONGEST_SECONDS:
        return Rejected(Code.OUT_OF_RANGE, "seconds", (("least", 1), ("most", LONGEST_SECONDS)))
    return (FloorExtended(state.floor.participant_id, state.floor.ends_at + command.seconds * 1000),)


def _end(state: MeetingState, command: EndFloor, asked: Asked) -> Decision:
    if state.floor is None:
        return Rejected(Code.NO_FLOOR)
    if state.floor.participant_id == asked.who:
        return ended(state, "returned", asked.who)
    if not holds(state, asked.who, Right.RUN_FLOOR):
        return Rejected(Code.FORBIDDEN)
    return ended(state, "revoked", asked.who)


DECIDE: dict[type, Decide] = {
    RaiseHand: _raise,
    LowerHand: _lower,
    GrantFloor: _grant,
    ExtendFloor: _extend,
    EndFloor: _end,
}


def passed(state: MeetingState, now: Millis) -> tuple[Event, ...]:
    """Return the facts of a floor whose time is up."""
    if state.floor is None or state.floor.ends_at is None or state.floor.ends_at > now:
        return ()
    return ended(state, "expired", None)


def without_hand(hands: tuple[Hand, ...], participant_id: ParticipantId) -> tuple[Hand, ...]:
    """Return the queue without one participant."""
    return tuple(hand for hand in hands if hand.participant_id != participant_id)


def _raised(state: MeetingState, event: HandRaised, at: Millis) -> MeetingState:
    return replace(state, hands=(*state.hands, Hand(event.participant_id, at)))


def _lowered(state: MeetingState, event: HandLowered, at: Millis) -> MeetingState:
    return replace(state, hands=without_hand(state.hands, event.participant_id))


def _granted(state: MeetingState, event: FloorGranted, at: Millis) -> MeetingState:
    floor = Floor(event.participant_id, at, event.ends_at)
    return replace(state, floor=floor, hands=without_hand(state.hands, event.participant_id))


def _extended(state: MeetingState, event: FloorExtended, at: Millis) -> MeetingState:
    return replace(state, floor=replace(state.floor, ends_at=event.ends_at) if state.floor else None)


def _ended(state: MeetingState, event: FloorEnded, at: Millis) -> MeetingState:
    return replace(state, floor=None)


EVOLVE: dict[type, Evolve] = {
    HandRaised: _raised,
    HandLowered: _lowered,
    FloorGranted: _granted,
    FloorExtended: _extended,
    FloorEnded: _ended,
}
