"""An invited guest who may only listen, and is hostile: whatever it sends, the room next door loses nothing.

Strangers, and what needs no invitation: ``test_media_security``.
"""

from __future__ import annotations

import asyncio
import re
import struct
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from meeting_server.media.api import MediaRefused
from meeting_server.media.client import MediaWorkers
from meeting_server.media.settings import MediaSettings
from tests.kit.attacks.media_attacks import (
    GUESTS,
    absurd_report,
    capacity_beyond_words,
    claim_of_all_packets,
    numbered,
    plain,
    with_transport_numbers,
)
from tests.kit.media.media_neighbours import NextDoor, at_a_pace, figure, guest_in, lets_go
from tests.kit.media.media_phone import WirePhone
from tests.kit.media.media_worker import media_worker


@pytest.fixture(scope="module")
def worker() -> Iterator[Path]:
    with media_worker() as path:
        yield path


@pytest.fixture
async def plane(worker: Path) -> AsyncIterator[MediaWorkers]:
    workers = MediaWorkers(MediaSettings(sockets=(worker,)))
    await workers.start()
    yield workers
    await workers.stop()


@pytest.fixture
async def next_door(plane: MediaWorkers) -> AsyncIterator[NextDoor]:
    rooms = NextDoor(plane)
    await rooms.join()
    yield rooms
    await rooms.close()


async def test_transport_numbers_that_jump_silence_nobody(plane: MediaWorkers, next_door: NextDoor) -> None:
    guest = await guest_in(plane, with_transport_numbers)
    line = guest.lines[0]

    async def jump(number: int) -> None:
        await guest.send(numbered(guest.ssrc("microphone"), line.payload_type, number, number * 30_000))

    async with next_door.stays_whole():
        await at_a_pace(jump, 300, 300)
    await lets_go(plane, guest)


async def test_feedback_about_65535_packets_silences_nobody(plane: MediaWorkers, next_door: NextDoor) -> None:
    guest = await guest_in(plane, pictures=1)
    async with next_door.stays_whole(4.0):
        await at_a_pace(lambda n: guest.send(claim_of_all_packets(1, n)), 2000, 675)  # 216 kbit/s
    await lets_go(plane, guest)


async def test_an_offer_that_no_phone_sends_is_refused_and_ends_nobody(plane: MediaWorkers, next_door: NextDoor) -> None:
    guest = WirePhone("guest")
    offer, answered = await guest.offer(), []
    async with next_door.stays_whole():
        for what, change in GUESTS.items():
            try:
                await plane.join("next-door", "guest", "guest", change(offer))
                answered.append(what)
            except MediaRefused as refused:
                if refused.code not in ("bad_sdp", "no_common_codec"):
                    answered.append(f"{what}: {refused.code}")
    assert not answered
    assert await figure(plane, "faults_total") == 0
    await guest.close()


async def test_places_that_take_different_codecs_end_nobody(plane: MediaWorkers, next_door: NextDoor) -> None:
    """Two cameras of VP8, two places of which only one takes it: the sender must not fall over its listener."""
    cameras = [WirePhone(f"camera-{i}", camera=True) for i in range(2)]
    for phone in cameras:
        await phone.join(plane, "lobby")

    def one_place_of_h264(sdp: str) -> str:
        head, *sections = re.split(r"(?m)^(?=m=)", sdp)
        pictures = [i for i, section in enumerate(sections) if section.startswith("m=video") and "recvonly" in section]
        sections[pictures[0]] = re.sub(r"(?m)^a=rtpmap:(\d+) VP8", r"a=rtpmap:\1 VP1", sections[pictures[0]])
        return head + "".join(sections)

    guest = await guest_in(plane, one_place_of_h264, pictures=2)
    async with next_door.stays_whole():
        showing = [asyncio.create_task(phone.show(2.5)) for phone in cameras]
        await guest.hears("video_slot", 20)
        await asyncio.gather(*showing)
    for phone in cameras:
        await plane.details(phone.name)  # still there
        await plane.leave(phone.name)
        await phone.close()
    await lets_go(plane, guest)


async def test_gaps_without_end_silence_nobody(plane: MediaWorkers, next_door: NextDoor) -> None:
    guest = await guest_in(plane, camera=True)
    line = next(ln for ln in guest.lines if ln.kind == "video")
    ssrc = guest.ssrc("camera")
    async with next_door.stays_whole(4.0):
        await at_a_pace(lambda n: guest.send(plain(ssrc, line.payload_type, n * 290, b"\x90\x80\x80\x01" + bytes(30))), 1500, 500)
    await lets_go(plane, guest)


async def test_a_new_source_with_every_packet_silences_nobody(plane: MediaWorkers, next_door: NextDoor) -> None:
    guest = await guest_in(plane)
    kind = guest.lines[0].payload_type
    async with next_door.stays_whole():
        await at_a_pace(lambda n: guest.send(plain(5000 + n, kind, n, b"\xfc" + bytes(20))), 1500, 700)
    await lets_go(plane, guest)


async def test_an_estimate_beyond_words_silences_nobody(plane: MediaWorkers, next_door: NextDoor) -> None:
    guest = await guest_in(plane, pictures=1)
    async with next_door.stays_whole():
        await guest.send(capacity_beyond_words())
        await asyncio.sleep(0.2)
        details = await plane.details("guest")
    assert details.capacity_kbit_s is None or details.capacity_kbit_s <= 10_000_000
    await lets_go(plane, guest)


async def test_reports_of_absurd_moments_silence_nobody(plane: MediaWorkers, next_door: NextDoor) -> None:
    guest = await guest_in(plane)
    await plane.permit("guest", audio=True, video=False, screen=False)
    moments = (0, 1, (1 << 64) - 1, 1 << 63, 0xFFFFFFFF, 0xFFFFFFFF << 32)
    async with next_door.stays_whole():
        for number in range(60):
            await guest.send(guest.packet("microphone", b"\xfc" + bytes(50), level=20))
            await guest.send(absurd_report(guest.ssrc("microphone"), moments[number % len(moments)]))
            await asyncio.sleep(0.02)
    await lets_go(plane, guest)


async def test_a_flood_of_reports_is_held_to_a_budget(plane: MediaWorkers, next_door: NextDoor) -> None:
    guest = await guest_in(plane, pictures=1)
    report = struct.pack("!BBHI", 0x80, 201, 1, 7)
    async with next_door.stays_whole(4.0):
        await at_a_pace(lambda _: guest.send(report * 100), 4000, 1500)
    assert await figure(plane, "datagrams_rejected_total", 'reason="rtcp_budget"') > 500
    await lets_go(plane, guest)
