"""Motions and polls, from the first draft to the published result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from meeting_server.domain.audience import Audience, Public, PublicPart
from meeting_server.domain.events.event import Event
from meeting_server.domain.ids import ItemId, Millis, MotionId, ParticipantId
from meeting_server.domain.terms import (
    Candidate,
    Choice,
    NamedBallot,
    Paper,
    PaperCount,
    Preset,
    QuorumCheck,
    ReportSheet,
    RunningTally,
    Tally,
    Terms,
    Verdict,
    WrittenOpinion,
)
from meeting_server.domain.vote_terms import AppraisalSheet, MotionForce, Office, PollShape, VoteMethod


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
