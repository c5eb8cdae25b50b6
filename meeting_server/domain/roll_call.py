"""The roll call (点名): one at a time, with a countdown on every phone."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.attendance.evidence import confirmation
from meeting_server.domain.commands import AnswerRollCall, CloseRollCall, OpenRollCall
from meeting_server.domain.decision import Asked, Decide, Decision, Evolve
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.events import Event, RollCallAnswered, RollCallClosed, RollCallOpened
from meeting_server.domain.ids import Millis, RollCallId
from meeting_server.domain.roles import Role
from meeting_server.domain.state import MeetingState, RollCall

SHORTEST, LONGEST = 10, 600


def running(state: MeetingState) -> RollCall | None:
    """Return the roll call that is open now."""
    return state.roll_call if state.roll_call is not None and state.roll_call.closed_at is None else None


def _open(state: MeetingState, command: OpenRollCall, asked: Asked) -> Decision:
    if running(state) is not None:
        return Rejected(Code.ROLL_CALL_OPEN)
    if not SHORTEST <= command.seconds <= LONGEST:
        return Rejected(Code.OUT_OF_RANGE, "seconds", (("least", SHORTEST), ("most", LONGEST)))
    expected = tuple(p.participant_id for p in state.participants.values() if not p.removed and not p.is_excluded and p.role != Role.GUEST)
    roll_call_id = RollCallId(f"k{state.counters.roll_calls + 1}")
    return (RollCallOpened(roll_call_id, asked.who, asked.now + command.seconds * 1000, expected),)


def _answer(state: MeetingState, command: AnswerRollCall, asked: Asked) -> Decision:
    roll_call = running(state)
    if roll_call is None or asked.now >= roll_call.closes_at:
        return Rejected(Code.NO_ROLL_CALL)
    if asked.who in roll_call.answered:
        return ()
    return (RollCallAnswered(roll_call.roll_call_id, asked.who), *confirmation(state, asked.who, "roll_call"))


def closed(state: MeetingState) -> tuple[Event, ...]:
    """Return the fact that closes the running roll call, if there is one."""
    roll_call = running(state)
    if roll_call is None:
        return ()
    expected = set(roll_call.expected)
    answered = sum(1 for who in roll_call.answered if who in expected)
    return (RollCallClosed(roll_call.roll_call_id, len(expected), answered),)


def _close(state: MeetingState, command: CloseRollCall, asked: Asked) -> Decision:
    return closed(state) or Rejected(Code.NO_ROLL_CALL)


def passed(state: MeetingState, now: Millis) -> tuple[Event, ...]:
    """Return the facts of a roll call whose time is up."""
    roll_call = running(state)
    return closed(state) if roll_call is not None and roll_call.closes_at <= now else ()


DECIDE: dict[type, Decide] = {OpenRollCall: _open, AnswerRollCall: _answer, CloseRollCall: _close}


def _opened(state: MeetingState, event: RollCallOpened, at: Millis) -> MeetingState:
    return replace(
        state,
        roll_call=RollCall(event.roll_call_id, at, event.closes_at, event.expected),
        counters=replace(state.counters, roll_calls=state.counters.roll_calls + 1),
    )


def _answered(state: MeetingState, event: RollCallAnswered, at: Millis) -> MeetingState:
    if state.roll_call is None:
        return state
    return replace(state, roll_call=replace(state.roll_call, answered=(*state.roll_call.answered, event.participant_id)))


def _closed(state: MeetingState, event: RollCallClosed, at: Millis) -> MeetingState:
    return replace(state, roll_call=replace(state.roll_call, closed_at=at) if state.roll_call else None)


EVOLVE: dict[type, Evolve] = {RollCallOpened: _opened, RollCallAnswered: _answered, RollCallClosed: _closed}
