"""Consent to being recorded: while a recording runs, only who agreed to it is heard and seen."""

from __future__ import annotations

from meeting_server.domain.events import MediaClosed
from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.state import MeetingState, Participant


def may_be_sent_on(state: MeetingState, participant: Participant) -> bool:
    """Whether nothing stands against sending on what this participant's devices give: no recording, or their consent.

    Whoever started it has consented by that, and a camera of the hall was set up to be recorded."""
    if state.recording is None or participant.kind == "hall_camera":
        return True
    if participant.recording_declined:
        return False
    return participant.recording_acknowledged or participant.participant_id == state.recording.started_by


def shut(participant: Participant, by: ParticipantId) -> tuple[MediaClosed, ...]:
    """The facts of closing all that a participant has open."""
    return tuple(MediaClosed(participant.participant_id, media, by) for media in participant.media)
