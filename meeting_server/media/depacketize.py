"""From RTP packets to whole frames in order: a short reordering buffer, and the payload formats of each codec."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from .rtp import begins_key_frame, vp8_payload_offset

PATIENCE_S = 0.4  # how long a missing packet is waited for
MAX_WAITING = 512
MAX_PARTS = 2048  # packets of one picture: 2.4 MB


class Arrived(NamedTuple):
    """A packet as the recorder gets it; ``at`` is Unix time in seconds."""

    at: float
    seq: int
    timestamp: int
    marker: int
    payload: bytes


@dataclass(frozen=True)
class Frame:
    """A picture or a piece of sound, ready for a container; ``timestamp`` is the RTP time."""

    at: float
    timestamp: int
    data: bytes
    key: bool


class Reorder:
    """Packets in order of their numbers. ``lost`` is true for the first packet behind a hole that was given up."""

    def __init__(self) -> None:
        self._next: int | None = None
        self._waiting: dict[int, Arrived] = {}

    def put(self, packet: Arrived) -> Iterator[tuple[Arrived, bool]]:
        if self._next is None:
            self._next = packet.seq
        if (packet.seq - self._next & 0xFFFF) >= 0x8000:
            return  # too late: what came after it is already written
        self._waiting[packet.seq] = packet
        yield from self._ready(packet.at)

    def _ready(self, now: float) -> Iterator[tuple[Arrived, bool]]:
        lost = False
        while self._waiting:
            assert self._next is not None
            packet = self._waiting.pop(self._next, None)
            if packet is None:
                oldest = min(p.at for p in self._waiting.values())
                if now - oldest < PATIENCE_S and len(self._waiting) < MAX_WAITING:
                    return
                start = self._next
                self._next = min(self._waiting, key=lambda s: s - start & 0xFFFF)
                lost = True
                continue
            self._next = self._next + 1 & 0xFFFF
            yield packet, lost
            lost = False

    def rest(self) -> Iterator[tuple[Arrived, bool]]:
        """Everything still waiting, holes or not."""
        yield from self._ready(float("inf"))


class FrameBuilder:
    """Frames of one codec. After a hole nothing comes until the next key frame; ``needs_key`` tells that one must be asked for."""

    def __init__(self, codec: str) -> None:
        self._codec = codec
        self._parts: list[Arrived] = []
        self.needs_key = codec != "opus"

    def reset(self) -> None:
        """A new source or layer follows."""
        self._parts = []
        self.needs_key = self._codec != "opus"

    def put(self, packet: Arrived, lost: bool) -> Frame | None:
        if self._codec == "opus":
            return Frame(packet.at, packet.timestamp, packet.payload, True)
        if lost:
            self.reset()
        if self._parts and self._parts[0].timestamp != packet.timestamp:
            self._parts = []  # its end never came: without the marker the picture is not whole
            self.needs_key = True
        if self.needs_key and not self._parts and not begins_key_frame(self._codec, packet.payload):
            return None
        self._parts.append(packet)
        if not packet.marker:
            if len(self._parts) > MAX_PARTS:
                self.reset()
            return None
        parts, self._parts = self._parts, []
        key = begins_key_frame(self._codec, parts[0].payload)
        data = _assemble(self._codec, [p.payload for p in parts])
        if not data:
            self.needs_key = True
            return None
        self.needs_key = False
        return Frame(parts[-1].at, parts[0].timestamp, data, key)


def _assemble(codec: str, payloads: list[bytes]) -> bytes:
    """One frame from its payloads; empty when a payload is malformed."""
    if codec == "vp8":
        offsets = [vp8_payload_offset(p) for p in payloads]
        return b"" if min(offsets) < 0 else b"".join(p[o:] for p, o in zip(payloads, offsets, strict=True))
    if codec == "vp9":
        offsets = [_vp9_offset(p) for p in payloads]
        return b"" if min(offsets) < 0 else b"".join(p[o:] for p, o in zip(payloads, offsets, strict=True))
    if codec == "h264":
        return _annex_b(payloads)
    if codec == "av1":
        return _av1(payloads)
    return b"".join(payloads)


def _vp9_offset(payload: bytes) -> int:
    """Length of the VP9 payload descriptor; -1 when it is cut short."""
    try:
        head, at = payload[0], 1
        if head & 0x80:
            at += 2 if payload[at] & 0x80 else 1
        if head & 0x20:
            at += 1 if head & 0x10 else 2
        if head & 0x10 and head & 0x40:
            while True:
                more = payload[at] & 1
                at += 1
                if not more:
                    break
        if head & 0x02:
            structure = payload[at]
            at += 1
            if structure & 0x10:
                at += 4 * ((structure >> 5) + 1)
            if structure & 0x08:
                groups = payload[at]
                at += 1
                for _ in range(groups):
                    at += 1 + (payload[at] >> 2 & 3)
    except IndexError:
        return -1
    return at if at < len(payload) else -1


def _annex_b(payloads: list[bytes]) -> bytes:
    start = b"\0\0\0\1"
    out = bytearray()
    for payload in payloads:
        if not payload:
            return b""
        kind = payload[0] & 0x1F
        if kind == 24:
            at = 1
            while at + 2 < len(payload):
                size = payload[at] << 8 | payload[at + 1]
                out += start + payload[at + 2 : at + 2 + size]
                at += 2 + size
        elif kind == 28:
            if len(payload) < 3:
                return b""
            if payload[1] & 0x80:
                out += start + bytes((payload[0] & 0xE0 | payload[1] & 0x1F,))
            out += payload[2:]
        else:
            out += start + payload
    return bytes(out)


def _av1(payloads: list[bytes]) -> bytes:
    """Open bitstream units with their sizes written in, as containers want them."""
    units: list[bytes] = []
    try:
        for payload in payloads:
            head, at = payload[0], 1
            count = head >> 4 & 3
            continued, index = bool(head & 0x80), 0
            while at < len(payload):
                index += 1
                size = len(payload) - at
                if not count or index < count:
                    size, at = _leb128(payload, at)
                unit = payload[at : at + size]
                at += size
                if continued and index == 1 and units:
                    units[-1] += unit
                else:
                    units.append(unit)
        return b"".join(_sized(u) for u in units if u and u[0] >> 3 & 15 not in (2, 15))
    except IndexError:
        return b""


def _leb128(data: bytes, at: int) -> tuple[int, int]:
    """A number and where it ends (AV1 specification, section 4.10.5). Raises IndexError beyond its eight bytes or the data."""
    value = 0
    for shift in range(0, 56, 7):
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value, at
    raise IndexError("a length of more than eight bytes")


def _sized(unit: bytes) -> bytes:
    """The unit with its length written in. Raises IndexError when its head is cut short."""
    if unit[0] & 2:
        return unit
    head = 2 if unit[0] & 4 else 1
    size = len(unit) - head
    if size < 0:
        raise IndexError("a head of two bytes in a unit of one")
    length = b""
    while True:
        size, low = size >> 7, size & 0x7F
        length += bytes((low | 0x80 if size else low,))
        if not size:
            break
    return bytes((unit[0] | 2,)) + unit[1:head] + length + unit[head:]
