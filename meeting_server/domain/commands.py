"""What someone asks of a meeting: imperative, answered by events or by a rejection.

A command never names who sends it: the server attaches the actor. Commands under *the server's own* are only
accepted from the server (``Actor.system``), never from a socket.
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
    """Who a command comes from. ``participant_id`` is ``None`` for the server itself."""

    participant_id: ParticipantId | None

    @property
    def is_server(self) -> bool:
        return self.participant_id is None


SERVER = Actor(None)


@dataclass(frozen=True, slots=True)
class Command:
    """Something asked of a meeting."""


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
    """Take a removal back (moderate): they may come in again."""

    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class AssignRole(FromParticipant):
    """Hand the chair to someone, or take it back (run_meeting). A guest cannot run the meeting."""

    participant_id: ParticipantId
    role: Role


# --- attendance ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LeaveMeeting(FromParticipant):
    """Leave on purpose: no grace."""


@dataclass(frozen=True, slots=True)
class OpenRollCall(FromParticipant):
    """(run_meeting) ``seconds`` 10 to 600."""

    seconds: int = 60


@dataclass(frozen=True, slots=True)
class AnswerRollCall(FromParticipant):
    pass


@dataclass(frozen=True, slots=True)
class CloseRollCall(FromParticipant):
    """(run_meeting)"""


@dataclass(frozen=True, slots=True)
class MarkPresent(FromParticipant):
    """The secretary saw the member in the hall; the record names the secretary (run_meeting)."""

    participant_id: ParticipantId
    note: str = ""


@dataclass(frozen=True, slots=True)
class WithdrawMark(FromParticipant):
    """Undo of ``MarkPresent`` (run_meeting)."""

    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class ContestAttendance(FromParticipant):
    """A member says what is held about their presence is wrong; also after the meeting."""

    text: str


@dataclass(frozen=True, slots=True)
class AnswerContest(FromParticipant):
    """(run_meeting)"""

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
    """Show everyone a page (from 1) of a document (run_meeting); whoever has the floor may turn the pages of what is shown."""

    document_id: str
    page: int


@dataclass(frozen=True, slots=True)
class StopShowing(FromParticipant):
    """(run_meeting)"""


# --- floor ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RaiseHand(FromParticipant):
    pass


@dataclass(frozen=True, slots=True)
class LowerHand(FromParticipant):
    """One's own hand, or another's by those who run the floor."""

    participant_id: ParticipantId | None = None


@dataclass(frozen=True, slots=True)
class GrantFloor(FromParticipant):
    """(run_floor) ``seconds`` 0 for no limit, at most 3,600. Ends the floor of whoever has it."""

    participant_id: ParticipantId
    seconds: int = 180


@dataclass(frozen=True, slots=True)
class ExtendFloor(FromParticipant):
    """(run_floor)"""

    seconds: int = 60


@dataclass(frozen=True, slots=True)
class EndFloor(FromParticipant):
    """The holder gives it back, or those who run the floor take it."""


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
    """Live captions of a room: a machine writes what is said, for everyone in it."""

    room_id: RoomId
    captioned: bool


@dataclass(frozen=True, slots=True)
class MoveParticipant(FromParticipant):
    """Send to a group room, or call back with the hall's id."""

    participant_id: ParticipantId
    room_id: RoomId


# --- recusal (moderate) -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RecuseParticipant(FromParticipant):
    """Ask someone out of the room for the agenda item being dealt with (回避). They wait without sound, picture, chat or words of it."""

    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class RecallParticipant(FromParticipant):
    """Let them back in before the item ends; at its end they come back by themselves."""

    participant_id: ParticipantId


# --- media ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenMedia(FromParticipant):
    """One's own microphone, camera or screen. ``floor_required`` in a moderated room; one screen at a time."""

    media: MediaKind


@dataclass(frozen=True, slots=True)
class CloseMedia(FromParticipant):
    """One's own, or another's by those who moderate."""

    media: MediaKind
    participant_id: ParticipantId | None = None


@dataclass(frozen=True, slots=True)
class MuteAll(FromParticipant):
    """(moderate) Close every microphone but one's own and the floor holder's."""


# --- chat -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PostChat(FromParticipant):
    """To the room one is in. 1 to 2,000 characters."""

    text: str


@dataclass(frozen=True, slots=True)
class RemoveChat(FromParticipant):
    """One's own message, or any by those who moderate."""

    message_id: MessageId
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PauseChat(FromParticipant):
    """(moderate) While paused only those who run the meeting can post."""

    paused: bool


# --- motions and polls (run_votes) ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DraftMotion(FromParticipant):
    """A motion has the three choices 赞成 / 不赞成 / 弃权 when ``choices`` is empty; a poll needs 2 to 12.

    ``preset_id`` empty: the meeting's own preset. ``max_choices`` > 1 only for polls.
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
    """Of an election; of an appraisal, those appraised. Ids are given by the server, in stroke order."""
    terms: Terms | None = None
    minimum_group: int = 5
    """Of a survey: nothing is shown below this many answers."""
    sheet: AppraisalSheet = AppraisalSheet.MUTUAL
    """Of an appraisal. On an organisation sheet each of ``candidates`` has a ``grade``."""
    based_on: tuple[MotionId, ...] = ()
    """Of an organisation sheet: published self and mutual sheets."""
    characters: tuple[CharacterStrokes, ...] = ()
    """The strokes of characters that ``strokes_unknown`` asked for."""
    nominees: tuple[ParticipantId, ...] = ()
    """Of a decision: whom it makes 监票人 when it is published as carried."""
    excludes: tuple[ParticipantId, ...] = ()
    excellent_reason: str = ""
    """Why an organisation sheet gives 优秀 to more than the rule's share; it stands in the minutes."""
    """Of a motion: members who, once it is carried, don't count in 应到. It goes by the rule ``not_counted`` and a show of hands."""


@dataclass(frozen=True, slots=True)
class MoveMotion(FromParticipant):
    motion_id: MotionId


@dataclass(frozen=True, slots=True)
class AmendMotion(FromParticipant):
    """Change the words before the paper opens; the earlier words stay in the record."""

    motion_id: MotionId
    title: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class CloseDiscussion(FromParticipant):
    motion_id: MotionId


@dataclass(frozen=True, slots=True)
class FileWrittenOpinion(FromParticipant):
    """Before the paper opens, where the preset counts written opinions."""

    motion_id: MotionId
    participant_id: ParticipantId
    choices: tuple[str, ...]
    reference: str


@dataclass(frozen=True, slots=True)
class AppointOfficer(FromParticipant):
    """A scrutineer (监票人) by ``motion_id``, the carried, published motion by which the meeting approved it; a teller (计票人) is
    named and announced, without a vote. Nobody holds both offices."""

    participant_id: ParticipantId
    office: Office
    motion_id: MotionId | None = None


@dataclass(frozen=True, slots=True)
class ReleaseOfficer(FromParticipant):
    """Someone holds an office no longer; another may be appointed in their place, in the middle of a vote too."""

    participant_id: ParticipantId
    office: Office


@dataclass(frozen=True, slots=True)
class OpenMotion(FromParticipant):
    """``seconds`` 0: open until closed; else 10 to 3,600. ``no_quorum`` when too few are present.

    For a secret vote ``collect_seconds`` is how long papers are handed out (0: until ``CloseCollecting``).
    ``hall_voters``: who votes in the hall, as of ``RegisterHallVoters``.
    """

    motion_id: MotionId
    seconds: int = 0
    collect_seconds: int = 0
    hall_voters: tuple[ParticipantId, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenBatch(FromParticipant):
    """Several drafted open or named motions at once; all of them or none."""

    motion_ids: tuple[MotionId, ...]
    seconds: int = 0
    hall_voters: tuple[ParticipantId, ...] = ()


@dataclass(frozen=True, slots=True)
class CloseCollecting(FromParticipant):
    motion_id: MotionId


@dataclass(frozen=True, slots=True)
class RegisterHallVoters(FromParticipant):
    """The whole list of those who vote in the hall, by a show of hands or on paper: entitled, present, and with no vote online.
    Until the hall's count is signed it can be sent anew; signatures under a count already entered are then void."""

    motion_id: MotionId
    participants: tuple[ParticipantId, ...]


@dataclass(frozen=True, slots=True)
class EnterPaperCount(FromParticipant):
    """Hands or paper ballots counted in the hall. Entered again before both have signed, it starts anew.

    ``issued`` are the registered hall voters. ``named``: of a named vote what each of them chose, which ``counts`` sums up.
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
    """By the scrutineer and by the teller, each from their own phone."""

    motion_id: MotionId


@dataclass(frozen=True, slots=True)
class SignReport(FromParticipant):
    """By a scrutineer, from their own phone, once an election is counted and before it is published."""

    motion_id: MotionId


@dataclass(frozen=True, slots=True)
class Revote(FromParticipant):
    """A new draft of a vote that came to nothing: void, tied (the tied only), short (the missing seats), failed.

    ``seats`` 0: as many as are missing; fewer are refused until the meeting has reduced them (``ReduceSeats``)."""

    motion_id: MotionId
    seats: int = 0
    characters: tuple[CharacterStrokes, ...] = ()
    """As in a draft."""


@dataclass(frozen=True, slots=True)
class ReduceSeats(FromParticipant):
    """An election that left seats empty fills no more than ``seats``: the meeting decided so by the published, carried
    motion ``reduced_by``."""

    motion_id: MotionId
    seats: int
    reduced_by: MotionId


@dataclass(frozen=True, slots=True)
class CastBallot(FromParticipant):
    """Counted once; a second one is ``already_cast`` and the first stands."""

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
    """Answer the notice of the running recording. Without consent one stays and listens, and nothing of one's own is sent on."""

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
    """From the schedule; accepted until the meeting opens; equal content changes nothing."""

    convening: Convening


@dataclass(frozen=True, slots=True)
class AdmitParticipant(FromServer):
    """A person who came by an invitation that admits guests, or was added to the list after opening."""

    participant: Invited
    admitted_by: ParticipantId


@dataclass(frozen=True, slots=True)
class RecordLeave(FromServer):
    """What the schedule knows of someone's leave, once the meeting is open."""

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
    """After a restart of the host no old socket lives: close them all, dated to ``last_evidence_at``."""

    last_evidence_at: Millis


@dataclass(frozen=True, slots=True)
class ChangeResponsiveness(FromServer):
    participant_id: ParticipantId
    connection_id: ConnectionId
    responsive: bool


@dataclass(frozen=True, slots=True)
class ScanHallCode(FromServer):
    """A signed-in member scanned the code of ``window``; the web layer has checked the code itself."""

    participant_id: ParticipantId
    window: int


@dataclass(frozen=True, slots=True)
class IssuePaper(FromServer):
    """The key of a requested paper is made and stored."""

    motion_id: MotionId
    paper: Paper


@dataclass(frozen=True, slots=True)
class ReportSealed(FromServer):
    """The box is sealed: ``ballots`` in the order of the bulletin, which says nothing about voters."""

    motion_id: MotionId
    issued: int
    root: str
    ballots: tuple[tuple[str, ...], ...]
    issuances: str = ""
    collectors: tuple[ParticipantId, ...] = ()
    """Who was handed a paper."""


@dataclass(frozen=True, slots=True)
class ReportSpeakerTurn(FromServer):
    participant_id: ParticipantId
    room_id: RoomId
    started_at: Millis
    ended_at: Millis


@dataclass(frozen=True, slots=True)
class ReportTrackRecorded(FromServer):
    """Accepted even after adjourning: files are finished a moment later. ``synthetic``: nobody spoke, a machine made the sound."""

    participant_id: ParticipantId
    room_id: RoomId
    media: MediaKind
    path: str
    started_at: Millis
    ended_at: Millis
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class ReportCaptionsEnded(FromServer):
    """The captions of a room cannot go on."""

    room_id: RoomId
    reason: CaptionsEnd


@dataclass(frozen=True, slots=True)
class PassDeadline(FromServer):
    """Time has come for whatever ``next_deadline`` named: a floor, a vote, a roll call, a grace."""


def _kinds(root: type[Command]) -> dict[str, type[Command]]:
    return {cls.__name__: cls for cls in root.__subclasses__()}


KINDS: dict[str, type[Command]] = _kinds(FromParticipant)
"""Commands a phone may send, by wire name."""
SERVER_KINDS: dict[str, type[Command]] = _kinds(FromServer)
