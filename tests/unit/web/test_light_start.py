"""What a process reads before it is of use: no dictionary, no codec and no writer of documents that most of them never need."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.kit.paths import ROOT

DICTIONARIES = {"pypinyin", "rjieba"}
"""Half a second each."""
MAKERS = {"av", "numpy", "aioice", "dns", "docx", "fontTools", "fpdf", "lxml", "openpyxl", "PIL"}
"""What reads and writes sound, pictures, network paths and documents: about half a second of CPU together."""


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """Packages that are there once a web process has read all it reads before it serves."""
    told = "import sys, meeting_server.app; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert "meeting_server.app" in said
    return {name.partition(".")[0] for name in said}


def test_no_dictionary_is_read_before_somebody_looks_into_it(loaded: set[str]) -> None:
    assert DICTIONARIES & loaded == set()


def test_no_maker_of_documents_or_pictures_is_read_before_something_is_made(loaded: set[str]) -> None:
    assert MAKERS & loaded == set()
