"""A process killed at any moment of a redaction or a publication leaves all of it or nothing, and no copy of what was redacted."""

from __future__ import annotations

import asyncio
import multiprocessing
import shutil
import signal
from pathlib import Path

import pytest

from meeting_server.domain.ids import MeetingId
from tests.kit.houses import acts_world
from tests.kit.houses.acts_world import opened
from tests.kit.meetings import act_killed
from tests.kit.work.whole_acts import Rows, Scene

pytestmark = pytest.mark.night


def _live(folder: Path, name: str, meeting_id: MeetingId, last: int) -> int:
    process = multiprocessing.get_context("forkserver").Process(target=act_killed.main, args=(folder, name, meeting_id, last))
    process.start()
    process.join(60)
    assert process.exitcode is not None
    return process.exitcode


async def _found(folder: Path) -> Rows:
    """What there is after the next start."""
    async with opened(folder) as world:

        async def nothing() -> None:
            return

        return Scene(world.database, nothing, files=world.files).kept()


def _says(folder: Path, words: str) -> list[str]:
    """The database's files in which these words stand."""
    return [path.name for path in folder.glob("house.sqlite3*") if words.encode() in path.read_bytes()]


@pytest.mark.parametrize("name", act_killed.ACTS)
async def test_a_process_killed_during_an_act_leaves_all_or_nothing(name: str, tmp_path: Path) -> None:
    multiprocessing.get_context("forkserver").set_forkserver_preload(["tests.kit.meetings.act_killed"])
    start = await acts_world.start()
    over = acts_world.prepared[0].meetings[2].meeting_id
    before = await _found(await asyncio.to_thread(shutil.copytree, start, tmp_path / "before"))
    whole = await asyncio.to_thread(shutil.copytree, start, tmp_path / "whole")
    assert await asyncio.to_thread(_live, whole, name, over, 0) == 0
    after = await _found(whole)
    assert after != before
    nothing = everything = 0
    while True:
        copy = await asyncio.to_thread(shutil.copytree, start, tmp_path / f"{nothing + everything + 1}")
        ended = await asyncio.to_thread(_live, copy, name, over, nothing + everything + 1)
        if ended == 0:
            break
        assert ended == -signal.SIGKILL
        left = await _found(copy)
        assert left in (before, after), nothing + everything + 1
        nothing, everything = nothing + (left == before), everything + (left == after)
        if name == "redact" and left == after:
            assert _says(copy, act_killed.GONE) == []
    print(f"{name}, kill -9: {nothing + everything} moments: nothing {nothing}, all {everything}")  # noqa: T201
    assert nothing >= 7
    assert everything >= 1
