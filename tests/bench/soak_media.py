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
from tests.kit.media.media_phone import WirePhone, meanwhile


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


def slope(samples: list[tuple[float, float]]) -> float:
    """Least squares: how much the second grows per minute; the first is seconds."""
    if len(samples) < 2:
        return 0.0
    x0, y0 = (sum(values) / len(samples) for values in zip(*samples, strict=True))
    grown: float = 60 * sum((x - x0) * (y - y0) for x, y in samples) / (sum((x - x0) ** 2 for x, _ in samples) or 1.0)
    return grown


async def soak(seconds: float) -> dict[str, float]:
    """Somebody joins each second and stays for about one; figures of the worker after the first third, when it is warm."""
    plane = MediaWorkers(MediaSettings())
    await plane.start()
    host = WirePhone("host", camera=True)
    await host.join(plane, "meeting/room-0")
    pid = plane.links[0].pid
    samples: list[tuple[float, int, int]] = []
    visits: list[asyncio.Task[None]] = []
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        async with meanwhile(host.speak(seconds + 60), host.show(seconds + 60)):
            await plane.record("meeting/room-0", Path(folder))
            while (now := time.monotonic() - begin) < seconds:
                visits.append(asyncio.create_task(visit(plane, len(visits))))
                samples.append((now, memory_kib(pid), descriptors(pid)))
                await asyncio.sleep(max(0.0, len(visits) - (time.monotonic() - begin)))
            ended = await asyncio.gather(*visits, return_exceptions=True)
            await plane.record("meeting/room-0", None)
        await host.close()
    await plane.stop()
    third = max(1, len(samples) // 3)
    warm, middle, late = samples[third:], samples[third : 2 * third], samples[-third:]
    return {
        "seconds": round(time.monotonic() - begin),
        "joins": len(visits),
        "joins_per_s": round(len(visits) / seconds, 2),
        "failures": sum(result is not None for result in ended),
        "memory_mib": round(late[-1][1] / 1024, 1),
        "memory_growth_mib": round((sum(m for _, m, _ in late) / len(late) - sum(m for _, m, _ in middle) / max(1, len(middle))) / 1024, 2),
        "memory_mib_per_min": round(slope([(at, m / 1024) for at, m, _ in warm]), 3),
        "descriptors": late[-1][2],
        "descriptors_growth": max(d for _, _, d in late) - max((d for _, _, d in middle), default=0),
        "descriptors_per_min": round(slope([(at, d) for at, _, d in warm]), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--minutes", type=float, default=10)
    print(json.dumps(asyncio.run(soak(60 * parser.parse_args().minutes))))


if __name__ == "__main__":
    main()
