"""The secretary's desk: the stores a meeting is scheduled with, put together once per server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from starlette.requests import HTTPConnection

from meeting_server.domain.ids import MeetingId, Millis
from meeting_server.domain.state import Phase
from meeting_server.store.database import Database
from meeting_server.store.people.directory import Directory
from meeting_server.store.schedule.branch_presets import BranchPresets
from meeting_server.store.schedule.documents import Documents
from meeting_server.store.schedule.leave import LeaveBook
from meeting_server.store.schedule.presets import load_presets
from meeting_server.store.schedule.schedule import Schedule
from meeting_server.web.schedule.convening import Convener


@dataclass(frozen=True, slots=True)
class Desk:
    """Built by ``app`` with ``set_up`` and kept in the house as ``desk``."""

    schedule: Schedule
    leaves: LeaveBook
    documents: Documents
    presets: BranchPresets
    convener: Convener

    @classmethod
    def set_up(cls, database: Database, directory: Directory, documents_folder: Path) -> Desk:
        """Raises PresetFileError when a shipped rule can not be read."""
        schedule, leaves = Schedule(database), LeaveBook(database)
        documents, presets = Documents(database, documents_folder), BranchPresets(database, load_presets())
        return cls(schedule, leaves, documents, presets, Convener(schedule, directory, leaves, documents, presets))

    async def on_phase(self, meeting_id: MeetingId, phase: Phase, at: Millis) -> None:
        """For the registry: a meeting opened or adjourned."""
        await self.schedule.set_phase(meeting_id, phase, at)


def desk_of(conn: HTTPConnection) -> Desk:
    """The desk of the house this request came to."""
    desk = conn.app.state.house.desk
    assert isinstance(desk, Desk)
    return desk
