"""Who may see what of a meeting: the view of each viewer, and the copies of each fact.

``events`` and ``state`` declare it (``audience``); here it meets a meeting. The two agree: folding the copies a viewer receives
onto that viewer's view gives the viewer's view of the new state (a property test holds them to it). Where someone's rights change,
``fresh_view_for`` names who needs a new snapshot.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, assert_never

from meeting_server.domain.audience import Audience, has_public_part, public_part
from meeting_server.domain.decision import holds
from meeting_server.domain.events import (
    BallotCast,
    ChatPosted,
    Event,
    MeetingConvened,
    ParticipantAdmitted,
    ParticipantReadmitted,
    ParticipantRemoved,
    RoleAssigned,
)
from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.roles import Right, Role, may
from meeting_server.domain.state import Counters, MeetingState, Message, Motion
from meeting_server.domain.vote_terms import MotionPhase
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


def copies(state: MeetingState, event: Event, running: frozenset[ParticipantId] | None = None) -> tuple[Copy, ...]:
    """The copies of ``event``; ``state`` is the one after it. The first copy that names a viewer counts.

    ``running``: the ``runners`` of ``state``, where the caller has them already (they take a look at every participant).
    """
    if isinstance(event, BallotCast):
        event = replace(event, running=step_of(state.motions[event.motion_id]))
    audience = type(event).seen_by
    if audience is Audience.NOBODY:
        return (Copy(EVERYONE_ELSE, None),)
    whole_to = _viewers(audience, state, event, running if running is not None else runners(state))
    if whole_to is None:
        return (Copy(EVERYONE_ELSE, event),)
    return (Copy(whole_to, event), Copy(EVERYONE_ELSE, public_part(event) if has_public_part(type(event)) else None))


def _viewers(audience: Audience, state: MeetingState, event: Any, run: frozenset[ParticipantId]) -> frozenset[ParticipantId] | None:
    """Who is told ``event`` whole; ``None``: everyone. That it has the fields its audience rests on was checked at start."""
    match audience:
        case Audience.EVERYONE:
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
    """Who was in the group room of a message; nobody: it was said in the hall."""
    if isinstance(event, ChatPosted):
        return frozenset(event.audience)
    message = next((m for m in state.chat if m.message_id == event.message_id), None)
    return frozenset(message.audience) if message is not None else frozenset()


def fresh_view_for(state: MeetingState, event: Event) -> frozenset[ParticipantId]:
    """Viewers whose rights ``event`` changed, or who cannot fold it from what they see: send a snapshot."""
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
    return public_part(
        state,
        participants={i: p if i == viewer else public_part(p) for i, p in state.participants.items()},
        chat=tuple(m for m in state.chat if _may_read(m, viewer)),
        motions={i: _as_seen(m, viewer) for i, m in state.motions.items() if m.is_public},
        contests=tuple(c for c in state.contests if c.participant_id == viewer),
    )


def _may_read(message: Message, viewer: ParticipantId | None) -> bool:
    return not message.audience or viewer in message.audience


def _counters_of(motion: Motion) -> frozenset[ParticipantId]:
    """The scrutineer and the teller of a hall count: they see it before it is published, to sign it."""
    count = motion.paper_count
    return frozenset() if count is None else frozenset({count.scrutineer, count.teller})


def _own_ballot_only(motion: Motion, viewer: ParticipantId) -> Motion:
    return replace(motion, ballots=_ballots_of(motion, viewer), running=running_tally(motion))


def _as_seen(motion: Motion, viewer: ParticipantId | None) -> Motion:
    """What someone who does not run the meeting sees of a motion: the result once it is published."""
    shown: dict[str, object] = {"ballots": _ballots_of(motion, viewer), "running": running_tally(motion)}
    published = motion.phase == MotionPhase.PUBLISHED
    if published:
        shown |= {"tally": motion.tally, "verdict": motion.verdict}
    if published or viewer in _counters_of(motion):
        shown["paper_count"] = motion.paper_count
    return public_part(motion, **shown)


def _ballots_of(motion: Motion, viewer: ParticipantId | None) -> dict[ParticipantId, tuple[str, ...]]:
    return {i: choices for i, choices in motion.ballots.items() if i == viewer}
