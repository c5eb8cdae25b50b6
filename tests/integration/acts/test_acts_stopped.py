"""Every act of people, meeting and sharing, stopped before each of its statements and its commit: nothing of it, or all."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from meeting_server.store.database import Database, metadata
from meeting_server.store.schedule.documents import Documents
from tests.kit.paths import ROOT
from tests.kit.work.act_scenes import AGAIN, SCENES, scene_of
from tests.kit.work.scenes.documents import QuickDrawer
from tests.kit.work.whole_acts import Killed, Rows, failed, rows_of, stopped_everywhere, stopping

FAILED = ("role withdrawn", "member removed", "link renewed", "person erased", "entered as a guest", "document added")
"""Those with parts that may fail alone, or with more than tables to change. Of the others an error says no more than a death."""
KILLED_FOR_REAL = ("role withdrawn", "committee seated", "entered by a personal link", "person erased")


@pytest.mark.parametrize("name", SCENES)
async def test_an_act_whose_process_dies_is_done_or_not(tmp_path: Path, name: str) -> None:
    outcomes = await stopped_everywhere(scene_of(name), tmp_path, Killed)
    assert outcomes.nothing + outcomes.all + outcomes.finished == outcomes.statements
    assert outcomes.nothing >= 3, "BEGIN, what it writes, COMMIT"
    assert outcomes.finished == 0 or name in AGAIN


@pytest.mark.parametrize("name", FAILED)
async def test_an_act_whose_database_fails_is_done_or_not(tmp_path: Path, name: str) -> None:
    outcomes = await stopped_everywhere(scene_of(name), tmp_path, failed)
    assert outcomes.nothing + outcomes.all + outcomes.finished == outcomes.statements
    assert outcomes.finished == 0 or name in AGAIN


async def test_a_guest_whose_meeting_could_not_record_them_comes_in_the_next_time(tmp_path: Path) -> None:
    """Every statement of every task: also those with which the meeting's journal is written."""
    outcomes = await stopped_everywhere(scene_of("entered as a guest"), tmp_path, failed, everyone=True)
    assert outcomes.finished > 0


@pytest.fixture(scope="module")
def forks() -> Iterator[subprocess.Popen[str]]:
    """Forks each process that is to be killed, so that the product is read once and not for every death."""
    command = [sys.executable, "-m", "tests.kit.work.act_scenes"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process


def after_kill(forks: subprocess.Popen[str], folder: Path, name: str, at: int) -> tuple[Rows, Rows, int]:
    """Everything before an act and after its process was killed before the ``at``-th statement, and how it ended."""

    def say(line: str) -> None:
        assert forks.stdin is not None
        forks.stdin.write(f"{line}\n")
        forks.stdin.flush()

    assert forks.stdout is not None
    say(f"{made(folder)}\t{name}\t{at}")
    assert forks.stdout.readline() == "ready\n"
    before = rows_of(folder / "house.sqlite3")
    say("")
    ended = int(forks.stdout.readline())
    return before, rows_of(folder / "house.sqlite3"), ended


@pytest.mark.parametrize("name", KILLED_FOR_REAL)
async def test_an_act_that_is_killed_is_not_done(tmp_path: Path, forks: subprocess.Popen[str], name: str) -> None:
    """By SIGKILL, in the middle and before its commit."""
    async with scene_of(name)(made(tmp_path / "counted")) as scene:
        with stopping(scene.database, 0) as counted:
            await scene.act()
    for at in (counted.seen // 2, counted.seen):
        before, left, ended = after_kill(forks, tmp_path / f"killed-{at}", name, at)
        assert ended == -signal.SIGKILL
        assert left == before, at


@pytest.mark.night
async def test_a_document_whose_adding_is_killed_is_gone_or_finished_at_the_next_start(
    tmp_path: Path, forks: subprocess.Popen[str]
) -> None:
    """By SIGKILL before each statement: its rows and its files agree once the next server has started."""
    async with scene_of("document added")(made(tmp_path / "counted")) as scene:
        with stopping(scene.database, 0) as counted:
            await scene.act()
    found = set()
    for at in range(1, counted.seen + 1):
        folder = tmp_path / f"killed-{at}"
        _, _, ended = after_kill(forks, folder, "document added", at)
        assert ended == -signal.SIGKILL
        database = Database(f"sqlite+aiosqlite:///{folder / 'house.sqlite3'}")
        documents = Documents(database, folder / "documents", QuickDrawer())
        await documents.tidy()
        for unfinished in await documents.unfinished():
            await documents.draw_again(unfinished)
        async with database.read() as conn:
            rows = (await conn.execute(select(metadata.tables["documents"].c.document_id))).all()
            pages = (await conn.execute(select(metadata.tables["document_pages"].c.page))).all()
        await database.close()
        names = sorted("pages" if name.suffix == ".pages" else name.suffix for name in (folder / "documents").glob("*"))
        found.add((len(rows), len(pages), tuple(names)))
    assert found == {(0, 0, ()), (1, 2, ("", "pages"))}


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder
