"""One open socket of one device: who it is, how much may be buffered for it, and when it last gave a sign of life."""

from __future__ import annotations

from typing import Protocol

from meeting_server.domain.ids import ConnectionId, Millis, ParticipantId
from meeting_server.domain.terms import Device
from meeting_server.wire.close_codes import Close
from meeting_server.wire.codec import encode
from meeting_server.wire.frames import Frames
from meeting_server.wire.server_messages import ServerMessage

MOST_WAITING = 256 * 1024
"""Most bytes buffered for a phone that does not read. With more, it is disconnected and resumes."""


class Outlet(Protocol):
    """The sending side of one phone's socket, provided by web/socket. Neither method blocks."""

    def write(self, frames: Frames) -> None:
        """Pass the frames to the network, in order."""
        ...

    def waiting(self) -> int:
        """Return how many bytes the network has not taken yet."""
        ...

    def close(self, code: Close) -> None:
        """Send the reason and close. Unsent data is discarded after a few seconds. Idempotent."""
        ...


class Connection:
    """A phone in a meeting. ``responsive``: as in the journal; ``visible``: as the phone last said; ``bound``: the device is known to be
    its participant's own, so it may vote."""

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
        """Write frames that others get too. A phone with too much unsent data is disconnected, so that it does not slow the room."""
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
        """Write what brings this phone up to date. However large, this must not disconnect the phone, or a phone on a slow line would get
        the same snapshot for ever."""
        if not self.open:
            return
        self._outlet.write(frames)
        self._credit = self._outlet.waiting()

    def send(self, *messages: ServerMessage) -> None:
        """Write messages for this phone alone."""
        self.deliver(Frames(tuple(encode(message) for message in messages)))

    def close(self, code: Close) -> None:
        """Close the socket for a reason and send nothing afterwards. Idempotent."""
        if self.open:
            self.open = False
            self._outlet.close(code)
