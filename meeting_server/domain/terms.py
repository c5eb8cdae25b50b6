"""The value types that commands, events and the state are made of."""

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
"""Why live captions ended by themselves: the machine has other work, or nothing that could write them is there (any more)."""
"""hall_camera: a camera or an encoder of the hall. It is let in by whoever runs the meeting, is heard and seen, and can be
stopped and removed like a person; it is nobody's presence, speaks without the floor and is in no count."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """``numerator/denominator`` of ``base``, to be reached (``at_least``) or exceeded (``more_than``)."""

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
    """The rule a motion is decided by; frozen into the journal when the motion opens.

    ``source`` names the regulation and ``article`` its articles; ``assumed`` names the fields no public text was found for.
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
    """差额: candidates exceed seats by at least this share of the seats, rounded up; 0: none asked."""
    doubts: tuple[str, ...] = ()
    """Fields on which public sources disagree: the secretary confirms them before opening."""
    excellent: Share = Share(1, 3)
    """Of an appraisal: how many of those appraised can be 优秀."""
    excellent_of: int = 0
    """Frozen into an appraisal: 正式党员总数 of the branch that day, of which the share is taken. 0, in records of before: of those
    on the sheet."""
    bulletin: BulletinReaders = BulletinReaders.SCRUTINEERS
    """Of a secret vote: who is given the sealed ballots in an exported bundle; members: whoever may export it."""
    source_en: str = ""
    """The regulation for readers of English; empty: ``source`` is for all."""
    article: str = ""
    """Numbers of the articles, as “19, 20”; empty: none is known."""
    text_date: str = ""
    """Date of the text (ISO 8601); empty: the text has none."""
    compared_with: tuple[Compared, ...] = ()
    """What this rule was compared with; empty: nothing could be found."""
    valid_from: str = ""
    """Day from which it is in force (ISO 8601); empty: it always was."""
    replaced_by: str = ""
    """The rule that took its place; meetings planned under this one are told. Empty: it is in force."""
    made_for: MotionForce | None = None
    """The kind of motion it is offered for; ``None``, of older rules: what its fields look like."""
    note_zh: str = ""
    note_en: str = ""
    """What else the text asks for, which no field here decides."""
    write_ins: WriteIns = WriteIns.FREE
    """Of an election (另选他人). ``free`` in rules from before this field, which elections are drafted under as ``roster``."""


@dataclass(frozen=True, slots=True)
class Invited:
    """One person on the list of a meeting, as the roster and the leave requests stood when it was convened. What is private
    is seen by themselves and by those who run the meeting."""

    participant_id: Public[ParticipantId]
    name: Public[str]
    standing: Public[Standing]
    role: Public[Role]
    voting: Public[bool]
    committee: Public[bool] = False
    excluded_reason: Hint[str] = ""
    """Not empty: not counted in 应到; holds the reason with its approval reference, or ``WITHHELD``."""
    leave_reason: str = ""
    leave_approved: bool = False
    kind: Public[ParticipantKind] = "person"
    resembles: Public[ParticipantId | None] = None
    """Of a guest who typed their own name: the member it may be taken for; the chair is told to look."""
    items: Public[tuple[ItemId, ...]] = ()
    """Called to these agenda items only; empty: to the whole meeting."""
    exclusion_needs_vote: Public[bool] = False
    """Whether the meeting has to carry an exclusion before it counts. Meetings convened before this was recorded did not ask."""

    @property
    def is_excluded(self) -> bool:
        """Not counted in 应到 from the start; what has to be carried first is not."""
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
    """A document of the meeting; its bytes live with the schedule, never in the journal."""

    document_id: str
    title: str
    media_type: str
    size: int
    pages: int = 0
    """Pages it can be shown by; 0: none (it can only be downloaded)."""


@dataclass(frozen=True, slots=True)
class Convening:
    """Everything a meeting starts from: a copy of the schedule, frozen when the meeting opens."""

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
    """正式党员 of the branch that day, called or not; 0, in records of before: not known."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One line on a paper. ``for``, ``against`` and ``abstain`` are the ids of a motion's three."""

    choice_id: str
    label: str


@dataclass(frozen=True, slots=True)
class QuorumCheck:
    """Whether enough were there, at one moment: ``needed`` of ``entitled`` with ``present`` present."""

    entitled: int
    present: int
    needed: int
    met: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted. ``counts`` pairs each choice id with its number, in the order of the paper."""

    counts: tuple[tuple[str, int], ...]
    cast: int
    entitled: int
    present: int
    void: int = 0
    """Ballots that were cast and are not valid (over-voted); in ``cast``, in no count."""
    written: int = 0
    """Written opinions among ``cast``."""
    paper: int = 0
    """Paper ballots counted in the hall among ``cast``."""


@dataclass(frozen=True, slots=True)
class RunningTally:
    """The sums of a quick poll while it runs: ``counts`` as in a tally, of the first ``cast`` answers."""

    counts: tuple[tuple[str, int], ...]
    cast: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result under the preset: ``needed`` votes for, of ``base_count`` (``base``); ``votes_for`` were given.

    For an election ``elected`` holds candidate ids, ``tied`` those who tie for the last seat, ``short`` the seats
    left unfilled; ``votes_for`` is then the least that an elected candidate got. ``ineligible`` holds those written in who
    can't be elected: without the right to stand, or on no roster. In a run-off ``needed`` is 0.
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
    """What somebody knows of a character that no table does: its strokes and, 1 to 5, the first one (一丨丿丶乛; 0: not asked)."""

    character: str
    strokes: int
    first_stroke: int = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate of an election, or the one appraised. ``strokes`` of the surname give the order (姓氏笔画); in a draft they
    count where no table has them."""

    candidate_id: str
    name: str
    strokes: int = 0
    participant_id: ParticipantId | None = None
    grade: Grade = Grade.NONE
    """On an organisation sheet: the grade proposed."""
    reason: str = ""
    """Of a candidate of an election who isn't on the meeting's list: why they stand; shown with the result."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What an election is held on; all of it confirmed by the secretary before the paper opens."""

    seats: int
    approval_reference: str
    """上级批准文号, required."""
    base: Base | None = None
    """What the majority is taken of. Of a draft ``None``: as the rule says; a rule that leaves it open has it confirmed by the
    secretary (present 实到会 or entitled 应到会)."""
    run_off: bool = False
    """再次投票 among those who tied: the most votes win, whatever their share, and nobody else stands."""


@dataclass(frozen=True, slots=True)
class Reduction:
    """The meeting decided to fill fewer seats: how many in all, and the carried motion that says so."""

    seats: int
    reduced_by: MotionId


@dataclass(frozen=True, slots=True)
class OnRoster:
    """Someone of the meeting's list as it was when the ballots of an election went out."""

    participant_id: ParticipantId
    name: str
    may_stand: bool


@dataclass(frozen=True, slots=True)
class Paper:
    """The keys of a secret paper: the RSA modulus papers are signed under (hex, exponent 65537), the fingerprint shown
    in the hall (hex SHA-256 over both), and the P-256 point receipts are signed by (hex, uncompressed)."""

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
    """Hands or paper ballots counted in the hall; merged into the result once scrutineer and teller have signed."""

    issued: Public[int]
    """How many vote in the hall."""
    returned: Public[int]
    void: Public[int]
    counts: tuple[tuple[str, int], ...]
    entered_by: Public[ParticipantId]
    scrutineer: Public[ParticipantId]
    teller: Public[ParticipantId]
    signed_by: Public[tuple[ParticipantId, ...]] = ()
    named: tuple[NamedBallot, ...] = ()
    """Of a named vote: what each of them chose."""

    @property
    def is_signed(self) -> bool:
        return {self.scrutineer, self.teller} <= set(self.signed_by)


@dataclass(frozen=True, slots=True)
class ReportSheet:
    """选举报告单: what the scrutineer reports before the result is read out. Papers online and in the hall together."""

    issued: int
    returned: int
    void: int
    holds: bool
    """选举有效: no more returned than issued, and enough were there (选举工作条例)."""

    @property
    def valid(self) -> int:
        return self.returned - self.void


@dataclass(frozen=True, slots=True)
class WrittenOpinion:
    """An opinion filed before the meeting by a member who cannot come; counts where the preset says so."""

    participant_id: ParticipantId
    choices: tuple[str, ...]
    reference: str
    filed_by: ParticipantId


@dataclass(frozen=True, slots=True)
class Amendment:
    """A change of a motion's words before its paper opened: what they were, and who changed them."""

    title: str
    text: str
    amended_by: ParticipantId
    amended_at: Millis
