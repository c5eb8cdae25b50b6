"""How long someone who guesses passwords has to wait, without letting strangers make the owner of an account wait for long.

Waits apply to a number *from one household*. Attempts on the number from elsewhere, or on other numbers from the household, never lock
anyone out: they only leave fewer free attempts before the waits begin, and always at least one. A browser in which the number has signed
in before has attempts of its own. One password tried on many numbers is counted separately, however few attempts each number had.
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
"""Most keys remembered, so that a flood of invented numbers cannot fill the memory."""
FREE = 5
"""Attempts on a number from one household before each further one doubles the wait, starting at 15 seconds."""
FREE_WHEN_PRESSED = 1
"""The same if the number was attacked from many households, or the household attacked many numbers."""
FREE_ON_A_KNOWN_DEVICE = 10
PRESSED_NUMBER = 20
PRESSED_HOUSEHOLD = 200
"""A whole campus may share one address."""
SPRAYED_FROM_A_HOUSEHOLD = 10
SPRAYED_IN_ALL = 50
"""Numbers on which one password was wrong before it is rejected unchecked for a while, except from known devices."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt. ``household``: where it came from (``web.site.addresses``). ``device``: the browser's hash if the number has signed in
    there before, else empty."""

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
        """Count an attempt before its password is checked, so that simultaneous attempts cannot slip through together.

        Return 0 if it may be checked; it stays counted unless it ``succeeded``. Otherwise return how long to wait; it is not counted.
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
        """Return how often this number failed from there, this attempt included."""
        return self._count(self._pair(attempt), now)

    def succeeded(self, attempt: Attempt, now: Millis) -> None:
        """Note that the attempt begun at ``now`` had the right password. This resets the number from there. Other counters only drop this
        attempt, or one good account would cover guesses at others."""
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
        """Yield the keys that a failure counts for."""
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
        # a digest of the password that is meaningless outside this process and stored nowhere else
        mark = hmac.digest(self._marking, attempt.password.encode(), "sha256").hex()[:16]
        return (("password", mark, attempt.household), ("password", mark))

    @staticmethod
    def _pair(attempt: Attempt) -> tuple[str, ...]:
        if attempt.device:
            return "device", _plain(attempt.number), attempt.device
        return "pair", _plain(attempt.number), attempt.household


def _once(sprayed: tuple[tuple[str, ...], ...], attempt: Attempt) -> tuple[str, ...]:
    """Return the key of this password on this number, so that each number counts once."""
    return ("once", *sprayed[0], _plain(attempt.number))


def _plain(number: str) -> str:
    return number.lower()
