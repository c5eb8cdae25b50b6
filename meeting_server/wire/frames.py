"""Messages on their way out, framed for the socket once and written to every phone that gets the same copy."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping

WORTH_DEFLATING = 300
"""Bytes. Shorter messages are never compressed."""
WINDOW_BITS = 12
LEVEL = 1
MEMORY_LEVEL = 5
_TAIL = b"\x00\x00\xff\xff"
_TEXT, _COMPRESSED = 0x81, 0xC1


class Frames:
    """One or more text messages. ``plain`` and ``deflated`` are made when first asked for, then kept.

    The compressed form carries no context from message to message (``no_context_takeover``, RFC 7692 section 7.1.1),
    which is why one form fits all phones.
    """

    __slots__ = ("_changes", "_deflated", "_deflated_parts", "_like", "_plain", "_plain_parts", "payloads")

    def __init__(self, payloads: tuple[bytes, ...], like: Frames | None = None, changes: Mapping[int, bytes] | None = None) -> None:
        self.payloads = payloads
        self._like = like
        self._changes = changes
        self._plain_parts: list[bytes] | None = None
        self._deflated_parts: list[bytes] | None = None
        self._plain: bytes | None = None
        self._deflated: bytes | None = None

    def changed(self, changes: Mapping[int, bytes]) -> Frames:
        """Return the same messages with those at some indexes replaced. The others are not framed again."""
        payloads = list(self.payloads)
        for index, payload in changes.items():
            payloads[index] = payload
        return Frames(tuple(payloads), self, changes)

    @property
    def plain(self) -> bytes:
        """Bytes for the transport of a phone without compression."""
        if self._plain is None:
            self._plain = b"".join(self._parts())
        return self._plain

    @property
    def deflated(self) -> bytes:
        """Bytes for the transport of a phone that negotiated permessage-deflate."""
        if self._deflated is None:
            self._deflated = b"".join(self._small_parts())
        return self._deflated

    def _parts(self) -> list[bytes]:
        if self._plain_parts is None:
            if self._like is not None and self._changes is not None:
                self._plain_parts = self._like._parts().copy()
                for index, payload in self._changes.items():
                    self._plain_parts[index] = _framed(payload)
            else:
                self._plain_parts = [_framed(payload) for payload in self.payloads]
        return self._plain_parts

    def _small_parts(self) -> list[bytes]:
        if self._deflated_parts is None:
            if self._like is not None and self._changes is not None:
                self._deflated_parts = self._like._small_parts().copy()
                for index, payload in self._changes.items():
                    self._deflated_parts[index] = _smaller(payload)
            else:
                self._deflated_parts = [_smaller(payload) for payload in self.payloads]
        return self._deflated_parts


def _framed(payload: bytes) -> bytes:
    return _header(_TEXT, len(payload)) + payload


def _smaller(payload: bytes) -> bytes:
    if len(payload) < WORTH_DEFLATING:
        return _framed(payload)
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -WINDOW_BITS, MEMORY_LEVEL)
    packed = (packer.compress(payload) + packer.flush(zlib.Z_SYNC_FLUSH)).removesuffix(_TAIL)
    return _header(_COMPRESSED, len(packed)) + packed


def _header(first: int, length: int) -> bytes:
    """A final, unmasked frame (RFC 6455 section 5.2)."""
    if length < 126:
        return bytes((first, length))
    if length < 65_536:
        return struct.pack("!BBH", first, 126, length)
    return struct.pack("!BBQ", first, 127, length)
