"""The value types that commands, events and the state are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from meeting_server.domain.ids import ItemId, MeetingId, Millis, ParticipantId
from meeting_server.domain.roles import Role, Standing

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
ConfirmedBy = Literal["roll_call", "spoke", "ballot", "marked"]
"""How presence was confirmed; a hall's rotating code comes as ``marked`` until it exists."""
VoteMethod = Literal["open", "named"]
"""open: only counts are published; named (记名): who chose what is published with the result."""
MotionForce = Literal["motion", "poll"]
"""A poll (投票调查) has no force: no quorum, no verdict."""
NoteKind = Literal["point", "dissent", "resolution"]
MediaKind = Literal["audio", "video", "screen"]

Comparison = Literal["at_least", "more_than"]
Base = Literal["entitled", "present", "cast", "yes_no"]
"""entitled 应到 · present 实到 · cast 投出的票 (abstentions counted) · yes_no 赞成与不赞成之和."""
Electorate = Literal["voting", "committee", "everyone"]


@dataclass(frozen=True, slots=True)
class Threshold:
    """``numerator/denominator`` of ``base``, to be reached (``at_least``) or exceeded (``more_than``)."""

    numerator: int
    denominator: int
    comparison: Comparison
    base: Base


@dataclass(frozen=True, slots=True)
class Preset:
    """The rule a motion is decided by; frozen into the journal when the motion opens.

    ``source`` cites the regulation; ``assumed`` names the fields no public text was found for.
    """

    preset_id: str
    title_zh: str
    title_en: str
    quorum: Threshold | None
    passing: Threshold | None
    method: Literal["open", "named", "secret", "free"]
    electorate: Electorate
    source: str
    assumed: tuple[str, ...] = ()
    written_opinions: bool = False
    proxy: bool = False


@dataclass(frozen=True, slots=True)
class Invited:
    """One person on the list of a meeting, as the roster and the leave requests stood when it was convened."""

    participant_id: ParticipantId
    name: str
    standing: Standing
    role: Role
    voting: bool
    committee: bool = False
    excluded_reason: str = ""
    """Not empty: not counted in 应到; holds the reason with its approval reference."""
    leave_reason: str = ""
    leave_approved: bool = False


@dataclass(frozen=True, slots=True)
class ItemPlan:
    """One agenda item before it has an id."""

    title: str
    minutes: int = 0
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """One step of the agenda (议程项)."""

    item_id: ItemId
    title: str
    minutes: int = 0
    speaker: str = ""
    started_at: Millis | None = None
    ended_at: Millis | None = None


@dataclass(frozen=True, slots=True)
class DocumentRef:
    """A document of the meeting; its bytes live with the schedule, never in the journal."""

    document_id: str
    title: str
    media_type: str
    size: int


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


@dataclass(frozen=True, slots=True)
class Choice:
    """One line on a paper. ``for``, ``against`` and ``abstain`` are the ids of a motion's three."""

    choice_id: str
    label: str


FOR, AGAINST, ABSTAIN = "for", "against", "abstain"


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


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result under the preset: ``needed`` votes for, of ``base_count`` (``base``); ``votes_for`` were given."""

    carried: bool
    reason: Literal["reached", "not_reached", "no_quorum_at_close", "no_force"]
    needed: int
    base: Base
    base_count: int
    votes_for: int


@dataclass(frozen=True, slots=True)
class NamedBallot:
    """Who chose what, published with the result of a named vote."""

    participant_id: ParticipantId
    choices: tuple[str, ...]
