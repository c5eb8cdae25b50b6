"""Who is present, on what evidence and since when: arrivals, grace, departures and marks.

Evidence is kept as intervals per participant, weakest first: ``connected`` (a socket), ``responsive`` (the page is in the foreground and
sends heartbeats), ``confirmed`` (answered, spoke, voted, or was seen in the hall by the secretary, who is named). A confirmation holds
until the device disconnects or goes to the background. Absence is dated back to the last evidence, never to the timeout.
"""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.commands import (
    ChangeResponsiveness,
    CloseConnection,
    LeaveMeeting,
    MarkPresent,
    OpenConnection,
    ReportSpeakerTurn,
    ResetConnections,
    ScanHallCode,
    WithdrawMark,
)
from meeting_server.domain.decision import Asked, Decide, Decision, Evolve, known, with_participant
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.events import (
    ConnectionClosed,
    ConnectionOpened,
    Event,
    HallCodeScanned,
    ParticipantArrived,
    ParticipantLeft,
    PresenceConfirmed,
    PresenceMarkWithdrawn,
    ResponsivenessChanged,
    SpeakerTurnEnded,
)
from meeting_server.domain.floor import ended, without_hand
from meeting_server.domain.ids import Millis, ParticipantId
from meeting_server.domain.phases import MeetingPhase
from meeting_server.domain.state import Connection, Interval, MeetingState, Participant
from meeting_server.domain.terms import ConfirmedBy, EvidenceLevel

GRACE: Millis = 45_000
"""How long a participant still counts as present after their last connection broke."""
LONGEST_NOTE = 200


# --- deciding ---------------------------------------------------------------------------------------------


def _open_connection(state: MeetingState, command: OpenConnection, asked: Asked) -> Decision:
    participant = known(state, command.participant_id)
    if isinstance(participant, Rejected):
        return participant
    if state.phase == MeetingPhase.ADJOURNED or command.connection_id in participant.connections:
        return ()
    opened = ConnectionOpened(command.participant_id, command.connection_id, command.device)
    return (opened,) if participant.present else (opened, ParticipantArrived(command.participant_id))


def _close_connection(state: MeetingState, command: CloseConnection, asked: Asked) -> Decision:
    participant = state.participants.get(command.participant_id)
    if participant is None or command.connection_id not in participant.connections or state.phase == MeetingPhase.ADJOURNED:
        return ()
    last = min(command.last_evidence_at, asked.now)
    return (ConnectionClosed(command.participant_id, command.connection_id, last),)


def _reset(state: MeetingState, command: ResetConnections, asked: Asked) -> Decision:
    if state.phase == MeetingPhase.ADJOURNED:
        return ()
    return tuple(
        ConnectionClosed(p.participant_id, connection_id, min(command.last_evidence_at, asked.now))
        for p in state.participants.values()
        for connection_id in p.connections
    )


def _change_responsiveness(state: MeetingState, command: ChangeResponsiveness, asked: Asked) -> Decision:
    participant = state.participants.get(command.participant_id)
    if participant is None or state.phase == MeetingPhase.ADJOURNED:
        return ()
    connection = participant.connections.get(command.connection_id)
    if connection is None or connection.responsive == command.responsive:
        return ()
    return (ResponsivenessChanged(command.participant_id, command.connection_id, command.responsive),)


def _leave(state: MeetingState, command: LeaveMeeting, asked: Asked) -> Decision:
    if not state.participants[asked.who].present:
        return ()
    return left(state, asked.who, asked.now, deliberate=True)


def left(state: MeetingState, who: ParticipantId, left_at: Millis, *, deliberate: bool, never_came: bool = False) -> tuple[Event, ...]:
    """Return the facts of leaving, which also gives back the floor."""
    holds_floor = state.floor is not None and state.floor.participant_id == who
    return (*(ended(state, "left", None) if holds_floor else ()), ParticipantLeft(who, left_at, deliberate, never_came))


def _mark(state: MeetingState, command: MarkPresent, asked: Asked) -> Decision:
    participant = known(state, command.participant_id)
    if isinstance(participant, Rejected):
        return participant
    if len(command.note) > LONGEST_NOTE:
        return Rejected(Code.TOO_LONG, "note", (("longest", LONGEST_NOTE),))
    if participant.marked_present:
        return ()
    mark = PresenceConfirmed(command.participant_id, "marked", asked.who, command.note.strip())
    return (mark,) if participant.present else (mark, ParticipantArrived(command.participant_id))


def _scan(state: MeetingState, command: ScanHallCode, asked: Asked) -> Decision:
    participant = known(state, command.participant_id)
    if isinstance(participant, Rejected):
        return participant
    if command.window <= participant.last_hall_code:  # replayed: each code counts once per member
        return Rejected(Code.CODE_USED)
    scan = HallCodeScanned(command.participant_id, command.window)
    confirmed = PresenceConfirmed(command.participant_id, "hall_code")
    arrived = () if participant.present else (ParticipantArrived(command.participant_id),)
    return (scan, confirmed, *arrived)


def _withdraw_mark(state: MeetingState, command: WithdrawMark, asked: Asked) -> Decision:
    participant = known(state, command.participant_id)
    if isinstance(participant, Rejected):
        return participant
    if not participant.marked_present:
        return Rejected(Code.NOT_MARKED, "participant_id")
    withdrawn = PresenceMarkWithdrawn(command.participant_id, asked.who)
    if participant.connections:
        return (withdrawn,)
    mistaken = all(interval.reason == "marked" for interval in participant.intervals)
    return (withdrawn, *left(state, command.participant_id, asked.now, deliberate=False, never_came=mistaken))


def confirmation(state: MeetingState, who: ParticipantId, by: ConfirmedBy) -> tuple[Event, ...]:
    """Return a confirmation by ``by``, unless presence is already confirmed at this moment."""
    participant = state.participants[who]
    running = participant.intervals[-1] if participant.intervals else None
    if running is not None and running.until is None and running.level == "confirmed":
        return ()
    return (PresenceConfirmed(who, by),)


def _speaker_turn(state: MeetingState, command: ReportSpeakerTurn, asked: Asked) -> Decision:
    participant = known(state, command.participant_id)
    if isinstance(participant, Rejected):
        return participant
    turn = SpeakerTurnEnded(command.participant_id, command.room_id, command.started_at, command.ended_at)
    confirmed = confirmation(state, command.participant_id, "spoke") if participant.connections else ()
    return (turn, *confirmed)


DECIDE: dict[type, Decide] = {
    OpenConnection: _open_connection,
    CloseConnection: _close_connection,
    ResetConnections: _reset,
    ChangeResponsiveness: _change_responsiveness,
    LeaveMeeting: _leave,
    MarkPresent: _mark,
    WithdrawMark: _withdraw_mark,
    ScanHallCode: _scan,
    ReportSpeakerTurn: _speaker_turn,
}


def passed(state: MeetingState, now: Millis) -> tuple[Event, ...]:
    """Return the facts of every grace period that ran out: the participant left at the last evidence."""
    gone: list[Event] = []
    for p in state.participants.values():
        if p.grace_until is not None and p.grace_until <= now:
            gone.extend(left(state, p.participant_id, p.gone_since or now, deliberate=False))
    return tuple(gone)


# --- evolving ---------------------------------------------------------------------------------------------


def _cut(intervals: tuple[Interval, ...], until: Millis) -> tuple[Interval, ...]:
    """End the running interval at ``until``. An empty interval is dropped."""
    if not intervals or intervals[-1].until is not None:
        return intervals
    last = intervals[-1]
    if until <= last.since:
        return intervals[:-1]
    return (*intervals[:-1], replace(last, until=until))


def _base(connections: dict[str, Connection]) -> EvidenceLevel | None:
    if not connections:
        return None
    return "responsive" if any(c.responsive for c in connections.values()) else "connected"


def _continued(participant: Participant, connections: dict[str, Connection], at: Millis, reason: str) -> tuple[Interval, ...]:
    """Return the intervals after a change of connections, with a new one if the level changes."""
    running = participant.intervals[-1] if participant.intervals else None
    level = _base(connections)
    before = _base({str(i): c for i, c in participant.connections.items()})
    if participant.marked_present or (level == before and running is not None and running.until is None):
        return participant.intervals
    if level is None:
        return _cut(participant.intervals, at)
    if running is not None and running.until is None and running.level == "confirmed" and level == "responsive":
        return participant.intervals
    return (*_cut(participant.intervals, at), Interval(at, None, level, reason))


def _connection_opened(state: MeetingState, event: ConnectionOpened, at: Millis) -> MeetingState:
    participant = state.participants[event.participant_id]
    connections = {**participant.connections, event.connection_id: Connection(event.device, at, True)}
    return with_participant(
        state,
        event.participant_id,
        connections=connections,
        intervals=_continued(participant, {str(i): c for i, c in connections.items()}, at, "joined"),
        gone_since=None,
        grace_until=None,
    )


def _connection_closed(state: MeetingState, event: ConnectionClosed, at: Millis) -> MeetingState:
    participant = state.participants.get(event.participant_id)
    if participant is None or event.connection_id not in participant.connections:
        return state
    connections = {i: c for i, c in participant.connections.items() if i != event.connection_id}
    gone = not connections and participant.present and not participant.marked_present
    return with_participant(
        state,
        event.participant_id,
        connections=connections,
        intervals=_continued(participant, {str(i): c for i, c in connections.items()}, event.last_evidence_at, "background"),
        gone_since=event.last_evidence_at if gone else None,
        grace_until=at + GRACE if gone else None,
    )


def _responsiveness_changed(state: MeetingState, event: ResponsivenessChanged, at: Millis) -> MeetingState:
    participant = state.participants[event.participant_id]
    connection = participant.connections[event.connection_id]
    connections = {**participant.connections, event.connection_id: replace(connection, responsive=event.responsive)}
    reason = "foreground" if event.responsive else "background"
    return with_participant(
        state,
        event.participant_id,
        connections=connections,
        intervals=_continued(participant, {str(i): c for i, c in connections.items()}, at, reason),
    )


def _arrived(state: MeetingState, event: ParticipantArrived, at: Millis) -> MeetingState:
    participant = state.participants[event.participant_id]
    first = participant.first_arrived_at if participant.first_arrived_at is not None else at
    return with_participant(state, event.participant_id, present=True, first_arrived_at=first, left_at=None)


def _left(state: MeetingState, event: ParticipantLeft, at: Millis) -> MeetingState:
    state = released(state, event.participant_id, event.left_at)
    if event.never_came:
        state = with_participant(state, event.participant_id, first_arrived_at=None, left_at=None, intervals=())
    return state


def released(state: MeetingState, who: ParticipantId, left_at: Millis) -> MeetingState:
    """Take everything from a participant who leaves: presence, media, the raised hand, the floor."""
    participant = state.participants.get(who)
    if participant is None:
        return state
    floor = state.floor if state.floor is None or state.floor.participant_id != who else None
    state = replace(state, hands=without_hand(state.hands, who), floor=floor)
    return with_participant(
        state,
        who,
        present=False,
        left_at=left_at,
        media=(),
        marked_present=False,
        intervals=_cut(participant.intervals, left_at),
        gone_since=None,
        grace_until=None,
    )


def _confirmed(state: MeetingState, event: PresenceConfirmed, at: Millis) -> MeetingState:
    participant = state.participants[event.participant_id]
    confirmed = Interval(at, None, "confirmed", event.by, event.marked_by)
    in_hall = event.by in ("marked", "hall_code")
    return with_participant(
        state,
        event.participant_id,
        intervals=(*_cut(participant.intervals, at), confirmed),
        marked_present=participant.marked_present or in_hall,
        gone_since=None if in_hall else participant.gone_since,
        grace_until=None if in_hall else participant.grace_until,
    )


def _scanned(state: MeetingState, event: HallCodeScanned, at: Millis) -> MeetingState:
    return with_participant(state, event.participant_id, last_hall_code=event.window)


def _mark_withdrawn(state: MeetingState, event: PresenceMarkWithdrawn, at: Millis) -> MeetingState:
    participant = state.participants[event.participant_id]
    level = _base({str(i): c for i, c in participant.connections.items()})
    rest = () if level is None else (Interval(at, None, level, "joined"),)
    return with_participant(
        state,
        event.participant_id,
        marked_present=False,
        intervals=(*_cut(participant.intervals, at), *rest),
    )


def _turn_ended(state: MeetingState, event: SpeakerTurnEnded, at: Millis) -> MeetingState:
    return state  # only the record needs it


EVOLVE: dict[type, Evolve] = {
    ConnectionOpened: _connection_opened,
    ConnectionClosed: _connection_closed,
    ResponsivenessChanged: _responsiveness_changed,
    ParticipantArrived: _arrived,
    ParticipantLeft: _left,
    PresenceConfirmed: _confirmed,
    PresenceMarkWithdrawn: _mark_withdrawn,
    HallCodeScanned: _scanned,
    SpeakerTurnEnded: _turn_ended,
}


def cut_all(state: MeetingState, at: Millis) -> MeetingState:
    """End every running interval, because the meeting is over."""
    return replace(
        state,
        participants={
            i: replace(p, intervals=_cut(p.intervals, at), gone_since=None, grace_until=None) for i, p in state.participants.items()
        },
    )
