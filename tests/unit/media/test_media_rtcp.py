"""RTCP read and written: what we write we can read, and nonsense is refused."""

from __future__ import annotations

import os
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meeting_server.media import rtcp


def test_a_sender_report_is_read_back() -> None:
    packet = rtcp.sender_report(7, 0x0123456789ABCDEF, 42, 10, 2000, "slot-3")
    (report,) = rtcp.parse(packet).senders
    assert (report.ssrc, report.ntp, report.rtp) == (7, 0x0123456789ABCDEF, 42)


def test_receptions_are_read_back() -> None:
    packet = rtcp.receiver_report(1, [rtcp.Reception(9, 128, 5, 70000, 33, 0xAABBCCDD, 65536)])
    (block,) = rtcp.parse(packet).reports
    assert (block.ssrc, block.lost, block.jitter, block.lsr, block.dlsr) == (9, 128, 33, 0xAABBCCDD, 65536)


@given(st.sets(st.integers(0, 65535), min_size=1, max_size=60), st.integers(0, 65535))
def test_every_lost_number_is_named(lost: set[int], start: int) -> None:
    ordered = sorted(lost, key=lambda s: s - start & 0xFFFF)
    ((ssrc, read),) = rtcp.parse(rtcp.negative_acknowledgement(1, 5, ordered)).nacks
    assert ssrc == 5
    assert set(read) == lost


def test_a_picture_loss_names_its_stream() -> None:
    assert rtcp.parse(rtcp.picture_loss(1, 77)).key_frames == [77]


def capacity_limit(bits_per_second: int, ssrcs: list[int]) -> bytes:
    """REMB, with which a browser asks the sender of these streams to stay below a rate."""
    exponent = max(0, bits_per_second.bit_length() - 18)
    mantissa = bits_per_second >> exponent
    body = struct.pack("!I4sBBH", 0, b"REMB", len(ssrcs), exponent << 2 | mantissa >> 16, mantissa & 0xFFFF)
    body += struct.pack(f"!{len(ssrcs)}I", *ssrcs)
    return struct.pack("!BBHI", 0x8F, 206, 1 + len(body) // 4, 1) + body


@given(st.integers(30_000, 50_000_000))
def test_a_capacity_survives_its_rounding(bits: int) -> None:
    read = rtcp.parse(capacity_limit(bits, [2, 3])).capacity
    assert read is not None
    assert 0.99 * bits <= read <= bits


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 120_000)), min_size=1, max_size=120), st.integers(0, 200_000))
def test_arrival_times_are_read_back(steps: list[tuple[int, int]], base: int) -> None:
    times, seq, at = [], base, 5_000_000
    for ahead, later in steps:
        seq, at = seq + ahead, at + later
        times.append((seq, at))
    (body,) = rtcp.parse(rtcp.arrivals(1, 2, 3, times)).arrivals
    read = {number: when for number, when in rtcp.read_arrivals(body) if when >= 0}
    assert set(read) == {s & 0xFFFF for s, _ in times}
    origin = read[times[0][0] & 0xFFFF] - times[0][1]
    assert all(abs(read[s & 0xFFFF] - when - origin) <= 500 for s, when in times)


@given(st.binary(max_size=200))
def test_nonsense_is_refused_or_skipped_and_never_more(data: bytes) -> None:
    try:
        feedback = rtcp.parse(data)
    except ValueError:
        return
    for body in feedback.arrivals:
        rtcp.read_arrivals(body)


def test_a_length_that_lies_is_refused() -> None:
    with pytest.raises(ValueError, match="cut short"):
        rtcp.parse(b"\x80\xc8\x00\xff" + os.urandom(20))


def test_clocks_survive_the_way_to_ntp_and_back() -> None:
    assert abs(rtcp.from_ntp(rtcp.to_ntp(1_700_000_000.123)) - 1_700_000_000.123) < 1e-5


def test_arrivals_across_the_wrap_of_the_numbers_are_read_as_any_others() -> None:
    times = [(0xFFF0 + i, 5_000_000 + 250 * i * i) for i in range(15)]
    for shift in (0, 10):  # all before the wrap; some behind it
        shifted = [(number + shift, at) for number, at in times]
        (body,) = rtcp.parse(rtcp.arrivals(1, 2, 3, shifted)).arrivals
        assert rtcp.read_arrivals(body) == [(number & 0xFFFF, at) for number, at in shifted]


def test_feedback_about_a_jump_is_no_longer_than_any_other() -> None:
    packet = rtcp.arrivals(1, 2, 3, [(0, 0), (1, 100), (30_000, 200)])
    (body,) = rtcp.parse(packet).arrivals
    assert [number for number, _ in rtcp.read_arrivals(body)] == [0, 1]
