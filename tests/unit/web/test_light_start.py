"""What a process reads before it is of use: no dictionary that most of them never look into."""

from __future__ import annotations

import subprocess
import sys

from tests.kit.paths import ROOT

DICTIONARIES = {"pypinyin", "rjieba"}
"""Half a second each."""


def test_no_dictionary_is_read_before_somebody_looks_into_it() -> None:
    told = "import sys, meeting_server.app; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert "meeting_server.app" in loaded
    assert DICTIONARIES & set(loaded) == set()
