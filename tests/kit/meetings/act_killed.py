"""Does one act in a process of its own and dies by SIGKILL at the n-th moment: before a statement, before a commit, or after it.

Run as ``python -m tests.kit.meetings.act_killed FOLDER ACT N``; without an end it prints how many moments there were.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy import event

from meeting_server.acts.context import By, Context
from meeting_server.acts.record.publish import publish_record
from meeting_server.acts.record.redact import redact_passage
from meeting_server.archive.record.transcript import Spoken, Stretch
from meeting_server.domain.ids import HALL, MeetingId, ParticipantId
from meeting_server.store.database import Database
from meeting_server.store.record.publications import Publication
from meeting_server.store.schedule.schedule import Schedule, Scheduled
from tests.kit.houses.houses import site_on

NOW = 1_764_500_000_000
GONE = "每年八百小时"
"""Stands in a correction and in the description of the record, and nowhere else."""


BY = By("m-1", "何雨桐")


async def redact(at: Context, over: Scheduled) -> None:
    line = Spoken("c-1", NOW + 1_000, NOW + 4_000, ParticipantId("li"), "李明", HALL, GONE)
    await redact_passage(at, BY, over, Stretch(NOW, NOW + 5_000), "个人信息", [line], "0:00.0–0:05.0", NOW)


async def publish(at: Context, over: Scheduled) -> None:
    described = Publication(over.meeting_id, over.plan.branch_id, "志愿服务", "另一句。", audience="all")
    await publish_record(at, BY, over, described, NOW)


ACTS: dict[str, Callable[[Context, Scheduled], Awaitable[None]]] = {"redact": redact, "publish": publish}


async def act(folder: Path, name: str, meeting_id: MeetingId, last: int) -> int:
    """How many moments were passed."""
    passed = 0

    def moment(*_args: object) -> None:
        nonlocal passed
        passed += 1
        if passed == last:
            os.kill(os.getpid(), signal.SIGKILL)

    database = Database(f"sqlite+aiosqlite:///{folder / 'house.sqlite3'}")
    over = await Schedule(database).meeting(meeting_id)
    assert over is not None
    empty_log, engine = database._empty_log, database.engine.sync_engine

    async def emptied() -> bool:
        moment()  # it is committed, and nothing has followed from it yet
        return await empty_log()

    async with site_on(database, folder / "files") as site:
        event.listen(engine, "before_cursor_execute", moment)
        event.listen(engine, "commit", moment)
        database._empty_log = emptied  # type: ignore[method-assign]  # to die there
        await ACTS[name](site, over)
        moment()
        last = 0
    await database.close()
    return passed


def main(folder: Path, name: str, meeting_id: MeetingId, last: int) -> int:
    return asyncio.run(act(folder, name, meeting_id, last))


if __name__ == "__main__":
    where, which, meeting, *number = sys.argv[1:]
    print(main(Path(where), which, MeetingId(meeting), int(number[0]) if number else 0))  # noqa: T201 - for whoever runs it by hand
