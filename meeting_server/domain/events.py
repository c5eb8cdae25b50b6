"""The facts of a meeting, in the past tense: append-only, versioned, replayed for ever.

Every class declares in its own body who sees it (``seen_by``); without that the process does not start. If fields are
marked, everyone else sees the ``Public`` ones, so a new field is private until it is marked.

A field may be added with a default; any other change needs a new ``version`` and an upcast in ``journal/upcast``.
An event contains a time only where it differs from the record's own ``recorded_at``.
The journal keeps every field.
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
    """A fact. An ``erasable`` payload may be removed from the journal on request; the chain still verifies.

    A ``withholdable`` payload stays in the journal, but may be left out of a bundle for readers who don't need it.
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
    with a vote, ``members`` and ``members_attended`` of all members expected, and the ``guests`` who came.

    ``None``: recorded before members without a vote were counted.
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
    """Someone who was not on the list was admitted: a guest, or a late addition."""

    seen_by: ClassVar[Audience] = Audience.CONCERNED
    participant: PublicPart[Invited]
    admitted_by: Public[ParticipantId]

    @property
    def participant_id(self) -> ParticipantId:
        return self.participant.participant_id


@dataclass(frozen=True, slots=True)
class ParticipantRemoved(Event):
    """Someone was removed from the meeting (请出). ``counted``: they stay in 应到, because removal does not change who is expected.
    In records without this field they did not."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    removed_by: ParticipantId
    reason: str
    counted: bool = False


@dataclass(frozen=True, slots=True)
class ParticipantReadmitted(Event):
    """Someone who was removed may come in again (请回)."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    readmitted_by: ParticipantId


@dataclass(frozen=True, slots=True)
class LeaveRecorded(Event):
    """Leave (请假) was asked for, granted or refused after the meeting opened; before that it is part of the convening.

    ``reason`` is empty in new journals: see ``AbsenceExplained``.
    """

    seen_by: ClassVar[Audience] = Audience.CONCERNED
    participant_id: ParticipantId
    reason: str
    approved: bool


@dataclass(frozen=True, slots=True)
class AbsenceExplained(Event):
    """Why somebody is on leave, or is not counted in 应到 (``exclusion``, with its approval reference); empty: no reason given.

    Kept apart from the facts themselves, because fewer people see it, only they can export it, and it can be erased.
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
    """Absence is dated from the last sign of life (``last_evidence_at``), never from the timeout."""

    seen_by: ClassVar[Audience] = Audience.CONCERNED
    participant_id: ParticipantId
    connection_id: ConnectionId
    last_evidence_at: Millis


@dataclass(frozen=True, slots=True)
class ResponsivenessChanged(Event):
    """The device came to the foreground and sends heartbeats (``responsive``), or went to the background."""

    seen_by: ClassVar[Audience] = Audience.CONCERNED
    participant_id: ParticipantId
    connection_id: ConnectionId
    responsive: bool


@dataclass(frozen=True, slots=True)
class ParticipantArrived(Event):
    """Connected for the first time or after having left, or was marked present in the hall."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class ParticipantLeft(Event):
    """The grace period after the last connection ran out, or the member left on purpose (``deliberate``)."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    left_at: Millis
    deliberate: bool
    never_came: bool = False
    """The only evidence of presence was a mark made by mistake, so they count as never having come."""


@dataclass(frozen=True, slots=True)
class PresenceConfirmed(Event):
    """The strongest evidence of presence. For ``marked``, ``marked_by`` names the secretary."""

    seen_by: ClassVar[Audience] = Audience.CONCERNED
    participant_id: ParticipantId
    by: ConfirmedBy
    marked_by: ParticipantId | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class PresenceMarkWithdrawn(Event):
    """The secretary's mark was a mistake. Both the mark and its withdrawal stay in the record."""

    seen_by: ClassVar[Audience] = Audience.CONCERNED
    participant_id: ParticipantId
    withdrawn_by: ParticipantId


@dataclass(frozen=True, slots=True)
class HallCodeScanned(Event):
    """A member scanned the hall's rotating code. ``window`` numbers the code, so that each is accepted once per member."""

    seen_by: ClassVar[Audience] = Audience.CONCERNED
    participant_id: ParticipantId
    window: int


@dataclass(frozen=True, slots=True)
class AttendanceContested(Event):
    """A member objected to what is recorded about their attendance. It stays in the record with its answer."""

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
    """The meeting went on to ``item_id`` (``None``: the agenda is done). The item before it ended."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    item_id: ItemId | None


# --- shared pages -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PageShown(Event):
    """Everyone sees this page (from 1) of a document until another is shown or until ``PageHidden``."""

    seen_by: ClassVar[Audience] = Audience.INSIDE
    document_id: str
    page: int
    shown_by: ParticipantId


@dataclass(frozen=True, slots=True)
class PageHidden(Event):
    """No page is shown any more: it was stopped, or the meeting went on to another item or was adjourned."""

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
    """Someone got the floor, which lowers their hand. ``ends_at`` is ``None`` if there is no limit."""

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
    """Everyone who was still in the room is back in the hall."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    room_id: RoomId


@dataclass(frozen=True, slots=True)
class RoomModerated(Event):
    """In a moderated room, only the floor holder and those who run the meeting are heard."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    room_id: RoomId
    moderated: bool


@dataclass(frozen=True, slots=True)
class RoomCaptioned(Event):
    """A room's live captions were switched on or off by ``changed_by``, or by the server (``None``) for ``reason``."""

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
    """Someone was asked to leave the room for the item that concerns them (回避)."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    item_id: ItemId
    recused_by: ParticipantId


@dataclass(frozen=True, slots=True)
class ParticipantRecalled(Event):
    """Someone is back in the room. ``recalled_by`` is ``None`` if the item ended."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    item_id: ItemId
    recalled_by: ParticipantId | None = None


# --- media facts ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MediaOpened(Event):
    """A microphone, camera or shared screen is on; everyone sees that."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    media: MediaKind


@dataclass(frozen=True, slots=True)
class MediaClosed(Event):
    """``closed_by`` differs from the participant if somebody else closed it."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    media: MediaKind
    closed_by: ParticipantId


@dataclass(frozen=True, slots=True)
class SpeakerTurnEnded(Event):
    """A stretch of speech, detected by the media plane from audio levels, for the record's timeline."""

    seen_by: ClassVar[Audience] = Audience.NOBODY
    participant_id: ParticipantId
    room_id: RoomId
    started_at: Millis
    ended_at: Millis


# --- chat -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChatPosted(Event):
    """``audience`` names who was in the group room (empty: everyone), ``withheld_from`` who was waiting outside the hall."""

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
    """The author or a moderator removed the message. The record says who and why."""

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
    """A draft. Only those who run votes see it until it is moved or opens."""

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
    """The draft was put before the meeting. From here on everyone sees its wording."""

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
    """Only those who run votes see it until the result."""

    seen_by: ClassVar[Audience] = Audience.RUNNERS
    motion_id: MotionId
    opinion: WrittenOpinion


@dataclass(frozen=True, slots=True)
class SeatsReduced(Event):
    """An election that left seats empty fills ``seats`` in all, as the meeting decided by the carried motion ``reduced_by``."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    motion_id: MotionId
    seats: int
    reduced_by: MotionId
    recorded_by: ParticipantId


@dataclass(frozen=True, slots=True)
class OfficerAppointed(Event):
    """A 监票人 whom the meeting approved by ``motion_id``, or a 计票人 named by ``appointed_by`` (``motion_id`` may then be ``None``)."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    office: Office
    motion_id: MotionId | None
    appointed_by: ParticipantId


@dataclass(frozen=True, slots=True)
class OfficerReleased(Event):
    """A 监票人 or 计票人 was relieved, or removed from the meeting."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    participant_id: ParticipantId
    office: Office
    released_by: ParticipantId


@dataclass(frozen=True, slots=True)
class MotionOpened(Event):
    """Voting began. Preset, electorate and those of it who are present are frozen. ``quorum`` is ``None`` for a poll."""

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
    """Those of the electorate who are present; ``None``: recorded before this field existed, see ``votes/attending``."""


@dataclass(frozen=True, slots=True)
class PaperRequested(Event):
    """A secret vote is about to open: its key is being made. If ``collect_seconds`` or ``seconds`` is 0, the chair ends
    that step."""

    seen_by: ClassVar[Audience] = Audience.MOTION
    motion_id: MotionId
    requested_by: ParticipantId
    collect_seconds: int
    seconds: int
    hall_voters: tuple[ParticipantId, ...] = ()


@dataclass(frozen=True, slots=True)
class PaperAbandoned(Event):
    """The secret vote could not open after all, because the quorum was lost meanwhile. The motion is back where it was."""

    seen_by: ClassVar[Audience] = Audience.MOTION
    motion_id: MotionId
    reason: str


@dataclass(frozen=True, slots=True)
class PaperOpened(Event):
    """Collecting (领票) began. Preset, electorate and key are frozen. Readable without the draft."""

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
    """As in ``MotionOpened``."""
    excellent_reason: str = ""


@dataclass(frozen=True, slots=True)
class CollectingClosed(Event):
    """No more ballots are handed out; casting began."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    motion_id: MotionId
    closes_at: Millis | None


@dataclass(frozen=True, slots=True)
class PaperClosing(Event):
    """No more ballots are taken; the box is being sealed. ``present``: how many of the electorate are present at this moment.

    ``quorum`` is of the same moment if that decides the vote (``votes/attending``), else ``None``.
    """

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    motion_id: MotionId
    quorum: QuorumCheck | None
    present: int


@dataclass(frozen=True, slots=True)
class HallVotersRegistered(Event):
    """The whole list of those who vote in the hall. Nobody on it votes online too."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    motion_id: MotionId
    participants: tuple[ParticipantId, ...]
    registered_by: ParticipantId


@dataclass(frozen=True, slots=True)
class PaperCountEntered(Event):
    """Only the counters learn what was chosen. Everyone else learns that a count was entered, how many ballots came back and who signs."""

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
    """Only the voter learns the choices. Everyone else learns that one more ballot was returned."""

    seen_by: ClassVar[Audience] = Audience.VOTER
    withholdable: ClassVar[bool] = True
    motion_id: Public[MotionId]
    voter: ParticipantId | None
    choices: tuple[str, ...] | None
    running: Public[RunningTally | None] = None
    """In copies of a poll's ballot: the totals so far, if they changed. ``None`` in the journal."""


@dataclass(frozen=True, slots=True)
class MotionClosed(Event):
    """Only those who run votes learn tally and verdict now. Everyone else learns them when they are published."""

    seen_by: ClassVar[Audience] = Audience.RUNNERS
    motion_id: Public[MotionId]
    quorum: Public[QuorumCheck | None]
    returned: Public[int]
    tally: Tally | None
    verdict: Verdict | None
    issued: Public[int] = 0
    """Of a secret vote: ballots collected."""
    root: Public[str] = ""
    """Hash over the sealed bulletin of a secret vote (hex)."""
    issuances: Public[str] = ""
    """Hash over who was handed a ballot of a secret vote (hex); empty in older journals."""
    report: Public[ReportSheet | None] = None
    """Of an election: what its scrutineer signs; ``None`` in older journals."""
    joined: tuple[ParticipantId, ...] = ()
    """Those of the electorate who came after the opening and collected or cast. With ``attending`` they are the set of the vote."""
    present_at_close: Public[int | None] = None
    """Of an open or named vote: how many of the electorate are still present. It decides nothing; ``None`` where it did."""


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
    """The motion was taken back before publication. Ballots cast in it have no effect."""

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


KINDS: dict[str, type[Event]] = {cls.__name__: cls for cls in Event.__subclasses__()}
"""Every event class by its wire and journal name."""
check_declared(KINDS.values())
