"""The last records of a meeting as they were sent, copy by copy, from which a phone gets what it missed."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from meeting_server.domain.events import ChatPosted
from meeting_server.domain.ids import MessageId, ParticipantId
from meeting_server.domain.state import MeetingState
from meeting_server.domain.visibility import Circles, copies, fresh_view_for
from meeting_server.journal.port import Record
from meeting_server.wire.codec import encode, encode_event
from meeting_server.wire.server_messages import Skip

KEPT = 1_000
"""Records kept: more than an hour of a quiet meeting. A phone that missed more gets a snapshot, which is smaller."""

Audience = frozenset[ParticipantId] | None
"""Who gets the copy; ``None``: everyone whom no earlier copy named."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One record to be sent, encoded once per audience. A viewer gets the first copy that names them."""

    seq: int
    hash8: str
    copies: tuple[tuple[Audience, bytes], ...]
    fresh: frozenset[ParticipantId]
    """Viewers whose rights this record changed, so that they may now see more than they were sent."""
    message_id: MessageId | None = None
    """Of a chat message: its id, so that the text can be left out once it was removed."""

    def payload_for(self, viewer: ParticipantId) -> bytes:
        """Return this viewer's copy."""
        for audience, payload in self.copies:
            if audience is None or viewer in audience:
                return payload
        raise AssertionError("the last copy is for everyone")


def entry_of(record: Record, after: MeetingState, known: Circles | None = None) -> Entry:
    """Encode ``record`` as each audience may see it. ``after``: the state after this record; ``known``: its circles, if the caller has
    them."""
    event = record.event
    if event is None:
        return Entry(record.seq, record.hash8, ((None, encode(Skip(record.seq, record.hash8))),), frozenset())
    made = tuple(
        (
            copy.to,
            encode(Skip(record.seq, record.hash8))
            if copy.event is None
            else encode_event(record.seq, record.hash8, record.recorded_at, copy.event),
        )
        for copy in copies(after, event, known)
    )
    message_id = event.message_id if isinstance(event, ChatPosted) else None
    return Entry(record.seq, record.hash8, made, fresh_view_for(after, event), message_id)


class History:
    """A ring buffer of entries without gaps."""

    def __init__(self, kept: int = KEPT) -> None:
        self._entries: deque[Entry] = deque(maxlen=kept)

    def extend(self, entries: Iterable[Entry]) -> None:
        self._entries.extend(entries)

    def forget(self, messages: Collection[MessageId]) -> None:
        """Leave out the text of removed messages: phones that missed them learn only that something happened."""
        for index, entry in enumerate(self._entries):
            if entry.message_id in messages:
                self._entries[index] = Entry(entry.seq, entry.hash8, ((None, encode(Skip(entry.seq, entry.hash8))),), entry.fresh)

    def since(self, seq: int, hash8: str) -> list[Entry] | None:
        """Return what came after the record ``seq``, if that record is still here and has the same hash."""
        if not self._entries:
            return None
        first = self._entries[0].seq
        if not first <= seq <= self._entries[-1].seq:
            return None
        index = seq - first
        if self._entries[index].hash8 != hash8:
            return None
        return [self._entries[i] for i in range(index + 1, len(self._entries))]
