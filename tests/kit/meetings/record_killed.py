"""Makes a record as the archive worker does and dies by SIGKILL at the n-th time it writes the manifest or opens a file to write.

Run as ``python -m tests.kit.meetings.record_killed FOLDER N``; without an end it prints how often it wrote.
Between its lives nothing is repaired.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from meeting_server.archive.record import composite, manifest, redaction
from meeting_server.archive.record.pipeline import Pipeline
from meeting_server.archive.record.steps import LONG, QUICK
from meeting_server.archive.record.transcript import Stretch
from meeting_server.archive.record.worker import Worker
from meeting_server.journal.sql import SqlJournal
from meeting_server.store.database import Database
from meeting_server.store.record.record_edits import RecordEdits
from meeting_server.store.record.record_orders import RecordOrders
from meeting_server.store.record.search import Search
from tests.kit.meetings.speeches import ToldSpeech

SAID = [
    ("zhou-audio-1.webm", 0.5, 1.5, "现在开会"),
    ("zhou-audio-1.webm", 2.0, 3.0, "这一句要删去zanzibar"),
    ("li-audio-1.webm", 0.5, 2.5, "我来汇报工作"),
]


class _Lives:
    """Counts the moments at which the process can die, and dies at one of them."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.passed = 0

    def moment(self) -> None:
        self.passed += 1
        if self.passed == self.last:
            os.kill(os.getpid(), signal.SIGKILL)


async def make(folder: Path) -> None:
    """Everything that is behind, lane after lane as the worker's two are."""
    database = Database(f"sqlite+aiosqlite:///{folder / 'meetings.sqlite3'}")
    journal = SqlJournal(database)
    try:
        speech, edits, orders = ToldSpeech(SAID), RecordEdits(database), RecordOrders(database)
        worker = Worker(journal, Pipeline(journal, Search(database), folder / "recordings", speech, edits, orders))
        for steps in (QUICK, LONG, QUICK):
            await worker.look(steps=steps)
    finally:
        await journal.close()
        await database.close()


def main(folder: Path, last: int) -> int:
    lives = _Lives(last)
    write_whole, take_out, wipe = manifest.write_whole, redaction.take_out, redaction.wipe

    def dying(path: Path, content: bytes) -> None:
        lives.moment()
        write_whole(path, content)
        lives.moment()

    manifest.write_whole = dying

    def taking(path: Path, stretches: Sequence[Stretch], zero: int) -> None:
        lives.moment()
        take_out(path, stretches, zero)
        lives.moment()

    def wiping(path: Path) -> None:
        wipe(path)
        lives.moment()

    redaction.take_out, redaction.wipe = taking, wiping
    composite.RATE = 1  # one picture a second is as good to be killed in
    asyncio.run(make(folder))
    return lives.passed


if __name__ == "__main__":
    print(main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0))  # noqa: T201 - for whoever runs it by hand
