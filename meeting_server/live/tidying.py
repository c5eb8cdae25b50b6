"""Collects cyclic garbage while nothing is happening, so that no vote waits for it.

A full collection visits every live object: with a thousand phones connected, nobody is answered for a fifth of a second. Left alone, it
runs just when many objects are new, which is when a thousand people have joined and vote.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable

from meeting_server.domain.ids import Millis

LOOK_SECONDS = 1.0
QUIET: Millis = 2_000
"""After this long without a record, nobody is waiting for an answer."""
WORTH = 20
"""Collections of younger objects since the last full one. After fewer, there is little to find."""
PATIENCE = 1_000
"""After this many, Python collects by itself, quiet or not, so that a server that is never idle does not grow without limit."""


class Tidying:
    """``quiet_for`` returns for how long (ms) no meeting has recorded anything."""

    def __init__(self, quiet_for: Callable[[], Millis]) -> None:
        self._quiet_for = quiet_for

    async def run(self) -> None:
        """Run until cancelled, then restore the collector's settings."""
        before = gc.get_threshold()
        gc.set_threshold(before[0], before[1], PATIENCE)
        self.tidy()
        try:
            while True:
                await asyncio.sleep(LOOK_SECONDS)
                self.look()
        finally:
            gc.set_threshold(*before)
            gc.unfreeze()

    def look(self) -> bool:
        """Collect if it is worthwhile and nobody would notice. Return whether it was done."""
        if gc.get_count()[2] < WORTH or self._quiet_for() < QUIET:
            return False
        self.tidy()
        return True

    def tidy(self) -> None:
        """Free what nothing refers to, and exempt what is alive until the next time."""
        gc.unfreeze()
        gc.collect()
        gc.freeze()
