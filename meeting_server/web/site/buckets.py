"""Token buckets: how often something may happen on average, and in a burst."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

KEPT = 20_000
"""Most buckets remembered, so that invented names cannot fill the memory."""


@dataclass(frozen=True, slots=True)
class Rate:
    """``burst`` at once, ``per_second`` on average."""

    per_second: float
    burst: float


class Bucket:
    """Times are seconds of any steady clock."""

    __slots__ = ("_at", "_left", "_rate")

    def __init__(self, rate: Rate, now: float | None = None) -> None:
        self._rate = rate
        self._left = rate.burst
        self._at = now

    def wait(self, now: float) -> float:
        """Return the seconds until a token is available."""
        if self._at is not None:
            self._left = min(self._rate.burst, self._left + max(0.0, now - self._at) * self._rate.per_second)
        self._at = now
        return max(0.0, (1 - self._left) / self._rate.per_second)

    def take(self) -> None:
        self._left -= 1

    def is_full(self, now: float) -> bool:
        """Return whether it is full again."""
        self.wait(now)
        return self._left >= self._rate.burst


class Buckets:
    """Buckets by name, all of one rate. Full ones are forgotten, and beyond ``KEPT`` the least recently used one."""

    def __init__(self, rate: Rate, kept: int = KEPT) -> None:
        self._rate = rate
        self._kept = kept
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def wait(self, name: str, now: float) -> float:
        """Take a token and return 0, or return the seconds until one is available."""
        bucket = self._buckets.get(name)
        if bucket is None:
            self._forget(now)
            bucket = self._buckets[name] = Bucket(self._rate, now)
        self._buckets.move_to_end(name)
        wait = bucket.wait(now)
        if wait <= 0:
            bucket.take()
        return wait

    def _forget(self, now: float) -> None:
        """Check two buckets per call, so that idle ones are gradually removed."""
        for _ in range(2):
            name = next(iter(self._buckets), None)
            if name is None or not (len(self._buckets) >= self._kept or self._buckets[name].is_full(now)):
                return
            del self._buckets[name]
