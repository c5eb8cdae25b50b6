"""One open socket of one device: who it is, what may wait for it, and when it last gave a sign of life."""

from __future__ import annotations

from typing import Protocol

from meeting_server.domain.ids import ConnectionId, Millis, ParticipantId
from meeting_server.domain.terms import Device
from meeting_server.wire.close_codes import Close
from meeting_server.wire.codec import encode
from meeting_server.wire.frames import Frames
from meeting_server.wire.server_messages import ServerMessage

MOST_WAITING = 256 * 1024
"""Bytes that may wait for a phone that does not read; with more it is cut off and resumes."""


class Outlet(Protocol):
    """The way out to one phone; web/socket gives it. Neither method waits."""

    def write(self, frames: Frames) -> None:
        """Hand the frames to the network, in order."""
        ...

    def waiting(self) -> int:
        """Bytes handed over that the network has not taken yet."""
        ...

    def close(self, code: Close) -> None:
        """Say why and close; what still waits is given up after a few seconds. Idempotent."""
        ...


class Connection:
    """A phone in a meeting. ``responsive`` is what the journal knows; ``visible`` what the phone last said; ``bound``: it is
    known to be its participant's own, so that it may vote."""

    __slots__ = (
        "_credit",
        "_outlet",
        "bound",
        "connection_id",
        "device",
        "last_heard",
        "open",
        "participant_id",
        "responsive",
        "typing_until",
        "visible",
    )

    def __init__(
        self,
        connection_id: ConnectionId,
        participant_id: ParticipantId,
        device: Device,
        outlet: Outlet,
        now: Millis,
        *,
        bound: bool = False,
    ) -> None:
        self.connection_id = connection_id
        self.participant_id = participant_id
        self.device = device
        self.bound = bound
        self.last_heard = now
        self.open = True
        self.responsive = True
        self.visible = True
        self.typing_until: Millis = 0
        self._credit = 0
        self._outlet = outlet

    def deliver(self, frames: Frames) -> None:
        """Write frames that others get too. A phone with too much waiting is cut off instead of slowing the room."""
        if not self.open:
            return
        waiting = self._outlet.waiting()
        if not waiting:
            self._credit = 0
        elif waiting > MOST_WAITING + self._credit:
            self.close(Close.TOO_SLOW)
            return
        self._outlet.write(frames)

    def catch_up(self, frames: Frames) -> None:
        """Write what brings this phone to the present. However large, it must not be what cuts the phone off, or a phone
        on a slow line would be sent the same snapshot for ever."""
        if not self.open:
            return
        self._outlet.write(frames)
        self._credit = self._outlet.waiting()

    def send(self, *messages: ServerMessage) -> None:
        """Write messages that are for this phone alone."""
        self.deliver(Frames(tuple(encode(message) for message in messages)))

    def close(self, code: Close) -> None:
        """Close the socket for a reason; nothing is sent after. Idempotent."""
        if self.open:
            self.open = False
            self._outlet.close(code)
