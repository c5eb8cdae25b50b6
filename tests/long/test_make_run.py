"""A fresh checkout with an awkward name, on a machine without Node: set up twice at once, started, and started again without a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.kit.paths import NO_DOWNLOAD, ROOT
from tests.kit.servers.running import LINK, free_port

LEFT_OUT = (".git", ".venv", "node_modules", "dist", "dist-stories", "var", "recordings", "__pycache__", ".*_cache", ".hypothesis")
SECONDS = 900


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkouts") / "支部 会议 (测试)"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
    return folder


def without_node(folder: Path) -> dict[str, str]:
    """An environment in which nothing but Python, make and the shell's own tools is found."""
    tools = folder.parent / "bin"
    tools.mkdir(exist_ok=True)
    for name in ("sh", "bash", "make", "env", "uname", "ip"):
        there = shutil.which(name)
        if there and not (tools / name).exists():
            (tools / name).symlink_to(there)
    if not (tools / "python3").exists():
        (tools / "python3").symlink_to(Path(sys.base_prefix) / "bin" / "python3")
    ours = ("PYTHONPATH", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MEETING_") and name not in ours}
    return {**kept, **NO_DOWNLOAD, "PATH": str(tools), "LC_ALL": "en_GB.UTF-8", "PYTHONUNBUFFERED": "1"}


def until_links(process: subprocess.Popen[str]) -> Iterator[str]:
    """What it says until it has printed the links. Raises AssertionError when it ends before."""
    assert process.stdout is not None
    ends = time.monotonic() + SECONDS
    for line in process.stdout:
        yield line.rstrip("\n")
        if "Ctrl-C" in line:
            return
        assert time.monotonic() < ends
    raise AssertionError("it ended before it was ready")


def made(checkout: Path, *before: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*before, "make", "run"],
        cwd=checkout,
        env={**without_node(checkout), **environment},
        text=True,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
    )


def stopped(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def test_two_at_once_in_a_folder_with_spaces_and_chinese_and_no_node_end_in_one_server_and_a_word(checkout: Path) -> None:
    port = free_port()
    first, second = made(checkout, PORT=str(port)), made(checkout, PORT=str(port))
    try:
        said: dict[str, list[str]] = {"first": [], "second": []}
        ended = {"first": first, "second": second}
        # whichever has the checkout first serves; the other is told that the server is there already
        loser = _first_to_end(ended)
        winner = "second" if loser == "first" else "first"
        said[loser] = (ended[loser].stdout.read() if ended[loser].stdout else "").splitlines()  # type: ignore[union-attr]  # checked here
        assert ended[loser].returncode != 0
        assert any("running already" in line or f"127.0.0.1:{port}" in line for line in said[loser]), said[loser][-20:]
        assert not any("Traceback" in line for line in said[loser])
        said[winner] = list(until_links(ended[winner]))
        assert len([line for line in said[winner] if LINK.match(line)]) == 7
        assert httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    finally:
        stopped(first)
        stopped(second)


def _first_to_end(processes: dict[str, subprocess.Popen[str]]) -> str:
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends:
        for name, process in processes.items():
            if process.poll() is not None:
                return name
        time.sleep(0.2)
    raise AssertionError("neither ended")


def test_without_a_network_it_starts_again_in_the_same_checkout(checkout: Path) -> None:
    unshare = shutil.which("unshare")
    assert unshare is not None
    again = made(checkout, unshare, "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", PORT=str(free_port()))
    try:
        said = list(until_links(again))
        assert len([line for line in said if LINK.match(line)]) == 7
        assert not any("packages" in line for line in said), "nothing is set up again"
    finally:
        stopped(again)
