"""What a phone is sent when it comes in: the records it missed, or, when that is not known or not enough, all of the state."""

from __future__ import annotations

import re
from dataclasses import dataclass

from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.state import MeetingState
from meeting_server.domain.visibility import view
from meeting_server.live.history import Entry
from meeting_server.live.host import Host
from meeting_server.wire.codec import encode
from meeting_server.wire.server_messages import Snapshot

MOST_RECORDS = 500
"""More than that is slower to apply on a phone than a snapshot."""
_POSITION = re.compile(r"(?P<seq>[0-9]{1,12})\.(?P<hash8>[0-9a-f]{8})")


@dataclass(frozen=True, slots=True)
class CatchUp:
    """``payloads``: encoded frames, either the ``missed`` records or one snapshot (``resumed`` false)."""

    resumed: bool
    missed: int
    payloads: tuple[bytes, ...]


def catch_up(host: Host, state: MeetingState, viewer: ParticipantId, position: str | None) -> CatchUp:
    """Bring ``viewer`` from ``position`` to the host's head. Either way the phone ends with the same state."""
    missed = _missed(host, viewer, position)
    if missed is None:
        return CatchUp(False, 0, (snapshot(host, state, viewer),))
    return CatchUp(True, len(missed), tuple(entry.payload_for(viewer) for entry in missed))


def _missed(host: Host, viewer: ParticipantId, position: str | None) -> list[Entry] | None:
    found = _POSITION.fullmatch(position or "")
    if found is None:
        return None
    entries = host.since(int(found["seq"]), found["hash8"])
    if entries is None or len(entries) > MOST_RECORDS or any(viewer in entry.fresh for entry in entries):
        return None
    return entries


def snapshot(host: Host, state: MeetingState, viewer: ParticipantId) -> bytes:
    """The frame with everything ``viewer`` may see at the head."""
    head = host.head
    return encode(Snapshot(head.position, head.seq, view(state, viewer)))
