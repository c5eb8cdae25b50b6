"""A hall camera publishes by WHIP and a screen on the wall watches; the encoder is aiortc's own, the second one Chromium's."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from meeting_server.media.api import Answer, Line, Role
from meeting_server.media.client import MediaWorkers
from meeting_server.media.settings import MediaSettings
from meeting_server.media.whip import FRAGMENT, SDP, Grant, Reply, Tokens, WhipDesk
from tests.media_browser import BrowserRoom
from tests.media_phone import WirePhone, meanwhile
from tests.media_worker import media_worker


@pytest.fixture(scope="module")
def worker() -> Iterator[Path]:
    with media_worker() as path:
        yield path


@pytest.fixture
async def plane(worker: Path) -> AsyncIterator[MediaWorkers]:
    workers = MediaWorkers(MediaSettings(sockets=(worker,), turn_urls=("turns:turn.example.org:443?transport=tcp",), turn_secret="s"))
    await workers.start()
    yield workers
    await workers.stop()


@pytest.fixture
def desk(plane: MediaWorkers) -> WhipDesk:
    return WhipDesk(plane, Tokens(b"a secret of the server"))


def header(reply: Reply, name: str) -> str:
    return next(v for n, v in reply.headers if n == name)


def bearer(desk: WhipDesk, *, audio: bool = False, video: bool = False) -> str:
    return "Bearer " + desk.tokens.issue(Grant("hall", "camera-1", int(time.time()) + 60, audio=audio, video=video))


async def test_a_hall_camera_publishes_and_a_wall_screen_watches(desk: WhipDesk) -> None:
    camera, wall = WirePhone("camera", camera=True, sound=0), WirePhone("wall", mic=False, sound=3, pictures=1)
    published = await desk.post(bearer(desk, audio=True, video=True), SDP, (await camera.offer()).encode(), time.time())
    assert published.status == 201
    assert header(published, "Content-Type") == SDP
    assert header(published, "Link").startswith('<turns:turn.example.org:443?transport=tcp>; rel="ice-server"; username="')
    watched = await desk.post(_watcher(desk), SDP, (await wall.offer()).encode(), time.time())
    assert watched.status == 201
    await _connect(camera, published.body, ["microphone", "camera"])
    await _connect(wall, watched.body, ["audio_slot", "audio_slot", "audio_slot", "video_slot", "screen_slot"])
    async with meanwhile(camera.speak(), camera.show()):
        await wall.hears("audio_slot", 5)
        await wall.hears("video_slot", 5, since=0)
        resource = header(published, "Location").rsplit("/", 1)[1]
        assert (await desk.patch(resource, FRAGMENT, b"a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n")).status == 204
        assert (await desk.delete(resource)).status == 200
        assert (await desk.delete(resource)).status == 404
    for phone in (camera, wall):
        await phone.close()


def _watcher(desk: WhipDesk) -> str:
    return "Bearer " + desk.tokens.issue(Grant("hall", "wall", int(time.time()) + 60, watch=True))


async def _connect(phone: WirePhone, sdp: str, roles: list[Role]) -> None:
    mids = re.findall(r"(?m)^a=mid:(\S+)", sdp)
    await phone.accept(Answer(sdp, tuple(Line(m, r) for m, r in zip(mids, roles, strict=True))))
    await phone.connected()


@pytest.mark.browser
async def test_chromium_publishes_by_whip(desk: WhipDesk, plane: MediaWorkers) -> None:
    async with BrowserRoom() as chromium:
        camera, member = chromium.phone("camera"), chromium.phone("member")
        offer = await camera.call("open", camera=True, screen=False, simulcast=False, sound=0, pictures=0)
        reply = await desk.post(bearer(desk, audio=True, video=True), f"{SDP}; charset=utf-8", offer.encode(), time.time())
        assert reply.status == 201
        await camera.call("accept", sdp=reply.body)
        await camera.until(camera.connected, 10)
        await camera.call("speak", hertz=440, volume=0.3)
        await camera.call("show", role="camera", color="red", width=320, height=240, detail=0)
        await member.join(plane, "hall", camera=False)

        async def seen() -> bool:
            return await member.frames() > 3 and await member.energy() > 0.001

        await member.until(seen, 15)


@pytest.mark.parametrize("token", [None, "", "Bearer", "Bearer x.y", "Basic abc", "Bearer " + "A" * 400])
async def test_without_a_valid_token_nothing_is_answered(desk: WhipDesk, token: str | None) -> None:
    reply = await desk.post(token, SDP, b"v=0", time.time())
    assert reply.status == 401
    assert header(reply, "WWW-Authenticate") == "Bearer"


async def test_an_expired_or_altered_token_is_refused(desk: WhipDesk) -> None:
    old = desk.tokens.issue(Grant("hall", "camera", int(time.time()) - 1, video=True))
    assert (await desk.post(f"Bearer {old}", SDP, b"v=0", time.time())).status == 401
    good = desk.tokens.issue(Grant("hall", "camera", int(time.time()) + 60, video=True))
    body, _, signature = good.partition(".")
    assert (await desk.post(f"Bearer {body[:-1]}A.{signature}", SDP, b"v=0", time.time())).status == 401


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [(None, b"v=0", 415), ("text/plain", b"v=0", 415), (SDP, b"nonsense", 400), (SDP, b"\xff\xfe", 400), (SDP, b"", 400)],
)
async def test_what_is_no_offer_is_refused(desk: WhipDesk, content_type: str | None, body: bytes, status: int) -> None:
    assert (await desk.post(bearer(desk, video=True), content_type, body, time.time())).status == status


async def test_unknown_resources_are_not_found(desk: WhipDesk) -> None:
    assert (await desk.patch("nothing", FRAGMENT, b"a=candidate:1")).status == 404
    assert (await desk.delete("nothing")).status == 404
