"""The archive worker as a process: killed at any moment it leaves nothing to repair, and stops when it is asked to."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from subprocess import DEVNULL, Popen

import pytest

from meeting_server.archive.record.manifest import load
from meeting_server.journal.port import Draft
from meeting_server.journal.record import EMPTY
from meeting_server.journal.sql import SqlJournal
from meeting_server.store.database import Database
from meeting_server.store.migrating import MEETINGS, migrate
from tests.kit.meetings.recordings import voice
from tests.kit.meetings.whole_meeting import MEETING, whole_meeting
from tests.kit.paths import ROOT
from tests.kit.servers.running import wait_for

KILLS = 6


@asynccontextmanager
async def adjourned_meeting(folder: Path) -> AsyncIterator[Path]:
    """A database and recordings as a server leaves them; the folder of the meeting."""
    url = f"sqlite+aiosqlite:///{folder / 'var' / 'meetings.sqlite3'}"
    await migrate(url, MEETINGS)
    database = Database(url)
    journal = SqlJournal(database)
    drafts = [Draft(r.event, r.actor, r.command_id, r.recorded_at) for r in whole_meeting().records if r.event is not None]
    await journal.append(MEETING, EMPTY, drafts)
    await journal.close()
    await database.close()
    meeting = folder / "recordings" / MEETING
    meeting.mkdir(parents=True)
    voice(meeting / "zhou-audio-1.webm", [(0.0, 5.0)])
    voice(meeting / "li-audio-1.webm", [(0.0, 5.0)])
    yield meeting


@contextmanager
def worker(folder: Path) -> Iterator[Popen[bytes]]:
    environment = {
        **os.environ,
        "MEETING_DATA_DIR": str(folder / "var"),
        "MEETING_RECORDINGS_DIR": str(folder / "recordings"),
    }
    process = Popen([sys.executable, "-m", "meeting_server", "archive"], cwd=ROOT, env=environment, stdout=DEVNULL, stderr=DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def made(meeting: Path) -> dict[str, str]:
    """What stands in the folder, but for the manifest's durations."""
    files = (path for path in sorted(meeting.iterdir()) if path.name != "manifest.json")
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.night
async def test_killed_again_and_again_the_result_is_the_same(tmp_path: Path) -> None:
    chance = random.Random(3)
    async with adjourned_meeting(tmp_path / "killed") as killed:
        for _ in range(KILLS):
            with worker(tmp_path / "killed") as process:
                await asyncio.to_thread(wait_for, (killed / "manifest.json").exists, 30)
                await asyncio.sleep(chance.random() * 1.6)  # on purpose: killed at any moment
        (killed / "timeline.json").unlink(missing_ok=True)  # something is left to do, so that it is known to be at work
        with worker(tmp_path / "killed") as process:
            await asyncio.to_thread(wait_for, lambda: (killed / "timeline.json").exists() and load(killed, MEETING).complete, 60)
            assert process.poll() is None
            process.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(process.wait, 20) == 0
        again = made(killed)
    made_of_it = {"minutes.json", "mix.m4a", "timeline.json", "transcript.json", "digest.json"}
    assert set(again) == {"li-audio-1.webm", "zhou-audio-1.webm", *made_of_it}
    manifest = load(killed, MEETING)
    for step in manifest.steps.values():
        assert step.state == "done"
        for file in step.files:
            assert again[file.name] == file.sha256
