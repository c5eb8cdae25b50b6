"""Bus and leases within one process: the default, when there is one node."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from time import monotonic

from meeting_server.bus.port import Entry, Lease, StaleEntry, StreamTrimmed

KEPT = 10_000
"""Entries a stream keeps."""


@dataclass(slots=True)
class _Stream:
    entries: list[Entry] = field(default_factory=list)
    dropped: int = 0
    """Number of the newest entry that is no longer kept."""
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class MemoryBus:
    """Bus in memory; what one task publishes, every follower of this process receives."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._streams: dict[str, _Stream] = {}

    async def publish(self, stream: str, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        kept = self._stream(stream)
        last = _last(kept)
        for entry in entries:
            if entry.number <= last:
                raise StaleEntry(f"{stream}: {entry.number} after {last}")
            last = entry.number
        kept.entries += entries
        if len(kept.entries) > self._kept:
            cut = len(kept.entries) - self._kept
            kept.dropped = kept.entries[cut - 1].number
            del kept.entries[:cut]
        kept.changed.set()
        kept.changed = asyncio.Event()

    async def follow(self, stream: str, after: int) -> AsyncIterator[Entry]:
        kept = self._stream(stream)
        while True:
            if after < kept.dropped:
                raise StreamTrimmed(stream)
            changed = kept.changed
            found = kept.entries[bisect_right(kept.entries, after, key=lambda entry: entry.number) :]
            for entry in found:
                yield entry
                after = entry.number
            if not found:
                await changed.wait()

    async def last(self, stream: str) -> int:
        return _last(self._stream(stream))

    async def close(self) -> None:
        self._streams.clear()

    def _stream(self, name: str) -> _Stream:
        return self._streams.setdefault(name, _Stream())


def _last(stream: _Stream) -> int:
    return stream.entries[-1].number if stream.entries else stream.dropped


class MemoryLeases:
    """Leases in memory: one process owns all it asks for, and tests can let them run out."""

    def __init__(self, lease_seconds: float = 3.0) -> None:
        self._seconds = lease_seconds
        self._held: dict[str, tuple[Lease, float]] = {}
        self._fences: dict[str, int] = {}

    async def acquire(self, name: str, owner: str) -> Lease | None:
        held = await self.holder(name)
        if held is not None and held.owner != owner:
            return None
        if held is None:
            self._fences[name] = self._fences.get(name, 0) + 1
            held = Lease(name, owner, self._fences[name])
        self._held[name] = (held, monotonic() + self._seconds)
        return held

    async def renew(self, lease: Lease) -> bool:
        if await self.holder(lease.name) != lease:
            return False
        self._held[lease.name] = (lease, monotonic() + self._seconds)
        return True

    async def release(self, lease: Lease) -> None:
        if await self.holder(lease.name) == lease:
            del self._held[lease.name]

    async def holder(self, name: str) -> Lease | None:
        held, until = self._held.get(name, (None, 0.0))
        return held if monotonic() < until else None
