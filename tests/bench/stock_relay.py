"""For scale: what stock aiortc costs as a forwarder, its ``MediaRelay`` decoding one voice and encoding it for each listener.

``serve`` is the process that is measured: one JSON line in, ``{"kind": "publish" | "watch", "sdp": …}``, one out, ``{"sdp": …}``.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

LISTENERS = 10


async def serve() -> None:
    from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
    from aiortc.contrib.media import MediaRelay

    relay, voices, peers = MediaRelay(), [], []
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        asked = json.loads(line)
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        peers.append(peer)

        def came(track: MediaStreamTrack) -> None:
            voices.append(track)

        if asked["kind"] == "publish":
            peer.on("track", came)
        await peer.setRemoteDescription(RTCSessionDescription(asked["sdp"], "offer"))
        if asked["kind"] == "watch":
            peer.addTrack(relay.subscribe(voices[0]))
        await peer.setLocalDescription(await peer.createAnswer())
        print(json.dumps({"sdp": peer.localDescription.sdp}), flush=True)


async def measure(seconds: float = 6.0) -> dict[str, float]:
    """CPU seconds per million packets out, and what a voice of so many kbit/s has become."""
    from meeting_server.media.api import Answer
    from tests.bench.media_load import cpu_seconds  # here and below: the tests' phones take aiortc's decoders away, which are measured
    from tests.kit.media.media_phone import WirePhone, meanwhile
    from tests.kit.meetings.speech_material import english
    from tests.kit.servers.caption_runner import opus_of

    packets = opus_of(english()[: int((seconds + 4) * 48_000)])
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.stock_relay", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    phones = [WirePhone("voice", sound=0), *(WirePhone(f"ear-{n}", mic=False, sound=1) for n in range(LISTENERS))]
    try:
        for phone in phones:
            kind = "publish" if phone.name == "voice" else "watch"
            process.stdin.write(json.dumps({"kind": kind, "sdp": await phone.offer()}).encode() + b"\n")
            answer: dict[str, Any] = json.loads(await process.stdout.readline())
            await phone.accept(Answer(answer["sdp"], ()))
            await phone.connected()
        voice, ears = phones[0], phones[1:]
        mid = voice.lines[0].mid
        voice.mid = lambda role, index=0: mid  # type: ignore[method-assign]  # a stock answer names no roles
        sent = 0

        async def speak() -> None:
            nonlocal sent
            began = time.monotonic()
            for number, payload in enumerate(packets):
                await voice.send(voice.packet("microphone", payload, level=20))
                sent += len(payload)
                await asyncio.sleep(max(0.0, began + (number + 1) * 0.02 - time.monotonic()))

        async with meanwhile(speak()):
            await asyncio.sleep(2)
            counted = [len(ear.heard) for ear in ears]
            cpu, octets, began = cpu_seconds(process.pid), sent, time.monotonic()
            await asyncio.sleep(seconds)
            took, cpu, octets = time.monotonic() - began, cpu_seconds(process.pid) - cpu, sent - octets
            got = [ear.heard[before:] for ear, before in zip(ears, counted, strict=True)]
        out = sum(map(len, got))
        return {
            "cpu_s_per_mpkt": round(cpu / out * 1e6, 1),
            "out_pps": round(out / took),
            "kbit_s_in": round(octets * 8 / took / 1000, 1),
            "kbit_s_out": round(sum(len(p.payload) for p in got[0]) * 8 / took / 1000, 1),
        }
    finally:
        for phone in phones:
            await phone.close()
        process.stdin.close()
        process.terminate()
        await process.wait()


if __name__ == "__main__":
    asyncio.run(serve())
