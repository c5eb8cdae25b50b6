"""Phones with addresses of IPv6 only, and of IPv4 only, in one room: campus networks have both, and some phones get one of them."""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aioice import stun

from meeting_server.media.client import MediaWorkers
from meeting_server.media.settings import MediaSettings
from tests.kit.media.media_phone import WirePhone, meanwhile
from tests.kit.media.media_worker import media_worker


def has_ipv6() -> bool:
    """Whether this machine has an IPv6 loopback; where it has none, IPv6 is not served and there is nothing to show."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


pytestmark = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")  # on purpose: there the gate fails


@pytest.fixture(scope="module")
def worker() -> Iterator[Path]:
    """One worker on every address, as it is started by default, that names both loopbacks."""
    with media_worker("--host", "127.0.0.1", "--host", "::1") as path:
        yield path


@pytest.fixture
async def plane(worker: Path) -> AsyncIterator[MediaWorkers]:
    workers = MediaWorkers(MediaSettings(sockets=(worker,)))
    await workers.start()
    yield workers
    await workers.stop()


async def join_from(address: str, phone: WirePhone, plane: MediaWorkers, patch: pytest.MonkeyPatch) -> None:
    """Join with this one address of ours: no candidate, and no socket, of another."""
    with patch.context() as only:
        only.setattr("aioice.ice.get_host_addresses", lambda use_ipv4, use_ipv6: [address])
        await phone.join(plane, "room")
    pair = phone.dtls.transport._connection._nominated[1]
    assert (pair.local_addr[0], pair.remote_addr[0]) == (address, address)


async def test_phones_of_both_kinds_of_address_hear_and_see_each_other(plane: MediaWorkers, monkeypatch: pytest.MonkeyPatch) -> None:
    six, four = WirePhone("six", camera=True, pictures=1), WirePhone("four", camera=True, pictures=1)
    await join_from("::1", six, plane, monkeypatch)
    await join_from("127.0.0.1", four, plane, monkeypatch)
    async with meanwhile(six.speak(), six.show(), four.speak(), four.show()):
        for listener in (six, four):
            await listener.hears("audio_slot", 10)
            await listener.hears("video_slot", 10, since=0)
    for phone in (six, four):
        await phone.close()
        await plane.leave(phone.name)


async def test_a_stranger_gets_no_answer_by_ipv6_either(plane: MediaWorkers, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = WirePhone("six")
    await join_from("::1", phone, plane, monkeypatch)
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as stranger:
        stranger.settimeout(0.5)
        assert phone.answer is not None
        port = re.findall(r"a=candidate:2 1 udp \d+ ::1 (\d+) typ host", phone.answer.sdp)[0]
        stranger.sendto(bytes(stun.Message(stun.Method.BINDING, stun.Class.REQUEST)), ("::1", int(port)))
        with pytest.raises(TimeoutError):
            stranger.recv(2000)
    await phone.close()
    await plane.leave(phone.name)
