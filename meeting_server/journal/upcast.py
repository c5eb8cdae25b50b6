"""From a stored payload to today's event: decoding, and lifting payloads written by older versions.

A kind this program does not know (written by a newer one) yields no event; the record keeps its payload, so that it can
still be read, verified and exported.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from meeting_server.domain.events import KINDS, Event

Upcast = Callable[[dict[str, Any]], dict[str, Any]]

UPCASTS: dict[tuple[str, int], Upcast] = {}
"""``(kind, version)`` → the payload in the next version. Renamed kinds are listed in ``RENAMED``."""

RENAMED: dict[str, str] = {}
"""A kind's old name → the name it has now."""


class UnreadableRecord(ValueError):
    """A payload of a known kind does not have the shape its version promises."""


_DECODERS: dict[str, msgspec.json.Decoder[Event]] = {kind: msgspec.json.Decoder(cls) for kind, cls in KINDS.items()}


def event_of(kind: str, version: int, payload: bytes) -> Event | None:
    """The event in today's shape; ``None`` for a kind or version newer than this program.

    Raises UnreadableRecord.
    """
    name = RENAMED.get(kind, kind)
    cls = KINDS.get(name)
    if cls is None or version > cls.version:
        return None
    try:
        if version == cls.version:
            return _DECODERS[name].decode(payload)
        fields = msgspec.json.decode(payload, type=dict[str, Any])
        for step in range(version, cls.version):
            fields = UPCASTS[kind, step](fields)
        return msgspec.convert(fields, cls)
    except KeyError as missing:
        raise UnreadableRecord(f"{kind}: no upcast {missing}") from missing
    except msgspec.DecodeError as error:
        raise UnreadableRecord(f"{kind} version {version}: {error}") from error
