"""The state of one meeting: what the journal folds to and, redacted, what a phone shows.

A phone's snapshot is this same structure without what the viewer may not see (``visibility.view``), so that the phone's reducer and
``evolve`` share one vocabulary. Nothing that can be computed is stored here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from meeting_server.domain.audience import Hint, Public
from meeting_server.domain.ids import (
    HALL,
    ConnectionId,
    ItemId,
    MeetingId,
    MessageId,
    Millis,
    MotionId,
    NoteId,
    ParticipantId,
    RollCallId,
    RoomId,
)
from meeting_server.domain.phases import MeetingPhase
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.terms import (
    AgendaItem,
    Amendment,
    Candidate,
    Choice,
    Device,
    DocumentRef,
    EvidenceLevel,
    MediaKind,
    MeetingKind,
    NamedBallot,
    NoteKind,
    OnRoster,
    Paper,
    PaperCount,
    ParticipantKind,
    Preset,
    QuorumCheck,
    Reduction,
    ReportSheet,
    RoomKind,
    RunningTally,
    Tally,
    Terms,
    Verdict,
    WrittenOpinion,
)
from meeting_server.domain.vote_terms import AppraisalSheet, MotionForce, MotionPhase, Office, PollShape, VoteMethod

CHAT_KEPT = 200
"""Messages per room kept in the state for snapshots. The journal has all of them."""


@dataclass(frozen=True, slots=True)
class Connection:
    """One device of a participant while its socket is open."""

    device: Device
    opened_at: Millis
    responsive: bool


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval of evidence of presence. ``until`` is ``None`` while it lasts. ``reason`` is a stable word
    (``joined``, ``foreground``, ``background``, ``roll_call``, ``spoke``, ``ballot``, ``marked``)."""

    since: Millis
    until: Millis | None
    level: EvidenceLevel
    reason: str
    marked_by: ParticipantId | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """In this room from ``at`` on. ``title``: the room's title then, because a room may be closed (empty: the hall)."""

    room_id: RoomId
    title: str
    at: Millis


@dataclass(frozen=True, slots=True)
class Recusal:
    """Recused from one agenda item (回避). ``until`` is ``None`` while it lasts."""

    item_id: ItemId
    since: Millis
    until: Millis | None = None


@dataclass(frozen=True, slots=True)
class Participant:
    """Someone on the meeting's list. Private fields are seen only by themselves and by those who run the meeting. A field is private
    unless marked."""

    participant_id: Public[ParticipantId]
    name: Public[str]
    standing: Public[Standing]
    role: Public[Role]
    voting: Public[bool]
    committee: Public[bool] = False
    excluded_reason: Hint[str] = ""
    leave_reason: str = ""
    leave_approved: bool = False
    room_id: Public[RoomId] = HALL
    moves: Public[tuple[Move, ...]] = ()
    """Every change of room. Before the first one they are in the hall."""
    present: Public[bool] = False
    first_arrived_at: Public[Millis | None] = None
    left_at: Public[Millis | None] = None
    removed: Public[bool] = False
    counted: Public[bool] = False
    """Of someone removed: whether they stay in 应到. Someone removed from the meeting (请出) does; someone struck off the list does
    not."""
    media: Public[tuple[MediaKind, ...]] = ()
    """What is open now: microphone, camera, screen."""
    recording_acknowledged: bool = False
    recording_declined: bool = False
    """Answered the recording notice with "only listen": none of their media is forwarded while it runs."""
    marked_present: bool = False
    """Present without a connection: seen in the hall by the secretary, or scanned the hall's code."""
    last_hall_code: int = 0
    """Window of the last accepted hall code."""
    connections: dict[ConnectionId, Connection] = field(default_factory=dict)
    intervals: tuple[Interval, ...] = ()
    gone_since: Millis | None = None
    """The last evidence of the last connection, while the grace period runs."""
    grace_until: Millis | None = None
    kind: Public[ParticipantKind] = "person"
    resembles: Public[ParticipantId | None] = None
    items: Public[tuple[ItemId, ...]] = ()
    """The agenda items they are called to; empty: the whole meeting."""
    inside_since: Public[Millis | None] = None
    """Of somebody called to some items: since when the meeting has been at one of them."""
    recusals: Public[tuple[Recusal, ...]] = ()
    exclusion_needs_vote: Public[bool] = False
    excluded_by: Public[MotionId | None] = None
    """The carried motion by which they don't count in 应到."""

    @property
    def recused_from(self) -> ItemId | None:
        """The item they are recused from now."""
        last = self.recusals[-1] if self.recusals else None
        return last.item_id if last is not None and last.until is None else None

    @property
    def is_excluded(self) -> bool:
        """Not counted in 应到: for a reason on the roster and, where it is needed, by a vote of the meeting."""
        return bool(self.excluded_reason) and (self.excluded_by is not None or not self.exclusion_needs_vote)


@dataclass(frozen=True, slots=True)
class Room:
    room_id: RoomId
    title: str
    kind: RoomKind
    moderated: bool = False
    captioned: bool = False
    """Whether live captions are on."""


@dataclass(frozen=True, slots=True)
class Hand:
    participant_id: ParticipantId
    raised_at: Millis


@dataclass(frozen=True, slots=True)
class Floor:
    """Who has the floor (发言权), and until when (``None``: no limit)."""

    participant_id: ParticipantId
    granted_at: Millis
    ends_at: Millis | None


@dataclass(frozen=True, slots=True)
class Message:
    """A chat message. A removed one stays, with an empty ``text`` and the id of who removed it."""

    message_id: MessageId
    room_id: RoomId
    author_id: ParticipantId
    posted_at: Millis
    text: str
    audience: tuple[ParticipantId, ...] = ()
    withheld_from: tuple[ParticipantId, ...] = ()
    removed_by: ParticipantId | None = None


@dataclass(frozen=True, slots=True)
class RollCall:
    roll_call_id: RollCallId
    opened_at: Millis
    closes_at: Millis
    expected: tuple[ParticipantId, ...]
    answered: tuple[ParticipantId, ...] = ()
    closed_at: Millis | None = None


@dataclass(frozen=True, slots=True)
class Motion:
    """A motion or poll. In a phone's view ``ballots`` holds only the viewer's own. ``visibility`` decides when the other private fields
    are shown."""

    motion_id: Public[MotionId]
    phase: Public[MotionPhase]
    title: Public[str]
    text: Public[str]
    item_id: Public[ItemId | None]
    force: Public[MotionForce]
    method: Public[VoteMethod]
    choices: Public[tuple[Choice, ...]]
    max_choices: Public[int]
    preset: Public[Preset]
    electorate: Public[tuple[ParticipantId, ...]] = ()
    moved_at: Public[Millis | None] = None
    opened_at: Public[Millis | None] = None
    closes_at: Public[Millis | None] = None
    closed_at: Public[Millis | None] = None
    published_at: Public[Millis | None] = None
    quorum_at_open: Public[QuorumCheck | None] = None
    quorum_at_close: Public[QuorumCheck | None] = None
    returned: Public[int] = 0
    ballots: dict[ParticipantId, tuple[str, ...]] = field(default_factory=dict)
    tally: Tally | None = None
    verdict: Verdict | None = None
    named: Public[tuple[NamedBallot, ...]] = ()
    withdrawn_reason: Public[str] = ""
    shape: Public[PollShape] = PollShape.CHOICES
    candidates: Public[tuple[Candidate, ...]] = ()
    terms: Public[Terms | None] = None
    minimum_group: Public[int] = 0
    revote_of: Public[MotionId | None] = None
    sheet: Public[AppraisalSheet] = AppraisalSheet.MUTUAL
    """Of an appraisal."""
    based_on: Public[tuple[MotionId, ...]] = ()
    """Of an organisation sheet: the published sheets it rests on."""
    nominees: Public[tuple[ParticipantId, ...]] = ()
    """Of a decision: whom it makes 监票人 when it is published as carried."""
    amendments: Public[tuple[Amendment, ...]] = ()
    opinions: tuple[WrittenOpinion, ...] = ()
    """Written opinions."""
    paper: Public[Paper | None] = None
    collect_until: Public[Millis | None] = None
    seconds: Public[int] = 0
    collect_seconds: Public[int] = 0
    """As requested, while the key is being made."""
    opened_by: Public[ParticipantId | None] = None
    attending: Public[tuple[ParticipantId, ...] | None] = None
    """Those of the electorate who were present when ballots were issued; ``None``: an older vote, which presence at the close decides."""
    joined: tuple[ParticipantId, ...] = ()
    """Those who came later and collected or cast. Known once it is closed."""
    present_at_close: Public[int] = 0
    issued: Public[int] = 0
    root: Public[str] = ""
    hall_voters: Public[tuple[ParticipantId, ...]] = ()
    """Who votes in the hall, by a show of hands or on paper, and therefore not online."""
    paper_count: PaperCount | None = None
    """Their count. Only the counters see what was chosen."""
    report: Public[ReportSheet | None] = None
    report_signed_by: Public[tuple[ParticipantId, ...]] = ()
    excludes: Public[tuple[ParticipantId, ...]] = ()
    excellent_reason: Public[str] = ""
    """Of an organisation sheet: why more are 优秀 than the rule allows."""
    """Those who no longer count in 应到 if it is carried."""
    reduction: Public[Reduction | None] = None
    """Of an election that left seats empty."""
    roster: tuple[OnRoster, ...] = ()
    """Of an election: whom written-in names can mean, frozen when ballots were issued. Not part of any view."""
    running: RunningTally | None = None
    """In a view of a quick poll: the totals while it runs. ``None`` in the meeting's own state."""

    @property
    def is_public(self) -> bool:
        """Return whether the meeting has seen it because it was moved or opened."""
        return self.moved_at is not None or self.opened_at is not None

    @property
    def grades_people(self) -> bool:
        """Return whether its ballots hold grades. An organisation sheet is adopted as a whole, like a motion."""
        return self.force == MotionForce.APPRAISAL and self.sheet != AppraisalSheet.ORGANISATION


@dataclass(frozen=True, slots=True)
class Recording:
    """The recording that runs now. Earlier ones are in the journal."""

    started_at: Millis
    started_by: ParticipantId


@dataclass(frozen=True, slots=True)
class Note:
    note_id: NoteId
    taken_at: Millis
    item_id: ItemId | None
    participant_id: ParticipantId | None
    kind: NoteKind
    text: str


@dataclass(frozen=True, slots=True)
class Officer:
    """A scrutineer (监票人), whom the meeting approved by ``motion_id``, or a teller (计票人), who needs no motion."""

    participant_id: ParticipantId
    office: Office
    motion_id: MotionId | None


@dataclass(frozen=True, slots=True)
class Contest:
    contest_id: str
    participant_id: ParticipantId
    contested_at: Millis
    text: str
    accepted: bool | None = None
    answer: str = ""
    answered_by: ParticipantId | None = None
    answered_at: Millis | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """The page that everyone sees. Pages count from 1."""

    document_id: str
    page: int
    shown_by: ParticipantId


@dataclass(frozen=True, slots=True)
class Counters:
    """How many of each have been made, for the next id."""

    rooms: int = 0
    items: int = 0
    motions: int = 0
    messages: int = 0
    notes: int = 0
    roll_calls: int = 0
    contests: int = 0


@dataclass(frozen=True, slots=True)
class MeetingState:
    """A whole meeting at one position. A phone's view omits private fields, except the part that ``visibility.view`` gives."""

    meeting_id: Public[MeetingId]
    phase: Public[MeetingPhase]
    title: Public[str]
    kind: Public[MeetingKind]
    branch_id: Public[str]
    branch_name: Public[str]
    place: Public[str]
    starts_at: Public[Millis]
    ends_at: Public[Millis]
    preset: Public[Preset]
    documents: Public[tuple[DocumentRef, ...]]
    participants: dict[ParticipantId, Participant]
    agenda: Public[tuple[AgendaItem, ...]]
    rooms: Public[dict[RoomId, Room]]
    opened_at: Public[Millis | None] = None
    adjourned_at: Public[Millis | None] = None
    current_item: Public[ItemId | None] = None
    hands: Public[tuple[Hand, ...]] = ()
    floor: Public[Floor | None] = None
    chat: tuple[Message, ...] = ()
    chat_paused: Public[bool] = False
    roll_call: Public[RollCall | None] = None
    """The one open now or the last one."""
    motions: dict[MotionId, Motion] = field(default_factory=dict)
    shown: Public[Shown | None] = None
    recording: Public[Recording | None] = None
    recording_planned: Public[bool] = False
    full_members: Public[int] = 0
    """正式党员 of the branch that day, called or not; 0: unknown."""
    notes: tuple[Note, ...] = ()
    officers: Public[tuple[Officer, ...]] = ()
    former_officers: Public[tuple[Officer, ...]] = ()
    """Those who were relieved or removed, in order. They may have counted earlier votes."""
    contests: tuple[Contest, ...] = ()
    """Members' objections to their attendance, shown to themselves and to those who run the meeting."""
    counters: Counters = Counters()
