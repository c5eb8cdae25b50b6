"""A file says one thing. One of more than 400 lines is named here with what keeps it together, and none grows without a word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.paths import ROOT

MOST = 400
"""Lines a file may have without a reason."""
ROOM_TO_GROW = 40
"""Lines a named file may gain before its reason is asked for again."""
FOLDERS = ("meeting_server", "tests", ".ci/tools", "web_client/src", "web_client/tests")
KINDS = {".py", ".ts", ".tsx", ".css", ".html"}
NOT_OURS = {"node_modules", "dist", "__pycache__", "golden"}
GENERATED = {"web_client/src/wire/messages.ts"}

LONG = {
    ".ci/tools/bootstrap.py": (404, "runs before anything is installed, so it is one file that imports nothing of ours"),
    "meeting_server/app.py": (403, "the composition root: each part is named once"),
    "meeting_server/rehearsal/runner.py": (471, "one rehearsal from its start to its report"),
    "tests/bench/media_load.py": (484, "one load against two forwarders, so that both are measured alike"),
    "tests/contracts/media/test_media_port.py": (506, "what every implementation of one port keeps"),
    "tests/e2e/meeting/test_client_room.py": (426, "one room in Chromium, which every test of the file shares"),
    "tests/integration/learning/test_learning_pages.py": (830, "the pages of courses; a file a page is wanted"),
    "tests/integration/live/test_live_host.py": (403, "what the host of a meeting keeps"),
    "tests/integration/media/test_media_whip.py": (593, "one protocol, answer by answer"),
    "tests/integration/people/test_people_pages.py": (418, "the pages of people"),
    "tests/integration/people/test_sign_in.py": (441, "one form and all that may be wrong with it"),
    "tests/integration/archive/test_speech_step.py": (427, "one step, from its lines to its being killed"),
    "tests/integration/record/test_record_pages.py": (520, "the pages of a record"),
    "tests/integration/schedule/test_scheduling_pages.py": (421, "the pages of a calendar"),
    "tests/kit/attacks/forged_bundles.py": (459, "one list of forgeries, each with its name"),
    "tests/properties/domain/test_audience.py": (456, "makers of every event, for one property"),
    "tests/unit/archive/audit/test_audit.py": (452, "one finding of the audit a test"),
    "tests/unit/roster/test_roster_offices.py": (435, "one office program's files a test"),
    "tests/unit/votes/test_appraisals.py": (430, "one rule of 民主评议 a test"),
    "web_client/src/stories/console_stories.ts": (404, "one story a screen of the console"),
    "web_client/src/stories/fixtures.ts": (401, "one meeting that all stories share"),
    "web_client/src/stories/list.ts": (588, "the list of all stories"),
    "web_client/src/stories/secret_stories.ts": (413, "one story a screen of a secret vote"),
    "web_client/src/views/console/draft_sheet.tsx": (442, "one sheet for all kinds of drafts; its fields by kind are to move out"),
    "web_client/src/views/console/person_sheet.tsx": (403, "one sheet of what a chair may do with a person"),
    "web_client/src/views/stage/stage.tsx": (476, "the hall's screen and its order of what is shown"),
    "web_client/tests/ballot.test.ts": (468, "one ballot's way, step by step"),
}
"""Lines when its reason was written, and the reason."""


def _lengths(root: Path) -> Iterator[tuple[str, int]]:
    for path in sorted(path for folder in FOLDERS for path in (root / folder).rglob("*")):
        if path.suffix in KINDS and not NOT_OURS & set(path.relative_to(root).parts):
            name = path.relative_to(root).as_posix()
            if name not in GENERATED:
                yield name, path.read_bytes().count(b"\n")


def _faults(root: Path) -> list[str]:
    """What is too long without a reason, or has outgrown its reason."""
    most = {name: lines + ROOM_TO_GROW for name, (lines, _) in LONG.items()}
    return [f"{name}: {lines} lines, {most.get(name, MOST)} at most" for name, lines in _lengths(root) if lines > most.get(name, MOST)]


def test_a_long_file_is_named_with_its_reason() -> None:
    assert _faults(ROOT) == []


def test_a_named_file_exists() -> None:
    assert [name for name in LONG if not (ROOT / name).is_file()] == []


@pytest.mark.parametrize(
    ("name", "lines"), [("meeting_server/web/new_pages.py", MOST + 1), ("web_client/src/stories/list.ts", 588 + ROOM_TO_GROW + 1)]
)
def test_a_planted_long_file_is_found(tmp_path: Path, name: str, lines: int) -> None:
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text("x = 1\n" * lines, "utf-8")
    (found,) = _faults(tmp_path)
    assert found.startswith(f"{name}: {lines} lines")
