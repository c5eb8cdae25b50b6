"""Real Chromium pages as phones: fake microphone and camera, what they hear and see measured from getStats, CSP violations noted."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.kit.browsers.chromium import CHROMIUM

expect.set_options(timeout=20_000)  # two cores carry several browsers, a server and the test
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
CALM: dict[str, Any] = {"reduced_motion": "reduce", "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
"""Nothing slides or fades, because a test that looks in between would see half of it."""
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
SMALL: dict[str, Any] = {**PHONE, "viewport": {"width": 320, "height": 568}}

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
]
WATCH = """
window.__pcs = [];
window.__violations = [];
document.addEventListener("securitypolicyviolation", (e) => window.__violations.push(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`));
window.RTCPeerConnection = new Proxy(window.RTCPeerConnection, {
  construct(target, args) { const pc = new target(...args); window.__pcs.push(pc); return pc; },
});
"""
HEARD_AND_SEEN = """
async () => {
  const sum = { energy: 0, samples: 0, concealed: 0, frames: 0, sentAudio: 0, sentVideo: 0, connected: 0 };
  for (const pc of window.__pcs) {
    if (pc.connectionState === "connected") sum.connected += 1;
    if (pc.connectionState === "closed") continue;
    for (const report of (await pc.getStats()).values()) {
      if (report.type === "inbound-rtp" && report.kind === "audio") {
        sum.energy += report.totalAudioEnergy ?? 0; sum.samples += report.totalSamplesReceived ?? 0; sum.concealed += report.concealedSamples ?? 0;
      }
      if (report.type === "inbound-rtp" && report.kind === "video") sum.frames += report.framesDecoded ?? 0;
      if (report.type === "outbound-rtp" && report.kind === "audio") sum.sentAudio += report.packetsSent ?? 0;
      if (report.type === "outbound-rtp" && report.kind === "video") sum.sentVideo += report.packetsSent ?? 0;
    }
  }
  return sum;
}
"""


def make_fixtures(folder: Path) -> tuple[Path, Path]:
    """A microphone (someone speaking) and a camera (a moving test picture, eight a second: what each page encodes, decodes and draws is
    a fifth of what a room costs); made once a run."""
    speech, microphone, camera = folder / "speech.wav", folder / "microphone.wav", folder / "camera.y4m"
    if not camera.exists():
        words = "Comrades, the meeting is open. We have four items on the agenda today. Please raise your hand to speak."
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(["espeak-ng", "-w", speech, words], **quiet)  # type: ignore[call-overload]  # one set of options for three calls
        subprocess.run(["ffmpeg", "-y", "-i", speech, "-ar", "48000", "-ac", "1", "-c:a", "pcm_s16le", microphone], **quiet)  # type: ignore[call-overload]
        picture = ["-f", "lavfi", "-i", "testsrc2=s=320x240:r=8", "-t", "4", "-pix_fmt", "yuv420p"]
        subprocess.run(["ffmpeg", "-y", *picture, "-f", "yuv4mpegpipe", camera], **quiet)  # type: ignore[call-overload]
    return microphone, camera


@dataclass(frozen=True, slots=True)
class Measured:
    """Sums over a page's peer connections since each began."""

    energy: float
    samples: float
    concealed: float
    frames: float
    sentAudio: float
    sentVideo: float
    connected: int


@dataclass(slots=True)
class Phone:
    """One person's browser. ``faults``: page errors, failed requests and CSP violations so far."""

    name: str
    context: BrowserContext
    page: Page
    faults: list[str] = field(default_factory=list)

    async def measured(self) -> Measured:
        return Measured(**await self.page.evaluate(HEARD_AND_SEEN))

    async def hears(self, seconds: float = 40.0) -> None:
        """Return once sound of others came in after now. Raises AssertionError."""
        before = await self.measured()
        await self._until(lambda now: now.energy > before.energy + 0.005, f"{self.name} hears somebody", seconds)

    async def sees(self, seconds: float = 40.0) -> None:
        """Return once five pictures of others were decoded after now. Raises AssertionError."""
        before = await self.measured()
        await self._until(lambda now: now.frames > before.frames + 5, f"{self.name} sees somebody", seconds)

    async def has_heard_and_seen(self, seconds: float = 40.0) -> None:
        """Return once sound and pictures of others came in, now or since the page was opened. Raises AssertionError."""
        await self._until(lambda now: now.energy > 0.005 and now.frames > 5, f"{self.name} heard and saw somebody", seconds)

    async def _until(self, true: Any, what: str, seconds: float) -> None:
        deadline = asyncio.get_running_loop().time() + seconds
        now = await self.measured()
        while not true(now):
            assert asyncio.get_running_loop().time() < deadline, f"not so within {seconds} s: {what}; {now}"
            await asyncio.sleep(0.2)
            now = await self.measured()

    async def violations(self) -> list[str]:
        """What the content policy refused on this page since it was loaded."""
        found: list[str] = await self.page.evaluate("window.__violations ?? []")
        return found


class Phones:
    """One Chromium, one context a person."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.all: list[Phone] = []

    async def phone(self, name: str, *, scripts: tuple[str, ...] = (), **options: Any) -> Phone:
        context = await self._browser.new_context(**{**CALM, **PHONE, **options})
        context.set_default_timeout(30_000)
        await context.add_init_script(WATCH)
        for script in scripts:
            await context.add_init_script(script)
        page = await context.new_page()
        phone = Phone(name, context, page)
        page.on("pageerror", lambda error: phone.faults.append(f"{name}: {error}"))
        page.on("console", lambda m: phone.faults.append(f"{name}: {m.text}") if "Content Security Policy" in m.text else None)
        self.all.append(phone)
        return phone

    @property
    def faults(self) -> list[str]:
        return [fault for phone in self.all for fault in phone.faults]


@asynccontextmanager
async def phones(fixtures: Path | None = None, *flags: str) -> AsyncIterator[Phones]:
    """A browser for the block; with ``fixtures`` its microphone and camera play the files made there."""
    words = [*FLAGS, *flags]
    if fixtures is not None:
        microphone, camera = await asyncio.to_thread(make_fixtures, fixtures)
        words += [f"--use-file-for-fake-audio-capture={microphone}", f"--use-file-for-fake-video-capture={camera}"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=words)
        try:
            yield Phones(browser)
        finally:
            await browser.close()
