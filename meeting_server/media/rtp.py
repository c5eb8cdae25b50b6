"""The parts of RTP that a forwarder reads: header extensions, picture numbers, and where a key frame begins."""

from __future__ import annotations

from typing import NamedTuple

ONE_BYTE, TWO_BYTE = 0xBEDE, 0x1000


class PictureNumbers(NamedTuple):
    """Where a VP8 payload carries its picture id and TL0PICIDX (offset in the payload, -1 = absent), and their values."""

    id_at: int
    id: int
    id_long: bool
    tl0_at: int
    tl0: int


class Packet(NamedTuple):
    """A media packet without header extensions, padding and contributing sources; ``marker`` is 0 or 0x80."""

    seq: int
    timestamp: int
    marker: int
    payload: bytes
    picture: PictureNumbers | None


def scan_extensions(arena: bytearray, start: int, end: int, level_id: int, sequence_id: int) -> tuple[int, int, int]:
    """(offset behind the extension block, audio level byte or -1, transport sequence number or -1).

    ``start`` is the offset of the extension block, ``end`` of the packet. The offset is -1 when the block is malformed.
    """
    if start + 4 > end:
        return -1, -1, -1
    stop = start + 4 + 4 * (arena[start + 2] << 8 | arena[start + 3])
    if stop > end:
        return -1, -1, -1
    level = sequence = -1
    if arena[start] != 0xBE or arena[start + 1] != 0xDE:
        return stop, level, sequence
    at = start + 4
    while at < stop:
        head = arena[at]
        if head == 0:
            at += 1
            continue
        identifier = head >> 4
        if identifier == 15:
            break
        if identifier == level_id:
            if at + 1 < stop:
                level = arena[at + 1]
        elif identifier == sequence_id and at + 2 < stop:
            sequence = arena[at + 1] << 8 | arena[at + 2]
        at += 2 + (head & 15)
    return stop, level, sequence


def all_extensions(packet: bytes) -> dict[int, bytes]:
    """Every one-byte or two-byte header extension of a clear RTP packet; empty when there are none or they are malformed."""
    found: dict[int, bytes] = {}
    start = 12 + 4 * (packet[0] & 15)
    if not packet[0] & 0x10 or start + 4 > len(packet):
        return found
    profile = packet[start] << 8 | packet[start + 1]
    stop = start + 4 + 4 * (packet[start + 2] << 8 | packet[start + 3])
    if stop > len(packet):
        return found
    at = start + 4
    while at < stop:
        if packet[at] == 0:
            at += 1
            continue
        if profile == ONE_BYTE:
            identifier, length, at = packet[at] >> 4, (packet[at] & 15) + 1, at + 1
            if identifier == 15:
                break
        elif profile & 0xFFF0 == TWO_BYTE and at + 1 < stop:
            identifier, length, at = packet[at], packet[at + 1], at + 2
        else:
            break
        if at + length > stop:
            break
        found[identifier] = packet[at : at + length]
        at += length
    return found


def vp8_pictures(payload: bytes) -> PictureNumbers | None:
    """The picture numbers of a VP8 payload; None when its descriptor has none (or is cut short)."""
    if len(payload) < 4 or not payload[0] & 0x80:
        return None
    bits, at = payload[1], 2
    id_at = tl0_at = -1
    number = tl0 = 0
    long = False
    if bits & 0x80:
        id_at, number = at, payload[at]
        long = bool(number & 0x80)
        if long:
            number = (number & 0x7F) << 8 | payload[at + 1]
            at += 1
        at += 1
    if bits & 0x40:
        if at >= len(payload):
            return None
        tl0_at, tl0 = at, payload[at]
    if id_at < 0 and tl0_at < 0:
        return None
    return PictureNumbers(id_at, number, long, tl0_at, tl0)


def vp8_payload_offset(payload: bytes) -> int:
    """Length of the VP8 payload descriptor; -1 when it is cut short."""
    if not payload:
        return -1
    at = 1
    if payload[0] & 0x80:
        if len(payload) < 2:
            return -1
        bits, at = payload[1], 2
        if bits & 0x80:
            if at >= len(payload):
                return -1
            at += 2 if payload[at] & 0x80 else 1
        if bits & 0x40:
            at += 1
        if bits & 0x30:
            at += 1
    return at if at < len(payload) else -1


def begins_key_frame(codec: str, payload: bytes) -> bool:
    """Whether this packet is the first of a picture that can be decoded without any other."""
    if not payload:
        return False
    if codec == "vp8":
        at = vp8_payload_offset(payload)
        return at > 0 and payload[0] & 0x17 == 0x10 and not payload[at] & 1
    if codec == "h264":
        return _h264_key(payload)
    if codec == "vp9":
        head = payload[0]
        if head & 0x40 or not head & 0x08:  # predicted from other pictures, or not the beginning of a frame
            return False
        if not head & 0x20:
            return True
        at = 1
        if head & 0x80:
            at += 2 if len(payload) > 1 and payload[1] & 0x80 else 1
        return at < len(payload) and payload[at] & 0x0E == 0  # lowest spatial layer
    if codec == "av1":
        return bool(payload[0] & 0x08)
    return True  # sound: every packet stands alone


def _h264_key(payload: bytes) -> bool:
    kind = payload[0] & 0x1F
    if kind == 24:  # STAP-A: looks for a parameter set or an IDR inside
        at = 1
        while at + 3 <= len(payload):
            size = payload[at] << 8 | payload[at + 1]
            if payload[at + 2] & 0x1F in (5, 7):
                return True
            at += 2 + size
        return False
    if kind == 28:  # FU-A: only the fragment that starts an IDR
        return len(payload) > 1 and bool(payload[1] & 0x80) and payload[1] & 0x1F == 5
    return kind in (5, 7)
