"""Erasing in meetings: what is removed from a chat is erased from the journal at once, even if the server dies in between."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from meeting_server.domain.events import ChatRemoved
from meeting_server.domain.ids import MeetingId
from meeting_server.journal.erasing import OF_CHAT, removed_chat
from meeting_server.journal.port import Journal, StorageUnavailable
from meeting_server.live.assembly import Assembly
from meeting_server.live.host import Fact

log = logging.getLogger(__name__)

AGAIN_AFTER_S = (0.2, 1.0, 5.0, 30.0)
"""Pauses before retrying while the database is busy. After them, it waits until the meeting is next loaded."""


class Erasing:
    """Follows meetings. ``settle`` is idempotent and may be called at any time."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._tasks: dict[MeetingId, asyncio.Task[None]] = {}

    def follow(self, assembly: Assembly, facts: Sequence[Fact]) -> None:
        """Erase the text of a removed message from the history that phones resume from, and from the journal."""
        gone = frozenset(fact.event.message_id for fact in facts if isinstance(fact.event, ChatRemoved))
        if gone:
            assembly.host.forget_messages(gone)
            self.resume(assembly)

    def resume(self, assembly: Assembly) -> None:
        """Erase what was removed in a meeting and not erased yet."""
        meeting_id = assembly.meeting_id
        before = self._tasks.get(meeting_id)
        self._tasks[meeting_id] = asyncio.ensure_future(self._after(before, meeting_id))

    async def settle(self, meeting_id: MeetingId) -> int:
        """Erase what was removed from a meeting's chat and return the number of messages. Raises StorageUnavailable."""
        left = removed_chat(await self._journal.read(meeting_id, kinds=OF_CHAT))
        return await self._journal.erase(meeting_id, *left) if left else 0

    async def stop(self) -> None:
        """Finish the work under way."""
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _after(self, before: asyncio.Task[None] | None, meeting_id: MeetingId) -> None:
        if before is not None:
            await asyncio.gather(before, return_exceptions=True)
        for pause in AGAIN_AFTER_S:
            try:
                await self.settle(meeting_id)
                break
            except StorageUnavailable as error:
                log.warning("meeting %s: removed chat is not erased yet: %s", meeting_id, error)
                await asyncio.sleep(pause)
        if self._tasks.get(meeting_id) is asyncio.current_task():
            del self._tasks[meeting_id]
