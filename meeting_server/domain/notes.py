"""Notes for the minutes (points made, dissent, resolutions), typed during the meeting."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.agenda import item_of
from meeting_server.domain.commands import RemoveNote, TakeNote
from meeting_server.domain.decision import Asked, Decide, Decision, Evolve, checked_text
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.events import NoteRemoved, NoteTaken
from meeting_server.domain.ids import Millis, NoteId
from meeting_server.domain.state import MeetingState, Note

LONGEST_TEXT = 2000


def _take(state: MeetingState, command: TakeNote, asked: Asked) -> Decision:
    text = checked_text(command.text, "text", LONGEST_TEXT)
    if isinstance(text, Rejected):
        return text
    if command.item_id is not None and item_of(state, command.item_id) is None:
        return Rejected(Code.UNKNOWN_ITEM, "item_id")
    if command.participant_id is not None and command.participant_id not in state.participants:
        return Rejected(Code.UNKNOWN_PARTICIPANT, "participant_id")
    note_id = NoteId(f"n{state.counters.notes + 1}")
    return (NoteTaken(note_id, command.item_id, command.participant_id, command.kind, text, asked.who),)


def _remove(state: MeetingState, command: RemoveNote, asked: Asked) -> Decision:
    if not any(note.note_id == command.note_id for note in state.notes):
        return Rejected(Code.UNKNOWN_NOTE, "note_id")
    return (NoteRemoved(command.note_id),)


DECIDE: dict[type, Decide] = {TakeNote: _take, RemoveNote: _remove}


def _taken(state: MeetingState, event: NoteTaken, at: Millis) -> MeetingState:
    note = Note(event.note_id, at, event.item_id, event.participant_id, event.kind, event.text)
    return replace(state, notes=(*state.notes, note), counters=replace(state.counters, notes=state.counters.notes + 1))


def _note_removed(state: MeetingState, event: NoteRemoved, at: Millis) -> MeetingState:
    return replace(state, notes=tuple(note for note in state.notes if note.note_id != event.note_id))


EVOLVE: dict[type, Evolve] = {NoteTaken: _taken, NoteRemoved: _note_removed}
