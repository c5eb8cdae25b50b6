"""What of a journal is to be erased: chat that was removed, and the personal words of one participant."""

from __future__ import annotations

from collections.abc import Iterable

from meeting_server.domain.events import AbsenceExplained, AttendanceContested, ChatPosted, ChatRemoved, ContestAnswered
from meeting_server.domain.ids import MessageId, ParticipantId
from meeting_server.journal.port import Record

OF_CHAT = (ChatPosted.__name__, ChatRemoved.__name__)
OF_PEOPLE = tuple(kind.__name__ for kind in (ChatPosted, AbsenceExplained, AttendanceContested, ContestAnswered))
"""Kinds to be read for each."""


def removed_chat(records: Iterable[Record]) -> list[int]:
    """The records (``seq``) of messages that were removed and are still there."""
    records = list(records)
    gone = {record.event.message_id for record in records if isinstance(record.event, ChatRemoved)}
    return [record.seq for record in records if isinstance(record.event, ChatPosted) and record.event.message_id in gone]


def message(records: Iterable[Record], message_id: MessageId) -> Record | None:
    """The record of one message, if it is still there."""
    return next((r for r in records if isinstance(r.event, ChatPosted) and r.event.message_id == message_id), None)


def words_of(records: Iterable[Record], who: ParticipantId) -> list[int]:
    """The records (``seq``) of what somebody wrote in chat, why they were absent, what they contested and were answered."""
    return [record.seq for record in records if _about(record) == who]


def _about(record: Record) -> ParticipantId | None:
    match record.event:
        case ChatPosted() as posted:
            return posted.author_id
        case AbsenceExplained(who) | AttendanceContested(_, who) | ContestAnswered(_, who):
            return who
        case _:
            return None
