"""A media worker that runs and does not hear is found out through its UDP port, ended and started again, within five seconds."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from aioice import stun

from meeting_server.media.api import WorkerLost
from meeting_server.media.client import MediaWorkers
from meeting_server.media.probing import Probe, probe_path, published, until_deaf
from meeting_server.media.settings import MediaSettings
from meeting_server.supervisor import Child, Supervisor
from tests.kit.attacks.media_attacks import stranger_to
from tests.kit.media.media_ears import Ears
from tests.kit.media.media_phone import WirePhone, meanwhile
from tests.kit.media.media_worker import media_worker

WITHIN_S = 5.0


async def told(control: Path, *, but: int = 0) -> Probe:
    """How to ask the worker with this control socket, once one other than process ``but`` has said so."""
    async with asyncio.timeout(20):
        while (probe := published(control)) is None or probe.pid == but:  # noqa: ASYNC110  another process writes it
            await asyncio.sleep(0.02)
    return probe


@pytest.fixture
async def plane() -> AsyncIterator[MediaWorkers]:
    workers = MediaWorkers(MediaSettings())
    await workers.start()
    yield workers
    await workers.stop()


async def test_a_stopped_worker_is_replaced_and_a_meeting_goes_on(plane: MediaWorkers) -> None:
    ears = Ears(plane)
    first = plane.links[0].pid
    begin = time.monotonic()
    os.kill(first, signal.SIGSTOP)
    await ears.wait(WorkerLost, within=WITHIN_S)
    assert time.monotonic() - begin < WITHIN_S
    async with asyncio.timeout(15):
        await plane.links[0].ready.wait()
    phones = [WirePhone("a"), WirePhone("b")]
    for phone in phones:
        await phone.join(plane, "room")
    async with meanwhile(phones[0].speak()):
        await phones[1].hears("audio_slot", 5)
    for phone in phones:
        await phone.close()
    ears.close()


async def test_a_supervised_worker_whose_reader_has_stopped_is_started_again(tmp_path: Path) -> None:
    control, marker = tmp_path / "media.sock", tmp_path / "deaf"
    command = (sys.executable, "-m", "tests.kit.media.deaf_media_worker", str(marker), "--socket", str(control))
    supervisor = Supervisor([Child("media", command, {}, partial(until_deaf, control))])
    running = asyncio.create_task(supervisor.run())
    try:
        first = await told(control)
        await asyncio.sleep(1.2)  # on purpose: it hears, and is left alone for so long
        assert supervisor.restarts["media"] == 0
        marker.touch()
        begin = time.monotonic()
        async with asyncio.timeout(WITHIN_S + 1):
            while supervisor.restarts["media"] == 0:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert time.monotonic() - begin < WITHIN_S
        assert (await told(control, but=first.pid)).pid == supervisor.pid("media")
    finally:
        supervisor.stop()
        await running


async def test_a_flood_of_strangers_does_not_make_a_worker_look_deaf() -> None:
    with media_worker("--bind", "127.0.0.1") as control:
        probe = await told(control)
        watching = asyncio.create_task(until_deaf(control, probe.pid))
        check = bytes(stun.Message(stun.Method.BINDING, stun.Class.REQUEST))
        end = time.monotonic() + 5
        with stranger_to((probe.host, probe.port)) as stranger:
            while time.monotonic() < end:
                for _ in range(200):  # 10,000 a second; an address may ask 60 times
                    stranger.sendto(check, (probe.host, probe.port))
                await asyncio.sleep(0.02)
        assert not watching.done()
        watching.cancel()


async def test_how_to_ask_a_worker_is_its_own_users_secret() -> None:
    with media_worker() as control:
        await told(control)
        assert probe_path(control).stat().st_mode & 0o777 == 0o600
    assert not probe_path(control).exists()
