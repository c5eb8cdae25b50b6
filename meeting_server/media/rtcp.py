"""RTCP as a forwarder needs it: reading what clients report, writing reports and requests of our own."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, islice

SENDER_REPORT, RECEIVER_REPORT, SDES, BYE, TRANSPORT_FEEDBACK, PAYLOAD_FEEDBACK = 200, 201, 202, 203, 205, 206
NTP_EPOCH = 2_208_988_800
MAX_SYMBOLS = 400  # packets that one transport-wide feedback is about: what it says of more is not read, and we say no more
MAX_NACKED = 256  # packets that one request may name
MAX_CAPACITY = 10_000_000_000  # bit/s
_REPORT = struct.Struct("!IIIIII")
_HEAD = struct.Struct("!BBHI")


@dataclass(frozen=True)
class SenderReport:
    """What a client says about one stream it sends: its clock (64-bit NTP) and its RTP time at the same moment."""

    ssrc: int
    ntp: int
    rtp: int


@dataclass(frozen=True)
class ReportBlock:
    """What a client says about one stream it receives. ``lost`` is 0..255 of 256; ``lsr`` and ``dlsr`` as on the wire."""

    ssrc: int
    lost: int
    jitter: int
    lsr: int
    dlsr: int


@dataclass
class Feedback:
    """Everything one compound packet said."""

    senders: list[SenderReport] = field(default_factory=list)
    reports: list[ReportBlock] = field(default_factory=list)
    nacks: list[tuple[int, list[int]]] = field(default_factory=list)  # (ssrc, lost sequence numbers)
    key_frames: list[int] = field(default_factory=list)  # ssrcs of PLI and FIR
    byes: list[int] = field(default_factory=list)
    capacity: int | None = None  # REMB, bit/s
    arrivals: list[bytes] = field(default_factory=list)  # transport-wide feedback, unread: see read_arrivals


def parse(data: bytes) -> Feedback:
    """A decrypted compound packet. Raises ValueError when it is malformed; unknown parts are skipped."""
    found = Feedback()
    at = 0
    while at < len(data):
        if at + 4 > len(data) or data[at] >> 6 != 2:
            raise ValueError("not RTCP")
        count, kind = data[at] & 31, data[at + 1]
        end = at + 4 + 4 * (data[at + 2] << 8 | data[at + 3])
        if end > len(data):
            raise ValueError("RTCP cut short")
        body = data[at + 4 : end]
        if kind == SENDER_REPORT:
            if len(body) < 24:
                raise ValueError("sender report cut short")
            ssrc, seconds, fraction, rtp = struct.unpack_from("!IIII", body)
            found.senders.append(SenderReport(ssrc, seconds << 32 | fraction, rtp))
            _reports(body[24:], count, found)
        elif kind == RECEIVER_REPORT:
            _reports(body[4:], count, found)
        elif kind == BYE:
            if len(body) < 4 * count:
                raise ValueError("BYE cut short")
            found.byes += struct.unpack_from(f"!{count}I", body)
        elif kind == TRANSPORT_FEEDBACK and count == 1 and len(body) >= 8:
            found.nacks.append((int.from_bytes(body[4:8], "big"), _nacked(body[8:])))
        elif kind == TRANSPORT_FEEDBACK and count == 15 and len(body) >= 16:
            found.arrivals.append(body)
        elif kind == PAYLOAD_FEEDBACK and len(body) >= 8:
            if count == 1:
                found.key_frames.append(int.from_bytes(body[4:8], "big"))
            elif count == 4:
                found.key_frames += [int.from_bytes(body[i : i + 4], "big") for i in range(8, len(body) - 7, 8)]
            elif count == 15 and body[8:12] == b"REMB" and len(body) >= 16:
                capacity = ((body[13] & 3) << 16 | body[14] << 8 | body[15]) << (body[13] >> 2)
                found.capacity = min(capacity, MAX_CAPACITY)
        at = end
    return found


def _reports(body: bytes, count: int, found: Feedback) -> None:
    for i in range(min(count, len(body) // 24)):
        ssrc, lost, _highest, jitter, lsr, dlsr = _REPORT.unpack_from(body, i * 24)
        found.reports.append(ReportBlock(ssrc, lost >> 24, jitter, lsr, dlsr))


def _nacked(body: bytes) -> list[int]:
    lost = []
    for at in range(0, min(len(body), 4 * MAX_NACKED) - 3, 4):
        first, mask = struct.unpack_from("!HH", body, at)
        lost.append(first)
        while mask:
            low = mask & -mask
            lost.append(first + low.bit_length() & 0xFFFF)
            mask ^= low
    return lost[:MAX_NACKED]


def read_arrivals(body: bytes) -> list[tuple[int, int]]:
    """(transport sequence number, arrival in µs of the client's clock, -1 = did not arrive) of at most MAX_SYMBOLS packets; what
    is cut short ends the list."""
    base, count, reference = struct.unpack_from("!HHI", body, 8)
    count = min(count, MAX_SYMBOLS)
    reference >>= 8
    clock = (reference - 0x1000000 if reference & 0x800000 else reference) * 64_000
    symbols: list[int] = []
    at = 16
    while len(symbols) < count and at + 2 <= len(body):
        chunk = body[at] << 8 | body[at + 1]
        at += 2
        if chunk & 0x8000:
            symbols += _symbols(chunk)
        else:
            symbols += [chunk >> 13 & 3] * min(chunk & 0x1FFF, count - len(symbols))
    del symbols[count:]
    if symbols.count(1) == count and at + count <= len(body) and base + count <= 0x10000:
        # the usual case: all arrived, and soon after each other
        times = accumulate(map((250).__mul__, body[at : at + count]), initial=clock)
        return list(zip(range(base, base + count), islice(times, 1, None), strict=True))
    found: list[tuple[int, int]] = []
    for i, symbol in enumerate(symbols):
        if symbol == 1 and at < len(body):
            clock += body[at] * 250
            at += 1
        elif symbol == 2 and at + 2 <= len(body):
            clock += struct.unpack_from("!h", body, at)[0] * 250
            at += 2
        else:
            found.append((base + i & 0xFFFF, -1))
            continue
        found.append((base + i & 0xFFFF, clock))
    return found


@lru_cache(maxsize=4096)
def _symbols(chunk: int) -> tuple[int, ...]:
    """What a chunk that is a vector holds: seven symbols of two bits, or fourteen of one."""
    if chunk & 0x4000:
        return tuple(chunk >> shift & 3 for shift in range(12, -1, -2))
    return tuple(chunk >> shift & 1 for shift in range(13, -1, -1))


def is_only_arrivals(packet: bytes | bytearray | memoryview, size: int, overhead: int) -> bool:
    """Whether a protected packet is transport-wide feedback and nothing else: its first header is in the clear."""
    return packet[0] & 31 == 15 and packet[1] == TRANSPORT_FEEDBACK and 4 + 4 * (packet[2] << 8 | packet[3]) + overhead == size


def to_ntp(unix_s: float) -> int:
    """64-bit NTP time of a Unix time in seconds."""
    return int((unix_s + NTP_EPOCH) * 4294967296) & 0xFFFFFFFFFFFFFFFF


def from_ntp(ntp: int) -> float:
    return ntp / 4294967296 - NTP_EPOCH


def sender_report(ssrc: int, ntp: int, rtp: int, packets: int, octets: int, cname: str) -> bytes:
    """A sender report with the canonical name behind it."""
    name = cname.encode()[:255]
    item = struct.pack("!IBB", ssrc, 1, len(name)) + name + b"\0"
    item += bytes(-len(item) % 4)
    return (
        struct.pack(
            "!BBHIIIIII",
            0x80,
            SENDER_REPORT,
            6,
            ssrc,
            ntp >> 32,
            ntp & 0xFFFFFFFF,
            rtp & 0xFFFFFFFF,
            packets & 0xFFFFFFFF,
            octets & 0xFFFFFFFF,
        )
        + struct.pack("!BBH", 0x81, SDES, len(item) // 4)
        + item
    )


@dataclass(frozen=True)
class Reception:
    """What we report to a publisher about one of its streams; ``lost`` is 0..255 of 256 since the last report."""

    ssrc: int
    lost: int
    total_lost: int
    highest: int  # extended sequence number
    jitter: int
    lsr: int
    dlsr: int


def receiver_report(own: int, receptions: list[Reception]) -> bytes:
    """At most 31 receptions a report."""
    body = b"".join(
        _REPORT.pack(
            r.ssrc, r.lost << 24 | min(max(r.total_lost, 0), 0x7FFFFF), r.highest & 0xFFFFFFFF, r.jitter & 0xFFFFFFFF, r.lsr, r.dlsr
        )
        for r in receptions[:31]
    )
    n = len(receptions[:31])
    return _HEAD.pack(0x80 | n, RECEIVER_REPORT, 1 + 6 * n, own) + body


def picture_loss(own: int, ssrc: int) -> bytes:
    return _HEAD.pack(0x81, PAYLOAD_FEEDBACK, 2, own) + ssrc.to_bytes(4, "big")


def negative_acknowledgement(own: int, ssrc: int, lost: list[int]) -> bytes:
    """``lost`` in rising order (modulo 2^16)."""
    fields: list[tuple[int, int]] = []
    for seq in lost:
        if fields and 0 < (distance := seq - fields[-1][0] & 0xFFFF) <= 16:
            fields[-1] = (fields[-1][0], fields[-1][1] | 1 << distance - 1)
        else:
            fields.append((seq, 0))
    body = b"".join(struct.pack("!HH", first, mask) for first, mask in fields)
    return _HEAD.pack(0x81, TRANSPORT_FEEDBACK, 2 + len(fields), own) + ssrc.to_bytes(4, "big") + body


def arrivals(own: int, ssrc: int, number: int, times: list[tuple[int, int]]) -> bytes:
    """Transport-wide congestion feedback: ``times`` is (unwrapped sequence number, arrival in µs), rising, without repeats.

    Covers the packets from the first to the last, at most MAX_SYMBOLS; those in between that are not listed were not received.
    """
    base = times[0][0]
    reference = times[0][1] // 64_000
    clock = reference * 64_000
    symbols: list[int] = []
    deltas = b""
    expected = base
    for seq, at in times:
        if seq - base >= MAX_SYMBOLS:
            break
        symbols += [0] * (seq - expected)
        ticks = (at - clock) // 250
        if 0 <= ticks <= 255:
            symbols.append(1)
            deltas += bytes((ticks,))
        elif -32768 <= ticks <= 32767:
            symbols.append(2)
            deltas += struct.pack("!h", ticks)
        else:
            break  # too long a silence for one packet: the rest belongs into the next
        clock += ticks * 250
        expected = seq + 1
    chunks = b""
    for i in range(0, len(symbols), 7):
        chunk = 0xC000
        for k, symbol in enumerate(symbols[i : i + 7]):
            chunk |= symbol << 12 - 2 * k
        chunks += chunk.to_bytes(2, "big")
    body = struct.pack("!HHI", base & 0xFFFF, len(symbols), (reference & 0xFFFFFF) << 8 | number & 0xFF) + chunks + deltas
    padding = -len(body) % 4
    if padding:
        body += bytes(padding - 1) + bytes((padding,))
    head = (0x80 | (0x20 if padding else 0) | 15, TRANSPORT_FEEDBACK, 2 + len(body) // 4, own)
    return _HEAD.pack(*head) + ssrc.to_bytes(4, "big") + body
