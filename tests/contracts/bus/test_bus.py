"""What every bus and every kind of lease promises."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from meeting_server.bus.lease import RedisLeases
from meeting_server.bus.memory import MemoryBus, MemoryLeases
from meeting_server.bus.port import Bus, BusUnavailable, Entry, Leases, StaleEntry, StreamTrimmed
from meeting_server.bus.redis_streams import RedisBus
from tests.kit.servers import servers

KEPT = 100


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with servers.redis(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture(params=["memory", "redis"])
async def bus(request: pytest.FixtureRequest) -> AsyncIterator[Bus]:
    made: Bus
    if request.param == "memory":
        made = MemoryBus(kept=KEPT)
    else:
        made = RedisBus(request.getfixturevalue("redis_url"), prefix=uuid.uuid4().hex, kept=KEPT)
    yield made
    await made.close()


@pytest.fixture(params=["memory", "redis"])
async def leases(request: pytest.FixtureRequest) -> AsyncIterator[Leases]:
    if request.param == "memory":
        yield MemoryLeases(lease_seconds=0.3)
        return
    made = RedisLeases(request.getfixturevalue("redis_url"), prefix=uuid.uuid4().hex, lease_seconds=0.3)
    yield made
    await made.close()


def entries(*numbers: int) -> list[Entry]:
    return [Entry(number, f"entry {number}".encode()) for number in numbers]


async def take(bus: Bus, stream: str, after: int, count: int) -> list[Entry]:
    taken: list[Entry] = []
    async with asyncio.timeout(10), aclosing(bus.follow(stream, after)) as following:  # type: ignore[type-var]  # generators in fact
        async for entry in following:
            taken.append(entry)
            if len(taken) == count:
                break
    return taken


async def test_a_follower_gets_what_was_published_before_and_after_it_came(bus: Bus) -> None:
    await bus.publish("s", entries(1, 2))
    following = asyncio.create_task(take(bus, "s", 0, 4))
    await asyncio.sleep(0)
    await bus.publish("s", entries(3))
    await bus.publish("s", entries(4))
    assert await following == entries(1, 2, 3, 4)


async def test_a_follower_starts_after_the_number_it_names(bus: Bus) -> None:
    await bus.publish("s", entries(1, 2, 3, 7))
    assert await take(bus, "s", 2, 2) == entries(3, 7)


async def test_streams_do_not_mix(bus: Bus) -> None:
    await bus.publish("one", entries(1))
    await bus.publish("two", entries(5))
    assert await take(bus, "two", 0, 1) == entries(5)
    assert await bus.last("one") == 1


async def test_a_repeated_or_late_number_is_refused(bus: Bus) -> None:
    await bus.publish("s", entries(1, 2))
    for stale in (entries(2), entries(1), entries(2, 3)):
        with pytest.raises(StaleEntry):
            await bus.publish("s", stale)
    with pytest.raises(StaleEntry):
        await bus.publish("s", entries(4, 4))
    assert await bus.last("s") == 2


async def test_the_last_number_of_an_empty_stream_is_zero(bus: Bus) -> None:
    assert await bus.last("nothing") == 0


async def test_any_bytes_are_carried(bus: Bus) -> None:
    data = bytes(range(256)) * 20
    await bus.publish("s", [Entry(1, data), Entry(2, b"")])
    assert await take(bus, "s", 0, 2) == [Entry(1, data), Entry(2, b"")]


async def test_two_followers_each_get_everything(bus: Bus) -> None:
    followers = [asyncio.create_task(take(bus, "s", 0, 50)) for _ in range(2)]
    for number in range(1, 51):
        await bus.publish("s", entries(number))
    assert await asyncio.gather(*followers) == [entries(*range(1, 51))] * 2


async def test_a_follower_that_comes_too_late_is_told(bus: Bus) -> None:
    for start in range(1, 1001, 100):
        await bus.publish("s", entries(*range(start, start + 100)))
    with pytest.raises(StreamTrimmed):
        await take(bus, "s", 0, 1)
    assert await take(bus, "s", 999, 1) == entries(1000)


async def test_one_owner_at_a_time_and_the_fence_grows(leases: Leases) -> None:
    first = await leases.acquire("m", "a")
    assert first is not None
    assert await leases.acquire("m", "b") is None
    assert await leases.holder("m") == first
    await leases.release(first)
    second = await leases.acquire("m", "b")
    assert second is not None
    assert second.fence > first.fence


async def test_the_owner_acquires_its_own_lease_again(leases: Leases) -> None:
    assert await leases.acquire("m", "a") == await leases.acquire("m", "a")


async def test_a_lost_lease_can_not_be_renewed_or_released_by_its_old_owner(leases: Leases) -> None:
    first = await leases.acquire("m", "a")
    assert first is not None
    second = None
    async with asyncio.timeout(5):
        while second is None:
            await asyncio.sleep(0.05)
            second = await leases.acquire("m", "b")
    assert not await leases.renew(first)
    await leases.release(first)
    assert await leases.holder("m") == second


async def test_a_renewed_lease_outlives_its_term(leases: Leases) -> None:
    lease = await leases.acquire("m", "a")
    assert lease is not None
    for _ in range(8):
        await asyncio.sleep(0.08)
        assert await leases.renew(lease)
    assert await leases.holder("m") == lease


async def test_of_many_who_ask_at_once_one_gets_the_lease(leases: Leases) -> None:
    asked = await asyncio.gather(*(leases.acquire("m", f"node{n}") for n in range(20)))
    assert sum(lease is not None for lease in asked) == 1


async def test_a_follower_loses_nothing_when_its_connection_to_redis_breaks(redis_url: str) -> None:
    prefix = uuid.uuid4().hex
    bus = RedisBus(redis_url, prefix=prefix)
    following = asyncio.create_task(take(bus, "s", 0, 30))
    admin = RedisBus(redis_url)
    for number in range(1, 31):
        await bus.publish("s", entries(number))
        if number % 10 == 0:
            await admin._redis.client_kill_filter(_type="normal", skipme=True)
            await _until_published(bus, number)
    assert await following == entries(*range(1, 31))
    await bus.close()
    await admin.close()


async def _until_published(bus: Bus, number: int) -> None:
    while True:
        try:
            assert await bus.last("s") == number
            return
        except BusUnavailable:
            continue


async def test_without_redis_the_bus_says_so_at_once() -> None:
    bus, leases = RedisBus(f"redis://127.0.0.1:{servers.free_port()}"), RedisLeases("redis://127.0.0.1:9")
    with pytest.raises(BusUnavailable):
        await bus.publish("s", entries(1))
    with pytest.raises(BusUnavailable):
        await bus.last("s")
    with pytest.raises(BusUnavailable):
        await leases.acquire("m", "a")
    await bus.close()
    await leases.close()


async def test_a_redis_that_forgot_its_fences_can_be_told_the_last_one(redis_url: str) -> None:
    leases = RedisLeases(redis_url, prefix=uuid.uuid4().hex)
    await leases.at_least("m", 41)
    lease = await leases.acquire("m", "a")
    assert lease is not None
    assert lease.fence == 42
    await leases.close()


async def test_redis_restarted_empty_lets_followers_go_on(tmp_path: Path) -> None:
    port = servers.free_port()
    with servers.redis(tmp_path / "one", port) as url:
        bus = RedisBus(url)
        following = asyncio.create_task(take(bus, "s", 0, 3))
        await bus.publish("s", entries(1, 2))
        await take(bus, "s", 0, 2)
    with servers.redis(tmp_path / "two", port):
        await _until_published(bus, 0)
        await bus.publish("s", entries(3))
        assert await following == entries(1, 2, 3)
        await bus.close()
