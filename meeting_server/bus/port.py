"""The bus as the rest of the server sees it: numbered streams of bytes, and leases with fencing numbers.

Names and contents are opaque: the bus knows no meeting.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple, Protocol


class Entry(NamedTuple):
    """One entry of a stream; ``number`` is at least 1 and grows, not always by one."""

    number: int
    data: bytes


class BusUnavailable(Exception):
    """The carrier does not answer. Nothing true is lost: what the database has can be read from there."""


class StaleEntry(Exception):
    """The stream already holds this number or a later one: another node wrote it."""


class StreamTrimmed(Exception):
    """Entries after the wanted number are gone; read them from where they are kept for ever."""


class Bus(Protocol):
    """Numbered streams. Everything published after a reader's last number reaches it, once, in order."""

    async def publish(self, stream: str, entries: Sequence[Entry]) -> None:
        """Append entries, all or none. Raises StaleEntry, BusUnavailable."""
        ...

    def follow(self, stream: str, after: int) -> AsyncIterator[Entry]:
        """Entries numbered higher than ``after``: those kept, then new ones as they come, for ever.

        Waits out an unavailable carrier. Raises StreamTrimmed when the first of them is no longer kept.
        """
        ...

    async def last(self, stream: str) -> int:
        """The number of the newest entry, 0 for an empty stream. Raises BusUnavailable."""
        ...

    async def close(self) -> None: ...


class Lease(NamedTuple):
    """Ownership of a name until ``lease_seconds`` after its last renewal; ``fence`` grows with every new owner."""

    name: str
    owner: str
    fence: int


class Leases(Protocol):
    """Who owns what. A lease can be lost without notice: the fencing number, checked by the database, decides."""

    async def acquire(self, name: str, owner: str) -> Lease | None:
        """Own ``name``, or ``None`` while another does. The owner itself gets its own lease again, renewed.

        Raises BusUnavailable.
        """
        ...

    async def renew(self, lease: Lease) -> bool:
        """Own it for another term; false: it is lost. Raises BusUnavailable."""
        ...

    async def release(self, lease: Lease) -> None:
        """Give it up, if it is still ours. Raises BusUnavailable."""
        ...

    async def holder(self, name: str) -> Lease | None:
        """Who owns it now. Raises BusUnavailable."""
        ...
