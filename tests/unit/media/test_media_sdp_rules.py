"""Answers held against the rules for answers (RFC 3264, 8829, 8853, 5506, 6184), for every offer recorded from a browser."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
from aiortc.sdp import SessionDescription

from meeting_server.media.api import Answer, Line
from meeting_server.media.dtls import Fingerprint
from meeting_server.media.ice_lite import Credentials
from meeting_server.media.sdp_answer import Answerer, Plan
from meeting_server.media.sdp_offer import parse_offer
from tests.unit.media.test_media_sdp import EVERY_OFFER, read

DIGEST = ":".join(["AB"] * 32)
SAFARI = tuple(name for name in EVERY_OFFER if name.startswith(("safari", "webkit")))
MAY_ANSWER = {
    "sendrecv": {"sendrecv", "sendonly", "recvonly", "inactive"},
    "sendonly": {"recvonly", "inactive"},
    "recvonly": {"sendonly", "inactive"},
    "inactive": {"inactive"},
}


@dataclass
class Section:
    """One m-line with its attributes, read by nothing of ours."""

    kind: str
    port: int
    protocol: str
    formats: list[str]
    attributes: list[tuple[str, str]] = field(default_factory=list)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.attributes if key == name]

    def one(self, name: str) -> str:
        (value,) = self.all(name)
        return value

    def by_format(self, name: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for value in self.all(name):
            number, _, rest = value.partition(" ")
            found.setdefault(number, []).append(rest)
        return found

    def has(self, name: str) -> bool:
        return any(key == name for key, _ in self.attributes)

    @property
    def direction(self) -> str:
        return next((key for key, _ in self.attributes if key in MAY_ANSWER), "sendrecv")

    @property
    def rejected(self) -> bool:
        return self.port == 0 and not self.has("bundle-only")


def sections_of(sdp: str) -> tuple[Section, list[Section]]:
    head = Section("", 0, "", [])
    parts: list[Section] = []
    for line in sdp.replace("\r\n", "\n").strip().split("\n"):
        key, value = line.strip()[0], line.strip()[2:]
        if key == "m":
            kind, port, protocol, *formats = value.split()
            parts.append(Section(kind, int(port), protocol, formats))
        elif key == "a":
            name, _, rest = value.partition(":")
            (parts[-1] if parts else head).attributes.append((name, rest))
    return head, parts


def ask(answerer: Answerer, sdp: str, video_slots: int = 4) -> tuple[Answer, Plan]:
    return answerer.answer(parse_offer(sdp, video_slots=video_slots), Credentials())


def fresh() -> Answerer:
    return Answerer(Fingerprint("sha-256", DIGEST), ("198.51.100.7", "2001:db8::7"), 5004)


def assert_obeys(offer: str, answer: str) -> None:
    """Raises AssertionError at the first rule that the answer breaks."""
    asked_head, asked = sections_of(offer)
    head, given = sections_of(answer)
    assert answer.startswith("v=0\r\no=")
    assert answer.endswith("\r\n")
    assert "\n" not in answer.replace("\r\n", "")
    assert head.has("ice-lite")
    assert not head.has("extmap-allow-mixed") or asked_head.has("extmap-allow-mixed")
    assert len(given) == len(asked)
    bundle = head.one("group").split()
    group = asked_head.one("group").split()
    assert bundle[0] == "BUNDLE"
    assert [mid for mid in group if mid in bundle] == bundle  # a part of what was offered, in its order
    accepted = [mine.one("mid") for mine in given if not mine.rejected]
    assert bundle[1:] == accepted
    assert len({(mine.one("ice-ufrag"), mine.one("ice-pwd")) for mine in given if not mine.rejected}) == 1
    ssrcs = [value.split()[0] for mine in given for value in mine.all("ssrc")]
    assert len(ssrcs) == len(set(ssrcs))
    identifiers = {pair for mine in given for pair in mine.all("extmap")}
    assert len({pair.split()[0] for pair in identifiers}) == len(identifiers)  # one id, one meaning, in the whole bundle
    for theirs, mine in zip(asked, given, strict=True):
        assert_line_obeys(theirs, mine)


def assert_line_obeys(theirs: Section, mine: Section) -> None:
    assert (mine.kind, mine.protocol) == (theirs.kind, theirs.protocol)
    assert mine.one("mid") == theirs.one("mid")
    assert mine.formats
    assert set(mine.formats) <= set(theirs.formats)
    if mine.rejected:
        return
    assert not theirs.rejected
    assert mine.direction in MAY_ANSWER[theirs.direction]
    assert mine.one("setup") == "passive"
    assert mine.has("rtcp-mux")
    assert theirs.has("rtcp-rsize") or not mine.has("rtcp-rsize")
    assert len(mine.one("ice-ufrag")) >= 4
    assert len(mine.one("ice-pwd")) >= 22
    assert mine.one("fingerprint") == f"sha-256 {DIGEST}"
    assert set(mine.all("extmap")) <= {re.sub(r"/\w+ ", " ", value) for value in theirs.all("extmap")}
    maps, their_maps = mine.by_format("rtpmap"), theirs.by_format("rtpmap")
    for number in mine.formats:
        assert maps[number][0].lower() == their_maps[number][0].lower()
    for number, wishes in mine.by_format("rtcp-fb").items():
        assert set(wishes) <= set(theirs.by_format("rtcp-fb")[number])
    for number, values in mine.by_format("fmtp").items():
        kind = maps[number][0].split("/")[0].lower()
        if kind == "rtx":
            assert values == theirs.by_format("fmtp")[number]
            assert values[0].removeprefix("apt=") in mine.formats
        elif kind == "h264":
            for wanted in ("packetization-mode=1", "profile-level-id=42"):
                assert wanted in values[0]
                assert wanted in theirs.by_format("fmtp")[number][0]
    assert not {"red", "ulpfec", "telephone-event", "h265"} & {value[0].split("/")[0].lower() for value in maps.values()}
    sent = {value.split()[0] for value in theirs.all("rid") if value.split()[1] == "send"}
    for value in mine.all("rid"):
        assert value.split()[1] == "recv"
        assert value.split()[0] in sent
    if mine.has("simulcast"):
        words = mine.one("simulcast").split()
        assert words[0] == "recv"
        assert len(words) == 2  # one direction: Safari refuses an answer that says it twice
        assert set(words[1].split(";")) == {value.split()[0] for value in mine.all("rid")} <= sent
        assert any(value.endswith("sdes:rtp-stream-id") for value in mine.all("extmap"))
    if mine.direction == "sendonly":
        assert mine.has("msid")
        assert mine.has("ssrc")
    for value in mine.all("candidate"):
        assert re.fullmatch(r"\d+ 1 udp \d+ (198\.51\.100\.7|2001:db8::7) 5004 typ host", value)


@pytest.mark.parametrize("video_slots", [0, 4])
@pytest.mark.parametrize("name", EVERY_OFFER)
def test_an_answer_obeys_the_rules_for_answers(name: str, video_slots: int) -> None:
    answer, _ = ask(fresh(), read(name), video_slots)
    assert_obeys(read(name), answer.sdp)


@pytest.mark.parametrize("name", EVERY_OFFER)
def test_an_answer_reads_the_same_to_another_stack(name: str) -> None:
    answer, plan = ask(fresh(), read(name))
    read_back = SessionDescription.parse(answer.sdp)
    by_mid = {media.rtp.muxId: media for media in read_back.media if media.port}
    assert set(by_mid) >= {line.mid for line in plan.sending} | {slot.mid for slot in plan.slots}
    for line in plan.sending:
        media = by_mid[line.mid]
        assert media.direction == "recvonly"
        assert [c.payloadType for c in media.rtp.codecs] == [n for n in (line.payload.number, line.payload.rtx) if n]
        assert media.dtls is not None
        assert media.dtls.role == "server"
    for slot in plan.slots:
        media = by_mid[slot.mid]
        assert media.direction == "sendonly"
        assert {s.ssrc for s in media.ssrc} == {s for s in (slot.ssrc, slot.rtx_ssrc) if s}


# ---- Safari


def test_safari_listening_with_a_data_channel_gets_its_picture_and_gives_its_voice() -> None:
    answer, plan = ask(fresh(), read("safari-mac-listening"))
    assert answer.lines == (Line("0", "video_slot"), Line("1", "microphone"), Line("2", "unused"))
    assert set(plan.slots[0].payloads) == {"h264", "vp8"}
    assert (plan.slots[0].payloads["h264"].number, plan.slots[0].payloads["h264"].rtx) == (98, 99)
    assert plan.sending[0].ssrcs == (2805193976,)


def test_a_line_of_safari_that_is_inactive_stays_so_and_the_next_one_is_served() -> None:
    answer, plan = ask(fresh(), read("safari-ios-speaking"))
    assert answer.lines == (Line("0", "microphone"), Line("1", "unused"), Line("2", "video_slot"))
    _, given = sections_of(answer.sdp)
    assert [mine.direction for mine in given] == ["recvonly", "inactive", "sendonly"]
    assert plan.slots[0].ssrc != 0


def test_safaris_session_goes_on_when_it_is_negotiated_again_with_another_line() -> None:
    answerer = fresh()
    first, before = ask(answerer, read("safari-mac-showing"))
    assert [line.role for line in first.lines] == ["microphone", "camera"]
    again, after = ask(answerer, read("safari-mac-showing-and-watching"))
    assert_obeys(read("safari-mac-showing-and-watching"), again.sdp)
    assert [line.role for line in again.lines] == ["microphone", "camera", "video_slot"]
    assert after.sending == before.sending
    first_origin, origin = (re.findall(r"o=- (\d+) (\d+)", sdp)[0] for sdp in (first.sdp, again.sdp))
    assert first_origin[0] == origin[0]
    assert int(origin[1]) == int(first_origin[1]) + 1


def test_of_safaris_many_forms_of_h264_the_one_that_all_browsers_decode_is_taken() -> None:
    sdp = read("webkit-2025-two-cameras")
    answer, plan = ask(fresh(), sdp)
    assert [line.role for line in answer.lines] == ["camera", "microphone", "screen", "unused"]
    assert plan.sending[0].payload.codec == "vp8"
    without_vp8 = re.sub(r"a=rtpmap:106 VP8/90000\n", "a=rtpmap:106 VPX/90000\n", sdp)
    answer, plan = ask(fresh(), without_vp8)
    assert_obeys(without_vp8, answer.sdp)
    assert (plan.sending[0].payload.codec, plan.sending[0].payload.number, plan.sending[0].payload.rtx) == ("h264", 98, 99)
    assert "packetization-mode=1;profile-level-id=42e01f" in answer.sdp


def test_of_two_baselines_the_constrained_one_is_taken() -> None:
    sdp = read("chromium-156-simulcast")
    answer, plan = ask(fresh(), re.sub(r"a=rtpmap:(\d+) VP8/90000\n", r"a=rtpmap:\1 VPX/90000\n", sdp))
    camera = next(line for line in plan.sending if line.kind == "video")
    assert camera.payload.codec == "h264"
    assert f"a=fmtp:{camera.payload.number} level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f" in answer.sdp


@pytest.mark.parametrize("name", SAFARI)
def test_safari_that_sends_its_camera_in_three_sizes_is_answered_with_the_three(name: str) -> None:
    sdp = read(name)
    head, *parts = re.split(r"(?m)^(?=m=)", sdp)
    showing = next((i for i, p in enumerate(parts) if p.startswith("m=video") and re.search(r"(?m)^a=send", p)), None)
    if showing is None:
        assert name in ("safari-mac-listening", "safari-ios-speaking")  # nothing is shown there
        return
    rid = "" if "sdes:rtp-stream-id" in parts[showing] else "a=extmap:12 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\n"
    parts[showing] += rid + "a=rid:q send\na=rid:h send\na=rid:f send\na=simulcast:send q;h;f\n"
    offer = head + "".join(parts)
    answer, plan = ask(fresh(), offer)
    assert_obeys(offer, answer.sdp)
    assert next(line for line in plan.sending if line.kind == "video").rids == ("q", "h", "f")


# ---- lines that come, go and are taken over


def test_a_line_that_was_switched_off_is_refused_and_its_place_is_taken_by_another() -> None:
    answerer = fresh()
    _, before = ask(answerer, read("safari-mac-showing-and-watching"))
    head, audio, camera, slot = re.split(r"(?m)^(?=m=)", read("safari-mac-showing-and-watching"))
    camera = camera.replace("m=video 9", "m=video 0").replace("a=sendrecv", "a=inactive")
    off = head.replace("BUNDLE 0 1 2", "BUNDLE 0 2") + audio + camera + slot
    answer, plan = ask(answerer, off)
    assert_obeys(off, answer.sdp)
    assert [line.role for line in answer.lines] == ["microphone", "unused", "video_slot"]
    assert [s.ssrc for s in plan.slots] == [s.ssrc for s in before.slots]
    taken = off.replace("m=video 0", "m=video 9").replace("a=inactive", "a=sendrecv").replace("a=mid:1\n", "a=mid:7\n")
    taken = taken.replace("BUNDLE 0 2", "BUNDLE 0 7 2")
    answer, plan = ask(answerer, taken)
    assert_obeys(taken, answer.sdp)
    assert answer.lines == (Line("0", "microphone"), Line("7", "camera"), Line("2", "video_slot"))


def test_lines_that_travel_with_another_have_port_zero_and_are_served() -> None:
    head, *parts = re.split(r"(?m)^(?=m=)", read("webkit-2025-two-cameras"))
    parts[1:] = [re.sub(r"^m=(\w+) 9 ", r"m=\1 0 ", part) + "a=bundle-only\n" for part in parts[1:]]
    offer = head + "".join(parts)
    answer, plan = ask(fresh(), offer)
    assert_obeys(offer, answer.sdp)
    assert len(plan.sending) == 3
    assert all(mine.port == 5004 for mine in sections_of(answer.sdp)[1])


def test_new_ice_credentials_are_answered_with_new_ones_and_the_same_certificate() -> None:
    answerer = fresh()
    first, _ = ask(answerer, read("safari-mac-showing"))
    restarted = re.sub(r"a=ice-ufrag:.*", "a=ice-ufrag:NeWu", read("safari-mac-showing"))
    assert parse_offer(restarted, video_slots=1).ufrag == "NeWu"
    second, _ = ask(answerer, restarted)
    assert_obeys(restarted, second.sdp)
    for name, same in (("ice-ufrag", False), ("ice-pwd", False), ("fingerprint", True), ("setup", True)):
        before, after = ({mine.one(name) for mine in sections_of(sdp)[1]} for sdp in (first.sdp, second.sdp))
        assert (before == after) is same


@pytest.mark.parametrize(
    "candidate",
    [
        "1 1 udp 2113937151 0a1b2c3d-1111-4222-8333-444455556666.local 50079 typ host generation 0 network-cost 999",
        "2 1 tcp 1518280447 192.0.2.4 9 typ host tcptype active generation 0",
        "3 1 udp 1677732095 2001:db8::9 51883 typ srflx raddr :: rport 0 generation 0 network-cost 999",
        "4 1 udp 1 225555.55.555.555 1 typ relay raddr 0.0.0.0 rport 0",
    ],
)
def test_no_candidate_of_an_offer_matters_to_a_side_that_only_answers_checks(candidate: str) -> None:
    sdp = read("safari-mac-showing")
    offer = sdp.replace("a=ice-ufrag", f"a=candidate:{candidate}\na=ice-ufrag", 1)
    plain, plan = ask(fresh(), sdp)
    answer, with_it = ask(fresh(), offer)
    assert_obeys(offer, answer.sdp)
    assert answer.lines == plain.lines
    assert with_it.sending == plan.sending
    assert candidate.split()[4] not in answer.sdp
