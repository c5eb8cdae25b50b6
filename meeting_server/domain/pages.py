"""Shared pages: which page of which document everyone sees."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.commands import ShowPage, StopShowing
from meeting_server.domain.decision import Asked, Decide, Decision, Evolve, holds
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.events import PageHidden, PageShown
from meeting_server.domain.ids import Millis, ParticipantId
from meeting_server.domain.roles import Right
from meeting_server.domain.state import MeetingState, Shown


def hidden(state: MeetingState, by: ParticipantId) -> tuple[PageHidden, ...]:
    """Return the fact that hides the shared page, or nothing if none is shown."""
    return () if state.shown is None else (PageHidden(by),)


def _show(state: MeetingState, command: ShowPage, asked: Asked) -> Decision:
    has_floor = state.floor is not None and state.floor.participant_id == asked.who
    turns = has_floor and state.shown is not None and state.shown.document_id == command.document_id
    if not turns and not holds(state, asked.who, Right.RUN_MEETING):
        return Rejected(Code.FORBIDDEN)
    document = next((d for d in state.documents if d.document_id == command.document_id), None)
    if document is None:
        return Rejected(Code.UNKNOWN_DOCUMENT, "document_id")
    if document.pages == 0:
        return Rejected(Code.NO_PAGES, "document_id")
    if not 1 <= command.page <= document.pages:
        return Rejected(Code.OUT_OF_RANGE, "page", (("least", 1), ("most", document.pages)))
    if state.shown is not None and (state.shown.document_id, state.shown.page) == (command.document_id, command.page):
        return Rejected(Code.NOTHING_CHANGED, "page")
    return (PageShown(command.document_id, command.page, asked.who),)


def _stop(state: MeetingState, command: StopShowing, asked: Asked) -> Decision:
    return hidden(state, asked.who) or Rejected(Code.NOT_SHOWING)


DECIDE: dict[type, Decide] = {ShowPage: _show, StopShowing: _stop}


def _shown(state: MeetingState, event: PageShown, at: Millis) -> MeetingState:
    return replace(state, shown=Shown(event.document_id, event.page, event.shown_by))


def _hidden(state: MeetingState, event: PageHidden, at: Millis) -> MeetingState:
    return replace(state, shown=None)


EVOLVE: dict[type, Evolve] = {PageShown: _shown, PageHidden: _hidden}
