"""Where media goes: a connected client's address moves with what its keys protect, and with nothing else."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aioice import stun

from meeting_server.media.client import MediaWorkers
from meeting_server.media.settings import MediaSettings
from tests.kit.attacks.media_fuzz import address_of, checks_of
from tests.kit.media.media_phone import WirePhone, meanwhile
from tests.kit.media.media_worker import media_worker


@pytest.fixture(scope="module")
def worker() -> Iterator[Path]:
    with media_worker("--bind", "127.0.0.1") as path:
        yield path


@pytest.fixture
async def plane(worker: Path) -> AsyncIterator[MediaWorkers]:
    workers = MediaWorkers(MediaSettings(sockets=(worker,)))
    await workers.start()
    yield workers
    await workers.stop()


@pytest.fixture
async def pair(plane: MediaWorkers) -> AsyncIterator[tuple[WirePhone, WirePhone]]:
    speaker, listener = WirePhone("speaker"), WirePhone("listener")
    for phone in (speaker, listener):
        await phone.join(plane, "room")
    yield speaker, listener
    for phone in (speaker, listener):
        await phone.close()
        await plane.leave(phone.name)


@pytest.fixture
def elsewhere() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.setblocking(False)
        yield sock


def check_of(phone: WirePhone) -> bytes:
    """A fresh check with the phone's credentials that chooses the path it comes over: what anybody can make who saw its SDP."""
    name, password = checks_of(phone)
    check = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    check.attributes["USERNAME"] = name
    check.attributes["PRIORITY"] = 1
    check.attributes["USE-CANDIDATE"] = None
    check.add_message_integrity(password)
    return bytes(check)


async def received(sock: socket.socket, within: float = 5.0) -> bytes:
    async with asyncio.timeout(within):
        return await asyncio.get_running_loop().sock_recv(sock, 2000)


def drained(sock: socket.socket) -> list[bytes]:
    found = []
    while True:
        try:
            found.append(sock.recv(2000))
        except BlockingIOError:
            return found


def media_in(datagrams: list[bytes]) -> list[bytes]:
    return [d for d in datagrams if 127 < d[0] < 192]


async def test_a_check_alone_draws_no_media_to_where_it_comes_from(pair: tuple[WirePhone, WirePhone], elsewhere: socket.socket) -> None:
    speaker, listener = pair
    async with meanwhile(speaker.speak()):
        await listener.hears("audio_slot", 5)
        elsewhere.sendto(check_of(listener), address_of(listener))
        assert (await received(elsewhere))[0] < 4  # the check is answered ...
        await listener.hears("audio_slot", 50)  # ... and media stays where it was
    assert not media_in(drained(elsewhere))


async def test_media_follows_a_phone_whose_keys_speak_from_its_new_address(
    pair: tuple[WirePhone, WirePhone], elsewhere: socket.socket
) -> None:
    speaker, listener = pair
    async with meanwhile(speaker.speak()):
        await listener.hears("audio_slot", 5)
        elsewhere.sendto(check_of(listener), address_of(listener))
        assert (await received(elsewhere))[0] < 4
        elsewhere.sendto(b"\x80\xc9\x00\x01" + bytes(60), address_of(listener))  # not protected by its keys
        elsewhere.sendto(b"\x80\x6f\x00\x01" + bytes(60), address_of(listener))
        await listener.hears("audio_slot", 10)
        assert not media_in(drained(elsewhere))
        elsewhere.sendto(listener.dtls._tx_srtp.protect_rtcp(b"\x80\xc9\x00\x01" + bytes(4)), address_of(listener))
        moved = [await received(elsewhere) for _ in range(20)]
    assert len(media_in(moved)) >= 19


async def test_media_goes_back_with_a_phone_that_goes_back(pair: tuple[WirePhone, WirePhone], elsewhere: socket.socket) -> None:
    speaker, listener = pair
    first = listener.dtls.transport._connection._nominated[1].protocol.transport
    report = b"\x80\xc9\x00\x01" + bytes(4)
    async with meanwhile(speaker.speak()):
        await listener.hears("audio_slot", 5)
        elsewhere.sendto(check_of(listener), address_of(listener))
        elsewhere.sendto(listener.dtls._tx_srtp.protect_rtcp(report), address_of(listener))
        for _ in range(5):
            await received(elsewhere)
        first.sendto(check_of(listener), address_of(listener))
        await asyncio.sleep(0.3)
        since = time.monotonic()
        drained(elsewhere)
        await received(elsewhere)  # the choice alone moves nothing here either
        first.sendto(listener.dtls._tx_srtp.protect_rtcp(report), address_of(listener))
        await listener.hears("audio_slot", 20, since=since)


async def test_a_check_of_another_from_a_phones_address_does_not_end_the_phone(
    plane: MediaWorkers, pair: tuple[WirePhone, WirePhone]
) -> None:
    """A forged sender's address is enough for that."""
    speaker, listener = pair
    guest = WirePhone("guest")
    guest.answer = await plane.join("lobby", "guest", "guest", await guest.offer())
    victim = listener.dtls.transport._connection._nominated[1].protocol.transport
    async with meanwhile(speaker.speak()):
        await listener.hears("audio_slot", 5)
        for _ in range(3):
            victim.sendto(check_of(guest), address_of(guest))
            victim.sendto(b"\x16\xfe\xfd\x00\x00" + bytes(60), address_of(guest))
            await asyncio.sleep(0.05)
        await listener.hears("audio_slot", 50)
    await plane.details("listener")
    await plane.leave("guest")
    await guest.close()
