"""How long someone who guesses passwords has to wait, so that no stranger makes the owner of an account wait for long.

Waits belong to a number *from one household*. What happens to a number from elsewhere, or in a household with other numbers,
never shuts a door: it only leaves fewer tries before the waits begin, and never less than one. A browser on which the number has
signed in before has tries of its own. One password tried on many numbers is counted as such, however many tries each number had.
"""

from __future__ import annotations

import hmac
import secrets
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from meeting_server.domain.ids import Millis

FORGET_MS = 60 * 60 * 1000
LONGEST_MS = 15 * 60 * 1000
KEPT = 100_000
"""Keys remembered at most; a flood of made-up numbers must not fill the memory."""
FREE = 5
"""Tries of a number from one household before each further one doubles the wait, from 15 seconds."""
FREE_WHEN_PRESSED = 1
"""The same where the number was guessed at from many households, or the household guessed at many numbers."""
FREE_ON_A_KNOWN_DEVICE = 10
PRESSED_NUMBER = 20
PRESSED_HOUSEHOLD = 200
"""A whole campus may share one address."""
SPRAYED_FROM_A_HOUSEHOLD = 10
SPRAYED_IN_ALL = 50
"""Numbers on which one password was wrong before it is not looked at any more for a while, but from known devices."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try. ``household``: where it came from (``web.addresses``). ``device``: of a browser on which the number has signed in
    before, else empty."""

    number: str
    household: str
    password: str = ""
    device: str = ""


class BackOff:
    """Failures of the last hour. Known and unknown numbers are counted alike."""

    def __init__(self) -> None:
        self._failures: OrderedDict[tuple[str, ...], tuple[int, Millis]] = OrderedDict()
        self._marking = secrets.token_bytes(32)

    def begin(self, attempt: Attempt, now: Millis) -> Millis:
        """Count a try before it is looked at, so that tries sent at once cannot slip through together.

        0: it may be looked at, and stays counted unless it ``succeeded``. Else how long to wait; it is not counted.
        """
        wait = self._wait(attempt, now)
        if not wait:
            for key in self._keys(attempt, now):
                count, last = self._failures.pop(key, (0, 0))
                self._failures[key] = (1 if now - last > FORGET_MS else count + 1, now)
            while len(self._failures) > KEPT:
                self._failures.popitem(last=False)
        return wait

    def failures(self, attempt: Attempt, now: Millis) -> int:
        """How often this number failed from there, this try included."""
        return self._count(self._pair(attempt), now)

    def succeeded(self, attempt: Attempt, now: Millis) -> None:
        """The right password came to the try that began at ``now``: the number starts anew from there, the rest only takes this try
        back, or one good account would shield guesses at others."""
        sprayed = self._sprayed(attempt)
        mine: list[tuple[str, ...]] = [("number", _plain(attempt.number)), ("household", attempt.household)]
        if sprayed and self._failures.get(_once(sprayed, attempt)) == (1, now):
            mine += [*sprayed, _once(sprayed, attempt)]
        for key in mine:
            count, last = self._failures.get(key, (0, 0))
            if count:
                self._failures[key] = (count - 1, last)
        self._failures.pop(self._pair(attempt), None)

    def _wait(self, attempt: Attempt, now: Millis) -> Millis:
        longest = self._pause(self._pair(attempt), self._free(attempt, now), now)
        if not attempt.device:
            for key, most in zip(self._sprayed(attempt), (SPRAYED_FROM_A_HOUSEHOLD, SPRAYED_IN_ALL), strict=False):
                longest = max(longest, self._pause(key, most, now))
        return longest

    def _free(self, attempt: Attempt, now: Millis) -> int:
        if attempt.device:
            return FREE_ON_A_KNOWN_DEVICE
        pressed = self._count(("number", _plain(attempt.number)), now) >= PRESSED_NUMBER
        pressed = pressed or self._count(("household", attempt.household), now) >= PRESSED_HOUSEHOLD
        return FREE_WHEN_PRESSED if pressed else FREE

    def _pause(self, key: tuple[str, ...], free: int, now: Millis) -> Millis:
        count = self._count(key, now)
        if count < free:
            return 0
        pause: Millis = min(LONGEST_MS, 15_000 << min(count - free, 10))
        return max(0, self._failures[key][1] + pause - now)

    def _count(self, key: tuple[str, ...], now: Millis) -> int:
        count, last = self._failures.get(key, (0, 0))
        return 0 if now - last > FORGET_MS else count

    def _keys(self, attempt: Attempt, now: Millis) -> Iterator[tuple[str, ...]]:
        """What a failure counts for."""
        yield self._pair(attempt)
        yield "number", _plain(attempt.number)
        yield "household", attempt.household
        sprayed = self._sprayed(attempt)
        if sprayed and not self._count(_once(sprayed, attempt), now):
            yield from sprayed
            yield _once(sprayed, attempt)

    def _sprayed(self, attempt: Attempt) -> tuple[tuple[str, ...], ...]:
        if not attempt.password:
            return ()
        # a mark of the password that means nothing outside of this process, and is kept nowhere else
        mark = hmac.digest(self._marking, attempt.password.encode(), "sha256").hex()[:16]
        return (("password", mark, attempt.household), ("password", mark))

    @staticmethod
    def _pair(attempt: Attempt) -> tuple[str, ...]:
        if attempt.device:
            return "device", _plain(attempt.number), attempt.device
        return "pair", _plain(attempt.number), attempt.household


def _once(sprayed: tuple[tuple[str, ...], ...], attempt: Attempt) -> tuple[str, ...]:
    """That this password was wrong on this number: each number counts once."""
    return ("once", *sprayed[0], _plain(attempt.number))


def _plain(number: str) -> str:
    return number.lower()
