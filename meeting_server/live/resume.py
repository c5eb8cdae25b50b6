"""What a phone gets when it connects: the records it missed, or the whole state if they are unknown or not enough."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from meeting_server.domain.decision import holds
from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.roles import Right
from meeting_server.domain.state import MeetingState, Participant
from meeting_server.domain.visibility import view
from meeting_server.journal.port import Head
from meeting_server.live.history import Entry
from meeting_server.live.host import Host
from meeting_server.wire.codec import encode
from meeting_server.wire.server_messages import Snapshot

MOST_RECORDS = 500
"""A phone applies a snapshot faster than more records than this."""
_encoder = msgspec.json.Encoder()
_POSITION = re.compile(r"(?P<seq>[0-9]{1,12})\.(?P<hash8>[0-9a-f]{8})")


@dataclass(frozen=True, slots=True)
class CatchUp:
    """``payloads``: encoded frames, either the ``missed`` records or one snapshot (``resumed`` false)."""

    resumed: bool
    missed: int
    payloads: tuple[bytes, ...]


def catch_up(host: Host, snapshots: Snapshots, state: MeetingState, viewer: ParticipantId, position: str | None) -> CatchUp:
    """Bring ``viewer`` from ``position`` to the host's head. The phone ends with the same state either way."""
    missed = _missed(host, viewer, position)
    if missed is None:
        return CatchUp(False, 0, (snapshots.frame(host.head, state, viewer),))
    return CatchUp(True, len(missed), tuple(entry.payload_for(viewer) for entry in missed))


def _missed(host: Host, viewer: ParticipantId, position: str | None) -> list[Entry] | None:
    found = _POSITION.fullmatch(position or "")
    if found is None:
        return None
    entries = host.since(int(found["seq"]), found["hash8"])
    if entries is None or len(entries) > MOST_RECORDS or any(viewer in entry.fresh for entry in entries):
        return None
    return entries


class Snapshots:
    """Encodes what each viewer may see. Most of a snapshot describes the other participants, which looks the same to everyone who does
    not run the meeting. That part is encoded when a participant changes, not for every viewer."""

    def __init__(self) -> None:
        self._others: dict[ParticipantId, tuple[Participant, msgspec.Raw]] = {}

    def frame(self, head: Head, state: MeetingState, viewer: ParticipantId) -> bytes:
        """Return the frame with everything ``viewer`` may see at ``head``."""
        if holds(state, viewer, Right.RUN_MEETING):
            return encode(Snapshot(head.position, head.seq, view(state, viewer)))
        participants: dict[ParticipantId, Any] = self._seen_by_others(state)
        own = {viewer: state.participants[viewer]} if viewer in state.participants else {}
        seen = view(replace(state, participants=own), viewer)
        participants.update(seen.participants)
        return encode(Snapshot(head.position, head.seq, replace(seen, participants=participants)))

    def _seen_by_others(self, state: MeetingState) -> dict[ParticipantId, Any]:
        known = self._others
        changed = {i: p for i, p in state.participants.items() if i not in known or known[i][0] is not p}
        if changed:
            looks = view(replace(state, participants=changed, chat=(), motions={}), None).participants
            for i, participant in changed.items():
                known[i] = (participant, msgspec.Raw(_encoder.encode(looks[i])))
        return {i: known[i][1] for i in state.participants}
