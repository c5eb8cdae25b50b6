"""Sends a batch of records to every connection: each distinct selection of copies is framed once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from meeting_server.domain.ids import ParticipantId
from meeting_server.live.history import Entry
from meeting_server.wire.frames import Frames


class Receiver(Protocol):
    """Whoever frames can be delivered to."""

    @property
    def participant_id(self) -> ParticipantId: ...

    def deliver(self, frames: Frames) -> None: ...


def fan_out(entries: Sequence[Entry], receivers: Iterable[Receiver]) -> None:
    """Deliver all of ``entries`` to every receiver, in one piece and in order.

    Nearly everyone gets the last copy of every record; only those whom some copy names are looked at one by one.
    """
    named: set[ParticipantId] = set()
    for entry in entries:
        for audience, _ in entry.copies:
            if audience is not None:
                named |= audience
    common = Frames(tuple(entry.copies[-1][1] for entry in entries))
    made: dict[tuple[int, ...], Frames] = {}
    for receiver in receivers:
        viewer = receiver.participant_id
        if viewer not in named:
            receiver.deliver(common)
            continue
        selection = tuple(entry.index_for(viewer) for entry in entries)
        frames = made.get(selection)
        if frames is None:
            frames = Frames(tuple(entry.copies[index][1] for entry, index in zip(entries, selection, strict=True)))
            made[selection] = frames
        receiver.deliver(frames)
