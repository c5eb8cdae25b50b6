"""The agenda: its items, their order, and the current item."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.commands import AddAgendaItem, EditAgendaItem, MoveAgendaItem, RemoveAgendaItem, StepAgenda
from meeting_server.domain.decision import Asked, Decide, Decision, Evolve, checked_text
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.events import (
    AgendaItemAdded,
    AgendaItemEdited,
    AgendaItemMoved,
    AgendaItemRemoved,
    AgendaStepped,
    Event,
    ParticipantRecalled,
)
from meeting_server.domain.ids import ItemId, Millis, ParticipantId
from meeting_server.domain.pages import hidden
from meeting_server.domain.recusal import gone_out
from meeting_server.domain.spelling import spelled
from meeting_server.domain.state import MeetingState
from meeting_server.domain.terms import AgendaItem

LONGEST_TITLE = 200
MOST_MINUTES = 600
MOST_ITEMS = 60


def planned_id(place: int) -> ItemId:
    """Return the id of the item at this place (from 1) of the agenda as planned."""
    return ItemId(f"i{place}")


def item_of(state: MeetingState, item_id: ItemId) -> AgendaItem | None:
    """Return the agenda item with this id."""
    return next((item for item in state.agenda if item.item_id == item_id), None)


def _checked(title: str, minutes: int, speaker: str) -> str | Rejected:
    if not 0 <= minutes <= MOST_MINUTES:
        return Rejected(Code.OUT_OF_RANGE, "minutes", (("least", 0), ("most", MOST_MINUTES)))
    if len(speaker) > LONGEST_TITLE:
        return Rejected(Code.TOO_LONG, "speaker", (("longest", LONGEST_TITLE),))
    return checked_text(title, "title", LONGEST_TITLE)


def _add(state: MeetingState, command: AddAgendaItem, asked: Asked) -> Decision:
    title = _checked(command.title, command.minutes, command.speaker)
    if isinstance(title, Rejected):
        return title
    if len(state.agenda) >= MOST_ITEMS:
        return Rejected(Code.OUT_OF_RANGE, "title", (("most", MOST_ITEMS),))
    item_id = ItemId(f"i{state.counters.items + 1}")
    return (AgendaItemAdded(item_id, title, command.minutes, spelled(command.speaker), len(state.agenda)),)


def _edit(state: MeetingState, command: EditAgendaItem, asked: Asked) -> Decision:
    if item_of(state, command.item_id) is None:
        return Rejected(Code.UNKNOWN_ITEM, "item_id")
    title = _checked(command.title, command.minutes, command.speaker)
    if isinstance(title, Rejected):
        return title
    return (AgendaItemEdited(command.item_id, title, command.minutes, spelled(command.speaker)),)


def _move(state: MeetingState, command: MoveAgendaItem, asked: Asked) -> Decision:
    if item_of(state, command.item_id) is None:
        return Rejected(Code.UNKNOWN_ITEM, "item_id")
    if not 0 <= command.position < len(state.agenda):
        return Rejected(Code.OUT_OF_RANGE, "position", (("least", 0), ("most", len(state.agenda) - 1)))
    return (AgendaItemMoved(command.item_id, command.position),)


def _remove(state: MeetingState, command: RemoveAgendaItem, asked: Asked) -> Decision:
    item = item_of(state, command.item_id)
    if item is None:
        return Rejected(Code.UNKNOWN_ITEM, "item_id")
    if item.started_at is not None:  # an item that has begun is part of the record
        return Rejected(Code.FORBIDDEN, "item_id")
    return (AgendaItemRemoved(command.item_id),)


def _step(state: MeetingState, command: StepAgenda, asked: Asked) -> Decision:
    if command.item_id is not None and item_of(state, command.item_id) is None:
        return Rejected(Code.UNKNOWN_ITEM, "item_id")
    if command.item_id == state.current_item:
        return Rejected(Code.NOTHING_CHANGED, "item_id")
    return stepped(state, command.item_id, asked.who)


def stepped(state: MeetingState, item_id: ItemId | None, by: ParticipantId) -> tuple[Event, ...]:
    """Return the facts of going to an item: the shared page is hidden, participants not called to the item go out, those recused come
    back."""
    step = AgendaStepped(item_id)
    left_out = gone_out(state, _stepped(state, step, 0), by)
    back = (ParticipantRecalled(p.participant_id, p.recused_from) for p in state.participants.values() if p.recused_from is not None)
    return (*hidden(state, by), *left_out, step, *back)


DECIDE: dict[type, Decide] = {
    AddAgendaItem: _add,
    EditAgendaItem: _edit,
    MoveAgendaItem: _move,
    RemoveAgendaItem: _remove,
    StepAgenda: _step,
}


def _added(state: MeetingState, event: AgendaItemAdded, at: Millis) -> MeetingState:
    item = AgendaItem(event.item_id, event.title, event.minutes, event.speaker)
    agenda = (*state.agenda[: event.position], item, *state.agenda[event.position :])
    return replace(state, agenda=agenda, counters=replace(state.counters, items=state.counters.items + 1))


def _edited(state: MeetingState, event: AgendaItemEdited, at: Millis) -> MeetingState:
    return replace(
        state,
        agenda=tuple(
            replace(item, title=event.title, minutes=event.minutes, speaker=event.speaker) if item.item_id == event.item_id else item
            for item in state.agenda
        ),
    )


def _moved(state: MeetingState, event: AgendaItemMoved, at: Millis) -> MeetingState:
    rest = [item for item in state.agenda if item.item_id != event.item_id]
    rest[event.position : event.position] = [i for i in state.agenda if i.item_id == event.item_id]
    return replace(state, agenda=tuple(rest))


def _removed(state: MeetingState, event: AgendaItemRemoved, at: Millis) -> MeetingState:
    return replace(state, agenda=tuple(item for item in state.agenda if item.item_id != event.item_id))


def _stepped(state: MeetingState, event: AgendaStepped, at: Millis) -> MeetingState:
    def moved_on(item: AgendaItem) -> AgendaItem:
        if item.item_id == event.item_id:  # going back to an item reopens it
            return replace(item, started_at=item.started_at if item.started_at is not None else at, ended_at=None)
        return replace(item, ended_at=at) if item.item_id == state.current_item else item

    called = {i: replace(p, inside_since=at if event.item_id in p.items else None) for i, p in state.participants.items() if p.items}
    participants = {**state.participants, **called} if called else state.participants
    return replace(state, agenda=tuple(moved_on(item) for item in state.agenda), current_item=event.item_id, participants=participants)


EVOLVE: dict[type, Evolve] = {
    AgendaItemAdded: _added,
    AgendaItemEdited: _edited,
    AgendaItemMoved: _moved,
    AgendaItemRemoved: _removed,
    AgendaStepped: _stepped,
}
