"""One step of the fold of a journal, for everyone who follows one: the host, the minutes, the time axis, the audit."""

from __future__ import annotations

from meeting_server.domain.meeting import evolve, without_content
from meeting_server.domain.state import MeetingState
from meeting_server.journal.port import Record


def after(state: MeetingState | None, record: Record) -> MeetingState | None:
    """Return the state with ``record``; one whose content is gone still takes its number, because ids are never given twice.

    Raises ValueError for a record of a kind that this program does not know.
    """
    if record.event is not None:
        return evolve(state, record.event, record.recorded_at)
    if record.payload is not None:
        raise ValueError(f"record {record.seq}: unknown kind {record.kind}")
    return without_content(state, record.kind)
