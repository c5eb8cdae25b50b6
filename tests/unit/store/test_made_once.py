"""Keys are made once, whole, whoever dies in between."""

from __future__ import annotations

import os
import signal
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from meeting_server.store.made_once import made_once


def test_a_file_keeps_what_it_was_made_with(tmp_path: Path) -> None:
    path = tmp_path / "var" / "key"
    assert made_once(path, b"first") == b"first"
    assert made_once(path, b"second") == b"first"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["key"]


def test_makers_at_once_agree_on_one(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda number: made_once(tmp_path / "key", b"%d" % number), range(64)))
    assert len(found) == 1


@pytest.mark.parametrize("step", ["fsync", "link"])
def test_a_maker_that_is_killed_is_in_nobodys_way(tmp_path: Path, step: str) -> None:
    child = os.fork()
    if child == 0:
        setattr(os, step, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        made_once(tmp_path / "key", b"of the dead")
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert not (tmp_path / "key").exists()
    assert made_once(tmp_path / "key", b"of the living") == b"of the living"
