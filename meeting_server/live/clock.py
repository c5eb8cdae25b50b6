"""The server's clock as meetings see it: it never jumps, whatever happens to the machine's."""

from __future__ import annotations

import time
from collections.abc import Callable

from meeting_server.domain.ids import Millis

Clock = Callable[[], Millis]


def steady_clock() -> Clock:
    """Unix milliseconds, read once from the wall and then counted by the clock that only runs forward.

    A wall clock that is set an hour back in the middle of a vote moves no deadline. The counting clock goes on while
    the machine sleeps, and follows the same slow corrections of rate as the wall's.
    """
    offset = time.time_ns() - time.clock_gettime_ns(time.CLOCK_BOOTTIME)

    def now() -> Millis:
        return (time.clock_gettime_ns(time.CLOCK_BOOTTIME) + offset) // 1_000_000

    return now
