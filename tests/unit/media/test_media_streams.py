"""Numbers that wrap, packets that come late or not at all, slots that change their source."""

from __future__ import annotations

import itertools
from typing import Any, cast

from meeting_server.media.peer import Slot, Stream, Track
from meeting_server.media.rtp import Packet, begins_key_frame, scan_extensions, vp8_payload_offset, vp8_pictures
from meeting_server.media.sdp_answer import Payload, SlotLine
from meeting_server.media.slots import rewrite_picture
from meeting_server.media.streams import MAX_ASKS


def stream(codec: str = "vp8") -> Stream:
    track = Track(cast(Any, None), "1", "video", codec)
    return Stream(track=track, ssrc=1, layer=0, payload_type=96, rtx_type=97, rate=90000)


def slot() -> Slot:
    payloads = {"vp8": Payload("vp8", 100, 101, 90000)}
    return Slot(cast(Any, None), SlotLine("3", "video", payloads, {}, 77, 78, "place-0"))


def vp8(number: int, tl0: int = 0, *, key: bool = False) -> bytes:
    return bytes((0x90, 0xC0, 0x80 | number >> 8, number & 0xFF, tl0, 0x10 if key else 0x11, 2, 0))


def arrive(s: Stream, seq: int, number: int = 0, tl0: int = 0, timestamp: int = 0, now: float = 0.0) -> Packet:
    order = s.arrive(seq, timestamp, 100, now)
    assert order >= 0
    payload = vp8(number, tl0)
    packet = Packet(s.forwarded(seq, order), timestamp, 0, payload, vp8_pictures(payload))
    s.history[packet.seq & 1023] = packet
    return packet


def test_a_sequence_that_wraps_is_no_loss() -> None:
    s = stream()
    for seq in (65534, 65535, 0, 1):
        assert s.arrive(seq, 0, 100, 0.0) == 1
    assert not s.missing
    assert s.cycles == 0x10000


def test_a_hole_is_asked_for_a_few_times_and_then_given_up() -> None:
    s = stream()
    s.arrive(10, 0, 100, 0.0)
    s.arrive(13, 0, 100, 0.0)
    asks, now = 0, 0.0
    while s.missing:
        asks += len(s.to_ask(now))
        now += 0.01
    assert asks == 2 * MAX_ASKS


def test_a_late_packet_is_wanted_once() -> None:
    s = stream()
    for seq in (1, 2, 5):
        s.arrive(seq, 0, 100, 0.0)
    assert s.arrive(3, 0, 100, 0.0) == 0
    assert s.arrive(3, 0, 100, 0.0) == -1
    assert s.arrive(5, 0, 100, 0.0) == -1
    assert s.to_ask(1.0) == [4]


def test_a_jump_is_a_new_beginning_and_nothing_is_asked_for() -> None:
    s = stream()
    s.arrive(1, 0, 100, 0.0)
    assert s.arrive(5000, 0, 100, 0.0) == 1
    assert not s.missing


def test_padding_leaves_no_hole_in_what_is_forwarded() -> None:
    s = stream()
    assert s.forwarded(10, s.arrive(10, 0, 100, 0.0)) == 10
    s.arrive(11, 0, 0, 0.0)
    s.leave_out(11)
    s.arrive(13, 0, 100, 0.0)
    assert s.forwarded(13, 1) == 12
    assert s.arrive(12, 0, 100, 0.0) == 0
    assert s.forwarded(12, 0) == 11


def test_loss_is_reported_as_a_share_of_256() -> None:
    s = stream()
    for seq in range(100):
        if seq % 4:
            s.arrive(seq, seq * 3000, 100, seq / 30)
    report = s.measure(4.0)
    assert abs(report.lost - 64) < 4
    assert report.highest == 99
    assert s.measure(5.0).lost == 0


def test_a_slot_that_changes_its_source_stays_continuous_across_the_wrap() -> None:
    first, second, out = stream(), stream(), slot()
    start = arrive(first, 65530, number=0x7FFE, tl0=254, timestamp=4294960000, now=1.0)
    out.begin(first, start, 1.0)
    seqs = [start.seq + out.seq_offset & 0xFFFF]
    for i in range(1, 12):
        packet = arrive(
            first,
            65530 + i & 0xFFFF,
            number=0x7FFE + i & 0x7FFF,
            tl0=254 + i & 0xFF,
            timestamp=4294960000 + 3000 * i & 0xFFFFFFFF,
            now=1.0 + i / 30,
        )
        seqs.append(packet.seq + out.seq_offset & 0xFFFF)
    last_time = first.last_timestamp + out.time_offset & 0xFFFFFFFF
    last_id, last_tl0 = 0x7FFE + 11 & 0x7FFF, 254 + 11 & 0xFF
    out.stop()
    change = arrive(second, 700, number=5, tl0=9, timestamp=12345, now=1.5)
    out.begin(second, change, 1.5)
    seqs.append(change.seq + out.seq_offset & 0xFFFF)
    assert all(y - x & 0xFFFF == 1 for x, y in itertools.pairwise(seqs))
    step = (change.timestamp + out.time_offset - last_time) & 0xFFFFFFFF
    assert abs(step - (1.5 - (1.0 + 11 / 30)) * 90000) < 90
    body = bytearray(change.payload)
    rewrite_picture(body, 0, change, out)
    assert ((body[2] & 0x7F) << 8 | body[3]) == last_id + 1 & 0x7FFF
    assert body[4] == last_tl0 + 1 & 0xFF


def test_a_repair_is_found_only_since_the_last_change() -> None:
    first, second, out = stream(), stream(), slot()
    out.begin(first, arrive(first, 10), 0.0)
    arrive(first, 11)
    before = 11 + out.seq_offset & 0xFFFF
    assert out.find(before) is not None
    out.stop()
    out.begin(second, arrive(second, 500), 0.1)
    assert out.find(before) is None
    assert out.find(500 + out.seq_offset & 0xFFFF) is not None
    assert out.find(501 + out.seq_offset & 0xFFFF) is None


def test_repairs_are_limited() -> None:
    out = slot()
    assert sum(out.may_repair(0.0) for _ in range(1000)) <= 400
    assert sum(out.may_repair(1.0) for _ in range(1000)) <= 400


def test_short_picture_numbers_wrap_at_seven_bits() -> None:
    out = slot()
    out.id_offset, out.tl0_offset = 10, 250
    payload = bytes((0x90, 0xC0, 0x7E, 0x0A, 0x11))
    picture = vp8_pictures(payload)
    assert picture is not None
    assert not picture.id_long
    body = bytearray(payload)
    rewrite_picture(body, 0, Packet(0, 0, 0, payload, picture), out)
    assert body[2] == 0x7E + 10 & 0x7F
    assert body[3] == 0x0A + 250 & 0xFF


def test_descriptors_cut_short_are_read_without_harm() -> None:
    whole = vp8(3, 4)
    for length in range(len(whole)):
        vp8_pictures(whole[:length])
        vp8_payload_offset(whole[:length])
        for codec in ("vp8", "vp9", "h264", "av1"):
            begins_key_frame(codec, whole[:length])
    assert begins_key_frame("vp8", vp8(3, 4, key=True))
    assert not begins_key_frame("vp8", vp8(3, 4))


def test_key_frames_of_other_codecs_are_recognised() -> None:
    assert begins_key_frame("h264", bytes((0x67, 1, 2)))
    assert begins_key_frame("h264", bytes((24, 0, 2, 0x67, 1, 0, 2, 0x68, 1)))
    assert begins_key_frame("h264", bytes((28, 0x85, 0)))
    assert not begins_key_frame("h264", bytes((28, 0x45, 0)))
    assert not begins_key_frame("h264", bytes((0x41, 1, 2)))
    assert begins_key_frame("vp9", bytes((0x08, 0)))
    assert not begins_key_frame("vp9", bytes((0x48, 0)))
    assert begins_key_frame("av1", bytes((0x18, 0)))
    assert not begins_key_frame("av1", bytes((0x10, 0)))


def test_extensions_are_found_and_malformed_ones_refused() -> None:
    block = bytes.fromhex("bede0002") + bytes((0x10, 0x85, 0x31, 0x12, 0x34, 0, 0, 0))
    arena = bytearray(12) + bytearray(block)
    assert scan_extensions(arena, 12, len(arena), 1, 3) == (24, 0x85, 0x1234)
    assert scan_extensions(arena, 12, len(arena) - 1, 1, 3)[0] == -1
    assert scan_extensions(arena, 12, 14, 1, 3)[0] == -1
