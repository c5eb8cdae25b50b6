"""Which packet goes to whom, and when: the router's decisions, driven without a socket, keys or a clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

from meeting_server.media.peer import Peer, Slot, Stream, Track
from meeting_server.media.routing import ENOUGH, HOLD_S, KEY_FRAME_PAUSE_S, Router
from meeting_server.media.rtcp import Feedback
from meeting_server.media.rtp import Packet
from meeting_server.media.sdp_answer import Payload, SlotLine

END = 0x80
VP8 = Payload("vp8", 96, 97, 90000)


def picture(*, key: bool = False) -> bytes:
    return bytes((0x10, 0 if key else 1)) + b"a part of a picture"


class Copied:
    """Keeps what is to be sent, and sends nothing: (listener, sequence number) for each copy, in order."""

    def __init__(self) -> None:
        self.queued: list[tuple[str, int]] = []
        self.sent: list[tuple[str, int]] = []
        self.late_ones: list[int] = []
        self.repaired: list[list[int]] = []
        self.repeated: list[list[int]] = []
        self.shielded: list[int] = []
        self.failing: list[Peer] = []

    def fan_out(self, stream: Stream, packets: list[Packet]) -> list[Peer]:
        self.queued += [(slot.peer.client, packet.seq) for packet in packets for slot in stream.outlets]
        return self.failing

    def late(self, stream: Stream, packet: Packet) -> None:
        self.late_ones.append(packet.seq)

    def flush(self) -> None:
        self.sent += self.queued
        self.queued = []

    def repair(self, slot: Slot, lost: list[int], now: float) -> None:
        self.repaired.append(lost)

    def repeat(self, slot: Slot, seqs: list[int], now: float) -> None:
        self.repeated.append(seqs)

    def shield(self, stream: Stream, packets: list[Packet], now: float) -> None:
        self.shielded += [packet.seq for packet in packets]


class Hall:
    """A camera and two listeners, joined by a router; time stands still until a test moves it."""

    def __init__(self) -> None:
        self.nacks_out = self.plis_out = 0
        self.now = 100.0
        self.copies = Copied()
        self.live: list[Track] = []
        self.moved: list[str] = []
        self.kept: list[int] = []
        self.faults: list[str] = []
        self.let_go: list[str] = []
        self.asked: list[str] = []
        self.timers: list[tuple[Callable[..., None], tuple[Any, ...]]] = []
        self.router = Router(
            self.copies,
            self,
            self,
            lambda peer, packet: self.asked.append(peer.client),
            lambda seconds, do, *arguments: self.timers.append((do, arguments)),
            lambda place, peer: self.faults.append(place),
            lambda peer: self.let_go.append(peer.client),
        )
        self.filming = self.peer("filming")
        self.stream = self.camera()
        self.listeners = [self.slot("first"), self.slot("second")]
        self._seq = 0

    @staticmethod
    def peer(name: str) -> Peer:
        return Peer(name, name, cast(Any, None), "s", cast(Any, None))

    def camera(self) -> Stream:
        track = Track(self.filming, "0", "video", "vp8", permitted=True)
        return Stream(track=track, ssrc=77, layer=0, payload_type=96, rtx_type=97, rate=90000)

    def slot(self, client: str) -> Slot:
        """A place of a client in which the camera flows already."""
        slot = Slot(self.peer(client), SlotLine("0", "video", {"vp8": VP8}, {}, 1000, 2000, "hall"))
        slot.peer.slot_of[slot.ssrc] = slot
        slot.stream = self.stream
        self.stream.outlets.append(slot)
        return slot

    # ---- who is told

    def went_live(self, track: Track) -> None:
        self.live.append(track)

    def slots_moved(self, peer: Peer) -> None:
        self.moved.append(peer.client)

    def keep(self, stream: Stream, packet: Packet, now: float) -> None:
        self.kept.append(packet.seq)

    # ---- what happens

    def comes(self, *, ends: bool = True, key: bool = False, seq: int | None = None, payload: bytes | None = None) -> None:
        number = self._seq if seq is None else seq
        self.router.accept(self.stream, number, 3000, END if ends else 0, picture(key=key) if payload is None else payload, self.now)
        self._seq = max(self._seq, number + 1)

    def films(self, packets: int, *, ends: bool) -> bool:
        """Whether the router says that the rest is about to come."""
        for left in range(packets - 1, -1, -1):
            self.comes(ends=ends and not left)
        return self.router.send_on(self.now)

    def seen_by(self, client: str) -> list[int]:
        return [seq for name, seq in self.copies.sent if name == client]

    def ring(self) -> None:
        timers, self.timers = self.timers, []
        for do, arguments in timers:
            do(*arguments, self.now)


@pytest.fixture
def hall() -> Hall:
    return Hall()


def test_a_whole_picture_goes_to_every_listener_in_order(hall: Hall) -> None:
    assert not hall.films(3, ends=True)
    assert hall.seen_by("first") == hall.seen_by("second") == [0, 1, 2]
    assert hall.live == [hall.stream.track]


def test_the_beginning_of_a_picture_waits_for_its_rest(hall: Hall) -> None:
    assert hall.films(3, ends=False)
    assert hall.copies.sent == []
    assert not hall.films(2, ends=True)
    assert hall.seen_by("first") == [0, 1, 2, 3, 4]


def test_a_picture_without_an_end_goes_out_when_it_waited_long_enough(hall: Hall) -> None:
    hall.films(3, ends=False)
    hall.now += HOLD_S
    assert hall.router.send_on(hall.now)
    assert hall.seen_by("first") == [0, 1, 2]
    assert not hall.router.send_on(hall.now)  # nobody looks again for what may never come


def test_a_long_beginning_does_not_wait(hall: Hall) -> None:
    assert hall.films(ENOUGH, ends=False)
    assert len(hall.seen_by("first")) == ENOUGH


def test_a_voice_never_waits(hall: Hall) -> None:
    hall.stream.track.kind = "audio"
    assert not hall.films(1, ends=False)
    assert hall.seen_by("first") == [0]


def test_what_waits_is_sent_before_an_outlet_changes(hall: Hall) -> None:
    hall.films(3, ends=False)
    hall.router.settle(hall.stream)
    hall.listeners[0].stop()
    hall.films(1, ends=True)
    assert hall.seen_by("first") == [0, 1, 2]
    assert hall.seen_by("second") == [0, 1, 2, 3]


def test_padding_is_left_out_without_a_gap(hall: Hall) -> None:
    hall.films(1, ends=True)
    hall.comes(payload=b"")
    hall.films(1, ends=True)
    assert hall.seen_by("first") == [0, 1]


def test_a_packet_that_comes_late_is_sent_by_itself(hall: Hall) -> None:
    hall.films(1, ends=True)
    hall.comes(seq=2)
    hall.router.send_on(hall.now)
    hall.comes(seq=1)
    hall.router.send_on(hall.now)
    assert hall.seen_by("first") == [0, 2]
    assert hall.copies.late_ones == [1]


def test_a_packet_that_comes_twice_is_sent_once(hall: Hall) -> None:
    hall.films(1, ends=True)
    hall.comes(seq=0)
    hall.router.send_on(hall.now)
    assert hall.seen_by("first") == [0]
    assert hall.copies.late_ones == []


def test_a_waiting_slot_changes_over_with_a_key_frame_and_not_before(hall: Hall) -> None:
    before, newcomer = hall.camera(), hall.listeners[0]
    newcomer.stop()
    newcomer.stream, newcomer.pending = before, hall.stream
    before.outlets.append(newcomer)
    hall.stream.waiting.append(newcomer)
    hall.films(1, ends=True)
    assert (hall.seen_by("first"), hall.moved) == ([], [])
    hall.comes(key=True)
    hall.router.send_on(hall.now)
    assert hall.seen_by("first") == [1]
    assert hall.moved == ["first"]
    assert before.outlets == []


def test_a_slot_that_fails_to_change_over_keeps_nobody_else_from_it(hall: Hall) -> None:
    for slot in hall.listeners:
        slot.stop()
        hall.stream.waiting.append(slot)
    hall.listeners[0].payloads = {}
    hall.comes(key=True)
    hall.router.send_on(hall.now)
    assert hall.faults == ["slot"]
    assert hall.seen_by("second") == [0]


def test_a_listener_whose_copy_fails_is_let_go(hall: Hall) -> None:
    hall.copies.failing = [hall.listeners[1].peer]
    hall.films(1, ends=True)
    assert hall.let_go == ["second"]


def test_what_is_recorded_is_told_whether_or_not_anybody_watches(hall: Hall) -> None:
    hall.stream.feed = 1
    for slot in hall.listeners:
        slot.stop()
    hall.films(2, ends=True)
    assert hall.kept == [0, 1]
    assert hall.copies.sent == []


def test_a_key_frame_is_asked_for_once_in_a_while(hall: Hall) -> None:
    wanted = Feedback(key_frames=[1000])
    for slot in hall.listeners:
        hall.router.answer(slot.peer, wanted, hall.now)
    assert (hall.asked, hall.plis_out) == (["filming"], 1)
    hall.now += KEY_FRAME_PAUSE_S
    hall.router.answer(hall.listeners[0].peer, wanted, hall.now)
    assert hall.plis_out == 2


def test_a_client_is_answered_about_its_own_slots_alone(hall: Hall) -> None:
    hall.router.answer(hall.listeners[0].peer, Feedback(nacks=[(4711, [1])], key_frames=[4711]), hall.now)
    assert (hall.copies.repaired, hall.asked) == ([], [])


def test_holes_are_asked_of_who_films_and_not_of_who_speaks(hall: Hall) -> None:
    hall.filming.streams[77] = hall.stream
    hall.comes(seq=0)
    hall.comes(seq=3)
    hall.router.ask_missing(hall.filming, hall.now)
    assert (hall.asked, hall.nacks_out) == (["filming"], 2)
    hall.stream.track.kind = "audio"
    hall.router.ask_missing(hall.filming, hall.now + 1)
    assert hall.nacks_out == 2


def test_a_repair_is_sent_twice_only_on_a_path_that_loses_by_chance(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    slot, lost = hall.listeners[0], Feedback(nacks=[(1000, [7, 9])])
    monkeypatch.setattr(slot.peer.downlink, "loses_by_chance", lambda now: False)
    hall.router.answer(slot.peer, lost, hall.now)
    assert (hall.copies.repaired, hall.timers) == ([[7, 9]], [])
    monkeypatch.setattr(slot.peer.downlink, "loses_by_chance", lambda now: True)
    hall.router.answer(slot.peer, lost, hall.now)
    hall.ring()
    assert hall.copies.repeated == [[7, 9]]


def test_the_end_of_a_picture_is_sent_twice_to_whom_it_might_be_lost(hall: Hall) -> None:
    hall.stream.shielded = (hall.listeners[0],)
    hall.films(5, ends=True)
    hall.ring()
    assert hall.copies.shielded == [3, 4]


def test_a_repeat_that_fails_is_a_fault_of_its_client_alone(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    slot = hall.listeners[0]
    monkeypatch.setattr(slot.peer.downlink, "loses_by_chance", lambda now: True)
    monkeypatch.setattr(hall.copies, "repeat", lambda *_: 1 / 0)
    hall.router.answer(slot.peer, Feedback(nacks=[(1000, [7])]), hall.now)
    hall.ring()
    assert hall.faults == ["repeat"]
