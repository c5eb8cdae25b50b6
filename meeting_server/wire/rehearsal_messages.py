"""The control socket of a rehearsal (``/rehearsal``): messages between ``meeting-server rehearse`` and the server.

One JSON object a frame, ``type`` first. A rehearsal lives exactly as long as this socket: whoever closes it, for whatever reason,
ends the rehearsal.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

EndCode = Literal[
    "finished",  # the other side said so
    "control_lost",  # the control socket was closed, or silent for too long
    "rehearsal_meeting_running",  # a meeting is open on this server
    "rehearsal_meeting_soon",  # people wait for a meeting, or one is planned to begin during the rehearsal
    "rehearsal_running",  # another rehearsal is under way
    "rehearsal_meeting_opened",  # a meeting opened while the rehearsal ran
    "rehearsal_failed",  # the server could not set the rehearsal up; its log says why
    "server_stopping",
]
"""Why there is no rehearsal, or no longer. Stable: scripts may rely on these values."""

SILENT_SECONDS = 20.0
"""A control socket that is silent for this long is lost. ``Beat`` comes every second."""


class Begin(Struct, tag="begin", tag_field="type", frozen=True):
    """First frame: how large the rehearsal is. ``minutes`` is how long it may take at most."""

    members: int
    minutes: float
    language: Literal["zh-CN", "en"] = "zh-CN"


class Beat(Struct, tag="beat", tag_field="type", frozen=True):
    """The other side is alive; ``phones`` are in the meeting now."""

    phones: int = 0


class Finish(Struct, tag="finish", tag_field="type", frozen=True):
    """End the rehearsal."""


class Machine(Struct, frozen=True):
    """The machine the server runs on. ``network_mbit_s``: speed of its fastest interface that is up; ``None`` where unknown."""

    cores: int
    memory_bytes: int
    network_mbit_s: float | None
    media: bool


class Began(Struct, tag="began", tag_field="type", frozen=True):
    """The rehearsal is set up. ``key``: value of the cookie ``rehearsal`` that leads into it. ``links``: one personal join link
    (path) a member, the chair's first. ``watch``: path that lets a person's own browser look in."""

    key: str
    meeting_id: str
    links: tuple[str, ...]
    watch: str
    machine: Machine


class Figures(Struct, tag="figures", tag_field="type", frozen=True):
    """What the server measured of itself, once a second. CPU in seconds since the process started, memory in bytes, delays in
    milliseconds (the longest since the last figures). ``media_counters``: sums over the media workers, by metric name without prefix."""

    at: float
    """Seconds since the rehearsal began, by the server's clock."""
    cpu_web: float
    cpu_media: float
    cpu_machine: float
    """Busy time of all cores together."""
    memory_web: int
    memory_media: int
    memory_free: int
    files_web: int
    files_media: int
    files_limit: int
    loop_delay_ms: float
    """How late the web process's event loop was."""
    media_delay_ms: float
    """How long the media process took to answer a question."""
    sockets: int
    media_counters: dict[str, float] = {}


class Ended(Struct, tag="ended", tag_field="type", frozen=True):
    """There is no rehearsal, or no longer; the socket closes. ``detail``: the title of the meeting that is in the way."""

    code: EndCode
    detail: str = ""


FromRunner = Begin | Beat | Finish
FromServer = Began | Figures | Ended

encode = msgspec.json.encode
from_runner = msgspec.json.Decoder(FromRunner)
from_server = msgspec.json.Decoder(FromServer)
