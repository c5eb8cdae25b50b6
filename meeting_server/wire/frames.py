"""Messages on their way out, framed for the socket once and written to every phone that gets the same copy."""

from __future__ import annotations

import struct
import zlib

WORTH_DEFLATING = 300
"""Bytes: shorter messages are sent as they are, also to phones that understand compression."""
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

    __slots__ = ("_deflated", "_plain", "payloads")

    def __init__(self, payloads: tuple[bytes, ...]) -> None:
        self.payloads = payloads
        self._plain: bytes | None = None
        self._deflated: bytes | None = None

    @property
    def plain(self) -> bytes:
        """Bytes for the transport of a phone without compression."""
        if self._plain is None:
            self._plain = b"".join([_header(_TEXT, len(payload)) + payload for payload in self.payloads])
        return self._plain

    @property
    def deflated(self) -> bytes:
        """Bytes for the transport of a phone that negotiated permessage-deflate."""
        if self._deflated is None:
            self._deflated = b"".join([_smaller(payload) for payload in self.payloads])
        return self._deflated


def _smaller(payload: bytes) -> bytes:
    if len(payload) < WORTH_DEFLATING:
        return _header(_TEXT, len(payload)) + payload
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
