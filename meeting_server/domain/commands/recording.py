"""The recording (record), and notes (take_notes)."""

from __future__ import annotations

from dataclasses import dataclass

from meeting_server.domain.commands.command import FromParticipant, FromServer
from meeting_server.domain.ids import ItemId, Millis, NoteId, ParticipantId, RoomId
from meeting_server.domain.terms import MediaKind, NoteKind


@dataclass(frozen=True, slots=True)
class StartRecording(FromParticipant):
    pass


@dataclass(frozen=True, slots=True)
class StopRecording(FromParticipant):
    pass


@dataclass(frozen=True, slots=True)
class AcknowledgeRecording(FromParticipant):
    """Answer the notice of the running recording. Without consent one stays and listens, and none of one's own media is forwarded."""

    consents: bool = True


@dataclass(frozen=True, slots=True)
class TakeNote(FromParticipant):
    kind: NoteKind
    text: str
    item_id: ItemId | None = None
    participant_id: ParticipantId | None = None


@dataclass(frozen=True, slots=True)
class RemoveNote(FromParticipant):
    note_id: NoteId


@dataclass(frozen=True, slots=True)
class ReportTrackRecorded(FromServer):
    """A recorded file is complete. Accepted even after the adjournment, because files are finished a moment later.
    ``synthetic``: nobody spoke; a machine made the sound."""

    participant_id: ParticipantId
    room_id: RoomId
    media: MediaKind
    path: str
    started_at: Millis
    ended_at: Millis
    synthetic: bool = False
