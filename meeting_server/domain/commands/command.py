"""What every command is, and who it comes from."""

from __future__ import annotations

from dataclasses import dataclass

from meeting_server.domain.ids import ParticipantId


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
