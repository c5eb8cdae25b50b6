"""Log lines that somebody else can cause are bounded: so many of one kind from one household, and so many in all."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

BURST, PER_SECOND = 300.0, 2.0
"""Lines of one kind from one household: at once, and in the long run."""
BURST_OF_ALL, PER_SECOND_OF_ALL = 3_000.0, 100.0
"""Lines of this process, so that many households together do not fill the disk either."""
MOST_KINDS = 8_192
"""Kinds remembered; the one that was quiet longest is forgotten."""

household: ContextVar[str] = ContextVar("household", default="")
"""Who caused what is done now; it stands in no line."""


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float
    per_second: float
    burst: float
    left_out: int = 0

    def take(self, now: float) -> bool:
        self.left = min(self.burst, self.left + (now - self.at) * self.per_second)
        self.at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


class NoFlood(logging.Filter):
    """For a handler. A line that comes after others were left out says how many; when leaving out begins, one line says so."""

    def __init__(self, say: Callable[[logging.LogRecord], None], clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._say, self._clock = say, clock
        self._kinds: OrderedDict[tuple[str, str, int, str], _Bucket] = OrderedDict()
        self._all = _Bucket(BURST_OF_ALL, clock(), PER_SECOND_OF_ALL, BURST_OF_ALL)

    def filter(self, record: logging.LogRecord) -> bool:
        now = self._clock()
        bucket = self._bucket((record.name, _event(record), record.levelno, household.get()), now)
        if not bucket.take(now):
            self._leave_out(bucket, record)
            return False
        if not self._all.take(now):
            self._leave_out(self._all, record)
            return False
        left_out = bucket.left_out + self._all.left_out
        if left_out:
            bucket.left_out = self._all.left_out = 0
            self._say(_about(record, "log lines were left out", suppressed=left_out))
        return True

    def _bucket(self, kind: tuple[str, str, int, str], now: float) -> _Bucket:
        bucket = self._kinds.get(kind)
        if bucket is None:
            bucket = self._kinds[kind] = _Bucket(BURST, now, PER_SECOND, BURST)
            if len(self._kinds) > MOST_KINDS:
                _, forgotten = self._kinds.popitem(last=False)
                self._all.left_out += forgotten.left_out
        else:
            self._kinds.move_to_end(kind)
        return bucket

    def _leave_out(self, bucket: _Bucket, record: logging.LogRecord) -> None:
        if bucket.left_out == 0:
            self._say(_about(record, "too many log lines of one kind, the next are left out", kind=_event(record)))
        bucket.left_out += 1


def _event(record: logging.LogRecord) -> str:
    """What happened, without what differs from line to line: the event of our own lines, the template of others."""
    return str(record.msg.get("event", "")) if isinstance(record.msg, dict) else str(record.msg)


def _about(record: logging.LogRecord, event: str, **words: object) -> logging.LogRecord:
    return logging.LogRecord(record.name, logging.WARNING, record.pathname, record.lineno, f"{event}: %s", (words,), None)
