"""What each viewer may see of a meeting: their view of the state, and their copy of each event.

``events`` and ``state`` declare it (``audience``); this module applies it. Views and copies agree: folding a viewer's copies onto their
view gives their view of the new state (a property test checks this). When someone's rights change, ``fresh_view_for`` names who needs a
new snapshot.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, assert_never

from meeting_server.domain.audience import Audience, has_public_part, public_part
from meeting_server.domain.decision import holds
from meeting_server.domain.events import (
    AgendaStepped,
    BallotCast,
    ChatPosted,
    Event,
    MeetingConvened,
    OfficerAppointed,
    ParticipantAdmitted,
    ParticipantReadmitted,
    ParticipantRecalled,
    ParticipantRecused,
    ParticipantRemoved,
    RoleAssigned,
)
from meeting_server.domain.ids import HALL, ParticipantId
from meeting_server.domain.recusal import hides, is_outside
from meeting_server.domain.roles import Right, Role, may
from meeting_server.domain.state import Counters, MeetingState, Message, Motion
from meeting_server.domain.vote_terms import MotionPhase
from meeting_server.domain.votes.running_tally import running_tally, step_of

EVERYONE_ELSE = None
_RUNNING = tuple(role for role in Role if may(role, Right.RUN_MEETING))


@dataclass(frozen=True, slots=True)
class Copy:
    """The copy of an event for ``to`` (``None``: everyone not named in an earlier copy). ``event`` ``None``: only that something happened
    (``skip``)."""

    to: frozenset[ParticipantId] | None
    event: Event | None


def runners(state: MeetingState) -> frozenset[ParticipantId]:
    """Return those who run the meeting and keep its record. They see attendance evidence, drafts and counts."""
    return frozenset([i for i, p in state.participants.items() if p.role in _RUNNING and not p.removed])


@dataclass(frozen=True, slots=True)
class Circles:
    """The groups that copies depend on: those who run the meeting, and those who may not follow all of it."""

    running: frozenset[ParticipantId]
    bounded: tuple[ParticipantId, ...]


CIRCLES_CHANGE = (
    MeetingConvened,
    ParticipantAdmitted,
    ParticipantRemoved,
    ParticipantReadmitted,
    RoleAssigned,
    ParticipantRecused,
    ParticipantRecalled,
)
"""The only events that can change a meeting's circles. Between them, circles can be cached."""


def circles(state: MeetingState) -> Circles:
    """Return the circles of a meeting. This visits every participant."""
    return Circles(
        runners(state), tuple([i for i, p in state.participants.items() if p.items or (p.recusals and p.recused_from is not None)])
    )


def copies(state: MeetingState, event: Event, known: Circles | None = None) -> tuple[Copy, ...]:
    """Return the copies of ``event``; ``state`` is the state after it. A viewer gets the first copy that names them.

    ``known``: the ``circles`` of ``state``, if the caller has them.
    """
    known = known if known is not None else circles(state)
    kept_from = _kept_from(state, event, known)
    told = _copies(state, event, known.running)
    return (Copy(kept_from, None), *told) if kept_from else told


def _kept_from(state: MeetingState, event: Event, known: Circles) -> frozenset[ParticipantId]:
    """Return those who don't get ``event`` because they are outside, or because it belongs to an item closed to them."""
    if type(event).seen_by is Audience.CONVERSATION:
        return frozenset(_message_of(state, event).withheld_from) if not isinstance(event, ChatPosted) else frozenset(event.withheld_from)
    if not known.bounded:
        return frozenset()
    bounded = [state.participants[i] for i in known.bounded]
    if type(event).seen_by is Audience.INSIDE:
        return frozenset(p.participant_id for p in bounded if is_outside(state, p))
    motion = motion_told_by(state, event)
    return frozenset(p.participant_id for p in bounded if motion is not None and hides(p, motion))


def motion_told_by(state: MeetingState, event: Event) -> Motion | None:
    """Return the motion that ``event`` belongs to. Everyone may know who holds an office, whatever motion gave it."""
    motion_id = None if isinstance(event, OfficerAppointed) else getattr(event, "motion_id", None)
    return state.motions.get(motion_id) if motion_id is not None else None


def _copies(state: MeetingState, event: Event, running: frozenset[ParticipantId]) -> tuple[Copy, ...]:
    if isinstance(event, BallotCast):
        event = replace(event, running=step_of(state.motions[event.motion_id]))
    audience = type(event).seen_by
    if audience is Audience.NOBODY:
        return (Copy(EVERYONE_ELSE, None),)
    whole_to = _viewers(audience, state, event, running)
    if whole_to is None:
        return (Copy(EVERYONE_ELSE, event),)
    return (Copy(whole_to, event), Copy(EVERYONE_ELSE, public_part(event) if has_public_part(type(event)) else None))


def _viewers(audience: Audience, state: MeetingState, event: Any, run: frozenset[ParticipantId]) -> frozenset[ParticipantId] | None:
    """Return who gets ``event`` in full; ``None``: everyone. The process checked at start that it has the fields its audience depends
    on."""
    match audience:
        case Audience.EVERYONE | Audience.INSIDE:
            return None
        case Audience.NOBODY:
            return frozenset()
        case Audience.RUNNERS:
            return run
        case Audience.CONCERNED:
            return run | {event.participant_id}
        case Audience.VOTER:
            return frozenset({event.voter}) if event.voter is not None else frozenset()
        case Audience.COUNTERS:
            return run | _counters_of(state.motions[event.motion_id])
        case Audience.MOTION:
            return None if state.motions[event.motion_id].is_public else run
        case Audience.CONVERSATION:
            heard = _audience_of(state, event)
            return run | heard if heard else None
        case _:
            assert_never(audience)


def _audience_of(state: MeetingState, event: Any) -> frozenset[ParticipantId]:
    """Return who was in the group room of a message; nobody: it was posted in the hall."""
    return frozenset(event.audience if isinstance(event, ChatPosted) else _message_of(state, event).audience)


def _message_of(state: MeetingState, event: Any) -> Message:
    """Return the message an event is about, without text if it is no longer kept."""
    found = next((m for m in state.chat if m.message_id == event.message_id), None)
    return found if found is not None else Message(event.message_id, HALL, ParticipantId(""), 0, "")


def fresh_view_for(state: MeetingState, event: Event) -> frozenset[ParticipantId]:
    """Return the viewers who need a new snapshot: ``event`` changed their rights, or they can't fold it from what they see."""
    if isinstance(event, MeetingConvened):
        return frozenset(state.participants)
    if isinstance(event, RoleAssigned | ParticipantRemoved | ParticipantReadmitted | ParticipantRecused | ParticipantRecalled):
        return frozenset({event.participant_id})
    if isinstance(event, AgendaStepped):
        return frozenset(i for i, p in state.participants.items() if p.items)
    return frozenset()


def view(state: MeetingState, viewer: ParticipantId | None) -> MeetingState:
    """Return what ``viewer`` may see of ``state``; ``None``: a viewer who is not a participant (the hall's screen)."""
    if viewer is not None and holds(state, viewer, Right.RUN_MEETING):
        motions = {i: _own_ballot_only(m, viewer) for i, m in state.motions.items()}
        return replace(state, motions=motions, counters=Counters())
    me = state.participants.get(viewer) if viewer is not None else None
    if me is not None and is_outside(state, me):
        state = replace(state, shown=None)
    return public_part(
        state,
        participants={i: p if i == viewer else public_part(p) for i, p in state.participants.items()},
        chat=tuple(m for m in state.chat if _may_read(m, viewer)),
        motions={i: _as_seen(m, viewer) for i, m in state.motions.items() if m.is_public and not (me and hides(me, m))},
        contests=tuple(c for c in state.contests if c.participant_id == viewer),
    )


def _may_read(message: Message, viewer: ParticipantId | None) -> bool:
    return viewer not in message.withheld_from and (not message.audience or viewer in message.audience)


def _counters_of(motion: Motion) -> frozenset[ParticipantId]:
    """Return the scrutineer and the teller of a hall count, who see it before publication in order to sign it."""
    count = motion.paper_count
    return frozenset() if count is None else frozenset({count.scrutineer, count.teller})


def _own_ballot_only(motion: Motion, viewer: ParticipantId) -> Motion:
    return replace(motion, ballots=_ballots_of(motion, viewer), running=running_tally(motion), roster=())


def _as_seen(motion: Motion, viewer: ParticipantId | None) -> Motion:
    """Return what someone who does not run the meeting sees of a motion: the result only once it is published."""
    shown: dict[str, object] = {"ballots": _ballots_of(motion, viewer), "running": running_tally(motion)}
    published = motion.phase == MotionPhase.PUBLISHED
    if published:
        shown |= {"tally": motion.tally, "verdict": motion.verdict}
    count = motion.paper_count
    shown["paper_count"] = count if count is None or published or viewer in _counters_of(motion) else public_part(count)
    return public_part(motion, **shown)


def _ballots_of(motion: Motion, viewer: ParticipantId | None) -> dict[ParticipantId, tuple[str, ...]]:
    return {i: choices for i, choices in motion.ballots.items() if i == viewer}
