"""GStreamer's webrtcbin as a hall camera (WHIP) and as a screen on the wall (WHEP), over real HTTP: pictures counted behind its decoder."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from meeting_server.media.client import MediaWorkers
from meeting_server.media.settings import MediaSettings
from tests.kit.houses.meeting_house import MeetingHouse, meeting_house
from tests.kit.media.media_worker import media_worker
from tests.kit.paths import ROOT

ENCODER = ROOT / "tests" / "kit" / "media" / "gstreamer_encoder.py"
pytestmark = [pytest.mark.slow, pytest.mark.night]


@pytest.fixture(scope="module")
def worker() -> Iterator[Path]:
    with media_worker() as path:
        yield path


class Hall:
    def __init__(self, house: MeetingHouse, meeting_id: str, address: str) -> None:
        self.house, self.page, self.address = house, f"/meetings/{meeting_id}/devices", address

    async def token(self, kind: str) -> str:
        secretary = await self.house.signed_in("secretary")
        made = await secretary.submit(self.page, {"kind": kind, "name": "礼堂"}, page=self.page, status=200)
        token: str = re.findall(r'id="token" value="([A-Za-z0-9_-]{43})"', made.text)[0]
        return token

    @asynccontextmanager
    async def gstreamer(self, goal: str, kind: str, codec: str, amount: int) -> AsyncIterator[asyncio.subprocess.Process]:
        words = [goal, f"{self.address}/{'whip' if goal == 'publish' else 'whep'}", await self.token(kind), codec, str(amount)]
        process = await asyncio.create_subprocess_exec(
            "/usr/bin/python3", str(ENCODER), *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()


async def result(process: asyncio.subprocess.Process) -> dict[str, Any]:
    async with asyncio.timeout(50):
        out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    answer: dict[str, Any] = json.loads(out.splitlines()[-1])
    return answer


@pytest.fixture
async def hall(tmp_path: Path, worker: Path) -> AsyncIterator[Hall]:
    workers = MediaWorkers(MediaSettings(sockets=(worker,)))
    await workers.start()
    async with meeting_house(tmp_path, media=workers) as house:
        meeting = await house.scheduled()
        await house.open(meeting.meeting_id)
        server = uvicorn.Server(uvicorn.Config(house.inner.app, host="127.0.0.1", port=0, lifespan="off", log_config=None))
        serving = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - uvicorn tells it in no other way
            await asyncio.sleep(0.005)
        yield Hall(house, meeting.meeting_id, f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}")
        server.should_exit = True
        await serving
    await workers.stop()


@pytest.mark.parametrize("codec", ["vp8", "h264"])
async def test_gstreamer_publishes_and_another_gstreamer_decodes_it(hall: Hall, codec: str) -> None:
    async with hall.gstreamer("publish", "camera", codec, 40), hall.gstreamer("watch", "screen", codec, 20) as watching:
        seen = await result(watching)
    assert seen["status"] == 201, seen
    assert seen["counted"]["video"] >= 20, seen["counted"]
    assert seen["counted"]["audio"] >= 20, seen["counted"]


async def test_gstreamer_with_a_wrong_token_is_refused(hall: Hall) -> None:
    async with hall.gstreamer("publish", "screen", "vp8", 10) as publishing:
        refused = await result(publishing)
    assert refused["status"] == 401
