"""The layers of the house are watched: a planted violation is caught by the contract that forbids it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
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


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """What is said of each broken contract when all of it is planted at once: building the graph is what costs."""
    tree = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "meeting_server", tree / "meeting_server", ignore=shutil.ignore_patterns("__pycache__", "*.json", "templates"))
    shutil.copy(ROOT / "pyproject.toml", tree)
    for place, line, _ in PLANTED:
        with (tree / "meeting_server" / place).open("a") as file:
            file.write(f"\n{line}\n")
    program = Path(sys.executable).with_name("lint-imports")
    found = subprocess.run(
        [str(program), "--no-cache"],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(tree), "COLUMNS": "200"},
    )
    assert found.returncode != 0
    _, *parts = re.split(r"^(.+)\n-{4,}\n", found.stdout.partition("Broken contracts\n")[2], flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


@pytest.mark.parametrize(("place", "line", "contract"), PLANTED, ids=[f"{place}:{line}" for place, line, _ in PLANTED])
def test_a_planted_violation_is_caught(told: Mapping[str, str], place: str, line: str, contract: str) -> None:
    (said,) = [text for name, text in told.items() if name.startswith(contract)]
    module = "meeting_server." + place.removesuffix(".py").replace("/", ".")
    wanted = f"{module} -> {line.removeprefix('import ')} (l." if line else f"- {module}\n"
    assert wanted in said
