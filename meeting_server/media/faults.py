"""What to do when our own code fails over one client's datagram: say so in the log, now and then, and go on for the others."""

from __future__ import annotations

import time

import structlog

PAUSE_S = 5.0


class Faults:
    """Counts faults by the place where they happened. The log gets one line for each place every PAUSE_S at most: whoever can cause
    a fault can cause a million of them."""

    def __init__(self) -> None:
        self.count = 0
        self._told: dict[str, tuple[float, int]] = {}  # place -> (when told last, faults since)
        self._log = structlog.get_logger("media")

    def note(self, place: str, client: str = "") -> None:
        """Call it where the exception is being handled."""
        self.count += 1
        now = time.monotonic()
        at, since = self._told.get(place, (-PAUSE_S, 0))
        if now - at < PAUSE_S:
            self._told[place] = (at, since + 1)
            return
        self._told[place] = (now, 0)
        self._log.error("a fault of ours; the others are served on", place=place, client=client, untold=since, exc_info=True)
