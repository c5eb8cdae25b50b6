"""How much one socket may say: buckets by kind of frame, looked at before anything is parsed."""

from __future__ import annotations

from dataclasses import dataclass

from meeting_server.wire.codec import MAX_FRAME, head


@dataclass(frozen=True, slots=True)
class Rate:
    """``burst`` frames at once, ``per_second`` in the long run."""

    per_second: float
    burst: float


RATES: dict[str, Rate] = {
    "command": Rate(10, 40),
    "ping": Rate(2, 10),
    "signal": Rate(4, 12),
    "offer": Rate(0.5, 6),
    "want": Rate(4, 20),
    "inspect": Rate(1, 4),
    "hangup": Rate(0.5, 6),
    "collect": Rate(1, 6),
    "hello": Rate(0.5, 2),
}
OTHER = Rate(2, 10)
"""Frames whose type does not stand first, or is unknown."""
ALL = Rate(30, 80)
"""All kinds together."""
MOST_REFUSED = 30
"""Refusals after which the socket is closed; one is forgiven each second."""
MOST_BAD = 5
"""Frames that can not be understood, for as long as the socket lives."""


@dataclass(frozen=True, slots=True)
class Limited:
    """The frame is refused unread. ``re``: the command's id or the kind; come again after ``retry_after_ms``."""

    re: str
    is_command: bool
    retry_after_ms: int


class Limits:
    """The budget of one socket. Times are seconds of any steady clock."""

    __slots__ = ("_bad", "_buckets", "_refused")

    def __init__(self) -> None:
        self._buckets: dict[str, _Bucket] = {}
        self._refused = _Bucket(Rate(1, MOST_REFUSED), None)
        self._bad = 0

    def refuse(self, text: str, now: float) -> Limited | None:
        """``None``: go on and parse it."""
        kind, name = head(text)
        rate = RATES.get(kind)
        buckets = (self._bucket("", ALL, now), self._bucket(kind if rate else "other", rate or OTHER, now))
        wait = max(bucket.wait(now) for bucket in buckets)
        if wait <= 0:
            for bucket in buckets:
                bucket.take()
            return None
        is_command = kind == "command" and name != ""
        return Limited(name if is_command else kind, is_command, max(1, round(wait * 1000)))

    def flooding(self, now: float) -> bool:
        """Count one refusal; whether there have been too many."""
        if self._refused.wait(now) > 0:
            return True
        self._refused.take()
        return False

    def too_bad(self) -> bool:
        """Count one frame that was not understood; whether there have been too many."""
        self._bad += 1
        return self._bad >= MOST_BAD

    def _bucket(self, name: str, rate: Rate, now: float) -> _Bucket:
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = _Bucket(rate, now)
        return bucket


def too_large(text: str) -> bool:
    """Longer than a frame may be; servers that know the limit have closed the socket before."""
    return len(text) > MAX_FRAME


class _Bucket:
    __slots__ = ("_at", "_left", "_rate")

    def __init__(self, rate: Rate, now: float | None) -> None:
        self._rate = rate
        self._left = rate.burst
        self._at = now

    def wait(self, now: float) -> float:
        """Seconds until there is one to take."""
        if self._at is not None:
            self._left = min(self._rate.burst, self._left + max(0.0, now - self._at) * self._rate.per_second)
        self._at = now
        return max(0.0, (1 - self._left) / self._rate.per_second)

    def take(self) -> None:
        self._left -= 1
