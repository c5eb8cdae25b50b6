"""The agenda, and the pages shown beside it (run_meeting)."""

from __future__ import annotations

from dataclasses import dataclass

from meeting_server.domain.commands.command import FromParticipant
from meeting_server.domain.ids import ItemId


@dataclass(frozen=True, slots=True)
class AddAgendaItem(FromParticipant):
    title: str
    minutes: int = 0
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class EditAgendaItem(FromParticipant):
    item_id: ItemId
    title: str
    minutes: int = 0
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class MoveAgendaItem(FromParticipant):
    item_id: ItemId
    position: int


@dataclass(frozen=True, slots=True)
class RemoveAgendaItem(FromParticipant):
    item_id: ItemId


@dataclass(frozen=True, slots=True)
class StepAgenda(FromParticipant):
    """Go to an item; ``None`` ends the agenda."""

    item_id: ItemId | None


@dataclass(frozen=True, slots=True)
class ShowPage(FromParticipant):
    """Show everyone a page (from 1) of a document (run_meeting). Whoever has the floor may turn the pages of the document shown."""

    document_id: str
    page: int


@dataclass(frozen=True, slots=True)
class StopShowing(FromParticipant):
    """Stop showing the page (run_meeting)."""
