"""Looks for cyclic garbage while nothing is happening, so that no vote ever waits for it.

A full collection walks over everything alive: with a thousand phones connected that is a fifth of a second in which
nobody is answered, and left alone it comes just when much is new, which is when a thousand people have come in and vote.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable

from meeting_server.domain.ids import Millis

LOOK_SECONDS = 1.0
QUIET: Millis = 2_000
"""Nothing was recorded for so long: nobody is waiting for an answer."""
WORTH = 20
"""Collections of younger objects since the last full one; after fewer there is little to find."""
PATIENCE = 1_000
"""Of those: then Python looks by itself, quiet or not, so that a house that never rests does not grow for ever."""


class Tidying:
    """``quiet_for``: how long (ms) nothing was recorded in any meeting."""

    def __init__(self, quiet_for: Callable[[], Millis]) -> None:
        self._quiet_for = quiet_for

    async def run(self) -> None:
        """Until cancelled; then the collector is as it was."""
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
        """Tidy if it is worth it and nobody would notice; whether it was done."""
        if gc.get_count()[2] < WORTH or self._quiet_for() < QUIET:
            return False
        self.tidy()
        return True

    def tidy(self) -> None:
        """Free what nothing refers to; what is alive is not walked over again until the next time."""
        gc.unfreeze()
        gc.collect()
        gc.freeze()
