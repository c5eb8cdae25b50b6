"""The layers of the house are watched: a planted violation is caught by the contract that forbids it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit.paths import ROOT

PLANTED = [
    ("domain/votes/rules.py", "import json", "The domain is pure"),
    ("domain/ids.py", "import meeting_server.domain.meeting", "Inside the domain"),
    ("domain/votes/rules.py", "import meeting_server.domain.votes.motions", "Inside the votes"),
    ("store/schedule/schedule.py", "import meeting_server.web.site.pages", "Layers"),
    ("media/slots.py", "import meeting_server.domain.ids", "The media plane and the bus know no meeting"),
    ("web/site/pages.py", "import sqlalchemy", "SQL lives in ballots, journal and store only"),
    ("web/site/dates.py", "import meeting_server.web.people.people_pages", "Rooms of the pages"),
    ("web/attendance/evidence.py", "import meeting_server.web.record.reader", "Rooms of the pages"),
    ("web/record/loose.py", "import meeting_server.web.sharing.downloads", "Rooms of the pages"),
    ("web/loose.py", "", "Rooms of the pages"),
    ("archive/minutes/docx.py", "import meeting_server.archive.record.cues", "Rooms of the archive"),
    ("archive/loose.py", "", "Rooms of the archive"),
    ("store/record/holds.py", "import meeting_server.store.people.people", "Rooms of the store"),
    ("store/loose.py", "", "Rooms of the store"),
    ("live/connection.py", "import starlette", "Starlette lives in web and app only"),
    ("web/site/auth.py", "import aiortc", "aiortc lives in media, and in the rehearsal's phones"),
    ("rehearsal/phone.py", "import meeting_server.live.registry", "The rehearsal's phones know the server by its wire alone"),
    ("archive/audit/bulletin.py", "import meeting_server.store.database", "The audit counts by the domain"),
    ("web/meeting/ballots.py", "import meeting_server.ballots.box", "Only the composition root opens the ballot box"),
    ("live/papers.py", "import meeting_server.ballots.tables", "Only the ballot box reads and writes its tables"),
    ("store/people/personal.py", "import meeting_server.ballots.port", "Layers"),
    ("acts/people/roles.py", "import meeting_server.web.site.auth", "Layers"),
    ("acts/people/roles.py", "import meeting_server.acts.meeting.knocks", "Rooms of the acts"),
    ("acts/people/roles.py", "import sqlalchemy", "SQL lives in ballots, journal and store only"),
    ("acts/people/roles.py", "import starlette", "Starlette lives in web and app only"),
    ("domain/attendance/evidence.py", "import meeting_server.domain.attendance.report", "Attendance: what is reported"),
    ("domain/attendance/loose.py", "", "Attendance: what is reported"),
    ("store/schedule/documents.py", "import PIL", "Only the process in the sandbox reads strangers' documents"),
    ("media/routing.py", "import socket", "The media plane decides without sockets"),
    ("utilities.py", "", "Layers"),
]


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [str(program), "--no-cache"],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(tree), "COLUMNS": "200"},
    )


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "meeting_server", tree / "meeting_server", ignore=shutil.ignore_patterns("__pycache__", "*.json", "templates"))
    shutil.copy(ROOT / "pyproject.toml", tree)
    return tree


@pytest.mark.parametrize(("place", "line", "contract"), PLANTED, ids=[f"{place}:{line}" for place, line, _ in PLANTED])
def test_a_planted_violation_is_caught(copied: Path, place: str, line: str, contract: str) -> None:
    file = copied / "meeting_server" / place
    before = file.read_text() if file.exists() else None
    file.write_text(f"{before or ''}\n{line}\n")
    try:
        result = lint(copied)
    finally:
        if before is None:
            file.unlink()
        else:
            file.write_text(before)
    said = " ".join(result.stdout.split())
    assert result.returncode != 0
    assert contract in said
    assert "BROKEN" in said or "not listed" in said or "exhaustive" in said
