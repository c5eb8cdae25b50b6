"""One command keeps the processes: restarts the dead, stops all, leaves no orphan."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from meeting_server.supervisor import Child, Supervisor

STAY = """
import os, pathlib, signal, sys, time
from meeting_server.supervisor import die_with_parent
def end(*_):
    pathlib.Path(sys.argv[1] + ".ended").write_text(str(time.time_ns()))
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
die_with_parent()
pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
while True:
    signal.pause()
"""
STUBBORN = STAY.replace("    sys.exit(0)\n", "")
BOSS = """
import asyncio, sys
from meeting_server.supervisor import Child, Supervisor
asyncio.run(Supervisor([Child("stay", (sys.executable, "-c", sys.argv[1], sys.argv[2]))]).run())
"""


def child(name: str, script: str, mark: Path) -> Child:
    return Child(name, (sys.executable, "-c", script, str(mark)))


async def written(path: Path) -> int:
    """The number a child writes once it is up."""
    for _ in range(500):
        if path.exists() and path.read_text():
            return int(path.read_text())
        await asyncio.sleep(0.02)
    raise AssertionError(f"{path.name} was never written")


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def gone(pid: int) -> None:
    for _ in range(500):
        if not alive(pid):
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"process {pid} is still there")


async def test_a_process_that_dies_is_started_again(tmp_path: Path) -> None:
    mark = tmp_path / "worker"
    supervisor = Supervisor([child("worker", STAY, mark)])
    running = asyncio.create_task(supervisor.run())
    first = await written(mark)
    mark.unlink()
    os.kill(first, signal.SIGKILL)
    second = await written(mark)
    assert second != first
    assert supervisor.pid("worker") == second
    assert supervisor.restarts == {"worker": 1}
    supervisor.stop()
    await running
    assert not alive(second)


async def test_stopping_ends_the_processes_last_to_first(tmp_path: Path) -> None:
    supervisor = Supervisor([child("first", STAY, tmp_path / "first"), child("last", STAY, tmp_path / "last")])
    running = asyncio.create_task(supervisor.run())
    pids = [await written(tmp_path / "first"), await written(tmp_path / "last")]
    supervisor.stop()
    await running
    assert [alive(pid) for pid in pids] == [False, False]
    assert await written(tmp_path / "last.ended") < await written(tmp_path / "first.ended")


async def test_a_process_that_will_not_stop_is_killed(tmp_path: Path) -> None:
    supervisor = Supervisor([child("stubborn", STUBBORN, tmp_path / "stubborn")], stop_seconds=0.3)
    running = asyncio.create_task(supervisor.run())
    pid = await written(tmp_path / "stubborn")
    supervisor.stop()
    await running
    assert not alive(pid)


async def test_no_child_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    mark = tmp_path / "orphan"
    boss = await asyncio.create_subprocess_exec(sys.executable, "-c", BOSS, STAY, str(mark))
    pid = await written(mark)
    boss.kill()
    await boss.wait()
    await gone(pid)


async def test_a_child_whose_work_has_an_end_runs_once_and_again_only_when_it_was_killed(tmp_path: Path) -> None:
    script = """
import os, pathlib, signal, sys
count = pathlib.Path(sys.argv[1])
count.write_text(str(int(count.read_text() or 0) + 1) if count.exists() else "1")
if count.read_text() == "1":
    os.kill(os.getpid(), signal.SIGKILL)
sys.exit(1)
"""
    supervisor = Supervisor([])
    once = Child("once", (sys.executable, "-c", script, str(tmp_path / "count")), once=True)
    async with asyncio.timeout(30):
        await supervisor.run_beside(once)
    assert (tmp_path / "count").read_text() == "2"
    assert supervisor.restarts["once"] == 1
    assert supervisor.pid("once") is None


async def test_a_child_beside_is_stopped_with_the_others(tmp_path: Path) -> None:
    supervisor = Supervisor([child("stay", STAY, tmp_path / "stay")])
    running = asyncio.create_task(supervisor.run())
    beside = asyncio.create_task(supervisor.run_beside(Child("once", (sys.executable, "-c", STAY, str(tmp_path / "once")), once=True)))
    pids = [await written(tmp_path / name) for name in ("stay", "once")]
    supervisor.stop()
    async with asyncio.timeout(30):
        await asyncio.gather(running, beside)
    assert [alive(pid) for pid in pids] == [False, False]
