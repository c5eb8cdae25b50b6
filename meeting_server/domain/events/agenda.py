"""The agenda, and the pages shown beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from meeting_server.domain.audience import Audience
from meeting_server.domain.events.event import Event
from meeting_server.domain.ids import ItemId, ParticipantId


@dataclass(frozen=True, slots=True)
class AgendaItemAdded(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    item_id: ItemId
    title: str
    minutes: int
    speaker: str
    position: int


@dataclass(frozen=True, slots=True)
class AgendaItemEdited(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    item_id: ItemId
    title: str
    minutes: int
    speaker: str


@dataclass(frozen=True, slots=True)
class AgendaItemMoved(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    item_id: ItemId
    position: int


@dataclass(frozen=True, slots=True)
class AgendaItemRemoved(Event):
    seen_by: ClassVar[Audience] = Audience.EVERYONE
    item_id: ItemId


@dataclass(frozen=True, slots=True)
class AgendaStepped(Event):
    """The meeting went on to ``item_id`` (``None``: the agenda is done). The item before it ended."""

    seen_by: ClassVar[Audience] = Audience.EVERYONE
    item_id: ItemId | None


@dataclass(frozen=True, slots=True)
class PageShown(Event):
    """Everyone sees this page (from 1) of a document until another is shown or until ``PageHidden``."""

    seen_by: ClassVar[Audience] = Audience.INSIDE
    document_id: str
    page: int
    shown_by: ParticipantId


@dataclass(frozen=True, slots=True)
class PageHidden(Event):
    """No page is shown any more: it was stopped, or the meeting went on to another item or was adjourned."""

    seen_by: ClassVar[Audience] = Audience.INSIDE
    hidden_by: ParticipantId
