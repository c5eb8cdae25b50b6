"""The gate's lanes and workers: every folder of tests is in one, and a file's tests stay together, so that what they share is made once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.kit.paths import ROOT
from tools.checks import FOLDERS, UNITS, WITHOUT_CHANCE, WORKERS, pytest

TWO = ("-n", "2")
"""Workers, however many the gate has: enough to part what belongs together."""
FILE = """
import os
from pathlib import Path

import pytest


@pytest.mark.parametrize("number", range(6))
def test_leaves_its_workers_name(number: int) -> None:
    with Path({notes!r}).open("a") as notes:
        notes.write(os.environ["PYTEST_XDIST_WORKER"] + "\\n")
"""


SLOW = """
import time

from hypothesis import given
from hypothesis import strategies as st


@given(st.booleans())
def test_takes_its_time(_value: bool) -> None:
    time.sleep(0.3)
"""


def test_the_tests_of_a_file_run_in_one_worker(tmp_path: Path) -> None:
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    notes = [tmp_path / name for name in ("first", "second", "third")]
    for note in notes:
        (tmp_path / f"test_{note.name}.py").write_text(FILE.format(notes=str(note)))
    words = ["-q", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path), "-p", "no:cacheprovider", *WORKERS, *TWO, str(tmp_path)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    command = [sys.executable, "-m", "pytest", *words]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    used = [note.read_text().split() for note in notes]
    assert [len(names) for names in used] == [6, 6, 6]
    assert [len(set(names)) for names in used] == [1, 1, 1]


def test_a_slow_machine_fails_no_property(tmp_path: Path) -> None:
    slow = tmp_path / "test_slow.py"
    slow.write_text(SLOW)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST") and name != "CI"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(slow)]
    for words, code in ((WITHOUT_CHANCE, 0), ((), 1)):
        done = subprocess.run([*command, *words], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == code, done.stdout + done.stderr
    assert set(WITHOUT_CHANCE) <= set(pytest("any").command)


def test_every_folder_of_tests_is_run_by_the_gate_or_by_the_night() -> None:
    folders = {f"tests/{path.relative_to(ROOT / 'tests').parts[0]}" for path in (ROOT / "tests").rglob("test_*.py")}
    assert folders == {*UNITS, *FOLDERS, "tests/long"}
