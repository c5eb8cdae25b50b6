"""This server's measurements of itself during a rehearsal: CPU, memory, open files, and the lag of its event loops."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import resource
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from meeting_server.media.api import MediaPlane, MediaRefused
from meeting_server.observe import REGISTRY
from meeting_server.wire.rehearsal_messages import Figures, Machine

TICK_SECONDS = 0.05
_SAMPLE = re.compile(r"^meeting_media_(\w+)\{[^}]*\} (\S+)$", re.MULTILINE)


class Gauges:
    """Start with ``async with`` and ``read`` once a second. ``media_pids``: the current media workers."""

    def __init__(self, media: MediaPlane | None, media_pids: Callable[[], Sequence[int]]) -> None:
        self._media = media
        self._pids = media_pids
        self._began = time.monotonic()
        self._late = 0.0
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Gauges:
        self._task = asyncio.create_task(self._watch(), name="rehearsal-gauges")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _watch(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(TICK_SECONDS)
            self._late = max(self._late, time.monotonic() - before - TICK_SECONDS)

    async def read(self) -> Figures:
        late, self._late = self._late, 0.0
        asked = time.monotonic()
        counters = await self._counters()
        answered = time.monotonic() - asked
        pids = self._pids() if self._media is not None else ()
        return Figures(
            at=time.monotonic() - self._began,
            cpu_web=time.process_time(),
            cpu_media=sum(cpu_seconds(pid) for pid in pids),
            cpu_machine=busy_seconds(),
            memory_web=memory_bytes(os.getpid()),
            memory_media=sum(memory_bytes(pid) for pid in pids),
            memory_free=_memory("MemAvailable"),
            files_web=open_files(os.getpid()),
            files_media=sum(open_files(pid) for pid in pids),
            files_limit=resource.getrlimit(resource.RLIMIT_NOFILE)[0],
            loop_delay_ms=late * 1000,
            media_delay_ms=answered * 1000 if counters else 0.0,
            sockets=round(REGISTRY.get_sample_value("meeting_sockets") or 0),
            media_counters=counters,
        )

    async def _counters(self) -> dict[str, float]:
        if self._media is None:
            return {}
        try:
            exposition = await self._media.metrics()
        except MediaRefused:
            return {}
        sums: dict[str, float] = {}
        for name, value in _SAMPLE.findall(exposition):
            sums[name] = sums.get(name, 0.0) + float(value)
        return sums


def machine(*, media: bool) -> Machine:
    """Return a description of the machine this process runs on."""
    return Machine(cores=os.cpu_count() or 1, memory_bytes=_memory("MemTotal"), network_mbit_s=_fastest_link(), media=media)


def cpu_seconds(pid: int) -> float:
    """Return user and system time of a process since it started; 0 if it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_bytes(pid: int) -> int:
    """Return the resident memory of a process; 0 if it has ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def open_files(pid: int) -> int:
    """Return the open descriptors of a process; 0 if it has ended or belongs to another user."""
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return 0


def busy_seconds() -> float:
    """Return the total time this machine's cores were not idle since it started (proc(5), /proc/stat)."""
    try:
        words = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    except OSError:
        return 0.0
    user, nice, system, _idle, _iowait, irq, softirq, steal = (int(word) for word in words[:8])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def _memory(name: str) -> int:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:")), 0)


def _fastest_link() -> float | None:
    """Return the speed in Mbit/s of the fastest interface that is up and reports one. Virtual ones often do not (sysfs class/net)."""
    speeds = []
    for path in Path("/sys/class/net").glob("*/speed"):
        try:
            speeds.append(float(path.read_text()))
        except (OSError, ValueError):
            continue
    return max((speed for speed in speeds if speed > 0), default=None)
