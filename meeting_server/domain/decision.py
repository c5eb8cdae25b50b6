"""What every rule is asked with and answers with, and the few questions all of them share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from meeting_server.domain.characters import clean
from meeting_server.domain.commands import Actor
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.events import Event
from meeting_server.domain.ids import Millis, ParticipantId
from meeting_server.domain.roles import Right, may
from meeting_server.domain.state import MeetingState, Participant
from meeting_server.domain.terms import Preset

Decision = tuple[Event, ...] | Rejected
"""Facts to be recorded (none: the command is fine and changes nothing), or the reason it has no effect."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when (the server's clock), and the presets a motion may name."""

    actor: Actor
    now: Millis
    presets: Mapping[str, Preset]

    @property
    def who(self) -> ParticipantId:
        """The asking participant; rules of server commands must not ask for it."""
        assert self.actor.participant_id is not None
        return self.actor.participant_id


Decide = Callable[[MeetingState, Any, Asked], Decision]
Evolve = Callable[[MeetingState, Any, Millis], MeetingState]


def holds(state: MeetingState, participant_id: ParticipantId, right: Right) -> bool:
    """Whether a participant is on the list, not removed, and holds ``right``."""
    participant = state.participants.get(participant_id)
    return participant is not None and not participant.removed and may(participant.role, right)


def known(state: MeetingState, participant_id: ParticipantId) -> Participant | Rejected:
    """The participant a command names, or why it cannot be meant."""
    participant = state.participants.get(participant_id)
    if participant is None:
        return Rejected(Code.UNKNOWN_PARTICIPANT, "participant_id")
    if participant.removed:
        return Rejected(Code.REMOVED, "participant_id")
    return participant


def checked_text(text: str, field: str, longest: int) -> str | Rejected:
    """``text`` clean and without outer white space; refused when empty or longer than ``longest`` characters."""
    text = clean(text).strip()
    if not text:
        return Rejected(Code.EMPTY, field)
    if len(text) > longest:
        return Rejected(Code.TOO_LONG, field, (("longest", longest),))
    return text


def with_participant(state: MeetingState, participant_id: ParticipantId, **changes: Any) -> MeetingState:
    """``state`` with some fields of one participant changed; unchanged when a view does not hold them."""
    participant = state.participants.get(participant_id)
    if participant is None:
        return state
    return replace(state, participants={**state.participants, participant_id: replace(participant, **changes)})
