"""Makes the record of the scripted meeting with the real engine, and dies by SIGKILL once at every step: as it begins, when it is
made but not noted, in the middle of what is long, when it is noted.

Each life dies at the first moment at which none before it died; ``deaths`` in the folder holds their names. Between the lives
nothing is repaired. ``main`` returns when a life came to the end.
"""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

from meeting_server.archive.record.giving_way import GivingWay
from meeting_server.archive.record.manifest import StepStatus
from meeting_server.archive.record.pipeline import Pipeline
from meeting_server.archive.record.step import Material, Step
from meeting_server.archive.record.steps import LONG, QUICK
from meeting_server.archive.record.worker import Worker
from meeting_server.archive.speech.hearing import Hearing
from meeting_server.journal.sql import SqlJournal
from meeting_server.store.database import Database
from meeting_server.store.record.record_edits import RecordEdits
from meeting_server.store.record.record_orders import RecordOrders
from meeting_server.store.record.search import Search
from tests.kit.meetings.speech_material import whisper

DEATHS, NOT_NOTED = "deaths", "made, not noted"
MIDDLE = {"mix": 60, "speech": 2}
"""How often a long step asked whether it may go on (once a second of sound; before each piece of speech) when it is in its middle."""


class _Lives:
    """Where this life ends."""

    def __init__(self, deaths: Path) -> None:
        self._deaths = deaths
        self._before = deaths.read_text().splitlines() if deaths.exists() else []

    def moment(self, name: str, after: str = "") -> None:
        """``after``: a death that comes before this one."""
        if name in self._before or (after and after not in self._before):
            return
        with self._deaths.open("a") as file:
            file.write(name + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.kill(os.getpid(), signal.SIGKILL)


class _NeverBusy(GivingWay):
    """Is asked in the middle of long steps."""

    def __init__(self, lives: _Lives) -> None:
        super().__init__()
        self._lives = lives
        self.step, self._asked = "", 0

    def begins(self, step: str) -> None:
        self.step, self._asked = step, 0

    def wait(self) -> None:
        self._asked += 1
        if self._asked == MIDDLE.get(self.step):
            # after the death that leaves nothing of the step, so that what is kept of it here is gone on with to the end
            self._lives.moment(f"{self.step} in the middle", after=f"{self.step} {NOT_NOTED}")


class _Dying(Pipeline):
    """Dies when something is noted of a step."""

    lives: _Lives
    asked: _NeverBusy

    def _note(self, material: Material, step: Step, status: StepStatus) -> None:
        if status.state == "done":
            self.lives.moment(f"{step.name} {NOT_NOTED}")
        super()._note(material, step, status)
        if not status.percent:
            self.asked.begins(step.name)
            self.lives.moment(f"{step.name} {status.state}")


async def _make(folder: Path, lives: _Lives, giving_way: _NeverBusy) -> None:
    """Everything that is behind, lane after lane as the worker's two are."""
    database = Database(f"sqlite+aiosqlite:///{folder / 'meetings.sqlite3'}")
    journal = SqlJournal(database)
    try:
        speech, edits, orders = Hearing(whisper("zh"), giving_way), RecordEdits(database), RecordOrders(database)
        pipeline = _Dying(journal, Search(database), folder / "recordings", speech, edits, orders, giving_way)
        pipeline.lives, pipeline.asked = lives, giving_way
        worker = Worker(journal, pipeline)
        for steps in (QUICK, LONG, QUICK):
            await worker.look(steps=steps)
    finally:
        await journal.close()
        await database.close()


def main(folder: Path) -> None:
    lives = _Lives(folder / DEATHS)
    asyncio.run(_make(folder, lives, _NeverBusy(lives)))
