"""Who has the floor."""

from __future__ import annotations

from dataclasses import dataclass

from meeting_server.domain.commands.command import FromParticipant
from meeting_server.domain.ids import ParticipantId


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
