"""Joins, leaves, switching cameras and recording for a long time: memory and descriptors of the worker must stay flat.

    python -m tests.bench.soak_media [--minutes 10]

The last line is one JSON line.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import time
from pathlib import Path

from meeting_server.media.client import MediaWorkers
from meeting_server.media.settings import MediaSettings
from tests.media_phone import WirePhone, meanwhile


def descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def memory_kib(pid: int) -> int:
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1])


async def visit(plane: MediaWorkers, number: int) -> None:
    """One participant comes, speaks, watches, and leaves."""
    phone = WirePhone(f"guest-{number}", camera=number % 3 == 0, pictures=2)
    await phone.join(plane, f"meeting/room-{number % 2}")
    if number % 3 == 0:
        await asyncio.gather(phone.speak(0.5), phone.show(0.5))
    else:
        await phone.speak(0.5)
    await plane.want(phone.name, video=number % 3, pinned="host")
    if number % 2:
        await plane.leave(phone.name)
    await phone.close()


async def soak(seconds: float) -> dict[str, float]:
    """Figures of the worker after a warm-up and at the end."""
    plane = MediaWorkers(MediaSettings())
    await plane.start()
    host = WirePhone("host", camera=True)
    await host.join(plane, "meeting/room-0")
    pid = plane.links[0].pid
    samples: list[tuple[int, int]] = []
    number = 0
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        async with meanwhile(host.speak(seconds + 60), host.show(seconds + 60)):
            await plane.record("meeting/room-0", Path(folder))
            while time.monotonic() - begin < seconds:
                await visit(plane, number)
                number += 1
                if number % 4 == 0:
                    samples.append((memory_kib(pid), descriptors(pid)))
            await plane.record("meeting/room-0", None)
        await host.close()
    await plane.stop()
    third = max(1, len(samples) // 3)
    early, late = samples[third : 2 * third], samples[-third:]
    return {
        "seconds": round(time.monotonic() - begin),
        "visits": number,
        "memory_mib": round(late[-1][0] / 1024, 1),
        "memory_growth_mib": round((sum(m for m, _ in late) / len(late) - sum(m for m, _ in early) / max(1, len(early))) / 1024, 2),
        "descriptors": late[-1][1],
        "descriptors_growth": max(d for _, d in late) - max((d for _, d in early), default=0),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--minutes", type=float, default=10)
    print(json.dumps(asyncio.run(soak(60 * parser.parse_args().minutes))))


if __name__ == "__main__":
    main()
