"""A document that takes over the process that draws it finds nothing there: no file, no network, no process, little time and memory."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
from pathlib import Path

import pytest

from meeting_server.drawing import drawer as page_drawer
from meeting_server.drawing.drawer import Busy, PageDrawer, Undrawn, command_of, folder_of
from tests.kit.attacks.page_attacks import attempts
from tests.kit.paths import ROOT


def planted(call: str) -> str:
    """What Python runs in the place of the drawing."""
    return f"sys.path.insert(0, {str(ROOT)!r}); from tests.kit.attacks import page_attacks; page_attacks.{call}"


KERNELS = {"every layer": "", "no seccomp": "seccomp", "no landlock": "landlock", "threads allowed": "threads", "not root": "user"}


@pytest.fixture(scope="module", params=list(KERNELS.values()), ids=list(KERNELS))
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What came of each attempt, on a kernel as it is and on one that lacks a layer."""
    folder = tmp_path_factory.mktemp("var")
    (folder / "meetings.sqlite3").write_bytes(b"everything")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        how = {"threads": "threads=True", "user": "user=65534"}.get(request.param, "")
        lacking = [request.param] if request.param and not how else []
        command = [*command_of(planted(f"main({how})")), str(folder), str(listener.getsockname()[1]), *lacking]
        result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env={}, cwd="/", check=False, timeout=60)
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert result.returncode == 0, result.stderr.decode()
    assert (folder / "meetings.sqlite3").read_bytes() == b"everything"
    assert [path.name for path in folder.iterdir()] == ["meetings.sqlite3"]
    return {**json.loads(result.stdout), "threads": request.param == "threads"}


@pytest.mark.parametrize("attempt", list(attempts(Path(), 0)))
def test_what_a_document_tries_in_the_drawing_process_is_refused(told: dict[str, object], attempt: str) -> None:
    if attempt == "start a thread" and told["threads"]:
        return
    if attempt == "run code it wrote" and "seccomp" not in told["layers"]:  # type: ignore[operator]  # a list
        return  # only seccomp refuses this; the code it runs has no more rights than the process
    assert not str(told[attempt]).startswith("got")


def test_without_seccomp_and_landlock_nothing_is_drawn(tmp_path: Path) -> None:
    planted_kernel = "sandbox._seccomp = sandbox._landlock = lambda *_: False"
    entry = f"from meeting_server.drawing import sandbox, process; {planted_kernel}; process.main()"
    result = subprocess.run(command_of(entry), stdin=subprocess.DEVNULL, capture_output=True, env={}, cwd="/", check=True, timeout=60)
    assert json.loads(result.stdout) == {"refused": "no_sandbox"}


async def test_a_page_that_computes_for_ever_is_ended_and_the_others_are_drawn(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"%PDF-")
    pages = await PageDrawer(planted("burn()")).draw("m1", tmp_path / "a")
    assert [page.note for page in pages] == ["", "undrawn", ""]


async def test_a_page_that_waits_for_ever_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_drawer, "SECONDS", 0.2)
    (tmp_path / "a").write_bytes(b"%PDF-")
    with pytest.raises(Undrawn, match="slow"):
        await PageDrawer("import time; time.sleep(600)").draw("m1", tmp_path / "a")


@pytest.mark.parametrize(
    "line",
    [
        '{"page": 1, "width": 60, "height": 40, "note": "", "bytes": [4000000000, 12]}',
        '{"page": 7, "width": 60, "height": 40, "note": "", "bytes": [12, 12]}',
        '{"page": 1, "width": 60, "height": 40, "note": "<b>", "bytes": [12, 12]}',
        '{"page": 1, "width": 60, "height": 40, "note": "", "bytes": ["../x", 12]}',
        '{"page": 1, "width": 60, "height": 40, "note": "", "bytes": [20, 20]}',
        '{"count": 100000}',
        '{"end": "done"}',
        '{"refused": "<script>"}',
        "[" * 100_000,
        "no JSON",
    ],
)
async def test_what_a_taken_over_process_says_is_not_believed(tmp_path: Path, line: str) -> None:
    (tmp_path / "a").write_bytes(b"%PDF-")
    said = b'{"count": 1}\n' + line.encode() + b"\nRIFF" + b"x" * 4000
    with pytest.raises(Undrawn, match="slow"):
        await PageDrawer(f"import os; os.write(1, {said!r})").draw("m1", tmp_path / "a")
    assert not folder_of(tmp_path / "a").exists()


async def test_one_meeting_can_not_fill_the_line_of_drawings(tmp_path: Path) -> None:
    drawer = PageDrawer("import time; time.sleep(30)")
    for name in "abcdef":
        (tmp_path / name).write_bytes(b"%PDF-")
    waiting = [asyncio.create_task(drawer.draw("m1", tmp_path / name)) for name in "abcd"]
    await _until(lambda: folder_of(tmp_path / "a").exists())
    with pytest.raises(Busy):
        await drawer.draw("m1", tmp_path / "e")
    other = asyncio.create_task(drawer.draw("m2", tmp_path / "f"))
    await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.wait({waiting[0]})
    await _until(lambda: folder_of(tmp_path / "f").exists())  # the next in turn is the other meeting's, not this one's second
    assert not folder_of(tmp_path / "b").exists()
    for task in (*waiting, other):
        task.cancel()
    await asyncio.wait({*waiting, other})


async def _until(true: object) -> None:
    assert callable(true)
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110  # nobody tells
            await asyncio.sleep(0.01)
