"""Offers as browsers write them, and the answers they get."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from meeting_server.media.api import Answer, MediaRefused
from meeting_server.media.dtls import Fingerprint
from meeting_server.media.ice_lite import Credentials
from meeting_server.media.sdp_answer import REPAIRED_RID, RID, SEND_TIME, TRANSPORT_SEQUENCE, Answerer, Plan
from meeting_server.media.sdp_offer import Offer, parse_offer
from tests.kit.attacks.media_attacks import SPOILT
from tests.kit.paths import OFFERS


def read(name: str) -> str:
    return (OFFERS / f"{name}.sdp").read_text()


def answered(sdp: str, video_slots: int = 1) -> tuple[Offer, Answer, Plan]:
    offer = parse_offer(sdp, video_slots=video_slots)
    answer, plan = Answerer(Fingerprint("sha-256", "AA:BB"), ("198.51.100.7",), 5004).answer(offer, Credentials())
    return offer, answer, plan


def sections(sdp: str) -> list[str]:
    return ["m=" + part for part in re.split(r"(?m)^m=", sdp)[1:]]


def test_chromiums_offer_gets_simulcast_and_a_role_for_every_line() -> None:
    offer, answer, plan = answered(read("chromium-156-simulcast"), video_slots=4)
    assert [line.role for line in answer.lines] == [
        "microphone", "camera", "screen", "audio_slot", "audio_slot", "audio_slot",
        "video_slot", "video_slot", "video_slot", "video_slot", "screen_slot",
    ]  # fmt: skip
    camera = next(line for line in plan.sending if line.kind == "video")
    assert camera.rids == ("q", "h", "f")
    assert camera.payload.codec == "vp8"
    assert camera.payload.rtx
    assert {RID, REPAIRED_RID, TRANSPORT_SEQUENCE} <= set(camera.extensions)
    assert "a=simulcast:recv q;h;f" in answer.sdp
    assert offer.fingerprints[0].algorithm == "sha-256"


def test_firefoxs_offer_is_answered_and_its_data_channel_refused() -> None:
    _, answer, plan = answered(read("firefox-style"))
    assert [line.role for line in answer.lines] == ["microphone", "camera", "audio_slot", "video_slot", "unused"]
    assert sections(answer.sdp)[4].startswith("m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n")
    assert "a=group:BUNDLE 0 1 2 3\r\n" in answer.sdp
    assert next(line for line in plan.sending if line.kind == "video").rids == ("q", "h", "f")
    assert next(s for s in plan.slots if s.kind == "video").extensions == {TRANSPORT_SEQUENCE: 7}


def test_safaris_offer_is_answered_with_the_codec_everyone_has() -> None:
    _, answer, plan = answered(read("safari-style"))
    assert [line.role for line in answer.lines] == ["microphone", "camera", "audio_slot", "video_slot"]
    camera = next(line for line in plan.sending if line.kind == "video")
    assert (camera.payload.codec, camera.payload.number, camera.payload.rtx) == ("vp8", 102, 103)
    assert camera.rtx_of == {22222222: 11111111}
    slot = next(s for s in plan.slots if s.kind == "video")
    assert set(slot.payloads) == {"h264", "vp8"}
    assert slot.payloads["h264"].number == 100  # not the profile that only some decode
    assert slot.extensions == {SEND_TIME: 2}


ROOM = ["microphone", "camera", "screen", *["audio_slot"] * 3, *["video_slot"] * 4, "screen_slot"]
"""The roles of what our own page offers, with four places for cameras."""


def test_firefox_153_as_recorded_gets_simulcast_and_a_role_for_every_line() -> None:
    _, answer, plan = answered(read("firefox-153-simulcast"), video_slots=4)
    assert [line.role for line in answer.lines] == ROOM
    camera = next(line for line in plan.sending if line.kind == "video")
    assert camera.rids == ("q", "h", "f")
    assert (camera.payload.codec, camera.payload.rtx) == ("vp8", 124)
    assert {RID, TRANSPORT_SEQUENCE} <= set(camera.extensions)
    assert "a=simulcast:recv q;h;f" in answer.sdp


def test_gstreamers_offer_as_recorded_is_answered_by_its_own_names_for_lines() -> None:
    _, answer, plan = answered(read("gstreamer-1.22-webrtcbin"))
    assert [(line.mid, line.role) for line in answer.lines] == [("audio0", "microphone"), ("video1", "camera")]
    camera = next(line for line in plan.sending if line.kind == "video")
    assert (camera.payload.codec, camera.payload.number) == ("vp8", 96)
    assert "a=group:BUNDLE audio0 video1\r\n" in answer.sdp


def test_aiortcs_offer_as_recorded_is_answered_with_retransmission() -> None:
    _, answer, plan = answered(read("aiortc-1.16.0"), video_slots=4)
    assert [line.role for line in answer.lines] == ROOM
    camera = next(line for line in plan.sending if line.kind == "video")
    assert (camera.payload.codec, camera.payload.number, camera.payload.rtx) == ("vp8", 97, 98)
    assert camera.rtx_of == {1558029631: 3187959036}


# "-style" was written by hand after that browser's form; every other one was recorded from the version in its name
EVERY_OFFER = (
    "chromium-156-simulcast", "firefox-153-simulcast", "gstreamer-1.22-webrtcbin", "aiortc-1.16.0",
    "safari-mac-listening", "safari-ios-speaking", "safari-mac-showing", "safari-mac-showing-and-watching", "webkit-2025-two-cameras",
    "firefox-style", "safari-style",
)  # fmt: skip


def test_every_offer_kept_here_is_held_against_its_answer() -> None:
    assert {path.stem for path in OFFERS.glob("*.sdp")} == set(EVERY_OFFER)


@pytest.mark.parametrize("name", EVERY_OFFER)
def test_an_answer_mirrors_the_offer_line_by_line(name: str) -> None:
    offer, answer, _ = answered(read(name), video_slots=4)
    parts = sections(answer.sdp)
    assert len(parts) == len(offer.lines)
    for line, part in zip(offer.lines, parts, strict=True):
        assert part.startswith(f"m={line.kind} ")
        assert f"a=mid:{line.mid}\r\n" in part
        numbers = set(part.split("\r\n")[0].split()[3:])
        assert numbers <= set(line.formats)
        if line.kind in ("audio", "video"):
            assert "a=setup:passive" in part
            assert "a=rtcp-mux" in part
            ways = {"sendonly": "a=recvonly", "sendrecv": "a=recvonly", "recvonly": "a=sendonly", "inactive": "a=inactive"}
            assert ("a=inactive" if line.role == "unused" else ways[line.direction]) in part.split("\r\n")
            assert "a=candidate:1 1 udp 2130706431 198.51.100.7 5004 typ host" in part
        for number, uri in re.findall(r"a=extmap:(\d+) (\S+)", part):
            assert line.extensions[uri] == int(number)
        for number, feedback in re.findall(r"a=rtcp-fb:(\d+) ([^\r]+)", part):
            codec = next(c for c in line.codecs if c.payload_type == int(number))
            assert feedback in codec.feedback


def test_slots_keep_their_ssrcs_when_negotiated_again() -> None:
    offer = parse_offer(read("firefox-style"), video_slots=1)
    answerer = Answerer(Fingerprint("sha-256", "AA"), ("198.51.100.7",), 5004)
    first, plan = answerer.answer(offer, Credentials())
    second, again = answerer.answer(parse_offer(read("firefox-style"), video_slots=1), Credentials())
    assert [s.ssrc for s in plan.slots] == [s.ssrc for s in again.slots]
    assert first.sdp != second.sdp  # a new version, new credentials
    assert re.findall(r"o=- (\d+)", first.sdp) == re.findall(r"o=- (\d+)", second.sdp)


def test_a_picture_line_without_rtx_carries_no_counting_extension() -> None:
    sdp = re.sub(r"a=(rtpmap:\d+ rtx/90000|fmtp:\d+ apt=\d+)\n", "", read("firefox-style"))
    _, _, plan = answered(sdp)
    slot = next(s for s in plan.slots if s.kind == "video")
    assert slot.rtx_ssrc == 0
    assert slot.extensions == {}


def test_speech_is_asked_for_with_forward_correction_and_silence_suppression() -> None:
    _, answer, _ = answered(read("safari-style"))
    assert "useinbandfec=1" in sections(answer.sdp)[0]
    assert "usedtx=1" in sections(answer.sdp)[0]
    assert "red" not in sections(answer.sdp)[0]


def test_an_offer_that_insists_on_the_passive_role_is_answered_by_the_active_one() -> None:
    offer, answer, _ = answered(read("firefox-style").replace("a=setup:actpass", "a=setup:passive"))
    assert offer.passive
    assert set(re.findall(r"a=setup:(\w+)", answer.sdp)) == {"active"}


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        *(
            (spoil, {"seventy lines": "too_many_lines", "codecs nobody has": "no_common_codec"}.get(n, "bad_sdp"))
            for n, spoil in SPOILT.items()
        ),
    ],
    ids=[*SPOILT],
)
def test_an_offer_that_cannot_be_answered_is_refused_with_a_code(spoil: Callable[[str], str], code: str) -> None:
    with pytest.raises(MediaRefused) as refused:
        answered(spoil(read("firefox-style")))
    assert refused.value.code == code
