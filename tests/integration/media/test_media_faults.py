"""A fault of our own over one client, wherever it is: that client ends at most, and whom it shares a room with goes on."""

from __future__ import annotations

import asyncio
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from meeting_server.media.api import MediaRefused
from meeting_server.media.client import MediaWorkers
from meeting_server.media.settings import MediaSettings
from tests.kit.media.faulty_media_worker import PLACES
from tests.kit.media.media_neighbours import NextDoor, figure
from tests.kit.media.media_phone import WirePhone

REPORT = struct.pack("!BBHI", 0x80, 201, 1, 7)


@contextmanager
def faulty_worker() -> Iterator[tuple[Path, Path]]:
    """(control socket, log) of a worker with faults in it."""
    with tempfile.TemporaryDirectory(prefix="media-") as folder:
        path, log = Path(folder) / "worker.sock", Path(folder) / "log"
        with log.open("w") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.kit.media.faulty_media_worker", "--socket", str(path)], stdout=out, stderr=out
            )
        try:
            yield path, log
        finally:
            process.terminate()
            process.wait(30)


async def stumbles(plane: MediaWorkers, name: str) -> None:
    """A guest who joins, speaks and reports for a while; it may be ended at any moment."""
    guest = WirePhone(name, camera=True, pictures=1)
    with suppress(TimeoutError, AssertionError, ConnectionError, MediaRefused):
        answer = await plane.join("next-door", name, name, await guest.offer(), video_slots=1)
        await plane.permit(name, audio=True, video=True, screen=True)
        await guest.accept(answer)
        await guest.connected(10.0)
        for _ in range(40):
            await guest.send(guest.packet("microphone", b"\xfc" + bytes(40), level=20))
            await guest.send(REPORT)
            await asyncio.sleep(0.05)
    await plane.leave(name)
    await guest.close()


async def test_a_fault_over_one_client_ends_nobody_else() -> None:
    with faulty_worker() as (control, log):
        plane = MediaWorkers(MediaSettings(sockets=(control,)))
        await plane.start()
        async with asyncio.timeout(20):
            await plane.links[0].ready.wait()
        next_door = NextDoor(plane)
        await next_door.join()
        async with next_door.stays_whole():
            await asyncio.gather(*(stumbles(plane, place) for place in PLACES))
        for phone in (next_door.speaker, next_door.listener):
            await plane.details(phone.name)
        told = log.read_text()
        assert not [place for place in PLACES if f"Planted: {place}" not in told]
        assert told.count("Planted: ") < 5 * len(PLACES)  # and not a thousand times
        assert await figure(plane, "faults_total") >= len(PLACES)
        assert await figure(plane, "clients") == 2
        await next_door.close()
        await plane.stop()
