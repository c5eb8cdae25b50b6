"""What every media plane must do, seen through its port and from phones at the wire."""

from __future__ import annotations

import asyncio
import itertools
import re
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from meeting_server.media.api import (
    ActiveSpeakers,
    ClientConnected,
    ClientLost,
    MediaPlane,
    MediaRefused,
    SlotsChanged,
    SpeakerTurn,
    TrackEnded,
    TrackRecorded,
    TrackStarted,
)
from meeting_server.media.client import MediaWorkers
from meeting_server.media.rtcp import SenderReport, from_ntp, parse, picture_loss, sender_report, to_ntp
from meeting_server.media.settings import MediaSettings
from tests.kit.media.media_ears import Ears
from tests.kit.media.media_phone import WirePhone, meanwhile
from tests.kit.media.media_worker import media_worker


@pytest.fixture(scope="module")
def worker() -> Iterator[Path]:
    with media_worker() as path:
        yield path


@pytest.fixture
async def plane(worker: Path) -> AsyncIterator[MediaPlane]:
    workers = MediaWorkers(MediaSettings(sockets=(worker,)))
    await workers.start()
    yield workers
    await workers.stop()


@pytest.fixture
async def ears(plane: MediaPlane) -> AsyncIterator[Ears]:
    listening = Ears(plane)
    yield listening
    listening.close()


@pytest.fixture
async def phones(plane: MediaPlane) -> AsyncIterator[list[WirePhone]]:
    opened: list[WirePhone] = []
    yield opened
    await asyncio.gather(*(phone.close() for phone in opened))
    for phone in opened:
        await plane.leave(phone.name)


def make(phones: list[WirePhone], name: str, source: str | None = None, **what: int) -> WirePhone:
    phone = WirePhone(name, source, **what)  # type: ignore[arg-type]  # flags and counts
    phones.append(phone)
    return phone


async def test_every_line_of_an_offer_is_answered_with_its_role(plane: MediaPlane, phones: list[WirePhone]) -> None:
    phone = make(phones, "a", camera=True, screen=True, sound=3, pictures=2)
    answer = await plane.join("room", "a", "a", await phone.offer(), video_slots=2)
    assert [line.role for line in answer.lines] == [
        "microphone",
        "camera",
        "screen",
        "audio_slot",
        "audio_slot",
        "audio_slot",
        "video_slot",
        "video_slot",
        "screen_slot",
    ]
    assert [line.mid for line in answer.lines] == [line.mid for line in phone.lines]


async def test_a_voice_reaches_others_and_not_oneself(plane: MediaPlane, phones: list[WirePhone], ears: Ears) -> None:
    a, b, c = make(phones, "a"), make(phones, "b"), make(phones, "c")
    await asyncio.gather(a.join(plane, "room"), b.join(plane, "room"), c.join(plane, "room"))
    async with meanwhile(a.speak()):
        await b.hears("audio_slot", 10, since=0)
        await c.hears("audio_slot", 10, since=0)
    assert not a.heard_on("audio_slot")
    changed = await ears.wait(SlotsChanged, lambda e: e.client == "b" and any(s.source == "a" for s in e.slots))
    slot = next(s for s in changed.slots if s.source == "a")
    assert {p.mid for p in b.heard_on("audio_slot")} == {slot.mid}


async def test_requests_for_key_frames_are_passed_on_at_most_every_0_4_seconds(plane: MediaPlane, phones: list[WirePhone]) -> None:
    camera, viewer = make(phones, "camera", camera=True), make(phones, "viewer", pictures=1)
    await asyncio.gather(camera.join(plane, "room"), viewer.join(plane, "room"))
    async with meanwhile(camera.show()):
        seen = await viewer.hears("video_slot", 3)
        asked, ssrc, begin = 0, camera.ssrc("camera").to_bytes(4, "big"), time.monotonic()
        before = len([d for d in camera.rtcp if d[1] == 206 and d[8:12] == ssrc])
        camera.key_frame_asked = lambda role: False  # type: ignore[method-assign]  # they are counted here
        while time.monotonic() - begin < 1.3:
            await viewer.send(picture_loss(1, seen[-1].ssrc))
            asked += 1
            await asyncio.sleep(0.01)
        lasted = time.monotonic() - begin  # a busy machine asks for longer than it was told
    passed_on = len([d for d in camera.rtcp if d[1] == 206 and d[8:12] == ssrc]) - before
    assert 1 <= passed_on < asked
    assert passed_on <= lasted / 0.4 + 1


async def test_a_sender_is_told_how_much_of_its_sound_got_lost(plane: MediaPlane, phones: list[WirePhone]) -> None:
    a = make(phones, "a")
    await a.join(plane, "room")
    end = time.monotonic() + 3.5
    number = 0
    while time.monotonic() < end:
        number += 1
        packet = a.packet("microphone", b"\xfc" + bytes(50), level=20)
        if number % 4:  # every fourth never leaves
            await a.send(packet)
        await asyncio.sleep(0.02)
    told = [block.lost / 256 for data in a.rtcp for block in parse(data).reports if block.ssrc == a.ssrc("microphone")]
    assert len(told) >= 2
    assert 0.15 < told[-1] < 0.35


async def test_a_voice_is_put_beside_its_own_picture_so_that_browsers_keep_them_together(
    plane: MediaPlane, phones: list[WirePhone], ears: Ears
) -> None:
    speakers = [make(phones, name, camera=True) for name in ("a", "b", "c")]
    d = make(phones, "d", pictures=3)
    await asyncio.gather(*(phone.join(plane, "room") for phone in (*speakers, d)))
    async with meanwhile(*(phone.show() for phone in reversed(speakers))):
        await ears.wait(SlotsChanged, lambda e: e.client == "d" and {s.source for s in e.slots if s.kind == "video"} == {"a", "b", "c"})
        async with meanwhile(*(phone.speak() for phone in speakers)):
            told = await ears.wait(
                SlotsChanged, lambda e: e.client == "d" and {s.source for s in e.slots if s.kind == "audio"} == {"a", "b", "c"}
            )
    sounds, pictures = ([s.source for s in told.slots if s.kind == kind] for kind in ("audio", "video"))
    assert sounds == pictures
    assert d.answer is not None
    streams = re.findall(r"a=msid:(\S+) ", d.answer.sdp)
    assert streams == ["place-0", "place-1", "place-2", "place-0", "place-1", "place-2", "screen-0"]


async def test_the_same_payload_arrives_in_order_with_continuous_numbers(plane: MediaPlane, phones: list[WirePhone]) -> None:
    a, b = make(phones, "a"), make(phones, "b")
    await a.join(plane, "room")
    await b.join(plane, "room")
    async with meanwhile(a.speak()):
        await b.hears("audio_slot", 1, since=0)
    start = time.monotonic()
    sent = [bytes((0xFC, i)) + bytes(50) for i in range(50)]
    for payload in sent:
        await a.send(a.packet("microphone", payload, level=30))
        await asyncio.sleep(0.004)
    got = [p for p in await b.hears("audio_slot", 50, since=start) if len(p.payload) == 52]
    assert [p.payload for p in got] == sent
    assert all(y.seq - x.seq & 0xFFFF == 1 and y.timestamp - x.timestamp & 0xFFFFFFFF == 960 for x, y in itertools.pairwise(got))


async def test_nothing_is_forwarded_before_it_is_permitted(plane: MediaPlane, phones: list[WirePhone], ears: Ears) -> None:
    a, b = make(phones, "a", camera=True), make(phones, "b", pictures=1)
    await a.join(plane, "room", permit=False)
    await b.join(plane, "room")
    async with meanwhile(a.speak(), a.show()):
        await asyncio.gather(a.speaks_on(20), a.shows_on(6))
        assert not b.heard
        assert not ears.all(TrackStarted)
        await plane.permit("a", audio=True, video=False, screen=False)
        await b.hears("audio_slot", 5)
        assert not b.heard_on("video_slot")
        await plane.permit("a", audio=True, video=True, screen=False)
        await b.hears("video_slot", 3)


async def test_a_mute_is_silence_at_once_whatever_the_phone_does(plane: MediaPlane, phones: list[WirePhone], ears: Ears) -> None:
    a, b = make(phones, "a", camera=True), make(phones, "b", pictures=1)
    await a.join(plane, "room")
    await b.join(plane, "room")
    async with meanwhile(a.speak(), a.show()):
        await b.hears("audio_slot", 5, since=0)
        await b.hears("video_slot", 5, since=0)
        after = len(ears.events)
        await plane.permit("a", audio=False, video=False, screen=False)
        spoken, shown = a.spoken, a.picture_id
        await ears.wait(SlotsChanged, lambda e: e.client == "b" and all(s.source is None for s in e.slots), after=after)
        await a.speaks_on(30)
    # what was sent after the permission had gone never arrived
    assert max(int.from_bytes(p.payload[1:5], "big") for p in b.heard_on("audio_slot")) <= spoken
    assert all(
        ((p.payload[2] & 0x7F) << 8 | p.payload[3]) - shown & 0x7FFF in (0, *range(0x4000, 0x8000)) for p in b.heard_on("video_slot")
    )
    assert {e.kind for e in ears.all(TrackEnded)} == {"audio", "video"}


async def test_leaving_frees_the_slots(plane: MediaPlane, phones: list[WirePhone], ears: Ears) -> None:
    a, b = make(phones, "a"), make(phones, "b")
    await a.join(plane, "room")
    await b.join(plane, "room")
    async with meanwhile(a.speak()):
        await b.hears("audio_slot", 3, since=0)
        after = len(ears.events)
        await plane.leave("a")
        await plane.leave("a")
        await ears.wait(TrackEnded, lambda e: e.source == "a", after=after)
        await ears.wait(SlotsChanged, lambda e: e.client == "b" and all(s.source is None for s in e.slots), after=after)


async def test_moving_changes_the_room_without_a_new_offer(plane: MediaPlane, phones: list[WirePhone]) -> None:
    a, b, c = make(phones, "a"), make(phones, "b"), make(phones, "c")
    await a.join(plane, "meeting/hall")
    await b.join(plane, "meeting/hall")
    await c.join(plane, "meeting/group")
    async with meanwhile(a.speak()):
        await b.hears("audio_slot", 5, since=0)
        assert not c.heard
        await plane.move("a", "meeting/group")
        spoken = a.spoken
        await c.hears("audio_slot", 5, since=0)
    assert max(int.from_bytes(p.payload[1:5], "big") for p in b.heard_on("audio_slot")) <= spoken


async def test_two_devices_of_one_participant_do_not_hear_each_other(plane: MediaPlane, phones: list[WirePhone]) -> None:
    phone, desk, other = make(phones, "phone", "wang"), make(phones, "desk", "wang"), make(phones, "other")
    await asyncio.gather(*(p.join(plane, "room") for p in (phone, desk, other)))
    async with meanwhile(phone.speak()):
        await other.hears("audio_slot", 5, since=0)
    assert not desk.heard


async def test_pictures_begin_with_a_key_frame_and_one_is_asked_for(plane: MediaPlane, phones: list[WirePhone]) -> None:
    a, b = make(phones, "a", camera=True), make(phones, "b", pictures=1)
    await asyncio.gather(a.join(plane, "room"), b.join(plane, "room"))
    await plane.want("b", video=0)
    async with meanwhile(a.show(), a.speak()):
        await b.hears("audio_slot", 1)  # from here on nothing on its way to b is lost: the keys are there
        await plane.want("b", video=1)
        packets = await b.hears("video_slot", 6, since=0)
    assert packets[0].payload[4:7] == b"\x10\x02\x00"


async def test_a_camera_that_changes_in_a_slot_keeps_the_slot_continuous(plane: MediaPlane, phones: list[WirePhone], ears: Ears) -> None:
    a, b, c = make(phones, "a", camera=True), make(phones, "b", camera=True), make(phones, "c", pictures=1)
    await asyncio.gather(*(p.join(plane, "room") for p in (a, b, c)))

    def shows(event: SlotsChanged, source: str) -> bool:
        return event.client == "c" and any(s.kind == "video" and s.source == source for s in event.slots)

    async with meanwhile(a.show(), b.show()):
        await plane.want("c", video=1, pinned="a")
        await ears.wait(SlotsChanged, lambda e: shows(e, "a"))
        await c.hears("video_slot", 6)
        after = len(ears.events)
        await plane.want("c", video=1, pinned="b")
        await ears.wait(SlotsChanged, lambda e: shows(e, "b"), after=after)
        await c.hears("video_slot", 6)
    got = c.heard_on("video_slot")
    assert all(y.seq - x.seq & 0xFFFF == 1 for x, y in itertools.pairwise(got))
    assert all((y.timestamp - x.timestamp & 0xFFFFFFFF) < 10 * 90000 for x, y in itertools.pairwise(got))
    numbers = [(p.payload[2] & 0x7F) << 8 | p.payload[3] for p in got]
    assert all((y - x & 0x7FFF) in (0, 1) for x, y in itertools.pairwise(numbers))


async def test_wishing_for_no_pictures_stops_them_and_wishing_again_brings_them_back(plane: MediaPlane, phones: list[WirePhone]) -> None:
    a, b = make(phones, "a", camera=True), make(phones, "b", pictures=1)
    await a.join(plane, "room")
    await b.join(plane, "room")
    async with meanwhile(a.show()):
        await b.hears("video_slot", 3, since=0)
        await plane.want("b", video=0)
        shown = a.picture_id
        await a.shows_on(9)
        numbers = [(p.payload[2] & 0x7F) << 8 | p.payload[3] for p in b.heard_on("video_slot")]
        assert max(numbers) <= shown
        stopped = time.monotonic()
        await plane.want("b", video=1)
        packets = await b.hears("video_slot", 3, since=stopped)
    assert packets[0].payload[4:7] == b"\x10\x02\x00", [(p.seq, p.timestamp, p.payload[:7].hex()) for p in packets]


async def test_a_screen_goes_into_the_screen_slot(plane: MediaPlane, phones: list[WirePhone]) -> None:
    a, b = make(phones, "a", camera=True, screen=True), make(phones, "b", pictures=1)
    await a.join(plane, "room")
    await b.join(plane, "room")
    async with meanwhile(a.show(role="screen")):
        await b.hears("screen_slot", 5, since=0)
    assert not b.heard_on("video_slot")


async def test_a_fifth_speaker_takes_the_place_of_a_silent_one(plane: MediaPlane, phones: list[WirePhone], ears: Ears) -> None:
    speakers = [make(phones, f"s{i}") for i in range(5)]
    listener = make(phones, "listener")
    await asyncio.gather(*(p.join(plane, "room") for p in [*speakers, listener]))
    async with meanwhile(*(s.speak(level=100) for s in speakers[:4])):
        await listener.hears("audio_slot", 30, since=0)
        async with meanwhile(speakers[4].speak(level=20, mark=b"fifth")):
            await ears.wait(SlotsChanged, lambda e: e.client == "listener" and any(s.source == "s4" for s in e.slots))
            await ears.wait(ActiveSpeakers, lambda e: e.sources == ("s4",))
            await speakers[4].speaks_on(15)
            spoken = speakers[4].spoken
        heard = [p for p in listener.heard_on("audio_slot") if b"fifth" in p.payload]
    first = int.from_bytes(heard[0].payload[1:5], "big")
    assert first <= 15  # of its own packets: less than 0.3 s of the first word is missing
    assert len(heard) >= spoken - first - 3


async def test_the_one_place_for_a_camera_goes_to_whoever_speaks(plane: MediaPlane, phones: list[WirePhone], ears: Ears) -> None:
    cameras = [make(phones, name, camera=True) for name in ("a", "b", "c")]
    listener = make(phones, "listener", pictures=1)
    await asyncio.gather(*(p.join(plane, "room") for p in [*cameras, listener]))
    await plane.want("listener", video=1)

    def shown() -> set[str | None]:
        told = [event for event in ears.all(SlotsChanged) if event.client == "listener"]
        return {slot.source for slot in told[-1].slots if slot.kind == "video"} if told else set()

    async with meanwhile(*(camera.show() for camera in cameras)):
        for speaker in (cameras[2], cameras[0]):
            after = len(ears.events)
            async with meanwhile(speaker.speak()), asyncio.timeout(20):
                await ears.wait(ActiveSpeakers, lambda event, name=speaker.name: event.sources == (name,), after=after)  # type: ignore[misc]
                while True:
                    if shown() == {speaker.name}:
                        break
                    await asyncio.sleep(0.02)
            await ears.wait(ActiveSpeakers, lambda event: not event.sources, after=after)


async def test_speaker_turns_are_reported_with_their_times(plane: MediaPlane, phones: list[WirePhone], ears: Ears) -> None:
    a = make(phones, "a", "wang")
    await a.join(plane, "room")
    began = time.time() * 1000
    await a.speak(1.0, level=25)
    await a.speak(0.5, level=110)
    await a.speak(0.6, level=25)
    ended = time.time() * 1000
    await a.speak(0.2, level=110)
    turn = await ears.wait(SpeakerTurn)
    assert (turn.room, turn.source) == ("room", "wang")
    assert abs(turn.started_at_ms - began) < 500
    assert abs(turn.ended_at_ms - ended) < 500


async def test_a_lost_packet_is_repaired_on_request(plane: MediaPlane, phones: list[WirePhone]) -> None:
    a, b = make(phones, "a", camera=True), make(phones, "b", pictures=1)
    await a.join(plane, "room")
    await b.join(plane, "room")
    async with meanwhile(a.show()):
        got = await b.hears("video_slot", 6, since=0)
    wanted = got[3]
    begin = time.monotonic()
    request = b"\x81\xcd\x00\x03" + (1).to_bytes(4, "big") + wanted.ssrc.to_bytes(4, "big") + wanted.seq.to_bytes(2, "big") + b"\x00\x00"
    await b.send(request)
    repaired = (await b.hears("video_slot", 1, since=begin))[0]
    payload = repaired.payload
    if repaired.ssrc != wanted.ssrc:  # RTX: the original number comes first
        assert int.from_bytes(payload[:2], "big") == wanted.seq
        payload = payload[2:]
    assert payload == wanted.payload


async def test_sound_and_picture_of_a_participant_are_reported_on_one_clock(plane: MediaPlane, phones: list[WirePhone]) -> None:
    a, b = make(phones, "a", camera=True), make(phones, "b", pictures=1)
    await a.join(plane, "room")
    await b.join(plane, "room")
    async with meanwhile(a.speak(), a.show()):
        sounds = await b.hears("audio_slot", 5, since=0)
        pictures = await b.hears("video_slot", 5, since=0)
        # the phone's own clock is years off; at one moment its sound stood at 48000 and its picture at 90000
        moment = to_ntp(time.time() - 1e8)
        while len(reports := _reports(b, {sounds[0].ssrc, pictures[0].ssrc})) < 2:
            await a.send(sender_report(a.ssrc("microphone"), moment, 48000, 1, 1, "a"))
            await a.send(sender_report(a.ssrc("camera"), moment, 90000, 1, 1, "a"))
            await asyncio.sleep(0.1)
        spoken, shown = a.sent_times["microphone"], a.sent_times["camera"]
    for packets, report, sent in ((sounds, reports[sounds[0].ssrc], spoken), (pictures, reports[pictures[0].ssrc], shown)):
        offset = next(p.timestamp - sent[bytes(p.payload)] & 0xFFFFFFFF for p in packets if bytes(p.payload) in sent)
        assert report.rtp - offset & 0xFFFFFFFF == (48000 if packets is sounds else 90000)
    assert abs(from_ntp(reports[sounds[0].ssrc].ntp) - from_ntp(reports[pictures[0].ssrc].ntp)) < 0.045
    assert abs(from_ntp(reports[sounds[0].ssrc].ntp) - time.time()) < 30  # on our clock, not on the phone's


def _reports(phone: WirePhone, ssrcs: set[int]) -> dict[int, SenderReport]:
    return {r.ssrc: r for data in phone.rtcp for r in parse(data).senders if r.ssrc in ssrcs}


async def test_joining_again_from_a_new_connection_replaces_the_old_and_keeps_permissions(
    plane: MediaPlane, phones: list[WirePhone]
) -> None:
    first, listener = make(phones, "a"), make(phones, "listener")
    await first.join(plane, "room")
    await listener.join(plane, "room")
    second = make(phones, "a")
    await second.join(plane, "room", permit=False)
    async with meanwhile(second.speak()):
        await listener.hears("audio_slot", 5)


async def test_a_phone_that_hangs_up_is_reported_lost(plane: MediaPlane, phones: list[WirePhone], ears: Ears) -> None:
    a = make(phones, "a")
    await a.join(plane, "room")
    await ears.wait(ClientConnected, lambda e: e.client == "a")
    await a.close()
    await ears.wait(ClientLost, lambda e: e.client == "a")
    with pytest.raises(MediaRefused) as refused:
        await plane.permit("a", audio=True, video=True, screen=True)
    assert refused.value.code == "unknown_client"


@pytest.mark.parametrize("offer", ["", "v=0", "hello", "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio x y z\r\n"])
async def test_an_offer_that_is_none_is_refused_with_a_code(plane: MediaPlane, offer: str) -> None:
    with pytest.raises(MediaRefused) as refused:
        await plane.join("room", "a", "a", offer)
    assert refused.value.code == "bad_sdp"


async def test_an_offer_without_a_codec_we_forward_is_refused_and_the_session_goes_on(plane: MediaPlane, phones: list[WirePhone]) -> None:
    a, b = make(phones, "a"), make(phones, "b")
    await a.join(plane, "room")
    await b.join(plane, "room")
    other = make(phones, "x", mic=True, sound=0)
    offer = (await other.offer()).replace("opus/48000/2", "speex/8000")
    with pytest.raises(MediaRefused) as refused:
        await plane.join("room", "x", "x", offer)
    assert refused.value.code == "no_common_codec"
    async with meanwhile(a.speak()):
        await b.hears("audio_slot", 5, since=0)


async def test_commands_for_unknown_clients_are_refused(plane: MediaPlane) -> None:
    for call in (
        plane.permit("nobody", audio=True, video=True, screen=True),
        plane.want("nobody", video=1),
        plane.move("nobody", "room"),
        plane.details("nobody"),
    ):
        with pytest.raises(MediaRefused) as refused:
            await call
        assert refused.value.code == "unknown_client"


async def test_a_folder_that_cannot_be_written_refuses_the_recording(plane: MediaPlane, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(MediaRefused) as refused:
        await plane.record("room", tmp_path / "file" / "below")
    assert refused.value.code == "recording_failed"


async def test_recording_reports_one_file_for_each_permitted_track(
    plane: MediaPlane, phones: list[WirePhone], ears: Ears, tmp_path: Path
) -> None:
    a, b = make(phones, "a", camera=True), make(phones, "b")
    await a.join(plane, "room")
    await b.join(plane, "room", permit=False)
    begin = time.monotonic()
    async with meanwhile(a.speak(), a.show(), b.speak()):
        await ears.wait(TrackStarted, lambda e: e.kind == "video")
        await plane.record("room", tmp_path / "takes")
        await asyncio.gather(a.speaks_on(60), a.shows_on(18))
        await plane.record("room", None)
    length = 1000 * (time.monotonic() - begin)
    files = ears.all(TrackRecorded)
    assert sorted((f.source, f.kind) for f in files) == [("a", "audio"), ("a", "video")]
    for file in files:
        assert Path(file.path).is_relative_to(tmp_path / "takes")
        assert Path(file.path).stat().st_size > 500
        assert 500 < file.ended_at_ms - file.started_at_ms <= length


async def test_details_and_metrics_tell_what_flows(plane: MediaPlane, phones: list[WirePhone]) -> None:
    a, b = make(phones, "a"), make(phones, "b")
    await a.join(plane, "room")
    await b.join(plane, "room")
    async with meanwhile(a.speak()):
        await b.hears("audio_slot", 5, since=0)
        details = await plane.details("b")
    assert [s.source for s in details.streams if s.role == "audio_slot"].count("a") == 1
    text = await plane.metrics()
    assert "meeting_media_packets_out_total" in text
    figures = {line.split("{")[0].removeprefix("meeting_media_"): float(line.split()[-1]) for line in text.splitlines() if line[0] != "#"}
    assert figures["clients"] == 2
    assert figures["packets_in_total"] >= 5
    assert figures["bytes_out_total"] > 100
    assert figures["slots_flowing"] >= 1
    assert set(figures) >= {
        "nacks_received_total",
        "nacks_sent_total",
        "packets_repaired_total",
        "key_frames_asked_total",
        "loss_in_share",
        "loss_out_share",
        "round_trip_median_ms",
        "slots_layer_q",
        "slots_layer_h",
        "slots_layer_f",
    }


async def test_no_public_ice_server_is_ever_named(plane: MediaPlane) -> None:
    assert plane.ice_servers("a") == ()
