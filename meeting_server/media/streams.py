"""One incoming encoding by itself: its numbers, history, gaps and clock."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from .rtcp import Reception, SenderReport, from_ntp
from .rtp import Packet

HISTORY = 1024  # packets: about 3 s of a good camera
MAX_GAP = 300  # a longer jump is a new beginning, not a loss
MAX_MISSING = 512  # more than that at once is no loss that asking could mend
ASK_AGAIN_S = 0.06
MAX_ASKS = 8
PICTURE_PAUSE_S = 2.5


@dataclass(eq=False)
class IncomingStream:
    """One incoming encoding. Sequence numbers in ``history`` are without the padding packets left out."""

    ssrc: int
    layer: int
    payload_type: int
    rtx_type: int
    rate: int
    history: list[Packet | None] = field(default_factory=lambda: [None] * HISTORY, repr=False)
    started: bool = False
    highest: int = 0  # newest raw sequence number
    cycles: int = 0
    first: int = 0
    shift: int = 0  # packets left out so far
    left_out: deque[int] = field(default_factory=lambda: deque(maxlen=64), repr=False)
    missing: dict[int, tuple[float, int]] = field(default_factory=dict, repr=False)  # raw seq -> (next ask, asks)
    packets: int = 0
    octets: int = 0
    last_at: float = 0.0
    last_timestamp: int = 0
    last_transit: float = 0.0
    jitter: float = 0.0
    key_asked_at: float = -1.0
    report: SenderReport | None = None
    report_at: float = 0.0
    bit_rate: float = 0.0
    lost: float = 0.0  # share of late
    _octets_then: int = 0
    _expected_then: int = 0
    _received_then: int = 0
    _measured_at: float = 0.0

    def arrive(self, seq: int, timestamp: int, size: int, now: float) -> int:
        """Note a packet's arrival: 1 = the newest, 0 = late but wanted, -1 = not wanted (a copy, or far too old)."""
        if not self.started:
            self.started = True
            self.highest = self.first = seq
            self.last_timestamp = timestamp
            self._measured_at = now
            order = 1
        else:
            ahead = seq - self.highest & 0xFFFF
            if ahead == 1:
                order = 1
            elif ahead == 0:
                return -1
            elif ahead < 0x8000:
                if ahead <= MAX_GAP and len(self.missing) < MAX_MISSING:
                    for lost in range(self.highest + 1, self.highest + ahead):
                        self.missing[lost & 0xFFFF] = (now, 0)
                else:
                    self.missing.clear()
                order = 1
            elif self.missing.pop(seq, None) is None:
                return -1
            else:
                order = 0
            if order:
                if seq < self.highest:
                    self.cycles += 0x10000
                self.highest = seq
        self.packets += 1
        self.octets += size
        if order:
            transit = now * self.rate - timestamp
            if self.packets > 1:
                change = math.fmod(abs(transit - self.last_transit), 4294967296.0)
                if change < self.rate:  # a wrap of the timestamp is no jitter
                    self.jitter += (change - self.jitter) / 16
            self.last_transit = transit
            self.last_timestamp = timestamp
            self.last_at = now
        return order

    def leave_out(self, seq: int) -> None:
        """The newest packet carries nothing: close the hole in what is forwarded."""
        self.shift += 1
        self.left_out.append(seq)

    def forwarded(self, seq: int, order: int) -> int:
        """The sequence number under which a packet is kept and forwarded."""
        shift = self.shift
        if order == 0:
            shift -= sum(1 for left in self.left_out if (left - seq & 0xFFFF) < 0x8000)
        return seq - shift & 0xFFFF

    @property
    def newest(self) -> int:
        """The newest forwarded sequence number."""
        return self.highest - self.shift & 0xFFFF

    def to_ask(self, now: float) -> list[int]:
        """Sequence numbers to ask for (again) now; gives up on those asked for too often."""
        wanted = []
        for seq, (due, asks) in list(self.missing.items()):
            if due > now:
                continue
            if asks >= MAX_ASKS:
                del self.missing[seq]
                continue
            self.missing[seq] = (now + ASK_AGAIN_S * (1 + asks / 2), asks + 1)
            wanted.append(seq)
        return wanted

    def measure(self, now: float) -> Reception:
        """A report about the time since the last one; also renews ``bit_rate``."""
        span = now - self._measured_at
        if span > 0.2:
            current = (self.octets - self._octets_then) * 8 / span
            self.bit_rate = current if not self.bit_rate or current < self.bit_rate / 4 else 0.6 * self.bit_rate + 0.4 * current
            self._octets_then, self._measured_at = self.octets, now
        expected = self.cycles + self.highest - self.first + 1
        expected_now, received_now = expected - self._expected_then, self.packets - self._received_then
        self._expected_then, self._received_then = expected, self.packets
        lost = max(0, expected_now - received_now)
        if expected_now > 0:
            self.lost = 0.7 * self.lost + 0.3 * lost / expected_now
        fraction = min(255, lost * 256 // expected_now) if expected_now > 0 else 0
        lsr = dlsr = 0
        if self.report is not None:
            lsr = self.report.ntp >> 16 & 0xFFFFFFFF
            dlsr = int((now - self.report_at) * 65536) & 0xFFFFFFFF
        return Reception(self.ssrc, fraction, expected - self.packets, self.cycles + self.highest, int(self.jitter), lsr, dlsr)

    def alive(self, now: float) -> bool:
        return self.started and now - self.last_at < PICTURE_PAUSE_S


class SourceClock:
    """Relates a client's NTP clock to ours by the smallest delay seen, so that its sound and picture share one time base."""

    def __init__(self) -> None:
        self._offsets: deque[tuple[float, float]] = deque(maxlen=64)  # 20 s and more: a busy moment does not move it

    def learn(self, report: SenderReport, unix_now: float) -> None:
        self._offsets.append((unix_now, unix_now - from_ntp(report.ntp)))

    def unix(self, report: SenderReport) -> float:
        """Our Unix time (s) at the moment the report names."""
        if not self._offsets:
            return from_ntp(report.ntp)
        return from_ntp(report.ntp) + min(offset for _, offset in self._offsets)
