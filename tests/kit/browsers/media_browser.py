"""A Chromium page with peer connections of the shape that media/api.py asks for, fed by tones and drawn pictures."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Protocol

from playwright.async_api import Browser, Page, Playwright, async_playwright

from meeting_server.media.api import Answer, MediaPlane, Role
from tests.kit.browsers.chromium import CHROMIUM
from tests.kit.media.media_shaper import BadNetwork

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-features=LocalNetworkAccessChecks",  # a page whose address is made up may ask a server of the test
]

PHONES_SCRIPT = r"""
const clients = {}, timers = []; let context = null;
function tone(hertz, volume) {
  context = context || new AudioContext();
  const oscillator = context.createOscillator(), gain = context.createGain(), out = context.createMediaStreamDestination();
  oscillator.frequency.value = hertz; gain.gain.value = volume;
  oscillator.connect(gain).connect(out); oscillator.start();
  const track = out.stream.getAudioTracks()[0]; track.gain = gain; return track;
}
function picture(color, width, height, detail) {
  const canvas = document.createElement('canvas'); canvas.width = width; canvas.height = height;
  const draw = canvas.getContext('2d'); let n = 0;
  timers.push(setInterval(() => {
    draw.fillStyle = color; draw.fillRect(0, 0, width, height); draw.fillStyle = 'white'; draw.fillRect(n++ * 7 % width, 20, 40, 40);
    for (let k = 0; k < detail; k++) { draw.fillStyle = 'hsl(' + Math.random() * 360 + ',80%,50%)'; draw.fillRect(Math.random() * width, Math.random() * height, 16, 16); }
  }, 66));
  return canvas.captureStream(15).getVideoTracks()[0];
}
const api = {
  async open({name, camera, screen, simulcast, sound, pictures}) {
    const pc = new RTCPeerConnection(); const me = clients[name] = {pc};
    me.microphone = pc.addTransceiver('audio', {direction: 'sendonly'});
    if (camera) me.camera = pc.addTransceiver('video', {direction: 'sendonly', ...(simulcast ? {sendEncodings:
      [{rid: 'q', scaleResolutionDownBy: 4}, {rid: 'h', scaleResolutionDownBy: 2}, {rid: 'f'}]} : {})});
    if (screen) me.screen = pc.addTransceiver('video', {direction: 'sendonly'});
    for (let i = 0; i < sound; i++) pc.addTransceiver('audio', {direction: 'recvonly'});
    for (let i = 0; i < pictures; i++) pc.addTransceiver('video', {direction: 'recvonly'});
    if (pictures) pc.addTransceiver('video', {direction: 'recvonly'});
    pc.ontrack = e => { const element = document.createElement(e.track.kind); element.autoplay = true; element.muted = e.track.kind == 'video';
      element.srcObject = new MediaStream([e.track]); document.body.append(element); };
    await pc.setLocalDescription(); return pc.localDescription.sdp;
  },
  async restart({name}) { const pc = clients[name].pc; await pc.setLocalDescription(await pc.createOffer({iceRestart: true})); return pc.localDescription.sdp; },
  async accept({name, sdp}) { await clients[name].pc.setRemoteDescription({type: 'answer', sdp}); },
  async state({name}) { return clients[name].pc.connectionState; },
  async speak({name, hertz, volume}) { await clients[name].microphone.sender.replaceTrack(tone(hertz, volume)); },
  async talk({name}) { await clients[name].microphone.sender.replaceTrack((await navigator.mediaDevices.getUserMedia({audio: true})).getAudioTracks()[0]); },
  async say({name, wave}) {
    context = context || new AudioContext();
    const bytes = Uint8Array.from(atob(wave), c => c.charCodeAt(0));
    const player = context.createBufferSource(), out = context.createMediaStreamDestination();
    player.buffer = await context.decodeAudioData(bytes.buffer); player.loop = true; player.connect(out); player.start();
    await clients[name].microphone.sender.replaceTrack(out.stream.getAudioTracks()[0]);
  },
  async clap({name, every}) {
    context = context || new AudioContext();
    const oscillator = context.createOscillator(), gain = context.createGain(), out = context.createMediaStreamDestination();
    oscillator.frequency.value = 1000; gain.gain.value = 0; oscillator.connect(gain).connect(out); oscillator.start();
    const canvas = document.createElement('canvas'); canvas.width = 320; canvas.height = 240;
    const draw = canvas.getContext('2d'), began = performance.now(), stream = canvas.captureStream(30);
    timers.push(setInterval(() => {
      const lit = (performance.now() - began) % every < 150;
      draw.fillStyle = lit ? 'white' : 'black'; draw.fillRect(0, 0, 320, 240); draw.fillStyle = 'gray'; draw.fillRect(performance.now() / 20 % 320, 200, 10, 10);
      gain.gain.value = lit ? 0.5 : 0;
    }, 10));
    const me = clients[name]; me.clapped = [out.stream.getAudioTracks()[0], stream.getVideoTracks()[0]];
    await me.microphone.sender.replaceTrack(me.clapped[0]); await me.camera.sender.replaceTrack(me.clapped[1]);
  },
  // ms by which each flash is seen later than its beep is heard: of the own tracks, or of those in the named lines
  async skews({name, mids, claps}) {
    context = context || new AudioContext();
    const me = clients[name], of = mid => me.pc.getTransceivers().find(t => t.mid === mid).receiver.track;
    const [sound, sight] = mids ? mids.map(of) : me.clapped;
    const source = context.createMediaStreamSource(new MediaStream([sound])), ear = context.createAnalyser(); ear.fftSize = 256; source.connect(ear);
    const eye = document.createElement('video'); eye.muted = true; eye.srcObject = new MediaStream([sight]); document.body.append(eye); await eye.play();
    const small = document.createElement('canvas'); small.width = small.height = 4; const look = small.getContext('2d', {willReadFrequently: true});
    const heard = [], seen = [], wave = new Float32Array(256); let loud = false, bright = null, over = false;
    const listening = setInterval(() => { ear.getFloatTimeDomainData(wave); const now = wave.some(v => Math.abs(v) > 0.1); if (now && !loud) heard.push(performance.now()); loud = now; }, 4);
    const watch = (now, frame) => { look.drawImage(eye, 0, 0, 4, 2, 0, 0, 4, 4); const lit = look.getImageData(1, 1, 1, 1).data[0] > 128;
      if (lit && bright === false) seen.push(frame.presentationTime); bright = lit; if (!over) eye.requestVideoFrameCallback(watch); };
    eye.requestVideoFrameCallback(watch);
    const end = performance.now() + 30000;
    while (seen.length < claps && performance.now() < end) await new Promise(done => setTimeout(done, 50));
    over = true; clearInterval(listening); source.disconnect(); eye.remove();
    return seen.map(s => heard.map(h => s - h).sort((a, b) => Math.abs(a) - Math.abs(b))[0]).filter(d => d !== undefined && Math.abs(d) < 400);
  },
  async volume({name, volume}) { clients[name].microphone.sender.track.gain.gain.value = volume; },
  async hush({name}) { await clients[name].microphone.sender.replaceTrack(null); },
  async show({name, role, color, width, height, detail}) { await clients[name][role].sender.replaceTrack(picture(color, width, height, detail)); },
  async layers({name, wanted}) {
    const sender = clients[name].camera.sender, parameters = sender.getParameters();
    for (const encoding of parameters.encodings) encoding.active = wanted.includes(encoding.rid);
    await sender.setParameters(parameters);
  },
  async hide({name, role}) { await clients[name][role].sender.replaceTrack(null); },
  async stats({name}) { const all = []; (await clients[name].pc.getStats()).forEach(s => all.push(s)); return all; },
  async close({name}) { clients[name].pc.close(); },
  async reset() {
    const names = Object.keys(clients);
    for (const name of names) { clients[name].pc.close(); delete clients[name]; }
    for (const timer of timers.splice(0)) clearInterval(timer);
    document.body.replaceChildren();
    return names;
  },
};
window.call = async ([verb, options]) => await api[verb](options);
"""


class Evaluates(Protocol):
    """A page of any browser."""

    async def evaluate(self, expression: str, arg: Any = None, /) -> Any: ...


class BrowserPhone:
    """One RTCPeerConnection in the page."""

    def __init__(self, page: Evaluates, name: str) -> None:
        self._page = page
        self.name = name
        self.answer: Answer | None = None

    async def call(self, verb: str, **options: Any) -> Any:
        return await self._page.evaluate("arguments => call(arguments)", [verb, {"name": self.name, **options}])

    async def join(
        self,
        plane: MediaPlane,
        room: str,
        *,
        source: str | None = None,
        camera: bool = True,
        screen: bool = False,
        simulcast: bool = False,
        sound: int = 3,
        pictures: int = 1,
        permit: bool = True,
        network: BadNetwork | None = None,
        audio_only: bool = False,
    ) -> None:
        offer = await self.call("open", camera=camera, screen=screen, simulcast=simulcast, sound=sound, pictures=pictures)
        self.answer = await plane.join(room, self.name, source or self.name, offer, video_slots=pictures, audio_only=audio_only)
        if permit:
            await plane.permit(self.name, audio=True, video=True, screen=True)
        await self.call("accept", sdp=self.answer.sdp if network is None else await network.through(self.answer.sdp))
        await self.until(self.connected, 10)

    async def connected(self) -> bool:
        return bool(await self.call("state") == "connected")

    async def until(self, fits: Callable[[], Any], within: float) -> float:
        """Seconds until an async condition was true."""
        begin = time.monotonic()
        while not await fits():
            if time.monotonic() - begin > within:
                raise AssertionError(f"{self.name}: not within {within} s")
            await asyncio.sleep(0.03)
        return time.monotonic() - begin

    async def sends_on(self, role: Role, packets: int) -> None:
        """Wait until the page has sent so many packets more on a line; 50 a second for a voice."""
        begin = await self.sent(role)

        async def enough() -> bool:
            return await self.sent(role) >= begin + packets

        await self.until(enough, 30)

    async def stands_still(self, figure: Callable[[], Any], looks: int = 12) -> None:
        """Wait until a figure is the same in so many looks after each other, 30 ms apart."""
        same, last = 0, await figure()

        async def still() -> bool:
            nonlocal same, last
            now = await figure()
            same, last = (same + 1, last) if now == last else (0, now)
            return same >= looks

        await self.until(still, 20)

    async def sent(self, role: Role) -> float:
        """Packets that the page has sent on a line."""
        mids = self.mids(role)
        return float(sum(s.get("packetsSent", 0) for s in await self.call("stats") if s["type"] == "outbound-rtp" and s.get("mid") in mids))

    def mids(self, role: Role) -> list[str]:
        assert self.answer is not None
        return [line.mid for line in self.answer.lines if line.role == role]

    async def received(self, role: Role) -> list[dict[str, Any]]:
        """The inbound-rtp statistics of slots of a role, in the order of the offer (missing while nothing came)."""
        stats = await self.call("stats")
        by_mid = {s["mid"]: s for s in stats if s["type"] == "inbound-rtp"}
        return [by_mid[m] for m in self.mids(role) if m in by_mid]

    async def total(self, role: Role, figure: str) -> float:
        return sum(float(s.get(figure) or 0) for s in await self.received(role))

    async def energy(self) -> float:
        return await self.total("audio_slot", "totalAudioEnergy")

    async def frames(self) -> float:
        return await self.total("video_slot", "framesDecoded")


class BrowserRoom:
    """A headless Chromium with one page; ``phone`` gives another client in it."""

    def __init__(self) -> None:
        self._driver: Playwright | None = None
        self._browser: Browser | None = None
        self._page: Page | None = None

    @property
    def page(self) -> Page:
        """The page itself, at ``http://localhost/``."""
        assert self._page is not None
        return self._page

    async def __aenter__(self) -> BrowserRoom:
        self._driver = await async_playwright().start()
        self._browser = await self._driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        self._page = await self._browser.new_page(reduced_motion="reduce")
        await self._page.route(
            "http://localhost/**", lambda route: route.fulfill(body="<!doctype html><body></body>", content_type="text/html")
        )
        await self._page.goto("http://localhost/")
        await self._page.add_script_tag(content=PHONES_SCRIPT)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._browser is not None:
            await self._browser.close()
        if self._driver is not None:
            await self._driver.stop()

    async def reset(self, plane: MediaPlane) -> None:
        """End every client, so that the next test finds an empty page and an empty room."""
        assert self._page is not None
        for name in await self._page.evaluate("arguments => call(arguments)", ["reset", {}]):
            await plane.leave(name)

    def phone(self, name: str) -> BrowserPhone:
        assert self._page is not None
        return BrowserPhone(self._page, name)
