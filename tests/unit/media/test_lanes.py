"""One media plane, two control planes: neither sees the other's rooms, clients or files."""

from __future__ import annotations

import pytest

from meeting_server.media import api
from meeting_server.media.lanes import REHEARSAL, sorted_out

MINE: list[api.MediaEvent] = [
    api.SpeakerTurn("m1/hall", "p1", 1, 2),
    api.ActiveSpeakers("m1/hall", ("p1",)),
    api.TrackRecorded("m1/hall", "p1", "audio", "a.mka", 1, 2),
    api.SlotsChanged("c1", (api.SlotSource("0", "audio", "p1"),)),
    api.Quality("c1", 2),
    api.LayersWanted("c1", ("q",)),
    api.ClientConnected("c1"),
    api.ClientLost("c1"),
]


def of_rehearsal(event: api.MediaEvent) -> api.MediaEvent:
    """The same, about a room or client of the rehearsal."""
    named = {field: REHEARSAL + getattr(event, field) for field in ("room", "client") if hasattr(event, field)}
    return type(event)(**{name: getattr(event, name) for name in event.__struct_fields__} | named)


@pytest.mark.parametrize("event", MINE, ids=lambda event: type(event).__name__)
def test_an_event_reaches_only_the_side_it_is_about(event: api.MediaEvent) -> None:
    assert sorted_out(event) == (event, None)
    assert sorted_out(of_rehearsal(event)) == (None, event)


def test_a_lost_worker_is_told_to_both_each_with_its_own_clients() -> None:
    assert sorted_out(api.WorkerLost(("c1", f"{REHEARSAL}c2"))) == (api.WorkerLost(("c1",)), api.WorkerLost(("c2",)))


def test_clients_that_a_rehearsal_left_in_a_worker_are_resumed_by_nobody() -> None:
    kept = [api.KeptClient(name, "m1/hall", "p1", (), "ice") for name in ("c1", f"{REHEARSAL}c2")]
    assert sorted_out(api.ClientsKept(tuple(kept))) == (api.ClientsKept((kept[0],)), None)
