"""The server's clock for meetings: it never jumps, whatever happens to the machine's clock."""

from __future__ import annotations

import time
from collections.abc import Callable

from meeting_server.domain.ids import Millis

Clock = Callable[[], Millis]


def steady_clock() -> Clock:
    """Unix milliseconds, read once from the wall clock and then counted with the monotonic clock.

    Setting the wall clock back an hour during a vote moves no deadline. The monotonic clock continues while the machine sleeps and
    follows the same slow rate corrections as the wall clock.
    """
    offset = time.time_ns() - time.clock_gettime_ns(time.CLOCK_BOOTTIME)

    def now() -> Millis:
        return (time.clock_gettime_ns(time.CLOCK_BOOTTIME) + offset) // 1_000_000

    return now
