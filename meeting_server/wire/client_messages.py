"""What a phone may say over the socket (subprotocol ``meeting.v1``), one JSON object a frame, ``type`` first."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct


class Hello(Struct, tag="hello", tag_field="type", frozen=True):
    """First frame. ``position`` is ``seq.hash8`` of the last record seen; absent or unknown: a snapshot comes back."""

    position: str | None = None
    device: Literal["phone", "desktop", "hall"] = "phone"


class CommandFrame(Struct, tag="command", tag_field="type", frozen=True):
    """``id``: made by the phone, unique for ever (8 to 64 characters). ``kind``: a name of ``domain.commands.KINDS``.
    ``data``: the fields of that command."""

    id: str
    kind: str
    data: msgspec.Raw = msgspec.Raw(b"{}")


class Signal(Struct, tag="signal", tag_field="type", frozen=True):
    """Unrecorded: ``typing`` (on/off), ``visible`` (the page is in the foreground)."""

    kind: Literal["typing", "visible"]
    on: bool = True


class Offer(Struct, tag="offer", tag_field="type", frozen=True):
    """WebRTC offer of this connection's one peer connection (see ``media/api``). ``id`` comes back in the answer."""

    id: str
    sdp: str
    video_slots: int = 0


class Want(Struct, tag="want", tag_field="type", frozen=True):
    """What this device wishes to receive: number of video slots filled, a pinned participant, the screen."""

    video: int
    pinned: str | None = None
    screen: bool = True
    layer: Literal["q", "h", "f"] = "f"
    """The largest picture of use here where nobody is pinned: a quarter, a half or the full width. The pinned one comes in full."""


class Inspect(Struct, tag="inspect", tag_field="type", frozen=True):
    """Ask how this device's media connection is doing: ``link`` comes back."""


class Hangup(Struct, tag="hangup", tag_field="type", frozen=True):
    """Leave media (text-only) and stay in the meeting."""


class Collect(Struct, tag="collect", tag_field="type", frozen=True):
    """Collect the paper of a secret vote (领票): ``blinded`` is the blinded message (RFC 9474), hex. The same request
    again gets the same answer; another is ``already_collected``."""

    id: str
    motion_id: str
    blinded: str


class Ping(Struct, tag="ping", tag_field="type", frozen=True):
    """Every 5 s while visible, every 20 s in the background; the sign of life behind attendance."""

    sent: int = 0


ClientMessage = Hello | CommandFrame | Signal | Offer | Want | Inspect | Hangup | Collect | Ping
