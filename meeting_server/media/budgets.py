"""How much of what a client may cause is served: so much at once, so much a second, and the rest is dropped."""

from __future__ import annotations


class Budget:
    """A bucket of ``burst`` takings that fills again by ``rate`` a second."""

    __slots__ = ("_at", "_left", "burst", "rate")

    def __init__(self, burst: float, rate: float) -> None:
        self.burst, self.rate = burst, rate
        self._left, self._at = burst, 0.0

    def take(self, now: float, count: float = 1.0) -> bool:
        """Whether ``count`` more fit; ``now`` in seconds of a monotonic clock."""
        left = min(self.burst, self._left + (now - self._at) * self.rate)
        self._at = now
        if left < count:
            self._left = left
            return False
        self._left = left - count
        return True


class PeerBudgets:
    """What one client may cause. Each figure is several times what the busiest browser was seen to need."""

    __slots__ = ("checks", "datagrams", "handshake", "key_frames", "rtcp", "streams")

    def __init__(self) -> None:
        self.checks = Budget(100, 25)  # STUN from an address that is known already
        self.handshake = Budget(60, 10)  # DTLS records' datagrams
        self.rtcp = Budget(600, 250)  # compound packets
        self.streams = Budget(24, 1)  # SSRCs never seen before
        self.key_frames = Budget(10, 1)  # asked of those whom the client sees
        self.datagrams = Budget(10_000, 5_000)  # RTP: 44 Mbit/s of full packets
