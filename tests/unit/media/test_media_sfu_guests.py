"""What the forwarding unit makes of guests who send too much, or change what they send."""

from __future__ import annotations

import struct
import time
from collections.abc import AsyncIterator

import pytest

from meeting_server.media.api import ClientLost
from meeting_server.media.control import WorkerEvent
from meeting_server.media.peer import Peer
from meeting_server.media.sfu import Sfu
from tests.kit.paths import OFFERS

OFFER = (OFFERS / "aiortc-1.16.0.sdp").read_text()


class House:
    def __init__(self) -> None:
        self.events: list[WorkerEvent] = []
        self.sfu = Sfu("127.0.0.1", 0, ("127.0.0.1",), self.events.append)
        self.join(OFFER)

    def join(self, offer: str) -> None:
        self.sfu.join("hall", "guest", "guest", offer, False, 1)
        self.sfu.permit("guest", True, True, True)

    @property
    def guest(self) -> Peer:
        return self.sfu.peers["guest"]


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    yield house
    house.sfu.forwarder.close()


async def test_who_sends_more_than_any_browser_is_let_go(house: House) -> None:
    guest = house.guest
    now = time.monotonic()
    guest.packets = 4_000  # a good camera in four layers
    house.sfu._judge(guest, now)
    assert "guest" in house.sfu.peers
    guest.packets = 20_000
    house.sfu._judge(guest, now + 1)
    assert "guest" not in house.sfu.peers
    assert ClientLost("guest") in house.events


async def test_a_line_that_carries_another_codec_from_now_on_loses_all_it_had(house: House) -> None:
    guest = house.guest
    camera = next(track for track in guest.tracks.values() if track.kind == "video")
    number, ssrc = guest.lines[camera.mid].payload.number, guest.lines[camera.mid].ssrcs[0]
    stream = guest.learn(ssrc, number, struct.pack("!BBHII", 0x80, number, 1, 1, ssrc))
    assert stream is not None
    assert stream.track is camera
    house.join(OFFER.replace("VP8/90000", "VP1/90000"))
    assert house.guest is guest  # the same connection, negotiated again
    now = next(track for track in guest.tracks.values() if track.kind == "video")
    assert now.codec != camera.codec
    assert not guest.streams, "an old track would go on, whatever the chair decides about the new one"
