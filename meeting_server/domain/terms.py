"""The value types of commands, events and the state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from meeting_server.domain.audience import Hint, Public
from meeting_server.domain.ids import ItemId, MeetingId, Millis, MotionId, ParticipantId
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.vote_terms import (
    Base,
    BulletinReaders,
    Compared,
    Comparison,
    Electorate,
    Grade,
    ItemPurpose,
    MotionForce,
    RuleMethod,
    VerdictReason,
    WriteIns,
)

MeetingKind = Literal[
    "general",  # 支部党员大会
    "committee",  # 支部委员会
    "group",  # 党小组会
    "lesson",  # 党课
    "theme_day",  # 主题党日
    "organisation_life",  # 组织生活会
    "blank",
]
RoomKind = Literal["text", "voice", "video"]
Device = Literal["phone", "desktop", "hall"]
EvidenceLevel = Literal["connected", "responsive", "confirmed"]
ConfirmedBy = Literal["roll_call", "spoke", "ballot", "marked", "hall_code"]
"""How presence was confirmed; ``hall_code``: the hall's rotating QR code was scanned."""
NoteKind = Literal["point", "dissent", "resolution"]
MediaKind = Literal["audio", "video", "screen"]
ParticipantKind = Literal["person", "hall_camera"]
CaptionsEnd = Literal["busy", "unavailable"]
"""Why the server ended live captions: the machine is busy, or no engine is available (any more)."""
"""hall_camera: a camera or an encoder of the hall. It is let in by whoever runs the meeting, is heard and seen, and can be
stopped and removed like a person; it is nobody's presence, speaks without the floor and is in no count."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """``numerator/denominator`` of ``base``, which must be reached (``at_least``) or exceeded (``more_than``)."""

    numerator: int
    denominator: int
    comparison: Comparison
    base: Base


@dataclass(frozen=True, slots=True)
class Share:
    """At most ``numerator/denominator`` of a number, rounded down."""

    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class Preset:
    """The rule that decides a motion, frozen into the journal when the motion opens.

    ``source`` names the regulation and ``article`` its articles. ``assumed`` names the fields for which no public text was found.
    """

    preset_id: str
    title_zh: str
    title_en: str
    quorum: Threshold | None
    passing: Threshold | None
    method: RuleMethod
    electorate: Electorate
    source: str
    assumed: tuple[str, ...] = ()
    written_opinions: bool = False
    proxy: bool = False
    surplus_percent: int = 0
    """差额: candidates exceed the seats by at least this share of the seats, rounded up; 0: not required."""
    doubts: tuple[str, ...] = ()
    """Fields on which public sources disagree. The secretary confirms them before opening."""
    excellent: Share = Share(1, 3)
    """Of an appraisal: the share that can be 优秀."""
    excellent_of: int = 0
    """Frozen into an appraisal: 正式党员总数 of the branch that day, of which the share is taken. 0, in older records: the share is of
    those on the sheet."""
    bulletin: BulletinReaders = BulletinReaders.SCRUTINEERS
    """Of a secret vote: who gets the sealed ballots in an exported bundle; members: anyone who may export it."""
    source_en: str = ""
    """The regulation for readers of English; empty: ``source`` serves both languages."""
    article: str = ""
    """Numbers of the articles, as “19, 20”; empty: unknown."""
    text_date: str = ""
    """Date of the text (ISO 8601); empty: the text has none."""
    compared_with: tuple[Compared, ...] = ()
    """What this rule was compared with; empty: nothing was found."""
    valid_from: str = ""
    """Day from which it is in force (ISO 8601); empty: always."""
    replaced_by: str = ""
    """The rule that replaced it; meetings planned under this one are told. Empty: it is in force."""
    made_for: MotionForce | None = None
    """The kind of motion it is offered for; ``None``, in older rules: derived from its fields."""
    note_zh: str = ""
    note_en: str = ""
    """What else the text requires that no field here covers."""
    write_ins: WriteIns = WriteIns.FREE
    """Of an election (另选他人). ``free`` in rules older than this field; elections drafted under those use ``roster``."""


@dataclass(frozen=True, slots=True)
class Invited:
    """One person on a meeting's list, as roster and leave requests were when it was convened. Private fields are seen only by themselves
    and by those who run the meeting."""

    participant_id: Public[ParticipantId]
    name: Public[str]
    standing: Public[Standing]
    role: Public[Role]
    voting: Public[bool]
    committee: Public[bool] = False
    excluded_reason: Hint[str] = ""
    """Not empty: not counted in 应到. Holds the reason with its approval reference, or ``WITHHELD``."""
    leave_reason: str = ""
    leave_approved: bool = False
    kind: Public[ParticipantKind] = "person"
    resembles: Public[ParticipantId | None] = None
    """Of a guest who typed their own name: the member it may be mistaken for. The chair is told to check."""
    items: Public[tuple[ItemId, ...]] = ()
    """The agenda items they are called to; empty: the whole meeting."""
    exclusion_needs_vote: Public[bool] = False
    """Whether the meeting has to carry an exclusion before it takes effect. Meetings convened before this field existed did not vote on
    it."""

    @property
    def is_excluded(self) -> bool:
        """Return whether they are not counted in 应到 from the start, because no vote is needed for it."""
        return bool(self.excluded_reason) and not self.exclusion_needs_vote


@dataclass(frozen=True, slots=True)
class ItemPlan:
    """One agenda item before it has an id."""

    title: str
    minutes: int = 0
    speaker: str = ""
    purpose: ItemPurpose = ItemPurpose.NONE


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """One step of the agenda (议程项)."""

    item_id: ItemId
    title: str
    minutes: int = 0
    speaker: str = ""
    started_at: Millis | None = None
    ended_at: Millis | None = None
    purpose: ItemPurpose = ItemPurpose.NONE


@dataclass(frozen=True, slots=True)
class DocumentRef:
    """A document of the meeting. Its bytes are stored with the schedule, never in the journal."""

    document_id: str
    title: str
    media_type: str
    size: int
    pages: int = 0
    """Number of pages that can be shown; 0: it can only be downloaded."""


@dataclass(frozen=True, slots=True)
class Convening:
    """Everything a meeting starts with: a copy of the schedule, frozen when the meeting opens."""

    meeting_id: MeetingId
    title: str
    kind: MeetingKind
    branch_id: str
    branch_name: str
    starts_at: Millis
    ends_at: Millis
    place: str
    participants: tuple[Invited, ...]
    agenda: tuple[ItemPlan, ...]
    preset: Preset
    documents: tuple[DocumentRef, ...] = ()
    recording_planned: bool = False
    cancelled: bool = False
    """The meeting was called off; it may be convened again."""
    full_members: int = 0
    """正式党员 of the branch that day, called or not; 0, in older records: unknown."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One line on a ballot. ``for``, ``against`` and ``abstain`` are the ids of a motion's three lines."""

    choice_id: str
    label: str


@dataclass(frozen=True, slots=True)
class QuorumCheck:
    """Whether enough were present: ``needed`` of ``entitled``, with ``present`` present."""

    entitled: int
    present: int
    needed: int
    met: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """The count. ``counts`` pairs each choice id with its number, in the order of the ballot."""

    counts: tuple[tuple[str, int], ...]
    cast: int
    entitled: int
    present: int
    void: int = 0
    """Ballots that were cast but are invalid (over-voted): in ``cast``, in no count."""
    written: int = 0
    """Written opinions among ``cast``."""
    paper: int = 0
    """Paper ballots counted in the hall among ``cast``."""


@dataclass(frozen=True, slots=True)
class RunningTally:
    """The totals of a quick poll while it runs: ``counts`` as in a tally, of the first ``cast`` answers."""

    counts: tuple[tuple[str, int], ...]
    cast: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result under the preset: ``needed`` votes in favour, of ``base_count`` (``base``); ``votes_for`` were cast.

    Of an election, ``elected`` holds candidate ids, ``tied`` those who tie for the last seat, ``short`` the number of unfilled seats, and
    ``votes_for`` the fewest votes of an elected candidate. ``ineligible`` holds write-ins who can't be elected: without the right to
    stand, or on no roster. In a run-off ``needed`` is 0.
    """

    carried: bool
    reason: VerdictReason
    needed: int
    base: Base
    base_count: int
    votes_for: int
    elected: tuple[str, ...] = ()
    tied: tuple[str, ...] = ()
    short: int = 0
    ineligible: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CharacterStrokes:
    """What somebody entered for a character that is in no table: its strokes and, 1 to 5, the first one (一丨丿丶乛; 0: not asked)."""

    character: str
    strokes: int
    first_stroke: int = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate of an election, or a person appraised. ``strokes`` of the surname give the order (姓氏笔画). In a draft they are used
    where no table has them."""

    candidate_id: str
    name: str
    strokes: int = 0
    participant_id: ParticipantId | None = None
    grade: Grade = Grade.NONE
    """On an organisation sheet: the proposed grade."""
    reason: str = ""
    """Of a candidate who isn't on the meeting's list: why they stand. Shown with the result."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of an election, all confirmed by the secretary before voting begins."""

    seats: int
    approval_reference: str
    """上级批准文号, required."""
    base: Base | None = None
    """What the majority is taken of. ``None`` in a draft: as the rule says. If the rule leaves it open, the secretary chooses (present
    实到会 or entitled 应到会)."""
    run_off: bool = False
    """再次投票 among those who tied: the most votes win, whatever their share, and nobody else can stand."""


@dataclass(frozen=True, slots=True)
class Reduction:
    """A decision to fill fewer seats: how many in all, and the carried motion that decided it."""

    seats: int
    reduced_by: MotionId


@dataclass(frozen=True, slots=True)
class OnRoster:
    """Someone on the meeting's list as it was when the ballots of an election were issued."""

    participant_id: ParticipantId
    name: str
    may_stand: bool


@dataclass(frozen=True, slots=True)
class Paper:
    """The keys of a secret vote: the RSA modulus under which ballots are signed (hex, exponent 65537), the fingerprint shown in the hall
    (hex SHA-256 over both keys), and the P-256 point that signs receipts (hex, uncompressed)."""

    modulus: str
    fingerprint: str
    receipt_key: str


@dataclass(frozen=True, slots=True)
class NamedBallot:
    """Who chose what, published with the result of a named vote."""

    participant_id: ParticipantId
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PaperCount:
    """Hands or paper ballots counted in the hall. They join the result once scrutineer and teller have signed."""

    issued: Public[int]
    """Number of people who vote in the hall."""
    returned: Public[int]
    void: Public[int]
    counts: tuple[tuple[str, int], ...]
    entered_by: Public[ParticipantId]
    scrutineer: Public[ParticipantId]
    teller: Public[ParticipantId]
    signed_by: Public[tuple[ParticipantId, ...]] = ()
    named: tuple[NamedBallot, ...] = ()
    """In a named vote: what each of them chose."""

    @property
    def is_signed(self) -> bool:
        return {self.scrutineer, self.teller} <= set(self.signed_by)


@dataclass(frozen=True, slots=True)
class ReportSheet:
    """选举报告单: what the scrutineer reports before the result is read out, for ballots online and in the hall together."""

    issued: int
    returned: int
    void: int
    holds: bool
    """选举有效: no more ballots returned than issued, and enough voters present (选举工作条例)."""

    @property
    def valid(self) -> int:
        return self.returned - self.void


@dataclass(frozen=True, slots=True)
class WrittenOpinion:
    """An opinion filed before the vote for a member who cannot come. It counts if the preset says so."""

    participant_id: ParticipantId
    choices: tuple[str, ...]
    reference: str
    filed_by: ParticipantId


@dataclass(frozen=True, slots=True)
class Amendment:
    """A change of a motion's wording before voting began: the earlier wording, and who changed it."""

    title: str
    text: str
    amended_by: ParticipantId
    amended_at: Millis
