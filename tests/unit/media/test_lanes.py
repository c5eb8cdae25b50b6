"""One media plane, two control planes: neither sees the other's rooms, clients or files."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any, cast

import pytest

from meeting_server.media import api
from meeting_server.media.lanes import REHEARSAL, RehearsalLane, sorted_out

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


class Written:
    """A plane that writes down what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Any:
        async def ask(*words: Any, **_: Any) -> None:
            self.asked.append((name, *words))

        return ask


async def test_a_rehearsal_that_ends_leaves_no_client_and_no_recording_in_the_plane() -> None:
    plane = Written()
    lane = RehearsalLane(cast(api.MediaPlane, plane))
    await lane.join("m1/hall", "c1", "p1", "sdp")
    await lane.record("m1/hall", Path("folder"))
    plane.asked.clear()
    await lane.clear()
    assert plane.asked == [("record", f"{REHEARSAL}m1/hall", None), ("leave", f"{REHEARSAL}c1")]
    plane.asked.clear()
    await lane.clear()
    assert plane.asked == []


async def test_what_happened_in_a_rehearsal_that_is_over_is_told_to_nobody() -> None:
    lane = RehearsalLane(cast(api.MediaPlane, Written()))
    lane.report(api.ClientLost("c1"))
    assert lane.queue.empty()


def test_a_lane_offers_everything_the_port_does() -> None:
    asked = {name for name, _ in inspect.getmembers(api.MediaPlane, inspect.isfunction) if not name.startswith("_")}
    assert [name for name in asked if name not in dir(RehearsalLane)] == []
