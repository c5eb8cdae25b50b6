"""What a process reads before it is of use: no dictionary, no codec and no writer of documents that most of them never need."""

from __future__ import annotations

import subprocess
import sys

from tests.kit.paths import ROOT

DICTIONARIES = {"pypinyin", "rjieba"}
"""Half a second each."""
MAKERS = {"av", "numpy", "aioice", "dns", "docx", "fontTools", "fpdf", "lxml", "openpyxl", "PIL"}
"""What reads and writes sound, pictures, network paths and documents: a second of CPU together, 28 MB a process."""


def _loaded(module: str) -> set[str]:
    """Packages that are there once ``module`` has been read."""
    told = f"import sys, {module}; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert module in said
    return {name.partition(".")[0] for name in said}


def test_no_dictionary_is_read_before_somebody_looks_into_it() -> None:
    assert DICTIONARIES & _loaded("meeting_server.app") == set()


def test_no_maker_of_documents_or_pictures_is_read_before_something_is_made() -> None:
    assert MAKERS & _loaded("meeting_server.app") == set()
