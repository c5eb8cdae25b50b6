"""Minutes of made-up offers, reports, packets, checks and datagrams against the media plane, with a room next door."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from meeting_server.media.client import MediaWorkers
from meeting_server.media.settings import MediaSettings
from tests.kit.attacks.media_fuzz import KINDS, attack, offers
from tests.kit.media.media_neighbours import NextDoor, figure, guest_in, lets_go
from tests.properties.media import test_media_inputs as inputs

EXAMPLES = 5_000
SECONDS = 60.0
PROPERTIES = (
    (offers(), inputs.test_an_offer_is_refused_or_all_its_numbers_are_in_range),
    (inputs.reports, inputs.test_a_report_is_malformed_or_says_no_more_than_may_be_said),
    (inputs.packets, inputs.test_a_packet_of_any_shape_is_read_to_its_end_and_no_further),
    (inputs.payloads, inputs.test_frames_are_put_together_from_packets_of_any_content),
    (inputs.checks, inputs.test_a_check_of_any_shape_authenticates_or_is_refused),
    (inputs.moments, inputs.test_a_recording_holds_nothing_from_the_future_whatever_is_reported),
)


@pytest.mark.parametrize(("made_up", "holds"), PROPERTIES, ids=[holds.__name__.removeprefix("test_") for _, holds in PROPERTIES])
def test_five_thousand_times(made_up: Any, holds: Any) -> None:
    inner = holds.hypothesis.inner_test
    often: Any = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))

    def example_holds(example: Any) -> None:
        inner(example)

    often(given(made_up)(example_holds))()  # type: ignore[no-untyped-call]  # what is given here is Any


@pytest.fixture
async def plane() -> AsyncIterator[MediaWorkers]:
    workers = MediaWorkers(MediaSettings())
    await workers.start()
    yield workers
    await workers.stop()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_minute_of_made_up_datagrams_takes_nothing_from_the_room_next_door(plane: MediaWorkers, kind: str) -> None:
    seed = secrets.randbits(60)
    next_door = NextDoor(plane)
    await next_door.join()
    guest = await guest_in(plane, camera=True, pictures=1)
    await plane.permit("guest", audio=True, video=True, screen=True)
    async with next_door.stays_whole(SECONDS):
        await attack(kind, guest, seed, SECONDS)
    assert await figure(plane, "faults_total") == 0, f"seed {seed}"
    await plane.details("guest")
    await lets_go(plane, guest)
    await next_door.close()
