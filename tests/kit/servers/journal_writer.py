"""Programs that the journal's fault tests run in processes of their own, to be killed or starved of disk."""

from __future__ import annotations

import asyncio
import resource
from multiprocessing.connection import Connection
from pathlib import Path

from meeting_server.domain.events import ChatPosted
from meeting_server.domain.ids import HALL, CommandId, MeetingId, MessageId, ParticipantId
from meeting_server.journal.port import Draft, StorageUnavailable
from meeting_server.journal.record import head_of
from meeting_server.journal.sql import SqlJournal
from meeting_server.store.database import Database

MEETINGS = [MeetingId(f"m{n}") for n in range(8)]


def chat(text: str, command: str) -> Draft:
    author = ParticipantId("anna")
    return Draft(ChatPosted(MessageId("c1"), HALL, author, text), author, CommandId(command), 1_000)


def write_for_ever(url: str, round_number: int, acknowledged: Connection) -> None:
    """Eight meetings append as fast as they can; each record is named on the pipe once it was acknowledged."""

    async def one_meeting(journal: SqlJournal, meeting_id: MeetingId) -> None:
        head = await journal.head(meeting_id)
        count = 0
        while True:
            count += 1
            drafts = [chat("同意", f"{round_number}-{count}"), chat("不同意", f"{round_number}-{count}")]
            records = await journal.append(meeting_id, head, drafts)
            head = head_of(records[-1])
            acknowledged.send([(record.meeting_id, record.seq, record.hash) for record in records])

    async def main() -> None:
        journal = SqlJournal(Database(url))
        await asyncio.gather(*(one_meeting(journal, meeting_id) for meeting_id in MEETINGS))

    asyncio.run(main())


def write_until_full_then_recover(path: str, answer: Connection) -> None:
    """Append under a file size limit until refused; then lift the limit and append again, in the same process.

    Answers ``(acknowledged before, refused code, acknowledged after)`` as sequence numbers and text.
    """
    meeting_id = MEETINGS[0]

    async def main() -> tuple[int, str, int]:
        database = Database(f"sqlite+aiosqlite:///{path}")
        journal = SqlJournal(database)
        head = await journal.head(meeting_id)
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        size = max(file.stat().st_size for file in Path(path).parent.iterdir())
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 256 * 1024, hard))
        refused = ""
        for count in range(2_000):
            try:
                head = head_of((await journal.append(meeting_id, head, [chat("字" * 500, f"a{count}")]))[-1])
            except StorageUnavailable as error:
                refused = type(error).__name__
                break
        before = head.seq
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert await journal.head(meeting_id) == head
        after = (await journal.append(meeting_id, head, [chat("又好了", "b")]))[-1].seq
        await journal.close()
        await database.close()
        return before, refused, after

    answer.send(asyncio.run(main()))
