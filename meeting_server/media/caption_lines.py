"""What travels between the web process and the process that writes captions: one JSON object a line. Rooms are opaque here."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class Wish(Struct, frozen=True, tag="wish"):
    """From the web process: captions of a room, on or off; ``terms`` and the names of ``people`` are likely to be said there.

    ``keep``: what is written may be kept. Said again with another value while they are on, it holds from then on.
    """

    room: str
    on: bool
    terms: tuple[str, ...] = ()
    keep: bool = False
    people: tuple[str, ...] = ()


class Line(Struct, frozen=True, tag="line"):
    """To the web process: what ``source`` said in ``room`` (Unix ms). ``behind_ms``: from its end until now."""

    room: str
    source: str
    since: int
    until: int
    text: str
    behind_ms: int = 0


class Ended(Struct, frozen=True, tag="ended"):
    """To the web process: captions of a room ended by themselves."""

    room: str
    reason: Literal["busy", "unavailable"]
