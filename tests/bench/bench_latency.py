"""How soon the chair's word holds, media is back after a crash, and a first visit hears: medians and 95th percentiles.

    python -m tests.bench.bench_latency [--times 20] [--visits 5]

The reference in the same run is a bare round trip of a command on the same socket (``command_ms``): a busy machine slows both.
The last line is one JSON line.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import statistics
import tempfile
import time
from pathlib import Path

from meeting_server.media.api import WorkerLost
from meeting_server.media.client import MediaWorkers
from meeting_server.media.settings import MediaSettings
from tests.kit.browsers.link_to_audible import someone_speaks, visit
from tests.kit.browsers.phones import phones
from tests.kit.houses.live_house import live_house
from tests.kit.media.media_ears import Ears
from tests.kit.media.media_phone import WirePhone, meanwhile
from tests.kit.phones.gathering import gathered
from tests.kit.servers.demo_house import DemoHouse
from tests.kit.servers.running import Server

PACKET_MS = 20


def percentile(values: list[float], percent: int) -> float:
    """The smallest value that so many percent of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def told(name: str, values: list[float], figures: dict[str, float]) -> None:
    figures[f"{name}_p50"], figures[f"{name}_p95"] = round(statistics.median(values), 2), round(percentile(values, 95), 2)
    print(f"{name:24} p50 {figures[f'{name}_p50']:8} p95 {figures[f'{name}_p95']:8}  n={len(values)}", flush=True)


async def authority(times: int, figures: dict[str, float]) -> None:
    """Packets of a voice that still arrive after the chair muted it, and those missing after the floor was given, in ms."""
    plane = MediaWorkers(MediaSettings())
    await plane.start()
    commands: list[float] = []
    stops: list[float] = []
    starts: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        async with live_house(Path(folder), media=plane, recordings_dir=Path(folder) / "recordings") as live, gathered(live) as everyone:
            chair, first, second, listener = everyone.all
            await chair.asks("ModerateRoom", room_id="hall", moderated=True)
            await chair.asks("GrantFloor", participant_id=first.name)
            await first.asks("OpenMedia", media="audio")
            speaker, other = first, second
            for _ in range(times):
                began = time.monotonic()
                await chair.asks("PostChat", text="ping")
                commands.append(1000 * (time.monotonic() - began))
                await listener.hears(speaker)
                said, silent = speaker.wire.spoken, other.wire.spoken
                await chair.asks("GrantFloor", participant_id=other.name)
                await other.asks("OpenMedia", media="audio")
                await listener.hears(other)
                await speaker.goes_on_sending()
                stops.append(PACKET_MS * max(0.0, max(listener.spoken_by(speaker)) - said))
                starts.append(PACKET_MS * (min(n for n in listener.spoken_by(other) if n > silent) - silent))
                speaker, other = other, speaker
    await plane.stop()
    told("command_ms", commands, figures)
    told("floor_taken_ms", stops, figures)
    told("floor_given_ms", starts, figures)


async def crashes(times: int, figures: dict[str, float]) -> None:
    """Seconds from a worker's death until a phone that rejoined hears another."""
    plane = MediaWorkers(MediaSettings())
    await plane.start()
    ears, took = Ears(plane), []
    phones_ = [WirePhone("a"), WirePhone("b")]
    for phone in phones_:
        await phone.join(plane, "room")
    for _ in range(times):
        known, began = len(ears.events), time.monotonic()
        os.kill(plane.links[0].pid, signal.SIGKILL)
        await ears.wait(WorkerLost, after=known)
        async with asyncio.timeout(30):
            await plane.links[0].ready.wait()
        a, b = WirePhone("a"), WirePhone("b")
        phones_ += (a, b)
        await a.join(plane, "room", permit=False)
        await b.join(plane, "room", permit=False)
        async with meanwhile(a.speak()):
            await b.hears("audio_slot", 5)
        took.append(time.monotonic() - began)
    for phone in phones_:
        await phone.close()
    ears.close()
    await plane.stop()
    told("worker_back_s", took, figures)


async def visits(times: int, figures: dict[str, float]) -> None:
    """Seconds from a link to sound on slow 4G with a slow phone and an empty cache; the goal at the 95th percentile is 3."""
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder), "--demo") as server:
        house = DemoHouse(server)
        names = ("李敏", "孙国栋", "丁文静")
        async with phones(Path(folder)) as all_phones:
            await someone_speaks(all_phones, house)
            took = [await visit(all_phones, house, names[number % len(names)]) for number in range(times)]
    told("link_to_audible_s", took, figures)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--visits", type=int, default=5)
    options = parser.parse_args()
    figures: dict[str, float] = {}
    await authority(options.times, figures)
    await crashes(max(3, options.times // 4), figures)
    await visits(options.visits, figures)
    figures["floor_vs_command"] = round(figures["floor_given_ms_p50"] / figures["command_ms_p50"], 2)
    print(json.dumps(figures))


if __name__ == "__main__":
    asyncio.run(main())
