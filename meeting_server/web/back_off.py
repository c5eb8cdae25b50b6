"""How long someone who guesses passwords has to wait: counted per number, per address and per pair, known or unknown alike."""

from __future__ import annotations

from collections import OrderedDict

from meeting_server.domain.ids import Millis

FORGET_MS = 60 * 60 * 1000
LONGEST_MS = 15 * 60 * 1000
KEPT = 20_000
"""Keys remembered at most; a flood of made-up numbers must not fill the memory."""


class BackOff:
    """Failures in the last hour by key. After ``free`` failures each further one doubles the wait, from 15 seconds."""

    def __init__(self) -> None:
        self._failures: OrderedDict[tuple[str, str], tuple[int, Millis]] = OrderedDict()

    def wait_ms(self, number: str, address: str, now: Millis) -> Millis:
        """How long to wait before the next try is looked at; 0: none."""
        longest = 0
        for key, free in self._keys(number, address):
            count, last = self._failures.get(key, (0, 0))
            if count < free or now - last > FORGET_MS:
                continue
            pause = min(LONGEST_MS, 15_000 * 2 ** min(count - free, 10))
            longest = max(longest, last + pause - now)
        return max(0, longest)

    def failed(self, number: str, address: str, now: Millis) -> None:
        """A try was wrong."""
        for key, _free in self._keys(number, address):
            count, last = self._failures.pop(key, (0, 0))
            self._failures[key] = (1 if now - last > FORGET_MS else count + 1, now)
        while len(self._failures) > KEPT:
            self._failures.popitem(last=False)

    def succeeded(self, number: str, address: str) -> None:
        """The right password came: the number starts anew; the address only takes this try back, or one good account
        would shield guesses at others."""
        for key, _free in self._keys(number, address)[:2]:
            self._failures.pop(key, None)
        count, last = self._failures.get(("", address), (0, 0))
        if count:
            self._failures["", address] = (count - 1, last)

    @staticmethod
    def _keys(number: str, address: str) -> tuple[tuple[tuple[str, str], int], ...]:
        plain = number.lower()
        return (((plain, address), 5), ((plain, ""), 20), (("", address), 200))  # a whole campus may share one address
