"""What to do when our own code fails over one client's datagram: say so in the log, now and then, and go on for the others."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import structlog

from .budgets import Budget
from .peer import Peer

PAUSE_S = 5.0
REMEMBERED = 256


class Faults:
    """Counts faults. Whoever can cause one can cause a million: the log gets one line for each place and client every PAUSE_S, and
    no more than two a second of all."""

    def __init__(self) -> None:
        self.count = 0
        self._lines = Budget(20, 2)
        self._told: dict[tuple[str, str], float] = {}
        self._untold = 0
        self._log = structlog.get_logger("media")

    def note(self, place: str, client: str = "") -> None:
        """Call it where the exception is being handled."""
        self.count += 1
        now = time.monotonic()
        if now - self._told.get((place, client), -PAUSE_S) < PAUSE_S or not self._lines.take(now):
            self._untold += 1
            return
        if len(self._told) >= REMEMBERED:
            self._told.clear()
        self._told[place, client] = now
        untold, self._untold = self._untold, 0
        self._log.error("a fault of ours; the others are served on", place=place, client=client, untold=untold, exc_info=True)


def each(fault: Callable[[str, Peer | None], None], place: str, peers: Iterable[Peer], step: Callable[[Peer], None]) -> None:
    """A turn of every client's; one that fails is told to ``fault`` and ends that client only."""
    for peer in list(peers):
        try:
            step(peer)
        except Exception:  # noqa: BLE001  one client's end, not everybody's
            fault(place, peer)
