"""Plays a meeting through the real rules and the real journal, at moments of its own choosing."""

from __future__ import annotations

from meeting_server.domain.commands import SERVER, Actor, CloseConnection, Command, MarkPresent, OpenConnection
from meeting_server.domain.errors import Rejected
from meeting_server.domain.ids import ConnectionId, MeetingId, Millis, ParticipantId
from meeting_server.domain.state import MeetingState
from meeting_server.live.registry import Registry

MINUTE: Millis = 60_000


class ScriptClock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: Millis) -> None:
        self.at = at

    def __call__(self) -> Millis:
        return self.at


class ScriptedMeeting:
    """One meeting by its script. ``start`` is the moment its minutes are counted from."""

    def __init__(self, registry: Registry, clock: ScriptClock, meeting_id: MeetingId, start: Millis) -> None:
        self._registry = registry
        self._clock = clock
        self.meeting_id = meeting_id
        self._start = start

    async def say(self, minute: float, who: str | None, command: Command) -> None:
        """``who`` (a participant id, ``None``: the server) asks for ``command`` at this minute. Raises ValueError when refused."""
        self._clock.at = self._start + round(minute * MINUTE)
        actor = SERVER if who is None else Actor(ParticipantId(who))
        outcome = await self._registry.submit(self.meeting_id, actor, command)
        if isinstance(outcome, Rejected):
            raise ValueError(f"minute {minute}: {command} was refused: {outcome.code} {outcome.field}")

    async def state(self) -> MeetingState:
        state = await self._registry.state(self.meeting_id)
        assert state is not None
        return state

    async def arrive(self, minute: float, who: str) -> None:
        """By phone."""
        await self.say(minute, None, OpenConnection(ParticipantId(who), ConnectionId(f"scripted-{who}"), "phone"))

    async def go(self, minute: float, who: str) -> None:
        """The phone is put away."""
        at = self._start + round(minute * MINUTE)
        await self.say(minute, None, CloseConnection(ParticipantId(who), ConnectionId(f"scripted-{who}"), at))

    async def seen_in_hall(self, minute: float, who: str, by: str) -> None:
        await self.say(minute, by, MarkPresent(ParticipantId(who)))
