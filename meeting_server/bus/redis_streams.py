"""The bus over Redis Streams: entry ids are ``{number}-0``, so Redis itself refuses repeats and late ids."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from meeting_server.bus.port import BusUnavailable, Entry, StaleEntry, StreamTrimmed

KEPT = 10_000
"""About how many entries a stream keeps (Redis trims whole blocks)."""

BLOCK_MS = 2_000
RETRY_SECONDS = 0.25
PAGE = 500

_PUBLISH = """
for i = 2, #ARGV, 2 do
  local added = redis.pcall('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], ARGV[i] .. '-0', 'd', ARGV[i + 1])
  if added.err then
    if i == 2 and string.find(added.err, 'equal or smaller') then return 0 end
    return added
  end
end
return 1
"""
"""All or none: the numbers grow, so when the first is not late none is."""


class RedisBus:
    """Bus over one Redis server. ``prefix`` keeps several installations apart."""

    def __init__(self, url: str, prefix: str = "stream:", kept: int = KEPT) -> None:
        # No read time-out of its own shorter than the blocking read; connections are re-made after a failure.
        self._redis: Redis = Redis.from_url(url, socket_connect_timeout=2.0, socket_timeout=BLOCK_MS / 1000 + 3.0, protocol=2)
        self._prefix = prefix
        self._kept = kept

    async def publish(self, stream: str, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        if any(later.number <= one.number for one, later in pairwise(entries)):
            raise StaleEntry(f"{stream}: numbers do not grow")
        arguments: list[bytes | int] = [self._kept]
        for entry in entries:
            arguments += [entry.number, entry.data]
        try:
            added: Any = await self._redis.eval(_PUBLISH, 1, self._prefix + stream, *arguments)
        except (RedisError, OSError) as error:
            raise BusUnavailable(str(error)) from error
        if not added:
            raise StaleEntry(f"{stream}: {entries[0].number}")

    async def follow(self, stream: str, after: int) -> AsyncIterator[Entry]:
        key = self._prefix + stream
        checked = False
        while True:
            try:
                if not checked:
                    await self._check_kept(key, after)
                    checked = True
                answer: Any = await self._redis.xread({key: f"{after}-0"}, count=PAGE, block=BLOCK_MS)
            except (RedisError, OSError):
                checked = False
                await asyncio.sleep(RETRY_SECONDS)
                continue
            for identity, fields in answer[0][1] if answer else ():
                after = _number(identity)
                yield Entry(after, fields[b"d"])

    async def last(self, stream: str) -> int:
        try:
            newest: Any = await self._redis.xrevrange(self._prefix + stream, count=1)
        except (RedisError, OSError) as error:
            raise BusUnavailable(str(error)) from error
        return _number(newest[0][0]) if newest else 0

    async def close(self) -> None:
        await self._redis.aclose()

    async def _check_kept(self, key: str, after: int) -> None:
        """Refuse when entries after ``after`` were trimmed.

        A Redis that lost its memory is an empty stream: nothing to refuse, the next entry shows the gap by its number.
        """
        try:
            about: Any = await self._redis.xinfo_stream(key)
        except ResponseError:
            return
        trimmed = _number(about.get("max-deleted-entry-id", b"0-0"))
        first = about.get("first-entry")
        oldest = _number(first[0]) if first else 0
        if about.get("entries-added", 0) > about.get("length", 0):
            trimmed = max(trimmed, oldest - 1)
        if after < trimmed:
            raise StreamTrimmed(key)


def _number(identity: bytes | str) -> int:
    text = identity.decode() if isinstance(identity, bytes) else identity
    return int(text.partition("-")[0])
