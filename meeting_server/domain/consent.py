"""Consent to being recorded: while a recording runs, only those who agreed to it are heard and seen."""

from __future__ import annotations

from meeting_server.domain.events import MediaClosed
from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.state import MeetingState, Participant


def may_be_sent_on(state: MeetingState, participant: Participant) -> bool:
    """Return whether this participant's media may be forwarded: nothing is recorded, or they consented.

    Whoever starts a recording consents to it, and a hall camera is set up to be recorded."""
    if state.recording is None or participant.kind == "hall_camera":
        return True
    if participant.recording_declined:
        return False
    return participant.recording_acknowledged or participant.participant_id == state.recording.started_by


def shut(participant: Participant, by: ParticipantId) -> tuple[MediaClosed, ...]:
    """Return the facts of closing all media that a participant has open."""
    return tuple(MediaClosed(participant.participant_id, media, by) for media in participant.media)
