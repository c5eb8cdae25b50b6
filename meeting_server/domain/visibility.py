"""Who may see what of a meeting: the view of each viewer, and the copies of each fact.

The two agree: folding the copies a viewer receives onto that viewer's view gives the viewer's view of the new state
(a property test holds them to it). Where someone's rights change, ``fresh_view_for`` names who needs a new snapshot.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from meeting_server.domain.decision import holds
from meeting_server.domain.events import (
    AbsenceExplained,
    AttendanceContested,
    BallotCast,
    ChatPosted,
    ChatRemoved,
    ConnectionClosed,
    ConnectionOpened,
    ContestAnswered,
    Event,
    HallCodeScanned,
    LeaveRecorded,
    MeetingConvened,
    MotionAmended,
    MotionClosed,
    MotionDrafted,
    MotionWithdrawn,
    NoteRemoved,
    NoteTaken,
    PaperAbandoned,
    PaperCountEntered,
    PaperCountSigned,
    PaperRequested,
    ParticipantAdmitted,
    ParticipantReadmitted,
    ParticipantRemoved,
    PresenceConfirmed,
    PresenceMarkWithdrawn,
    RecordingAcknowledged,
    ResponsivenessChanged,
    RoleAssigned,
    SpeakerTurnEnded,
    TrackRecorded,
    WrittenOpinionFiled,
)
from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.roles import Right, Role, may
from meeting_server.domain.state import Counters, MeetingState, Message, Motion, Participant
from meeting_server.domain.terms import WITHHELD
from meeting_server.domain.votes.running_tally import running_tally, step_of

EVERYONE_ELSE = None
_RUNNING = tuple(role for role in Role if may(role, Right.RUN_MEETING))


@dataclass(frozen=True, slots=True)
class Copy:
    """What ``to`` is told of a fact (``None``: everyone not named in an earlier copy). ``event`` ``None``: only
    that something happened (``skip``)."""

    to: frozenset[ParticipantId] | None
    event: Event | None


def runners(state: MeetingState) -> frozenset[ParticipantId]:
    """Those who run the meeting and keep its record: they see attendance evidence, drafts and counts."""
    return frozenset([i for i, p in state.participants.items() if p.role in _RUNNING and not p.removed])


RUNNERS_CHANGE = (MeetingConvened, ParticipantAdmitted, ParticipantRemoved, ParticipantReadmitted, RoleAssigned)
"""The only facts after which others may run the meeting: in between, whoever holds ``runners`` need not look again."""


def _only(to: frozenset[ParticipantId], event: Event) -> tuple[Copy, ...]:
    return (Copy(to, event), Copy(EVERYONE_ELSE, None))


def copies(state: MeetingState, event: Event, running: frozenset[ParticipantId] | None = None) -> tuple[Copy, ...]:
    """The copies of ``event``; ``state`` is the one after it. The first copy that names a viewer counts.

    ``running``: the ``runners`` of ``state``, where the caller has them already (they take a look at every participant).
    """
    run = running if running is not None else runners(state)
    match event:
        case MeetingConvened() | SpeakerTurnEnded() | TrackRecorded():
            return (Copy(EVERYONE_ELSE, None),)
        case (
            ConnectionOpened()
            | ConnectionClosed()
            | ResponsivenessChanged()
            | PresenceConfirmed()
            | PresenceMarkWithdrawn()
            | RecordingAcknowledged()
            | LeaveRecorded()
            | AbsenceExplained()
            | HallCodeScanned()
            | AttendanceContested()
            | ContestAnswered()
        ):
            return _only(run | {event.participant_id}, event)
        case ParticipantAdmitted():
            why = WITHHELD if event.participant.excluded_reason else ""
            hidden = replace(event.participant, excluded_reason=why, leave_reason="", leave_approved=False)
            own = run | {event.participant.participant_id}
            return (Copy(own, event), Copy(EVERYONE_ELSE, replace(event, participant=hidden)))
        case MotionDrafted() | NoteTaken() | NoteRemoved() | WrittenOpinionFiled():
            return _only(run, event)
        case BallotCast():
            voter = frozenset({event.voter}) if event.voter is not None else frozenset()
            shown = replace(event, running=step_of(state.motions[event.motion_id]))
            return (Copy(voter, shown), Copy(EVERYONE_ELSE, replace(shown, voter=None, choices=None)))
        case MotionClosed():
            return (Copy(run, event), Copy(EVERYONE_ELSE, replace(event, tally=None, verdict=None)))
        case MotionWithdrawn() | MotionAmended() | PaperRequested() | PaperAbandoned() if not state.motions[event.motion_id].is_public:
            return _only(run, event)
        case PaperCountEntered() | PaperCountSigned():
            return _only(run | _counters_of(state.motions[event.motion_id]), event)
        case ChatPosted() if event.audience:
            return _only(run | frozenset(event.audience), event)
        case ChatRemoved():
            message = next((m for m in state.chat if m.message_id == event.message_id), None)
            if message is None or not message.audience:
                return (Copy(EVERYONE_ELSE, event),)
            return _only(run | frozenset(message.audience), event)
        case _:
            return (Copy(EVERYONE_ELSE, event),)


def fresh_view_for(state: MeetingState, event: Event) -> frozenset[ParticipantId]:
    """Viewers whose rights ``event`` changed, or who can not fold it from what they see: send a snapshot."""
    if isinstance(event, MeetingConvened):
        return frozenset(state.participants)
    if isinstance(event, RoleAssigned | ParticipantRemoved | ParticipantReadmitted):
        return frozenset({event.participant_id})
    return frozenset()


def view(state: MeetingState, viewer: ParticipantId | None) -> MeetingState:
    """What ``viewer`` may see of ``state``; ``None``: someone who is no participant (the hall's screen)."""
    if viewer is not None and holds(state, viewer, Right.RUN_MEETING):
        motions = {i: _own_ballot_only(m, viewer) for i, m in state.motions.items()}
        return replace(state, motions=motions, counters=Counters())
    return replace(
        state,
        participants={i: p if i == viewer else _as_others_see(p) for i, p in state.participants.items()},
        chat=tuple(m for m in state.chat if _may_read(m, viewer)),
        motions={i: _unpublished(_own_ballot_only(m, viewer), viewer) for i, m in state.motions.items() if m.is_public},
        notes=(),
        contests=tuple(c for c in state.contests if c.participant_id == viewer),
        counters=Counters(),
    )


def _as_others_see(p: Participant) -> Participant:
    return replace(
        p,
        excluded_reason=WITHHELD if p.excluded_reason else "",
        leave_reason="",
        leave_approved=False,
        recording_acknowledged=False,
        recording_declined=False,
        marked_present=False,
        last_hall_code=0,
        connections={},
        intervals=(),
        gone_since=None,
        grace_until=None,
    )


def _may_read(message: Message, viewer: ParticipantId | None) -> bool:
    return not message.audience or viewer in message.audience


def _counters_of(motion: Motion) -> frozenset[ParticipantId]:
    """The scrutineer and the teller of a hall count: they see it before it is published, to sign it."""
    count = motion.paper_count
    return frozenset() if count is None else frozenset({count.scrutineer, count.teller})


def _own_ballot_only(motion: Motion, viewer: ParticipantId | None) -> Motion:
    own = {i: choices for i, choices in motion.ballots.items() if i == viewer}
    return replace(motion, ballots=own, running=running_tally(motion))


def _unpublished(motion: Motion, viewer: ParticipantId | None) -> Motion:
    motion = replace(motion, opinions=())
    if motion.phase == "published":
        return motion
    count = motion.paper_count if viewer in _counters_of(motion) else None
    return replace(motion, tally=None, verdict=None, paper_count=count)
