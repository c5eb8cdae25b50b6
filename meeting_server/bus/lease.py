"""Leases over Redis: a key that runs out, and a counter that never goes back."""

from __future__ import annotations

from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from meeting_server.bus.port import BusUnavailable, Lease

LEASE_SECONDS = 3.0
"""A lost owner is replaced after this; owners renew every second."""

_ACQUIRE = """
local held = redis.call('GET', KEYS[1])
if held then
  local fence, owner = string.match(held, '^(%d+) (.*)$')
  if owner ~= ARGV[1] then return 0 end
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return tonumber(fence)
end
local fence = redis.call('INCR', KEYS[2])
redis.call('SET', KEYS[1], fence .. ' ' .. ARGV[1], 'PX', ARGV[2])
return fence
"""

_RENEW = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
"""

_RELEASE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
"""


class RedisLeases:
    """Leases over one Redis server.

    A Redis that lost its memory starts its counter again: the database then refuses the low number, and the new owner
    must raise it above the one the database names (``at_least``).
    """

    def __init__(self, url: str, prefix: str = "lease:", lease_seconds: float = LEASE_SECONDS) -> None:
        self._redis: Redis = Redis.from_url(url, socket_connect_timeout=1.0, socket_timeout=1.0)
        self._prefix = prefix
        self._term_ms = int(lease_seconds * 1000)

    async def acquire(self, name: str, owner: str) -> Lease | None:
        fence = await self._run(_ACQUIRE, [self._key(name), self._counter(name)], [owner, self._term_ms])
        return Lease(name, owner, fence) if fence else None

    async def renew(self, lease: Lease) -> bool:
        return await self._run(_RENEW, [self._key(lease.name)], [_value(lease), self._term_ms]) == 1

    async def release(self, lease: Lease) -> None:
        await self._run(_RELEASE, [self._key(lease.name)], [_value(lease)])

    async def holder(self, name: str) -> Lease | None:
        try:
            held: Any = await self._redis.get(self._key(name))
        except (RedisError, OSError) as error:
            raise BusUnavailable(str(error)) from error
        if held is None:
            return None
        fence, _, owner = held.decode().partition(" ")
        return Lease(name, owner, int(fence))

    async def at_least(self, name: str, fence: int) -> None:
        """Let the next owner's fencing number be higher than ``fence``. Raises BusUnavailable."""
        script = """
        if tonumber(redis.call('GET', KEYS[1]) or '0') < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1]) end
        return 1
        """
        await self._run(script, [self._counter(name)], [fence])

    async def close(self) -> None:
        await self._redis.aclose()

    def _key(self, name: str) -> str:
        return self._prefix + "{" + name + "}"

    def _counter(self, name: str) -> str:
        return self._prefix + "{" + name + "}:fence"

    async def _run(self, script: str, keys: list[str], arguments: list[str | int]) -> int:
        try:
            answer: Any = await self._redis.eval(script, len(keys), *keys, *arguments)
        except (RedisError, OSError) as error:
            raise BusUnavailable(str(error)) from error
        return int(answer)


def _value(lease: Lease) -> str:
    return f"{lease.fence} {lease.owner}"
