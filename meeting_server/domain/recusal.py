"""Who is outside the room while an agenda item is dealt with: asked out because it is about them (回避), or called to other items only.

Outside means: no sound, no picture, no chat, no shared page, no vote, and nothing of that item in the record. It follows
from the state alone, so that no step of the agenda can forget anybody.
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
"""Where those are who are outside: a media room in which nobody is sent on, and the room of no conversation."""
OPEN_OUTSIDE: frozenset[type[Command]] = frozenset(
    {LeaveMeeting, AnswerRollCall, ContestAttendance, AcknowledgeRecording, LowerHand, CloseMedia}
)
"""What one may still ask of the meeting from outside; everything else is refused with ``outside``."""


def is_outside(state: MeetingState, participant: Participant) -> bool:
    """Whether they may not follow what goes on in the hall now."""
    if participant.recused_from is not None:
        return True
    return bool(participant.items) and state.current_item not in participant.items


def was_outside(state: MeetingState, participant: Participant, since: Millis) -> bool:
    """Whether they are outside, or were at some moment since ``since``: what was said then and is told late is not for them."""
    if is_outside(state, participant) or any(r.until is not None and r.until > since for r in participant.recusals):
        return True
    return bool(participant.items) and (participant.inside_since is None or participant.inside_since > since)


def waiting(state: MeetingState) -> tuple[ParticipantId, ...]:
    """Everyone who is outside."""
    return tuple([i for i, p in state.participants.items() if (p.items or p.recusals) and is_outside(state, p)])


def place_of(state: MeetingState, participant: Participant) -> RoomId:
    """The room they hear and are heard in: their own, or none while they are outside."""
    return WAITING if is_outside(state, participant) else participant.room_id


def hides(participant: Participant, motion: Motion) -> bool:
    """Whether a motion is kept from them: it belongs to an item they aren't called to, or are asked out for now."""
    if motion.excludes or motion.nominees:  # who is counted in 应到, and who counts, is everyone's to know
        return False
    if is_foreign_to(participant, motion.item_id):
        return True
    return participant.recused_from is not None and motion.item_id in (None, participant.recused_from)


def is_foreign_to(participant: Participant, item_id: ItemId | None) -> bool:
    """Whether they were called to other items only; what belongs to none (``None``) is foreign to them too."""
    return bool(participant.items) and item_id not in participant.items


def is_closed_to(participant: Participant, item_id: ItemId | None) -> bool:
    """Whether what was said under an item stays closed to them in the record: it is foreign to them, or they were asked out for it."""
    return is_foreign_to(participant, item_id) or any(recusal.item_id == item_id for recusal in participant.recusals)


def opens_document(participant: Participant, facts: Iterable[Event], document_id: str) -> bool:
    """Whether someone to whom part of a meeting is closed may open a document, by what was shown until now and under which item.

    What was shown to them is theirs to open. Who was asked out keeps what nobody was shown meanwhile; who is called to some items
    has nothing else.
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
    """The facts for those who are outside ``after`` and weren't ``before``: their devices close, hand and floor are given up."""
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
