"""Input and output of every rule, and the few checks that all of them share."""

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
"""Facts to record (none: the command is valid and changes nothing), or the reason it has no effect."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who sends the command, when (server clock), and the presets a motion may name."""

    actor: Actor
    now: Millis
    presets: Mapping[str, Preset]

    @property
    def who(self) -> ParticipantId:
        """The sending participant. Rules of server commands must not use it."""
        assert self.actor.participant_id is not None
        return self.actor.participant_id


Decide = Callable[[MeetingState, Any, Asked], Decision]
Evolve = Callable[[MeetingState, Any, Millis], MeetingState]


def holds(state: MeetingState, participant_id: ParticipantId, right: Right) -> bool:
    """Return whether a participant is on the list, not removed, and holds ``right``."""
    participant = state.participants.get(participant_id)
    return participant is not None and not participant.removed and may(participant.role, right)


def known(state: MeetingState, participant_id: ParticipantId) -> Participant | Rejected:
    """Return the participant a command names, or the reason why it cannot name them."""
    participant = state.participants.get(participant_id)
    if participant is None:
        return Rejected(Code.UNKNOWN_PARTICIPANT, "participant_id")
    if participant.removed:
        return Rejected(Code.REMOVED, "participant_id")
    return participant


def checked_text(text: str, field: str, longest: int) -> str | Rejected:
    """Return ``text`` cleaned and stripped. Refused if empty or longer than ``longest`` characters."""
    text = clean(text).strip()
    if not text:
        return Rejected(Code.EMPTY, field)
    if len(text) > longest:
        return Rejected(Code.TOO_LONG, field, (("longest", longest),))
    return text


def with_participant(state: MeetingState, participant_id: ParticipantId, **changes: Any) -> MeetingState:
    """Return ``state`` with some fields of one participant changed, or unchanged if the view does not contain them."""
    participant = state.participants.get(participant_id)
    if participant is None:
        return state
    return replace(state, participants={**state.participants, participant_id: replace(participant, **changes)})
