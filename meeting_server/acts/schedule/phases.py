"""What the journals say of meetings reaches the schedule, also when a server died in between: looking at a page repairs nothing."""

from __future__ import annotations

from meeting_server.domain.events import MeetingAdjourned, MeetingOpened
from meeting_server.domain.ids import MeetingId
from meeting_server.domain.phases import MeetingPhase
from meeting_server.journal.port import Journal
from meeting_server.store.schedule.schedule import Schedule

_PHASES = {MeetingOpened.__name__: MeetingPhase.OPEN, MeetingAdjourned.__name__: MeetingPhase.ADJOURNED}


async def catch_up(schedule: Schedule, journal: Journal) -> tuple[MeetingId, ...]:
    """Tell the schedule which meetings have opened and adjourned; which are open now. To be called before a server takes requests.

    Each is one idempotent write, so that no transaction holds more than one meeting. Raises StorageUnavailable.
    """
    for meeting_id in await schedule.unfinished():
        for record in await journal.read(meeting_id, kinds=tuple(_PHASES)):
            await schedule.set_phase(meeting_id, _PHASES[record.kind], record.recorded_at)
    return await schedule.running()
