"""Password hashes: argon2id with 19 MiB, two passes, computed off the event loop, at most two at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

MIN_LENGTH = 8
MAX_LENGTH = 200
_TOO_COMMON = frozenset(
    {
        "12345678",
        "123456789",
        "1234567890",
        "password",
        "password1",
        "qwertyuiop",
        "11111111",
        "88888888",
        "66666666",
        "00000000",
        "123123123",
        "a1234567",
        "a12345678",
        "abc12345",
        "abcd1234",
        "1qaz2wsx",
        "iloveyou",
        "woaini1314",
        "5201314520",
    }
)


AT_ONCE = 2
MOST_WAITING = 16
"""Most passwords from strangers that wait for their turn. More are refused."""
MOST_KNOWN_WAITING = 64
"""The same for known devices and for members who set a password, so that a flood from strangers leaves room for them."""


class PasswordsBusy(Exception):
    """Too many wait already. Nothing was checked."""


class Passwords:
    """Hashes and checks passwords. Each takes about 40 ms of one core and does not block the loop.

    Both raise PasswordsBusy instead of letting a queue grow.
    """

    def __init__(self, *, time_cost: int = 2, memory_kib: int = 19 * 1024) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1, type=Type.ID)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._nobody = self._hasher.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        """Return the hash to store."""
        async with self._turn(MOST_KNOWN_WAITING):
            return await asyncio.to_thread(self._hasher.hash, password)

    async def check(self, stored: str | None, password: str, *, known: bool = False) -> bool:
        """Return whether ``password`` matches ``stored``. With None (no such account) the same work is done.

        ``known``: the attempt comes from a browser in which this account has signed in before.
        """
        async with self._turn(MOST_KNOWN_WAITING if known else MOST_WAITING):
            return await asyncio.to_thread(self._check, stored, password) and stored is not None

    @asynccontextmanager
    async def _turn(self, most: int) -> AsyncIterator[None]:
        if self._waiting >= AT_ONCE + most:
            raise PasswordsBusy
        self._waiting += 1
        try:
            async with self._turns:
                yield
        finally:
            self._waiting -= 1

    def is_outdated(self, stored: str) -> bool:
        """Return whether the hash has other parameters and should be renewed at the next sign-in."""
        return self._hasher.check_needs_rehash(stored)

    def _check(self, stored: str | None, password: str) -> bool:
        try:
            return self._hasher.verify(stored or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False


def weakness(password: str, *known: str) -> str:
    """Return why a password is not accepted: ``password_short``, ``password_long``, ``password_common``, or empty.

    ``known``: what others know about the person (number, name). A password like that counts as common.
    """
    if len(password) < MIN_LENGTH:
        return "password_short"
    if len(password) > MAX_LENGTH:
        return "password_long"
    plain = password.lower()
    if plain in _TOO_COMMON or len(set(plain)) < 3 or any(word and plain == word.lower() for word in known):
        return "password_common"
    return ""
