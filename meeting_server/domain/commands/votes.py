"""Motions and polls (run_votes)."""

from __future__ import annotations

from dataclasses import dataclass

from meeting_server.domain.commands.command import FromParticipant, FromServer
from meeting_server.domain.ids import ItemId, MotionId, ParticipantId
from meeting_server.domain.terms import Candidate, CharacterStrokes, Choice, NamedBallot, Paper, Terms
from meeting_server.domain.vote_terms import AppraisalSheet, MotionForce, Office, PollShape, VoteMethod


@dataclass(frozen=True, slots=True)
class DraftMotion(FromParticipant):
    """Prepare a motion or poll. With empty ``choices`` a motion has the three choices 赞成 / 不赞成 / 弃权; a poll needs 2 to 12.

    With an empty ``preset_id`` the meeting's own preset applies. ``max_choices`` exceeds 1 only in polls.
    """

    title: str
    text: str = ""
    item_id: ItemId | None = None
    force: MotionForce = MotionForce.MOTION
    method: VoteMethod = VoteMethod.OPEN
    choices: tuple[Choice, ...] = ()
    max_choices: int = 1
    preset_id: str = ""
    shape: PollShape = PollShape.CHOICES
    candidates: tuple[Candidate, ...] = ()
    """The candidates of an election, or the people appraised. The server assigns the ids, in stroke order."""
    terms: Terms | None = None
    minimum_group: int = 5
    """Of a survey: with fewer answers than this, no result is shown."""
    sheet: AppraisalSheet = AppraisalSheet.MUTUAL
    """Of an appraisal. On an organisation sheet, each of ``candidates`` has a ``grade``."""
    based_on: tuple[MotionId, ...] = ()
    """Of an organisation sheet: the published self and mutual sheets it is based on."""
    characters: tuple[CharacterStrokes, ...] = ()
    """The strokes of characters that ``strokes_unknown`` asked for."""
    nominees: tuple[ParticipantId, ...] = ()
    """Of a decision: who becomes 监票人 when it is published as carried."""
    excludes: tuple[ParticipantId, ...] = ()
    """Of a motion: members who no longer count in 应到 once it is carried. It uses the rule ``not_counted`` and a show of hands."""
    excellent_reason: str = ""
    """Why an organisation sheet gives 优秀 to more people than the rule allows. The minutes show it."""


@dataclass(frozen=True, slots=True)
class MoveMotion(FromParticipant):
    motion_id: MotionId


@dataclass(frozen=True, slots=True)
class AmendMotion(FromParticipant):
    """Change the wording before voting begins. The earlier wording stays in the record."""

    motion_id: MotionId
    title: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class CloseDiscussion(FromParticipant):
    motion_id: MotionId


@dataclass(frozen=True, slots=True)
class FileWrittenOpinion(FromParticipant):
    """File a member's opinion before voting begins, if the preset counts written opinions."""

    motion_id: MotionId
    participant_id: ParticipantId
    choices: tuple[str, ...]
    reference: str


@dataclass(frozen=True, slots=True)
class AppointOfficer(FromParticipant):
    """Appoint a scrutineer (监票人), whom the meeting approved by the carried, published motion ``motion_id``, or name a
    teller (计票人), for whom no vote is needed. Nobody can hold both offices."""

    participant_id: ParticipantId
    office: Office
    motion_id: MotionId | None = None


@dataclass(frozen=True, slots=True)
class ReleaseOfficer(FromParticipant):
    """Relieve an officer. Another may be appointed in their place, even during a vote."""

    participant_id: ParticipantId
    office: Office


@dataclass(frozen=True, slots=True)
class OpenMotion(FromParticipant):
    """Start voting. ``seconds``: 10 to 3,600; 0: until closed. ``no_quorum`` if too few are present.

    In a secret vote ``collect_seconds`` is how long ballots are handed out (0: until ``CloseCollecting``).
    ``hall_voters``: who votes in the hall, as in ``RegisterHallVoters``.
    """

    motion_id: MotionId
    seconds: int = 0
    collect_seconds: int = 0
    hall_voters: tuple[ParticipantId, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenBatch(FromParticipant):
    """Open several drafted open or named motions at once: all of them or none."""

    motion_ids: tuple[MotionId, ...]
    seconds: int = 0
    hall_voters: tuple[ParticipantId, ...] = ()


@dataclass(frozen=True, slots=True)
class CloseCollecting(FromParticipant):
    motion_id: MotionId


@dataclass(frozen=True, slots=True)
class RegisterHallVoters(FromParticipant):
    """Register everyone who votes in the hall, by a show of hands or on paper: entitled, present, and without an online vote.
    The list can be replaced until both officers have signed the hall's count. A change voids a signature already given."""

    motion_id: MotionId
    participants: tuple[ParticipantId, ...]


@dataclass(frozen=True, slots=True)
class EnterPaperCount(FromParticipant):
    """Enter the hands or paper ballots counted in the hall. Until both officers have signed, other figures replace them and void
    a signature.

    ``issued`` equals the number of registered hall voters. ``named``: in a named vote, what each of them chose; ``counts`` is its sum.
    """

    motion_id: MotionId
    issued: int
    returned: int
    void: int
    counts: tuple[tuple[str, int], ...]
    scrutineer: ParticipantId
    teller: ParticipantId
    named: tuple[NamedBallot, ...] = ()


@dataclass(frozen=True, slots=True)
class SignPaperCount(FromParticipant):
    """Sign the hall's count, as scrutineer or teller, each from their own phone."""

    motion_id: MotionId


@dataclass(frozen=True, slots=True)
class SignReport(FromParticipant):
    """Sign the report sheet of an election, as a scrutineer from one's own phone, after the count and before publication."""

    motion_id: MotionId


@dataclass(frozen=True, slots=True)
class Revote(FromParticipant):
    """Draft a vote anew that came to nothing: void, tied (among the tied only), short (for the missing seats) or failed.

    ``seats`` 0: as many as are missing. Fewer are refused until the meeting has reduced the seats (``ReduceSeats``)."""

    motion_id: MotionId
    seats: int = 0
    characters: tuple[CharacterStrokes, ...] = ()
    """As in a draft."""


@dataclass(frozen=True, slots=True)
class ReduceSeats(FromParticipant):
    """Let an election that left seats empty fill only ``seats``, as the meeting decided by the published, carried
    motion ``reduced_by``."""

    motion_id: MotionId
    seats: int
    reduced_by: MotionId


@dataclass(frozen=True, slots=True)
class CastBallot(FromParticipant):
    """Vote. A second ballot is ``already_cast``, and the first stands."""

    motion_id: MotionId
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CloseMotion(FromParticipant):
    motion_id: MotionId


@dataclass(frozen=True, slots=True)
class PublishMotion(FromParticipant):
    motion_id: MotionId


@dataclass(frozen=True, slots=True)
class WithdrawMotion(FromParticipant):
    motion_id: MotionId
    reason: str = ""


@dataclass(frozen=True, slots=True)
class IssuePaper(FromServer):
    """The key of a requested secret ballot was made and stored."""

    motion_id: MotionId
    paper: Paper


@dataclass(frozen=True, slots=True)
class ReportSealed(FromServer):
    """The box was sealed. ``ballots`` are in the order of the bulletin, which reveals nothing about voters."""

    motion_id: MotionId
    issued: int
    root: str
    ballots: tuple[tuple[str, ...], ...]
    issuances: str = ""
    collectors: tuple[ParticipantId, ...] = ()
    """Who was handed a ballot."""
