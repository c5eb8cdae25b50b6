"""From packets to frames for the recorder."""

from __future__ import annotations

from meeting_server.media.depacketize import Arrived, FrameBuilder, Reorder


def packet(seq: int, at: float = 0.0, timestamp: int = 0, marker: int = 0, payload: bytes = b"x") -> Arrived:
    return Arrived(at, seq, timestamp, marker, payload)


def test_packets_come_out_in_order_across_the_wrap() -> None:
    reorder = Reorder()
    out = [p.seq for seq in (65534, 0, 65535, 1) for p, _ in reorder.put(packet(seq))]
    assert out == [65534, 65535, 0, 1]


def test_a_hole_is_waited_for_and_then_told() -> None:
    reorder = Reorder()
    out = [(p.seq, lost) for seq, at in ((1, 0.0), (3, 0.1), (4, 0.2)) for p, lost in reorder.put(packet(seq, at))]
    assert out == [(1, False)]
    out = [(p.seq, lost) for p, lost in reorder.put(packet(5, 0.6))]
    assert out == [(3, True), (4, False), (5, False)]
    assert not list(reorder.put(packet(2, 0.7)))


def test_a_picture_is_whole_or_not_at_all() -> None:
    frames = FrameBuilder("vp8")
    key, delta, more = b"\x10\x10\x02\x00\x9d\x01\x2a", b"\x10\x11\x02\x00", b"\x00rest"
    assert frames.put(packet(1, timestamp=1, payload=delta, marker=128), False) is None  # nothing before a key frame
    assert frames.needs_key
    assert frames.put(packet(2, timestamp=2, payload=key), False) is None
    frame = frames.put(packet(3, timestamp=2, payload=more, marker=128), False)
    assert frame is not None
    assert frame.key
    assert frame.data == key[1:] + b"rest"
    assert frames.put(packet(5, timestamp=3, payload=more, marker=128), True) is None  # its beginning was lost
    assert frames.needs_key
    assert frames.put(packet(6, timestamp=4, payload=delta, marker=128), False) is None
    frame = frames.put(packet(7, timestamp=5, payload=key, marker=128), False)
    assert frame is not None


def test_every_opus_packet_is_a_frame() -> None:
    frame = FrameBuilder("opus").put(packet(9, at=1.5, timestamp=960, payload=b"sound"), True)
    assert frame is not None
    assert (frame.data, frame.at, frame.timestamp) == (b"sound", 1.5, 960)


def test_h264_fragments_become_one_unit() -> None:
    frames = FrameBuilder("h264")
    assert frames.put(packet(1, payload=bytes((24, 0, 2, 0x67, 1, 0, 2, 0x68, 2))), False) is None
    assert frames.put(packet(2, payload=bytes((0x7C, 0x85, 1, 2))), False) is None
    frame = frames.put(packet(3, payload=bytes((0x7C, 0x45, 3)), marker=128), False)
    assert frame is not None
    assert frame.data == b"\0\0\0\1\x67\1\0\0\0\1\x68\2\0\0\0\1\x65\1\2\3"


def test_vp9_descriptors_are_taken_off() -> None:
    frames = FrameBuilder("vp9")
    frame = frames.put(packet(1, payload=bytes((0x88, 0x81, 0x02)) + b"picture", marker=128), False)
    assert frame is not None
    assert frame.data == b"picture"


def test_a_unit_of_av1_whose_head_is_cut_short_spoils_its_picture_and_nothing_else() -> None:
    frames = FrameBuilder("av1")
    begins, cut_short = b"\x18", b"\x04"  # one unit that says its head has a second byte, and has none
    assert frames.put(Arrived(0.0, 1, 0, 0x80, begins + cut_short), False) is None
    assert frames.needs_key


def test_a_length_of_av1_has_at_most_eight_bytes() -> None:
    frames = FrameBuilder("av1")
    assert frames.put(Arrived(0.0, 1, 0, 0x80, b"\x28" + b"\xff" * 600), False) is None
    assert frames.needs_key
