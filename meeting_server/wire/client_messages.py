"""What a phone may send over the socket (subprotocol ``meeting.v1``): one JSON object per frame, ``type`` first."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct


class Hello(Struct, tag="hello", tag_field="type", frozen=True):
    """The first frame. ``position`` is ``seq.hash8`` of the last record seen. If it is absent or unknown, the answer is a snapshot."""

    position: str | None = None
    device: Literal["phone", "desktop", "hall"] = "phone"


class CommandFrame(Struct, tag="command", tag_field="type", frozen=True):
    """``id``: made by the phone, never used again (8 to 64 characters). ``kind``: a name in ``domain.commands.KINDS``.
    ``data``: the fields of that command."""

    id: str
    kind: str
    data: msgspec.Raw = msgspec.Raw(b"{}")


class Signal(Struct, tag="signal", tag_field="type", frozen=True):
    """Not recorded: ``typing`` (on or off), ``visible`` (the page is in the foreground)."""

    kind: Literal["typing", "visible"]
    on: bool = True


class Offer(Struct, tag="offer", tag_field="type", frozen=True):
    """The WebRTC offer of this connection's only peer connection (see ``media/api``). The answer repeats ``id``."""

    id: str
    sdp: str
    video_slots: int = 0


class Want(Struct, tag="want", tag_field="type", frozen=True):
    """What this device wants to receive: how many video slots, a pinned participant, the screen."""

    video: int
    pinned: str | None = None
    screen: bool = True
    layer: Literal["q", "h", "f"] = "f"
    """The largest picture that is useful here when nobody is pinned: a quarter, a half or the full width. A pinned one comes in full."""


class Inspect(Struct, tag="inspect", tag_field="type", frozen=True):
    """Ask about the state of this device's media connection. The answer is ``link``."""


class Hangup(Struct, tag="hangup", tag_field="type", frozen=True):
    """Leave voice and video, and stay in the meeting with text only."""


class Collect(Struct, tag="collect", tag_field="type", frozen=True):
    """Collect the paper of a secret vote (领票): ``blinded`` is the blinded message (RFC 9474), hex. The same request
    again gets the same answer; another is ``already_collected``."""

    id: str
    motion_id: str
    blinded: str


class Ping(Struct, tag="ping", tag_field="type", frozen=True):
    """Sent every 5 s while visible and every 20 s in the background. Attendance rests on this sign of life."""

    sent: int = 0


ClientMessage = Hello | CommandFrame | Signal | Offer | Want | Inspect | Hangup | Collect | Ping
