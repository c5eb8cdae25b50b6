"""What a listener is told about the time of what it hears and sees."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from meeting_server.media import rtcp
from meeting_server.media.peer import Peer, Slot, Stream, Track
from meeting_server.media.reports import Reports
from meeting_server.media.rtp import Packet
from meeting_server.media.sdp_answer import Payload, SlotLine
from meeting_server.media.streams import SourceClock

EPOCH = 1_795_000_000.0


class House:
    """A voice that flows into one slot; its sender's clock is 7 s ahead of ours, and the way to us takes 30 ms."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.reports = Reports(lambda _, packet: self.sent.append(packet), lambda _: None, EPOCH)
        sender = cast(Peer, SimpleNamespace(clock=SourceClock(), streams={}, source="a"))
        self.voice = Stream(track=Track(sender, "1", "audio", "opus"), ssrc=1, layer=0, payload_type=111, rtx_type=0, rate=48000)
        sender.streams[1] = self.voice
        self.sender = sender
        self.slot = Slot(cast(Any, None), SlotLine("3", "audio", {"opus": Payload("opus", 111, 0, 48000)}, {}, 77, 0, "place-0"))
        self.listener = cast(Peer, SimpleNamespace(streams={}, connected=True, slots=[self.slot]))

    def report(self, now: float) -> None:
        """The sender's report about its time ``now - 30 ms``."""
        made = rtcp.SenderReport(1, rtcp.to_ntp(EPOCH + 7 + now - 0.03), int((now - 0.03) * 48000))
        self.reports.heard(self.sender, rtcp.Feedback(senders=[made]), now)

    def begin(self, now: float) -> None:
        self.slot.begin(self.voice, Packet(5, int(now * 48000), 0, b"x", None), now)

    def told(self) -> list[tuple[float, int]]:
        """(Unix s, RTP time in the sender's numbering) of each report that went out."""
        found = [s for packet in self.sent for s in rtcp.parse(packet).senders]
        return [(rtcp.from_ntp(s.ntp), s.rtp - self.slot.time_offset & 0xFFFFFFFF) for s in found]


def test_a_report_names_our_time_for_the_same_moment() -> None:
    house = House()
    house.begin(1.0)
    house.report(2.0)
    ((unix, time),) = house.told()
    assert abs(unix - (EPOCH + 2.0)) < 0.001  # the way of the fastest packet cannot be told from a difference of clocks
    assert time == int(1.97 * 48000)


def test_what_begins_to_flow_is_put_in_time_before_its_senders_next_report() -> None:
    house = House()
    house.report(2.0)
    house.begin(4.0)
    house.reports.about_publishing(house.listener, 4.5)
    ((unix, time),) = house.told()
    assert abs((unix - (EPOCH + 2.0)) - (time - 1.97 * 48000) / 48000) < 0.001, "both are as much later as the other"
    assert abs(unix - (EPOCH + 4.5)) < 0.001
    house.reports.about_publishing(house.listener, 5.5)
    assert len(house.told()) == 1, "once is enough"


def test_what_begins_again_is_put_in_time_again() -> None:
    house = House()
    house.begin(1.0)
    house.report(2.0)
    house.slot.stop()
    house.begin(3.0)
    house.reports.about_publishing(house.listener, 3.5)
    assert len(house.told()) == 2


def test_a_report_of_long_ago_is_not_held_against_what_begins_now() -> None:
    house = House()
    house.report(2.0)
    house.begin(60.0)
    house.reports.about_publishing(house.listener, 60.5)
    assert house.told() == []


def test_reports_that_come_too_often_are_not_passed_on() -> None:
    house = House()
    house.begin(1.0)
    for number in range(100):
        house.report(2.0 + number / 100)
    assert len(house.told()) == 5
