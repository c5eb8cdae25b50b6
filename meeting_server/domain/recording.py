"""The recording: off by default, visible while it runs, acknowledged by those who stay."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.commands import AcknowledgeRecording, ReportTrackRecorded, StartRecording, StopRecording
from meeting_server.domain.consent import may_be_sent_on, shut
from meeting_server.domain.decision import Asked, Decide, Decision, Evolve, with_participant
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.events import RecordingAcknowledged, RecordingStarted, RecordingStopped, TrackRecorded
from meeting_server.domain.ids import Millis
from meeting_server.domain.state import MeetingState, Recording


def _start(state: MeetingState, command: StartRecording, asked: Asked) -> Decision:
    if state.recording is not None:
        return Rejected(Code.ALREADY_RECORDING)
    fact = RecordingStarted(asked.who)
    after = _started(state, fact, asked.now)
    unasked = [p for p in after.participants.values() if not may_be_sent_on(after, p)]
    return (fact, *(closed for p in unasked for closed in shut(p, asked.who)))  # nobody is recorded before they agreed


def _stop(state: MeetingState, command: StopRecording, asked: Asked) -> Decision:
    return (RecordingStopped(asked.who),) if state.recording else Rejected(Code.NOT_RECORDING)


def _acknowledge(state: MeetingState, command: AcknowledgeRecording, asked: Asked) -> Decision:
    if state.recording is None:
        return Rejected(Code.NOT_RECORDING)
    me = state.participants[asked.who]
    if me.recording_acknowledged and me.recording_declined != command.consents:
        return ()
    closed = () if command.consents else shut(me, asked.who)
    return (*closed, RecordingAcknowledged(asked.who, command.consents))


def _track(state: MeetingState, command: ReportTrackRecorded, asked: Asked) -> Decision:
    return (
        TrackRecorded(
            command.participant_id,
            command.room_id,
            command.media,
            command.path,
            command.started_at,
            command.ended_at,
            command.synthetic,
        ),
    )


DECIDE: dict[type, Decide] = {
    StartRecording: _start,
    StopRecording: _stop,
    AcknowledgeRecording: _acknowledge,
    ReportTrackRecorded: _track,
}


def _started(state: MeetingState, event: RecordingStarted, at: Millis) -> MeetingState:
    # each recording asks for consent anew
    participants = {i: replace(p, recording_acknowledged=False, recording_declined=False) for i, p in state.participants.items()}
    return replace(state, participants=participants, recording=Recording(at, event.started_by))


def _stopped(state: MeetingState, event: RecordingStopped, at: Millis) -> MeetingState:
    return replace(state, recording=None)


def _acknowledged(state: MeetingState, event: RecordingAcknowledged, at: Millis) -> MeetingState:
    return with_participant(state, event.participant_id, recording_acknowledged=True, recording_declined=not event.consents)


def _track_recorded(state: MeetingState, event: TrackRecorded, at: Millis) -> MeetingState:
    return state  # of interest to the archive only


EVOLVE: dict[type, Evolve] = {
    RecordingStarted: _started,
    RecordingStopped: _stopped,
    RecordingAcknowledged: _acknowledged,
    TrackRecorded: _track_recorded,
}
