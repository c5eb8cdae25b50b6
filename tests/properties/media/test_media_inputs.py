"""Whatever a client sends, every reader of the media plane answers with a value in range or its own refusal."""

from __future__ import annotations

import math
import re
import struct

from hypothesis import given, settings
from hypothesis import strategies as st

from meeting_server.media.api import MediaRefused
from meeting_server.media.control import Answered, frame
from meeting_server.media.depacketize import Arrived, FrameBuilder, Reorder
from meeting_server.media.dtls import Fingerprint
from meeting_server.media.ice_lite import Credentials, IceLite
from meeting_server.media.rtcp import MAX_CAPACITY, MAX_NACKED, MAX_SYMBOLS, parse, read_arrivals
from meeting_server.media.rtp import all_extensions, begins_key_frame, scan_extensions, vp8_pictures
from meeting_server.media.sdp_answer import CODECS, Answerer
from meeting_server.media.sdp_offer import CLOCK_RATES, parse_offer
from meeting_server.media.timing import A_NEW_CLOCK_S, Offset, TrackClock
from tests.kit.attacks.media_fuzz import Wire, offers

SENDER = struct.pack("=HHI", 2, 4000, 1)
ANSWER_LINE = re.compile(r"[a-z]=[\x20-\x7e]*")
quick = settings(deadline=None)
reports = st.integers(0, 1 << 60) | st.binary(max_size=1400)
packets = st.integers(0, 1 << 60) | st.binary(min_size=12, max_size=1400)
payloads = st.lists(st.tuples(st.integers(0, 0xFFFF), st.integers(0, 3), st.booleans(), st.binary(min_size=1, max_size=40)), max_size=30)
checks = st.integers(0, 1 << 60) | st.binary(max_size=600)
moments = st.lists(st.tuples(st.integers(0, 0xFFFFFFFF), st.floats(-1e10, 1e10), st.floats(0, 30), st.booleans()), min_size=1, max_size=60)


@given(offers())
@quick
def test_an_offer_is_refused_or_all_its_numbers_are_in_range(sdp: str) -> None:
    try:
        offer = parse_offer(sdp, video_slots=4)
        answer, plan = Answerer(Fingerprint("sha-256", "00"), ("127.0.0.1",), 5000).answer(offer, Credentials())
    except MediaRefused:
        return
    agreed = [line.payload for line in plan.sending] + [p for slot in plan.slots for p in slot.payloads.values()]
    assert all(0 <= p.number <= 127 and 0 <= p.rtx <= 127 and p.rate in CLOCK_RATES.values() for p in agreed)
    assert all(not 64 <= p.number < 96 for p in agreed)
    for line in plan.sending:
        assert all(0 <= ssrc < 1 << 32 for ssrc in (*line.ssrcs, *line.rtx_of, *line.rtx_of.values()))
        assert all(1 <= number <= 14 for number in line.extensions.values())
        assert all(len(rid) <= 16 for rid in line.rids)
    assert all(ANSWER_LINE.fullmatch(line) for line in answer.sdp.split("\r\n") if line)
    assert frame(Answered(1, answer))


@given(reports)
@quick
def test_a_report_is_malformed_or_says_no_more_than_may_be_said(given: int | bytes) -> None:
    data = given if isinstance(given, bytes) else Wire(given, (1, 2), (96,)).rtcp()
    try:
        feedback = parse(data)
    except ValueError:
        return
    assert all(len(lost) <= MAX_NACKED and all(0 <= seq <= 0xFFFF for seq in lost) for _, lost in feedback.nacks)
    assert feedback.capacity is None or feedback.capacity <= MAX_CAPACITY
    for body in feedback.arrivals:
        told = read_arrivals(body)
        assert len(told) <= MAX_SYMBOLS
        assert all(0 <= number <= 0xFFFF for number, _ in told)


@given(packets)
@quick
def test_a_packet_of_any_shape_is_read_to_its_end_and_no_further(given: int | bytes) -> None:
    data = given if isinstance(given, bytes) else Wire(given, (1, 2), (96, 111)).rtp()
    head = 12 + 4 * (data[0] & 15)
    offset, level, number = scan_extensions(bytearray(data), head, len(data), 3, 5)
    assert offset <= len(data)
    assert -1 <= level <= 255
    assert -1 <= number <= 0xFFFF
    assert sum(map(len, all_extensions(data).values())) <= len(data)
    payload = data[head:]
    picture = vp8_pictures(payload)
    if picture is not None:
        assert max(picture.id_at + picture.id_long, picture.tl0_at) < len(payload)
    for codec in CODECS:
        assert begins_key_frame(codec, payload) in (True, False)


@given(payloads)
@quick
def test_frames_are_put_together_from_packets_of_any_content(told: list[tuple[int, int, bool, bytes]]) -> None:
    for codec in CODECS:
        reorder, frames = Reorder(), FrameBuilder(codec)
        for count, (seq, timestamp, marker, payload) in enumerate(told):
            for ready, lost in reorder.put(Arrived(count / 50, seq, timestamp * 3000, 0x80 * marker, payload)):
                frames.put(ready, lost)


@given(checks)
@quick
def test_a_check_of_any_shape_authenticates_or_is_refused(given: int | bytes) -> None:
    ice = IceLite()
    credentials = ice.open("theirs")
    name, password = f"{credentials.ufrag}:theirs", credentials.password.encode()
    data = given if isinstance(given, bytes) else Wire(given, (), ()).stun(name, password)
    check = ice.receive(data, SENDER, trusted=True, now=1.0)
    assert check is None or check.credentials is credentials


@given(moments)
@quick
def test_a_recording_holds_nothing_from_the_future_whatever_is_reported(steps: list[tuple[int, float, float, bool]]) -> None:
    clock, at = TrackClock(48_000, Offset()), 1_800_000_000.0
    for timestamp, said, pause, reports in steps:
        at += pause
        if reports:
            clock.report(timestamp, said, at)
        else:
            put = clock.unix(timestamp, at)
            assert math.isfinite(put)
            assert put - at <= A_NEW_CLOCK_S + 0.001
