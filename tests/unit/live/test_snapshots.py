"""Snapshots put together from kept pieces say the very same as ones made anew."""

from __future__ import annotations

import json

import pytest

from meeting_server.domain.events import ConnectionOpened, Event, MeetingConvened, MeetingOpened, ParticipantRemoved, RoleAssigned
from meeting_server.domain.ids import ConnectionId, ParticipantId
from meeting_server.domain.meeting import evolve
from meeting_server.domain.roles import Role
from meeting_server.domain.visibility import view
from meeting_server.journal.port import Head
from meeting_server.live.resume import Snapshots
from meeting_server.wire.codec import encode
from meeting_server.wire.server_messages import Snapshot
from tests.kit.houses.live_house import CHAIR, convening

HEAD = Head(7, bytes(32))
M1, M2, M3 = ParticipantId("m1"), ParticipantId("m2"), ParticipantId("m3")
STEPS: tuple[Event, ...] = (
    MeetingConvened(convening(3)),
    MeetingOpened(ParticipantId(CHAIR)),
    ConnectionOpened(M1, ConnectionId("k1"), "phone"),
    ConnectionOpened(M2, ConnectionId("k2"), "hall"),
    RoleAssigned(M2, Role.CHAIR, ParticipantId(CHAIR)),
    ParticipantRemoved(M3, ParticipantId(CHAIR), "误入"),
)


@pytest.mark.parametrize("viewer", [CHAIR, "m1", "m2", "m3", "stranger"])
def test_a_snapshot_from_kept_pieces_equals_the_view(viewer: str) -> None:
    snapshots, state = Snapshots(), None
    for at, event in enumerate(STEPS):
        state = evolve(state, event, at)
        who = ParticipantId(viewer)
        anew = encode(Snapshot(HEAD.position, HEAD.seq, view(state, who)))
        made = snapshots.frame(HEAD, state, who)
        assert json.loads(made) == json.loads(anew)
        assert list(json.loads(made)["state"]["participants"]) == list(json.loads(anew)["state"]["participants"])


def test_what_only_the_chair_may_see_is_in_no_other_snapshot() -> None:
    snapshots, state = Snapshots(), None
    for at, event in enumerate(STEPS[:3]):
        state = evolve(state, event, at)
    assert state is not None
    assert b'"k1"' in snapshots.frame(HEAD, state, ParticipantId(CHAIR))
    assert b'"k1"' in snapshots.frame(HEAD, state, M1)
    assert b'"k1"' not in snapshots.frame(HEAD, state, M2)
