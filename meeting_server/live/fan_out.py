"""Sends a batch of records to every connection, building each distinct selection of copies once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from meeting_server.domain.ids import ParticipantId
from meeting_server.live.history import Entry
from meeting_server.wire.frames import Frames


class Receiver(Protocol):
    """A receiver of frames."""

    @property
    def participant_id(self) -> ParticipantId: ...

    def deliver(self, frames: Frames) -> None: ...


def fan_out(entries: Sequence[Entry], receivers: Iterable[Receiver]) -> None:
    """Deliver all ``entries`` to every receiver, in order and in one piece.

    Nearly everyone gets the last copy of every record. For those whom an earlier copy names, only the differing entries are built anew:
    in a vote of a thousand, each voter's batch differs in their own ballot.
    """
    common = Frames(tuple(entry.copies[-1][1] for entry in entries))
    own = _differences(entries)
    made: dict[tuple[tuple[int, int], ...], Frames] = {}
    for receiver in receivers:
        changes = own.get(receiver.participant_id)
        if changes is None:
            receiver.deliver(common)
            continue
        name = tuple((index, id(payload)) for index, payload in changes.items())
        frames = made.get(name)
        if frames is None:
            frames = made[name] = common.changed(changes)
        receiver.deliver(frames)


def _differences(entries: Sequence[Entry]) -> dict[ParticipantId, dict[int, bytes]]:
    """Return, for every viewer whom a copy names, the entries that differ for them, with their own copies."""
    own: dict[ParticipantId, dict[int, bytes]] = {}
    for index, entry in enumerate(entries):
        for audience, payload in entry.copies[:-1]:
            for viewer in audience or ():
                own.setdefault(viewer, {}).setdefault(index, payload)
    return own
