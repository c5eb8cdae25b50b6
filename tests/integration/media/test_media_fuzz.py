"""Made-up datagrams of every kind, some seconds of each; minutes of it: ``tests/long/test_media_fuzz``."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from meeting_server.media.client import MediaWorkers
from meeting_server.media.settings import MediaSettings
from tests.kit.attacks.media_fuzz import KINDS, attack
from tests.kit.media.media_neighbours import NextDoor, figure, guest_in, lets_go


@pytest.fixture
async def plane() -> AsyncIterator[MediaWorkers]:
    workers = MediaWorkers(MediaSettings())
    await workers.start()
    yield workers
    await workers.stop()


@pytest.fixture
async def next_door(plane: MediaWorkers) -> AsyncIterator[NextDoor]:
    rooms = NextDoor(plane)
    await rooms.join()
    yield rooms
    await rooms.close()


@pytest.mark.parametrize("kind", KINDS)
async def test_what_a_guest_makes_up_takes_nothing_from_the_room_next_door(plane: MediaWorkers, next_door: NextDoor, kind: str) -> None:
    guest = await guest_in(plane, camera=True, pictures=1)
    async with next_door.stays_whole(2.0):
        await attack(kind, guest, 1, 2.0)
    assert await figure(plane, "faults_total") == 0
    await plane.details("guest")  # whatever it sent, it has not ended itself either
    await lets_go(plane, guest)


async def test_what_a_permitted_guest_makes_up_ends_nobody_who_listens(plane: MediaWorkers, next_door: NextDoor) -> None:
    guest = await guest_in(plane, camera=True, pictures=1)
    await plane.move("guest", "next-door")
    await plane.permit("guest", audio=True, video=True, screen=True)
    async with next_door.stays_whole(3.0):
        await attack("rtp", guest, 2, 1.5)
        await attack("rtcp", guest, 3, 1.5)
    assert await figure(plane, "faults_total") == 0
    for phone in (next_door.speaker, next_door.listener):
        await plane.details(phone.name)
    await lets_go(plane, guest)
