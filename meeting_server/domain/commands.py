"""Requests to a meeting, in the imperative. Each is answered by events or by a rejection.

A command never names its sender: the server attaches the actor. Commands under *the server's own* are accepted only
from the server (``SERVER``), never from a socket.
"""

from __future__ import annotations

from dataclasses import dataclass

from meeting_server.domain.ids import (
    ConnectionId,
    ItemId,
    MessageId,
    Millis,
    MotionId,
    NoteId,
    ParticipantId,
    RoomId,
)
from meeting_server.domain.roles import Role
from meeting_server.domain.terms import (
    Candidate,
    CaptionsEnd,
    CharacterStrokes,
    Choice,
    Convening,
    Device,
    Invited,
    MediaKind,
    NamedBallot,
    NoteKind,
    Paper,
    RoomKind,
    Terms,
)
from meeting_server.domain.vote_terms import AppraisalSheet, MotionForce, Office, PollShape, VoteMethod


@dataclass(frozen=True, slots=True)
class Actor:
    """Who sent a command. ``participant_id`` is ``None`` for the server itself."""

    participant_id: ParticipantId | None

    @property
    def is_server(self) -> bool:
        return self.participant_id is None


SERVER = Actor(None)


@dataclass(frozen=True, slots=True)
class Command:
    """A request to a meeting."""


class FromParticipant(Command):
    """Commands a phone may send."""

    __slots__ = ()


class FromServer(Command):
    """Commands only the server itself may send."""

    __slots__ = ()


# --- the meeting's life (right: run_meeting) ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenMeeting(FromParticipant):
    pass


@dataclass(frozen=True, slots=True)
class AdjournMeeting(FromParticipant):
    """Refused with ``vote_in_progress`` while a motion is voting."""


# --- people (moderate) ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RemoveParticipant(FromParticipant):
    participant_id: ParticipantId
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReadmitParticipant(FromParticipant):
    """Undo a removal (moderate): the participant may come in again."""

    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class AssignRole(FromParticipant):
    """Hand the chair to someone, or take it back (run_meeting). A guest cannot run the meeting."""

    participant_id: ParticipantId
    role: Role


# --- attendance ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LeaveMeeting(FromParticipant):
    """Leave on purpose, without a grace period."""


@dataclass(frozen=True, slots=True)
class OpenRollCall(FromParticipant):
    """Ask everyone to answer within ``seconds``, 10 to 600 (run_meeting)."""

    seconds: int = 60


@dataclass(frozen=True, slots=True)
class AnswerRollCall(FromParticipant):
    pass


@dataclass(frozen=True, slots=True)
class CloseRollCall(FromParticipant):
    """End the roll call early (run_meeting)."""


@dataclass(frozen=True, slots=True)
class MarkPresent(FromParticipant):
    """Record that the secretary saw the member in the hall (run_meeting). The record names the secretary."""

    participant_id: ParticipantId
    note: str = ""


@dataclass(frozen=True, slots=True)
class WithdrawMark(FromParticipant):
    """Undo ``MarkPresent`` (run_meeting)."""

    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class ContestAttendance(FromParticipant):
    """Object to what is recorded about one's own attendance; possible after the meeting too."""

    text: str


@dataclass(frozen=True, slots=True)
class AnswerContest(FromParticipant):
    """Answer an objection (run_meeting)."""

    contest_id: str
    accepted: bool
    text: str


# --- agenda (run_meeting) -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AddAgendaItem(FromParticipant):
    title: str
    minutes: int = 0
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class EditAgendaItem(FromParticipant):
    item_id: ItemId
    title: str
    minutes: int = 0
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class MoveAgendaItem(FromParticipant):
    item_id: ItemId
    position: int


@dataclass(frozen=True, slots=True)
class RemoveAgendaItem(FromParticipant):
    item_id: ItemId


@dataclass(frozen=True, slots=True)
class StepAgenda(FromParticipant):
    """Go to an item; ``None`` ends the agenda."""

    item_id: ItemId | None


# --- shared pages -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShowPage(FromParticipant):
    """Show everyone a page (from 1) of a document (run_meeting). Whoever has the floor may turn the pages of the document shown."""

    document_id: str
    page: int


@dataclass(frozen=True, slots=True)
class StopShowing(FromParticipant):
    """Stop showing the page (run_meeting)."""


# --- floor ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RaiseHand(FromParticipant):
    pass


@dataclass(frozen=True, slots=True)
class LowerHand(FromParticipant):
    """Lower one's own hand. Those who run the floor may lower another's."""

    participant_id: ParticipantId | None = None


@dataclass(frozen=True, slots=True)
class GrantFloor(FromParticipant):
    """Give someone the floor and take it from whoever has it (run_floor). ``seconds``: at most 3,600; 0: no limit."""

    participant_id: ParticipantId
    seconds: int = 180


@dataclass(frozen=True, slots=True)
class ExtendFloor(FromParticipant):
    """Give the holder of the floor more time (run_floor)."""

    seconds: int = 60


@dataclass(frozen=True, slots=True)
class EndFloor(FromParticipant):
    """Give the floor back. Those who run the floor may take it back."""


# --- rooms (moderate) ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenRoom(FromParticipant):
    title: str
    kind: RoomKind = "voice"


@dataclass(frozen=True, slots=True)
class CloseRoom(FromParticipant):
    room_id: RoomId


@dataclass(frozen=True, slots=True)
class ModerateRoom(FromParticipant):
    room_id: RoomId
    moderated: bool


@dataclass(frozen=True, slots=True)
class CaptionRoom(FromParticipant):
    """Switch a room's live captions on or off: a machine writes down what is said, for everyone in the room."""

    room_id: RoomId
    captioned: bool


@dataclass(frozen=True, slots=True)
class MoveParticipant(FromParticipant):
    """Send someone to a group room, or with the hall's id call them back."""

    participant_id: ParticipantId
    room_id: RoomId


# --- recusal (moderate) -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RecuseParticipant(FromParticipant):
    """Ask someone to leave the room for the current agenda item (回避). They wait and get no sound, picture, chat or text of it."""

    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class RecallParticipant(FromParticipant):
    """Let someone back in before the item ends. When it ends, they return automatically."""

    participant_id: ParticipantId


# --- media ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenMedia(FromParticipant):
    """Open one's own microphone, camera or screen. ``floor_required`` in a moderated room; one screen at a time."""

    media: MediaKind


@dataclass(frozen=True, slots=True)
class CloseMedia(FromParticipant):
    """Close one's own microphone, camera or screen. Those who moderate may close another's."""

    media: MediaKind
    participant_id: ParticipantId | None = None


@dataclass(frozen=True, slots=True)
class MuteAll(FromParticipant):
    """Close every microphone except one's own and the floor holder's (moderate)."""


# --- chat -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PostChat(FromParticipant):
    """Post 1 to 2,000 characters to the room one is in."""

    text: str


@dataclass(frozen=True, slots=True)
class RemoveChat(FromParticipant):
    """Remove one's own message. Those who moderate may remove any."""

    message_id: MessageId
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PauseChat(FromParticipant):
    """Pause or resume the chat (moderate). While it is paused, only those who run the meeting can post."""

    paused: bool


# --- motions and polls (run_votes) ----------------------------------------------------------------------------


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


# --- recording (record) and notes (take_notes) ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StartRecording(FromParticipant):
    pass


@dataclass(frozen=True, slots=True)
class StopRecording(FromParticipant):
    pass


@dataclass(frozen=True, slots=True)
class AcknowledgeRecording(FromParticipant):
    """Answer the notice of the running recording. Without consent one stays and listens, and none of one's own media is forwarded."""

    consents: bool = True


@dataclass(frozen=True, slots=True)
class TakeNote(FromParticipant):
    kind: NoteKind
    text: str
    item_id: ItemId | None = None
    participant_id: ParticipantId | None = None


@dataclass(frozen=True, slots=True)
class RemoveNote(FromParticipant):
    note_id: NoteId


# --- the server's own ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ConveneMeeting(FromServer):
    """Set the meeting up as the schedule has it. Accepted until the meeting opens; equal content changes nothing."""

    convening: Convening


@dataclass(frozen=True, slots=True)
class AdmitParticipant(FromServer):
    """Admit a person who came by an invitation that admits guests, or who was added to the list after the opening."""

    participant: Invited
    admitted_by: ParticipantId


@dataclass(frozen=True, slots=True)
class RecordLeave(FromServer):
    """Record what the schedule knows of someone's leave, once the meeting is open."""

    participant_id: ParticipantId
    reason: str
    approved: bool


@dataclass(frozen=True, slots=True)
class OpenConnection(FromServer):
    participant_id: ParticipantId
    connection_id: ConnectionId
    device: Device


@dataclass(frozen=True, slots=True)
class CloseConnection(FromServer):
    """``last_evidence_at``: the last moment the socket gave a sign of life."""

    participant_id: ParticipantId
    connection_id: ConnectionId
    last_evidence_at: Millis


@dataclass(frozen=True, slots=True)
class ResetConnections(FromServer):
    """Close all connections, dated to ``last_evidence_at``, because no socket survives a restart of the host."""

    last_evidence_at: Millis


@dataclass(frozen=True, slots=True)
class ChangeResponsiveness(FromServer):
    participant_id: ParticipantId
    connection_id: ConnectionId
    responsive: bool


@dataclass(frozen=True, slots=True)
class ScanHallCode(FromServer):
    """A signed-in member scanned the code of ``window``. The web layer has checked the code."""

    participant_id: ParticipantId
    window: int


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


@dataclass(frozen=True, slots=True)
class ReportSpeakerTurn(FromServer):
    participant_id: ParticipantId
    room_id: RoomId
    started_at: Millis
    ended_at: Millis


@dataclass(frozen=True, slots=True)
class ReportTrackRecorded(FromServer):
    """A recorded file is complete. Accepted even after the adjournment, because files are finished a moment later.
    ``synthetic``: nobody spoke; a machine made the sound."""

    participant_id: ParticipantId
    room_id: RoomId
    media: MediaKind
    path: str
    started_at: Millis
    ended_at: Millis
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class ReportCaptionsEnded(FromServer):
    """The captions of a room can't continue."""

    room_id: RoomId
    reason: CaptionsEnd


@dataclass(frozen=True, slots=True)
class PassDeadline(FromServer):
    """The time of what ``next_deadline`` named is up: a floor, a vote, a roll call or a grace period."""


def _kinds(root: type[Command]) -> dict[str, type[Command]]:
    return {cls.__name__: cls for cls in root.__subclasses__()}


KINDS: dict[str, type[Command]] = _kinds(FromParticipant)
"""Commands a phone may send, by wire name."""
SERVER_KINDS: dict[str, type[Command]] = _kinds(FromServer)
