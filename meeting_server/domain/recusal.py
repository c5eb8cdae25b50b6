"""Who is outside the room during an agenda item: recused because it concerns them (回避), or called to other items only.

Outside means no sound, no picture, no chat, no shared page, no vote, and nothing of that item in the record. It is derived from the state
alone, so that no step of the agenda can overlook anybody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from meeting_server.domain.commands import (
    AcknowledgeRecording,
    AnswerRollCall,
    CloseMedia,
    Command,
    ContestAttendance,
    LeaveMeeting,
    LowerHand,
    RecallParticipant,
    RecuseParticipant,
)
from meeting_server.domain.consent import shut
from meeting_server.domain.decision import Asked, Decide, Decision, Evolve, holds, known, with_participant
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.events import AgendaStepped, Event, FloorEnded, HandLowered, PageShown, ParticipantRecalled, ParticipantRecused
from meeting_server.domain.ids import ItemId, Millis, ParticipantId, RoomId
from meeting_server.domain.roles import Right
from meeting_server.domain.state import MeetingState, Motion, Participant, Recusal

WAITING = RoomId("waiting")
"""The media room of those who are outside: it forwards nobody and belongs to no conversation."""
OPEN_OUTSIDE: frozenset[type[Command]] = frozenset(
    {LeaveMeeting, AnswerRollCall, ContestAttendance, AcknowledgeRecording, LowerHand, CloseMedia}
)
"""Commands allowed from outside. All others are refused with ``outside``."""


def is_outside(state: MeetingState, participant: Participant) -> bool:
    """Return whether they may not follow what happens in the hall now."""
    if participant.recused_from is not None:
        return True
    return bool(participant.items) and state.current_item not in participant.items


def was_outside(state: MeetingState, participant: Participant, since: Millis) -> bool:
    """Return whether they are outside, or were at some time since ``since``, because words spoken then and delivered late are not for
    them."""
    if is_outside(state, participant) or any(r.until is not None and r.until > since for r in participant.recusals):
        return True
    return bool(participant.items) and (participant.inside_since is None or participant.inside_since > since)


def waiting(state: MeetingState) -> tuple[ParticipantId, ...]:
    """Return everyone who is outside."""
    return tuple([i for i, p in state.participants.items() if (p.items or p.recusals) and is_outside(state, p)])


def place_of(state: MeetingState, participant: Participant) -> RoomId:
    """Return the room in which they hear and are heard: their own, or none while they are outside."""
    return WAITING if is_outside(state, participant) else participant.room_id


def hides(participant: Participant, motion: Motion) -> bool:
    """Return whether a motion is hidden from them because they aren't called to its item or are recused from it now."""
    if motion.excludes or motion.nominees:  # everyone may know who is counted in 应到 and who counts the votes
        return False
    if is_foreign_to(participant, motion.item_id):
        return True
    return participant.recused_from is not None and motion.item_id in (None, participant.recused_from)


def is_foreign_to(participant: Participant, item_id: ItemId | None) -> bool:
    """Return whether they were called to other items only. What belongs to no item (``None``) is closed to them too."""
    return bool(participant.items) and item_id not in participant.items


def is_closed_to(participant: Participant, item_id: ItemId | None) -> bool:
    """Return whether an item stays closed to them in the record because they weren't called to it or were recused from it."""
    return is_foreign_to(participant, item_id) or any(recusal.item_id == item_id for recusal in participant.recusals)


def opens_document(participant: Participant, facts: Iterable[Event], document_id: str) -> bool:
    """Return whether someone to whom part of a meeting is closed may open a document, given what was shown so far and under which item.

    They may open what was shown to them. People who were recused may also open what was not shown meanwhile; people called to some items
    may open nothing else.
    """
    item_id: ItemId | None = None
    shown_to_them = shown_to_others = False
    for fact in facts:
        if isinstance(fact, AgendaStepped):
            item_id = fact.item_id
        elif isinstance(fact, PageShown) and fact.document_id == document_id:
            closed = is_closed_to(participant, item_id)
            shown_to_them, shown_to_others = shown_to_them or not closed, shown_to_others or closed
    return shown_to_them or not (participant.items or shown_to_others)


def gone_out(before: MeetingState, after: MeetingState, by: ParticipantId) -> tuple[Event, ...]:
    """Return the facts for those who are outside ``after`` but weren't ``before``: their devices close, and they lose hand and floor."""
    facts: list[Event] = []
    for i, p in before.participants.items():
        if is_outside(before, p) or not is_outside(after, after.participants[i]):
            continue
        if before.floor is not None and before.floor.participant_id == i:
            facts.append(FloorEnded(i, "left"))
        if any(hand.participant_id == i for hand in before.hands):
            facts.append(HandLowered(i))
        facts.extend(shut(p, by))
    return tuple(facts)


def _recuse(state: MeetingState, command: RecuseParticipant, asked: Asked) -> Decision:
    participant = known(state, command.participant_id)
    if isinstance(participant, Rejected):
        return participant
    if state.current_item is None:
        return Rejected(Code.NO_ITEM)
    if participant.kind != "person":
        return Rejected(Code.FORBIDDEN, "participant_id")
    if holds(state, command.participant_id, Right.RUN_MEETING):
        return Rejected(Code.RUNS_THE_MEETING, "participant_id")
    if participant.recused_from is not None:
        return ()
    recused = ParticipantRecused(command.participant_id, state.current_item, asked.who)
    return (*gone_out(state, _recused(state, recused, asked.now), asked.who), recused)


def _recall(state: MeetingState, command: RecallParticipant, asked: Asked) -> Decision:
    participant = known(state, command.participant_id)
    if isinstance(participant, Rejected):
        return participant
    item_id = participant.recused_from
    return () if item_id is None else (ParticipantRecalled(command.participant_id, item_id, asked.who),)


DECIDE: dict[type, Decide] = {RecuseParticipant: _recuse, RecallParticipant: _recall}


def _recused(state: MeetingState, event: ParticipantRecused, at: Millis) -> MeetingState:
    participant = state.participants.get(event.participant_id)
    if participant is None:
        return state
    return with_participant(state, event.participant_id, recusals=(*participant.recusals, Recusal(event.item_id, at)))


def _recalled(state: MeetingState, event: ParticipantRecalled, at: Millis) -> MeetingState:
    participant = state.participants.get(event.participant_id)
    if participant is None:
        return state
    recusals = tuple(replace(r, until=at) if r.until is None else r for r in participant.recusals)
    return with_participant(state, event.participant_id, recusals=recusals)


EVOLVE: dict[type, Evolve] = {ParticipantRecused: _recused, ParticipantRecalled: _recalled}
