"""How one hall camera or hall screen joins and leaves its room: what a socket is for a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from meeting_server.domain.commands import Actor, CloseMedia, OpenMedia
from meeting_server.domain.ids import ConnectionId, ParticipantId, RoomId
from meeting_server.domain.terms import MediaKind
from meeting_server.live.assembly import Assembly
from meeting_server.live.signalling import Signalling
from meeting_server.media.api import Answer, IceServer, KeptClient, Role
from meeting_server.wire.server_messages import MediaLost, ServerMessage

SENDS: dict[Role, MediaKind] = {"microphone": "audio", "camera": "video"}
WALL_PICTURES = 1
"""Number of cameras that a screen on the wall shows: whoever speaks."""


class _Party:
    """What is behind one media client of the device. ``gone`` is called when the media plane or the chair ends it."""

    def __init__(self, client: str, participant_id: ParticipantId, gone: Callable[[_Party], None]) -> None:
        self.connection_id = ConnectionId(client)
        self.participant_id = participant_id
        self.offered: set[MediaKind] = set()
        self._gone = gone

    def send(self, *messages: ServerMessage) -> None:
        if any(isinstance(message, MediaLost) for message in messages):
            self._gone(self)


class HallLink:
    """``media.whip.Joining`` for one device. A ``camera`` already is a participant; a ``screen`` is not, and only watches.

    ``lost`` is called with the client's name when the media plane lost it, the chair removed it or the meeting is over.
    """

    def __init__(
        self,
        assembly: Assembly,
        signalling: Signalling,
        device_id: str,
        room_id: RoomId,
        kind: Literal["camera", "screen"],
        lost: Callable[[str], None],
    ) -> None:
        self._assembly = assembly
        self._signalling = signalling
        self._device = ParticipantId(device_id)
        self._room_id = room_id
        self._kind = kind
        self._lost = lost
        self._parties: dict[str, _Party] = {}

    async def join(self, client: str, offer_sdp: str) -> Answer:
        """Record as open what the camera offers, if the room carries it. Raises MediaRefused."""
        party = self._parties.get(client) or _Party(client, self._device, self._gone)
        slots = WALL_PICTURES if self._kind == "screen" else 0
        answer = await self._signalling.join_device(self._assembly, party, self._room_id, offer_sdp, slots)
        fresh = client not in self._parties
        self._parties[client] = party
        if self._kind == "camera" and fresh:  # an ICE restart must not open what the chair has closed
            party.offered = {SENDS[line.role] for line in answer.lines if line.role in SENDS}
            for kind in sorted(party.offered):
                await self._assembly.host.ask(Actor(self._device), OpenMedia(kind))
        return answer

    async def resume(self, kept: KeptClient) -> None:
        """Resume a session that media kept while this process was away. Records nothing as open. Raises MediaRefused."""
        party = _Party(kept.client, self._device, self._gone)
        if self._kind == "camera":
            party.offered = {kind for kind in kept.sends if kind != "screen"}
        await self._signalling.resume_device(self._assembly, party, self._room_id, kept.room)
        self._parties[kept.client] = party

    async def leave(self, client: str) -> None:
        party = self._parties.pop(client, None)
        if party is not None:
            self._signalling.hang_up(party)
            self._close(party)

    def ice_servers(self, client: str) -> tuple[IceServer, ...]:
        return self._signalling.ice_servers(client)

    def _gone(self, party: _Party) -> None:
        self._parties.pop(party.connection_id, None)
        self._signalling.hang_up(party)
        self._close(party)
        self._lost(party.connection_id)

    def _close(self, party: _Party) -> None:
        if not self._signalling.others_of(party):
            for kind in sorted(party.offered):
                self._assembly.host.submit(Actor(self._device), CloseMedia(kind), None, lambda outcome: None)
