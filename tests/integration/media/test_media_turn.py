"""Where a network lets no UDP through, media goes by a real TURN server (coturn), with credentials that the meeting server makes."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from aioice import stun, turn

from meeting_server.media.client import MediaWorkers
from meeting_server.media.settings import MediaSettings
from meeting_server.media.turn import LIFETIME_S, turn_servers
from tests.kit.browsers.media_browser import BrowserPhone, BrowserRoom
from tests.kit.media.media_phone import WirePhone
from tests.kit.media.media_worker import media_worker
from tests.kit.servers.servers import coturn

SECRET = "shared by the meeting server and the TURN server"
ONLY_BY_TURN = """servers => { const Stock = RTCPeerConnection; window.RTCPeerConnection = class extends Stock {
  constructor() { super({iceServers: servers, iceTransportPolicy: 'relay'}); } }; }"""


@pytest.fixture(scope="module")
def worker() -> Iterator[Path]:
    with media_worker() as path:
        yield path


@pytest.fixture(scope="module")
def host(worker: Path) -> str:
    """An address of this machine that browsers send to: the one the media worker tells."""

    async def ask() -> str:
        workers, phone = MediaWorkers(MediaSettings(sockets=(worker,))), WirePhone("asking")
        await workers.start()
        try:
            answer = await workers.join("nowhere", "asking", "asking", await phone.offer())
        finally:
            await phone.close()
            await workers.stop()
        found = re.search(r"a=candidate:\S+ 1 udp \d+ ([\d.]+) \d+ typ host", answer.sdp)
        assert found is not None
        return found.group(1)

    return asyncio.run(ask())


@pytest.fixture(scope="module")
def relay(host: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with coturn(tmp_path_factory.mktemp("coturn"), host, SECRET) as port:
        yield port


@pytest.fixture
async def plane(worker: Path, relay: int, host: str) -> AsyncIterator[MediaWorkers]:
    urls = (f"turn:{host}:{relay}?transport=tcp",)
    workers = MediaWorkers(MediaSettings(sockets=(worker,), turn_urls=urls, turn_secret=SECRET))
    await workers.start()
    yield workers
    await workers.stop()


async def allocate(host: str, relay: int, username: str, password: str) -> turn.TurnTransport:
    """Raises aioice's TransactionFailed when the server refuses."""
    transport, _ = await turn.create_turn_endpoint(asyncio.DatagramProtocol, (host, relay), username, password)
    return transport


@pytest.mark.browser
async def test_sound_and_picture_go_through_a_relay_over_tcp_alone(plane: MediaWorkers) -> None:
    servers: list[dict[str, Any]] = [as_dictionary(server) for server in plane.ice_servers("anyone")]
    async with BrowserRoom() as chromium:
        await chromium.page.evaluate(ONLY_BY_TURN, servers)
        speaker, listener = chromium.phone("speaker"), chromium.phone("listener")
        await speaker.join(plane, "relayed", pictures=0)
        await listener.join(plane, "relayed", camera=False)
        await speaker.call("speak", hertz=440, volume=0.3)
        await speaker.call("show", role="camera", color="red", width=320, height=180, detail=4)

        async def comes() -> bool:
            return await listener.energy() > 0.001 and await listener.frames() > 5

        await listener.until(comes, 20)
        for phone in (speaker, listener):
            (way,) = await nominated(phone)
            assert (way["candidateType"], way["relayProtocol"]) == ("relay", "tcp")
        await chromium.reset(plane)


async def nominated(phone: BrowserPhone) -> list[dict[str, Any]]:
    """The browser's own ends of the pairs it chose; what it tells about itself may lag behind what it does."""
    local: list[dict[str, Any]] = []

    async def told() -> bool:
        stats = await phone.call("stats")
        used = {s["localCandidateId"] for s in stats if s["type"] == "candidate-pair" and s.get("nominated")}
        local[:] = [s for s in stats if s["type"] == "local-candidate" and s["id"] in used]
        return bool(local)

    await phone.until(told, 20)
    return local


def as_dictionary(server: Any) -> dict[str, Any]:
    return {"urls": list(server.urls), "username": server.username, "credential": server.credential}


async def test_a_credential_of_ours_is_taken_and_lives_an_hour_at_most(host: str, relay: int) -> None:
    (server,) = turn_servers((f"turn:{host}:{relay}",), SECRET, "device", time.time())
    assert int(server.username.split(":")[0]) <= time.time() + LIFETIME_S
    transport = await allocate(host, relay, server.username, server.credential)
    transport.close()


async def test_an_expired_credential_is_refused(host: str, relay: int) -> None:
    (old,) = turn_servers((f"turn:{host}:{relay}",), SECRET, "device", time.time() - LIFETIME_S - 5)
    with pytest.raises(stun.TransactionFailed) as refused:
        await allocate(host, relay, old.username, old.credential)
    assert refused.value.response.attributes["ERROR-CODE"][0] == 401


async def test_a_credential_made_with_another_secret_is_refused(host: str, relay: int) -> None:
    (foreign,) = turn_servers((f"turn:{host}:{relay}",), "guessed", "device", time.time())
    with pytest.raises(stun.TransactionFailed) as refused:
        await allocate(host, relay, foreign.username, foreign.credential)
    assert refused.value.response.attributes["ERROR-CODE"][0] == 401


async def test_the_relay_reaches_the_media_server_and_nothing_else_inside(host: str, relay: int) -> None:
    (server,) = turn_servers((f"turn:{host}:{relay}",), SECRET, "device", time.time())
    transport = await allocate(host, relay, server.username, server.credential)
    protocol = getattr(transport, "_TurnTransport__inner_protocol")  # noqa: B009  # aioice offers no way to ask for one binding
    try:
        await protocol.channel_bind(0x4000, (host, 9))
        with pytest.raises(stun.TransactionFailed) as refused:
            await protocol.channel_bind(0x4001, ("127.0.0.1", 9))
        assert refused.value.response.attributes["ERROR-CODE"][0] == 403
    finally:
        transport.close()
