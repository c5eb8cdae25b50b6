"""Weak networks in Chromium: goal and measured, as a table; the last line is one JSON line.

python -m tests.bench.bench_weak
"""

from __future__ import annotations

import asyncio
import json

from meeting_server.media.client import MediaWorkers
from meeting_server.media.settings import MediaSettings
from tests import media_weak
from tests.media_browser import BrowserRoom


async def measure() -> dict[str, float | None]:
    plane = MediaWorkers(MediaSettings())
    await plane.start()
    figures: dict[str, float | None] = {}
    try:
        async with BrowserRoom() as chromium:
            loss = await media_weak.three_percent_loss(plane, chromium)
            figures["loss_frozen_s"] = round(loss.frozen_s, 2)
            figures["loss_fps"] = round(loss.frames / loss.seconds, 1)
        async with BrowserRoom() as chromium:
            sound = await media_weak.sound_alone(plane, chromium)
            figures["sound_concealed_percent"] = round(sound.concealed_percent, 2)
            figures["sound_kbit_s"] = round(sound.kbit_s, 1)
        async with BrowserRoom() as chromium:
            squeezed, _, back = await media_weak.congestion(plane, chromium)
            figures["congestion_concealed_percent"] = round(squeezed.concealed_percent, 2)
            figures["congestion_kbit_s"] = round(squeezed.kbit_s, 1)
            figures["congestion_pictures_back_s"] = None if back is None else round(back, 1)
        async with BrowserRoom() as chromium:
            figures["blackout_sound_back_s"] = round(await media_weak.blackout(plane, chromium), 2)
        async with BrowserRoom() as chromium:
            together = await media_weak.lip_sync(plane, chromium)
            figures["lip_sync_ms"] = round(together.added_ms, 1)
    finally:
        await plane.stop()
    return figures


GOALS = {
    "loss_frozen_s": "0",
    "loss_fps": "≥ 12",
    "sound_concealed_percent": "≤ 2",
    "sound_kbit_s": "≤ 60",
    "congestion_concealed_percent": "≤ 5",
    "congestion_kbit_s": "≤ 120",
    "congestion_pictures_back_s": "≤ 15",
    "blackout_sound_back_s": "≤ 2",
    "lip_sync_ms": "≤ 45",
}


def main() -> None:
    figures = asyncio.run(measure())
    for name, goal in GOALS.items():
        print(f"{name:32} goal {goal:8} measured {figures[name]}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
