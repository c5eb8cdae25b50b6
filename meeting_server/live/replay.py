"""Folds a journal into what a host needs to continue: state, recent history, and the commands already carried out.

This fold trusts its records, because the host's own journal wrote and sealed them. The audit in ``archive`` has another fold, which
trusts none and counts everything again. ADR 18 gives the reason for having two. Both use ``journal.fold`` for the step from record to
record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from meeting_server.domain.ids import CommandId, Millis, ParticipantId
from meeting_server.domain.state import MeetingState
from meeting_server.domain.visibility import Circles
from meeting_server.journal.fold import after
from meeting_server.journal.port import Head, Record
from meeting_server.live.history import KEPT, History, entry_of

CommandKey = tuple[ParticipantId | None, CommandId]
"""A command id belongs to its sender, so that nobody can get another's command acknowledged, or block it."""


@dataclass(slots=True)
class Replayed:
    """``commands``: the last record each command led to. ``last_at``: when the last record was made, 0 for none. ``known``: the circles
    of ``state``, once somebody asked for them."""

    state: MeetingState | None
    head: Head
    history: History
    commands: dict[CommandKey, int]
    last_at: Millis
    known: Circles | None = None


def replay(records: Sequence[Record], head: Head) -> Replayed:
    """Fold ``records`` from the first one on; ``head`` is the last one's."""
    state: MeetingState | None = None
    history, commands = History(), {}
    recent = len(records) - KEPT
    for index, record in enumerate(records):
        state = after(state, record)
        if record.command_id is not None:
            commands[record.actor, record.command_id] = record.seq
        if index >= recent and state is not None:
            history.extend((entry_of(record, state),))
    return Replayed(state, head, history, commands, records[-1].recorded_at if records else 0)
