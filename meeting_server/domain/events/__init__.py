"""The facts of a meeting, in the past tense: append-only, versioned, replayed for ever.

Every class declares in its own body who sees it (``seen_by``); without that the process does not start. If fields are
marked, everyone else sees the ``Public`` ones, so a new field is private until it is marked.

A field may be added with a default; any other change needs a new ``version`` and an upcast in ``journal/upcast``.
An event contains a time only where it differs from the record's own ``recorded_at``.
The journal keeps every field.
"""

from __future__ import annotations

from meeting_server.domain.audience import check_declared

# In the order of a meeting, because the documents of the wire list them so.
# isort: off
from meeting_server.domain.events.event import Event
from meeting_server.domain.events.sitting import (
    AbsenceExplained,
    LeaveRecorded,
    MeetingAdjourned,
    MeetingConvened,
    MeetingOpened,
    ParticipantAdmitted,
    ParticipantReadmitted,
    ParticipantRemoved,
    RoleAssigned,
)
from meeting_server.domain.events.attendance import (
    AttendanceContested,
    ConnectionClosed,
    ConnectionOpened,
    ContestAnswered,
    HallCodeScanned,
    ParticipantArrived,
    ParticipantLeft,
    PresenceConfirmed,
    PresenceMarkWithdrawn,
    ResponsivenessChanged,
    RollCallAnswered,
    RollCallClosed,
    RollCallOpened,
)
from meeting_server.domain.events.agenda import (
    AgendaItemAdded,
    AgendaItemEdited,
    AgendaItemMoved,
    AgendaItemRemoved,
    AgendaStepped,
    PageHidden,
    PageShown,
)
from meeting_server.domain.events.floor import FloorEnded, FloorExtended, FloorGranted, HandLowered, HandRaised
from meeting_server.domain.events.rooms import (
    MediaClosed,
    MediaOpened,
    ParticipantMoved,
    ParticipantRecalled,
    ParticipantRecused,
    RoomCaptioned,
    RoomClosed,
    RoomModerated,
    RoomOpened,
    SpeakerTurnEnded,
)
from meeting_server.domain.events.chat import ChatPaused, ChatPosted, ChatRemoved
from meeting_server.domain.events.votes import (
    BallotCast,
    CollectingClosed,
    HallVotersRegistered,
    MotionAmended,
    MotionClosed,
    MotionDiscussed,
    MotionDrafted,
    MotionMoved,
    MotionOpened,
    MotionPublished,
    MotionWithdrawn,
    OfficerAppointed,
    OfficerReleased,
    PaperAbandoned,
    PaperClosing,
    PaperCountEntered,
    PaperCountSigned,
    PaperOpened,
    PaperRequested,
    ReportSigned,
    SeatsReduced,
    WrittenOpinionFiled,
)
from meeting_server.domain.events.recording import (
    NoteRemoved,
    NoteTaken,
    RecordingAcknowledged,
    RecordingStarted,
    RecordingStopped,
    TrackRecorded,
)
# isort: on


KINDS: dict[str, type[Event]] = {cls.__name__: cls for cls in Event.__subclasses__()}
"""Every event class by its wire and journal name."""
check_declared(KINDS.values())
