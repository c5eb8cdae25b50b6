"""The facts of a meeting: past tense, append-only, versioned, replayed for ever.

Every class says in its own body who sees it (``seen_by``); without that the process does not start. Where its fields carry
marks, everyone else is told the ``Public`` ones: there a new field is private until it is marked.

A field may be added with a default; anything else needs a new ``version`` and an upcast in ``journal/upcast``.
Moments inside events are given only where they differ from the record's own ``recorded_at``.
In the journal every field is full.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from meeting_server.domain.audience import Audience, Public, PublicPart, check_declared
from meeting_server.domain.ids import (
    ConnectionId,
    ItemId,
    MessageId,
    Millis,
    MotionId,
    NoteId,
    ParticipantId,
    RollCallId,
    RoomId,
)
from meeting_server.domain.roles import Role
from meeting_server.domain.terms import (
    Candidate,
    CaptionsEnd,
    Choice,
    ConfirmedBy,
    Convening,
    Device,
    Invited,
    MediaKind,
    NamedBallot,
    NoteKind,
    Paper,
    PaperCount,
    Preset,
    QuorumCheck,
    ReportSheet,
    RoomKind,
    RunningTally,
    Tally,
    Terms,
    Verdict,
    WrittenOpinion,
)
from meeting_server.domain.vote_terms import AppraisalSheet, MotionForce, Office, PollShape, VoteMethod


@dataclass(frozen=True, slots=True)
class Event:
    """A fact. ``erasable`` payloads may be removed from the journal on request; the chain still verifies.

    ``withholdable`` ones may be left out of a bundle for who has no need of them, though they never leave the journal.
    """

    seen_by: ClassVar[Audience] = Audience.NOBODY
    version: ClassVar[int] = 1
    erasable: ClassVar[bool] = False
    withholdable: ClassVar[bool] = False


# --- the meeting's life -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MeetingConvened(Event):
    """First record of every journal, repeated when the schedule changes before the meeting opens."""

    seen_by: ClassVar[Audience] = Audience.NOBODY
    convening: Convening


@dataclass(frozen=True, slots=True)
class MeetingOpened(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    opened_by: ParticipantId


@dataclass(frozen=True, slots=True)
class MeetingAdjourned(Event):
    """Holds the attendance totals, which are never erasable: ``expected`` (应到) and ``attended`` (实到 over the meeting) of those
    with a vote, ``members`` and ``members_attended`` of all members expected, ``guests`` who came beside them.

    ``None``: from before members without a vote were counted.
    """

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    adjourned_by: ParticipantId
    expected: int
    attended: int
    guests: int
    members: int | None = None
    members_attended: int | None = None


# --- people -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ParticipantAdmitted(Event):
    """Someone not on the list was let in (a guest, a late addition)."""

    seen_by: ClassVar[Audience] = Audience.CONCERNED
    participant: PublicPart[Invited]
    admitted_by: Public[ParticipantId]

    @property
    def participant_id(self) -> ParticipantId:
        return self.participant.participant_id


@dataclass(frozen=True, slots=True)
class ParticipantRemoved(Event):
    """Someone was asked to leave (请出). ``counted``: they stay in 应到, because who is expected does not depend on who was sent out;
    before this was recorded they did not."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    removed_by: ParticipantId
    reason: str
    counted: bool = False


@dataclass(frozen=True, slots=True)
class ParticipantReadmitted(Event):
    """Whoever was asked to leave may come again (请回)."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    readmitted_by: ParticipantId


@dataclass(frozen=True, slots=True)
class LeaveRecorded(Event):
    """Leave (请假) asked for, granted or refused after the meeting opened; before that it is part of the convening.

    ``reason`` is empty in journals of today: see ``AbsenceExplained``.
    """

    seen_by: ClassVar[Audience] = Audience.CONCERNED
    participant_id: ParticipantId
    reason: str
    approved: bool


@dataclass(frozen=True, slots=True)
class AbsenceExplained(Event):
    """Why somebody takes leave, or is not counted in 应到 (``exclusion``, with its approval reference); empty: nothing to say.

    Apart from the facts themselves, because it is seen by fewer, leaves the house only with those, and can be erased.
    """

    seen_by: ClassVar[Audience] = Audience.CONCERNED
    erasable: ClassVar[bool] = True
    participant_id: ParticipantId
    leave: str = ""
    exclusion: str = ""


@dataclass(frozen=True, slots=True)
class RoleAssigned(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    role: Role
    assigned_by: ParticipantId


# --- attendance -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ConnectionOpened(Event):
    seen_by: ClassVar[Audience] = Audience.CONCERNED
    participant_id: ParticipantId
    connection_id: ConnectionId
    device: Device


@dataclass(frozen=True, slots=True)
class ConnectionClosed(Event):
    """``last_evidence_at``: absence is dated from the last sign of life, never from the time-out."""

    seen_by: ClassVar[Audience] = Audience.CONCERNED
    participant_id: ParticipantId
    connection_id: ConnectionId
    last_evidence_at: Millis


@dataclass(frozen=True, slots=True)
class ResponsivenessChanged(Event):
    """The device came to the foreground and beats (``responsive``), or went to the background."""

    seen_by: ClassVar[Audience] = Audience.CONCERNED
    participant_id: ParticipantId
    connection_id: ConnectionId
    responsive: bool


@dataclass(frozen=True, slots=True)
class ParticipantArrived(Event):
    """First connection, or first after having left, or marked in the hall."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class ParticipantLeft(Event):
    """The grace after the last connection ran out, or the member left on purpose (``deliberate``)."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    left_at: Millis
    deliberate: bool
    never_came: bool = False
    """Their presence rested on a mark alone, and the mark was a mistake: they count as if they had not come."""


@dataclass(frozen=True, slots=True)
class PresenceConfirmed(Event):
    """The strongest evidence. ``marked_by`` names the secretary for ``marked``."""

    seen_by: ClassVar[Audience] = Audience.CONCERNED
    participant_id: ParticipantId
    by: ConfirmedBy
    marked_by: ParticipantId | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class PresenceMarkWithdrawn(Event):
    """The secretary's mark was a mistake; both the mark and its withdrawal stay in the record."""

    seen_by: ClassVar[Audience] = Audience.CONCERNED
    participant_id: ParticipantId
    withdrawn_by: ParticipantId


@dataclass(frozen=True, slots=True)
class HallCodeScanned(Event):
    """A member scanned the hall's rotating code. ``window`` numbers the code, so that each is accepted once."""

    seen_by: ClassVar[Audience] = Audience.CONCERNED
    participant_id: ParticipantId
    window: int


@dataclass(frozen=True, slots=True)
class AttendanceContested(Event):
    """A member says that what is held about their presence is wrong; stays in the record with its answer."""

    seen_by: ClassVar[Audience] = Audience.CONCERNED
    erasable: ClassVar[bool] = True
    contest_id: str
    participant_id: ParticipantId
    text: str


@dataclass(frozen=True, slots=True)
class ContestAnswered(Event):
    seen_by: ClassVar[Audience] = Audience.CONCERNED
    erasable: ClassVar[bool] = True
    contest_id: str
    participant_id: ParticipantId
    accepted: bool
    text: str
    answered_by: ParticipantId


@dataclass(frozen=True, slots=True)
class RollCallOpened(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    roll_call_id: RollCallId
    opened_by: ParticipantId
    closes_at: Millis
    expected: tuple[ParticipantId, ...]


@dataclass(frozen=True, slots=True)
class RollCallAnswered(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    roll_call_id: RollCallId
    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class RollCallClosed(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    roll_call_id: RollCallId
    expected: int
    answered: int


# --- agenda -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AgendaItemAdded(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    item_id: ItemId
    title: str
    minutes: int
    speaker: str
    position: int


@dataclass(frozen=True, slots=True)
class AgendaItemEdited(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    item_id: ItemId
    title: str
    minutes: int
    speaker: str


@dataclass(frozen=True, slots=True)
class AgendaItemMoved(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    item_id: ItemId
    position: int


@dataclass(frozen=True, slots=True)
class AgendaItemRemoved(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    item_id: ItemId


@dataclass(frozen=True, slots=True)
class AgendaStepped(Event):
    """The meeting goes to ``item_id`` (``None``: the agenda is done); the item before it ends now."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    item_id: ItemId | None


# --- shared pages -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PageShown(Event):
    """Everyone looks at this page (from 1) of a document, until another is shown or ``PageHidden``."""

    seen_by: ClassVar[Audience] = Audience.INSIDE
    document_id: str
    page: int
    shown_by: ParticipantId


@dataclass(frozen=True, slots=True)
class PageHidden(Event):
    """No page is shown any more: stopped, or the meeting went on to another item or was adjourned."""

    seen_by: ClassVar[Audience] = Audience.INSIDE
    hidden_by: ParticipantId


# --- floor ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HandRaised(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class HandLowered(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class FloorGranted(Event):
    """``ends_at`` is ``None`` for no limit. Lowers the hand of the one who gets it."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    granted_by: ParticipantId
    seconds: int
    ends_at: Millis | None


@dataclass(frozen=True, slots=True)
class FloorExtended(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    ends_at: Millis


@dataclass(frozen=True, slots=True)
class FloorEnded(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    reason: Literal["returned", "revoked", "expired", "left"]


# --- rooms ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RoomOpened(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    room_id: RoomId
    title: str
    kind: RoomKind


@dataclass(frozen=True, slots=True)
class RoomClosed(Event):
    """Everyone still in it is back in the hall."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    room_id: RoomId


@dataclass(frozen=True, slots=True)
class RoomModerated(Event):
    """In a moderated room only the floor holder and those who run the meeting are heard."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    room_id: RoomId
    moderated: bool


@dataclass(frozen=True, slots=True)
class RoomCaptioned(Event):
    """Live captions of a room were switched on or off, by whom; ``None``: by the server, for ``reason``."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    room_id: RoomId
    captioned: bool
    changed_by: ParticipantId | None = None
    reason: CaptionsEnd | None = None


@dataclass(frozen=True, slots=True)
class ParticipantMoved(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    room_id: RoomId
    moved_by: ParticipantId


# --- recusal ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ParticipantRecused(Event):
    """Someone was asked out of the room for the item that is about them (回避)."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    item_id: ItemId
    recused_by: ParticipantId


@dataclass(frozen=True, slots=True)
class ParticipantRecalled(Event):
    """They are back in the room. ``recalled_by`` is ``None`` when the item ended."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    item_id: ItemId
    recalled_by: ParticipantId | None = None


# --- media facts ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MediaOpened(Event):
    """A microphone, camera or shared screen is on, as a fact shown to all."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    media: MediaKind


@dataclass(frozen=True, slots=True)
class MediaClosed(Event):
    """``closed_by`` differs from the participant when the chair did it."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    media: MediaKind
    closed_by: ParticipantId


@dataclass(frozen=True, slots=True)
class SpeakerTurnEnded(Event):
    """Sensed from audio levels by the media plane, for the record's timeline."""

    seen_by: ClassVar[Audience] = Audience.NOBODY
    participant_id: ParticipantId
    room_id: RoomId
    started_at: Millis
    ended_at: Millis


# --- chat -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChatPosted(Event):
    """``audience`` names who was in the group room (empty: everyone); ``withheld_from`` who was waiting outside the hall."""

    seen_by: ClassVar[Audience] = Audience.CONVERSATION
    erasable: ClassVar[bool] = True
    message_id: MessageId
    room_id: RoomId
    author_id: ParticipantId
    text: str
    audience: tuple[ParticipantId, ...] = ()
    withheld_from: tuple[ParticipantId, ...] = ()


@dataclass(frozen=True, slots=True)
class ChatRemoved(Event):
    """A moderator took the message out of sight; the record says who and why."""

    seen_by: ClassVar[Audience] = Audience.CONVERSATION
    message_id: MessageId
    removed_by: ParticipantId
    reason: str


@dataclass(frozen=True, slots=True)
class ChatPaused(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    paused: bool


# --- motions and polls --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MotionDrafted(Event):
    """Visible to those who run votes until it opens."""

    seen_by: ClassVar[Audience] = Audience.RUNNERS
    motion_id: MotionId
    title: str
    text: str
    item_id: ItemId | None
    force: MotionForce
    method: VoteMethod
    choices: tuple[Choice, ...]
    max_choices: int
    preset: Preset
    drafted_by: ParticipantId
    shape: PollShape = PollShape.CHOICES
    candidates: tuple[Candidate, ...] = ()
    terms: Terms | None = None
    minimum_group: int = 0
    revote_of: MotionId | None = None
    sheet: AppraisalSheet = AppraisalSheet.MUTUAL
    based_on: tuple[MotionId, ...] = ()
    nominees: tuple[ParticipantId, ...] = ()
    excludes: tuple[ParticipantId, ...] = ()
    excellent_reason: str = ""


@dataclass(frozen=True, slots=True)
class MotionMoved(Event):
    """Put before the meeting: from here on everyone sees its words."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    motion_id: MotionId
    title: str
    text: str
    item_id: ItemId | None
    force: MotionForce
    method: VoteMethod
    choices: tuple[Choice, ...]
    max_choices: int
    preset: Preset
    moved_by: ParticipantId
    shape: PollShape = PollShape.CHOICES
    candidates: tuple[Candidate, ...] = ()
    terms: Terms | None = None
    minimum_group: int = 0
    revote_of: MotionId | None = None
    sheet: AppraisalSheet = AppraisalSheet.MUTUAL
    based_on: tuple[MotionId, ...] = ()
    nominees: tuple[ParticipantId, ...] = ()
    excludes: tuple[ParticipantId, ...] = ()
    excellent_reason: str = ""


@dataclass(frozen=True, slots=True)
class MotionAmended(Event):
    seen_by: ClassVar[Audience] = Audience.MOTION
    motion_id: MotionId
    title: str
    text: str
    amended_by: ParticipantId


@dataclass(frozen=True, slots=True)
class MotionDiscussed(Event):
    """The chair closed the discussion."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    motion_id: MotionId
    closed_by: ParticipantId


@dataclass(frozen=True, slots=True)
class WrittenOpinionFiled(Event):
    """Shown to those who run votes only, until the result."""

    seen_by: ClassVar[Audience] = Audience.RUNNERS
    motion_id: MotionId
    opinion: WrittenOpinion


@dataclass(frozen=True, slots=True)
class SeatsReduced(Event):
    """An election that left seats empty fills ``seats`` in all: the meeting decided so by the carried motion ``reduced_by``."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    motion_id: MotionId
    seats: int
    reduced_by: MotionId
    recorded_by: ParticipantId


@dataclass(frozen=True, slots=True)
class OfficerAppointed(Event):
    """监票人, approved by the meeting in ``motion_id``, or 计票人, named by ``appointed_by`` (then ``motion_id`` may be ``None``)."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    office: Office
    motion_id: MotionId | None
    appointed_by: ParticipantId


@dataclass(frozen=True, slots=True)
class OfficerReleased(Event):
    """监票人 or 计票人 no longer: relieved, or asked to leave the meeting."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    office: Office
    released_by: ParticipantId


@dataclass(frozen=True, slots=True)
class MotionOpened(Event):
    """Opening freezes the preset, the electorate and who of it is there. ``quorum`` is ``None`` for a poll."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    motion_id: MotionId
    title: str
    text: str
    item_id: ItemId | None
    force: MotionForce
    method: VoteMethod
    choices: tuple[Choice, ...]
    max_choices: int
    preset: Preset
    electorate: tuple[ParticipantId, ...]
    quorum: QuorumCheck | None
    closes_at: Millis | None
    opened_by: ParticipantId
    shape: PollShape = PollShape.CHOICES
    candidates: tuple[Candidate, ...] = ()
    terms: Terms | None = None
    minimum_group: int = 0
    revote_of: MotionId | None = None
    sheet: AppraisalSheet = AppraisalSheet.MUTUAL
    based_on: tuple[MotionId, ...] = ()
    nominees: tuple[ParticipantId, ...] = ()
    excludes: tuple[ParticipantId, ...] = ()
    excellent_reason: str = ""
    hall_voters: tuple[ParticipantId, ...] = ()
    attending: tuple[ParticipantId, ...] | None = None
    """Those of the electorate who are there; ``None``: written before the set of a vote was recorded, see ``votes/attending``."""


@dataclass(frozen=True, slots=True)
class PaperRequested(Event):
    """A secret paper is to be opened: its key is being made. A ``collect_seconds`` or ``seconds`` of 0 means until
    the chair says so."""

    seen_by: ClassVar[Audience] = Audience.MOTION
    motion_id: MotionId
    requested_by: ParticipantId
    collect_seconds: int
    seconds: int
    hall_voters: tuple[ParticipantId, ...] = ()


@dataclass(frozen=True, slots=True)
class PaperAbandoned(Event):
    """The paper could not be opened after all (the quorum was lost meanwhile): back to where it was."""

    seen_by: ClassVar[Audience] = Audience.MOTION
    motion_id: MotionId
    reason: str


@dataclass(frozen=True, slots=True)
class PaperOpened(Event):
    """Collecting (领票) begins: preset, electorate and key are frozen. Built to be read without the draft."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    motion_id: MotionId
    title: str
    text: str
    item_id: ItemId | None
    force: MotionForce
    choices: tuple[Choice, ...]
    max_choices: int
    preset: Preset
    electorate: tuple[ParticipantId, ...]
    quorum: QuorumCheck | None
    paper: Paper
    collect_until: Millis | None
    seconds: int
    opened_by: ParticipantId | None
    shape: PollShape = PollShape.CHOICES
    candidates: tuple[Candidate, ...] = ()
    terms: Terms | None = None
    minimum_group: int = 0
    revote_of: MotionId | None = None
    sheet: AppraisalSheet = AppraisalSheet.MUTUAL
    based_on: tuple[MotionId, ...] = ()
    nominees: tuple[ParticipantId, ...] = ()
    hall_voters: tuple[ParticipantId, ...] = ()
    attending: tuple[ParticipantId, ...] | None = None
    """As of ``MotionOpened``."""
    excellent_reason: str = ""


@dataclass(frozen=True, slots=True)
class CollectingClosed(Event):
    """No more papers are handed out; casting begins."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    motion_id: MotionId
    closes_at: Millis | None


@dataclass(frozen=True, slots=True)
class PaperClosing(Event):
    """No more ballots are taken; the box is being sealed. ``present``: those of the electorate who are there at this moment.

    ``quorum`` is of the same moment where that decided (``votes/attending``), else ``None``.
    """

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    motion_id: MotionId
    quorum: QuorumCheck | None
    present: int


@dataclass(frozen=True, slots=True)
class HallVotersRegistered(Event):
    """Who votes in the hall, the whole list; nobody on it votes online too."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    motion_id: MotionId
    participants: tuple[ParticipantId, ...]
    registered_by: ParticipantId


@dataclass(frozen=True, slots=True)
class PaperCountEntered(Event):
    """Others than the counters learn that it was, how many came back and who signs; never what was chosen."""

    seen_by: ClassVar[Audience] = Audience.COUNTERS
    motion_id: Public[MotionId]
    count: PublicPart[PaperCount]


@dataclass(frozen=True, slots=True)
class PaperCountSigned(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    motion_id: MotionId
    signed_by: ParticipantId


@dataclass(frozen=True, slots=True)
class BallotCast(Event):
    """Others than the voter learn only that one more was returned."""

    seen_by: ClassVar[Audience] = Audience.VOTER
    withholdable: ClassVar[bool] = True
    motion_id: Public[MotionId]
    voter: ParticipantId | None
    choices: tuple[str, ...] | None
    running: Public[RunningTally | None] = None
    """In a copy of a quick poll's ballot: the sums so far, where they moved on; in the journal ``None``."""


@dataclass(frozen=True, slots=True)
class MotionClosed(Event):
    """Others than the runners learn tally and verdict when they are published."""

    seen_by: ClassVar[Audience] = Audience.RUNNERS
    motion_id: Public[MotionId]
    quorum: Public[QuorumCheck | None]
    returned: Public[int]
    tally: Tally | None
    verdict: Verdict | None
    issued: Public[int] = 0
    """Papers collected, for a secret vote."""
    root: Public[str] = ""
    """Hash over the sealed bulletin of a secret vote (hex)."""
    issuances: Public[str] = ""
    """Hash over who was handed a paper of a secret vote (hex); empty in journals of before."""
    report: Public[ReportSheet | None] = None
    """Of an election: what its scrutineer signs; ``None`` in journals of before."""
    joined: tuple[ParticipantId, ...] = ()
    """Those of the electorate who came after the opening and collected or cast: with ``attending`` the set of the vote."""
    present_at_close: Public[int | None] = None
    """Of an open or named vote: those of the electorate who are still there. It decides nothing; ``None`` where it did."""


@dataclass(frozen=True, slots=True)
class ReportSigned(Event):
    """A scrutineer signed the report sheet (选举报告单) of a counted election, on their own phone."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    motion_id: MotionId
    signed_by: ParticipantId


@dataclass(frozen=True, slots=True)
class MotionPublished(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    motion_id: MotionId
    tally: Tally
    verdict: Verdict
    named: tuple[NamedBallot, ...]
    published_by: ParticipantId
    paper_count: PaperCount | None = None


@dataclass(frozen=True, slots=True)
class MotionWithdrawn(Event):
    """Taken back before publication; ballots cast in it have no effect."""

    seen_by: ClassVar[Audience] = Audience.MOTION
    motion_id: MotionId
    withdrawn_by: ParticipantId
    reason: str


# --- recording and notes --------------------------------------------------------------------------------------


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
    """The participant saw the notice of the running recording and stayed: to be recorded too, or (``consents`` false) only to listen."""

    seen_by: ClassVar[Audience] = Audience.CONCERNED
    participant_id: ParticipantId
    consents: bool = True


@dataclass(frozen=True, slots=True)
class TrackRecorded(Event):
    """One file under the meeting's recording folder. ``path`` is relative to it.

    ``synthetic``: nobody spoke, a machine made the sound (the demo's); whoever plays it is told so.
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
    """A line for the minutes, typed by those who keep the record; visible to them until the minutes."""

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


KINDS: dict[str, type[Event]] = {cls.__name__: cls for cls in Event.__subclasses__()}
"""Every event class by its wire and journal name."""
check_declared(KINDS.values())
