"""The recording, and notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from meeting_server.domain.audience import Audience
from meeting_server.domain.events.event import Event
from meeting_server.domain.ids import ItemId, Millis, NoteId, ParticipantId, RoomId
from meeting_server.domain.terms import MediaKind, NoteKind


@dataclass(frozen=True, slots=True)
class RecordingStarted(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    started_by: ParticipantId


@dataclass(frozen=True, slots=True)
class RecordingStopped(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    stopped_by: ParticipantId


@dataclass(frozen=True, slots=True)
class RecordingAcknowledged(Event):
    """The participant saw the notice of the running recording and stayed, either to be recorded or (``consents`` false) only to listen."""

    seen_by: ClassVar[Audience] = Audience.CONCERNED
    participant_id: ParticipantId
    consents: bool = True


@dataclass(frozen=True, slots=True)
class TrackRecorded(Event):
    """One file in the meeting's recording folder; ``path`` is relative to that.

    ``synthetic``: nobody spoke, a machine made the sound (the demo's), and whoever plays it is told so.
    """

    seen_by: ClassVar[Audience] = Audience.NOBODY
    participant_id: ParticipantId
    room_id: RoomId
    media: MediaKind
    path: str
    started_at: Millis
    ended_at: Millis
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class NoteTaken(Event):
    """A line for the minutes, written by those who keep the record. Nobody else sees it before the minutes."""

    seen_by: ClassVar[Audience] = Audience.RUNNERS
    note_id: NoteId
    item_id: ItemId | None
    participant_id: ParticipantId | None
    kind: NoteKind
    text: str
    taken_by: ParticipantId


@dataclass(frozen=True, slots=True)
class NoteRemoved(Event):
    seen_by: ClassVar[Audience] = Audience.RUNNERS
    note_id: NoteId
