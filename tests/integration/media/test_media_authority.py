"""The chair's authority at the packets: who may not be heard is not, whatever their phone goes on sending.

How soon is measured by ``tests.bench.bench_latency``; here stands what holds on any machine, however busy.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from meeting_server.media.api import MediaRefused
from meeting_server.media.client import MediaWorkers
from meeting_server.media.settings import MediaSettings
from meeting_server.web.site.catalogue import text
from tests.kit.houses.live_house import CHAIR, Live, live_house
from tests.kit.media.media_phone import WirePhone, meanwhile
from tests.kit.media.media_worker import media_worker
from tests.kit.phones.gathering import Gathering, Phone, gathered, until


@pytest.fixture(scope="module")
def worker() -> Iterator[Path]:
    with media_worker() as path:
        yield path


@pytest.fixture
async def plane(worker: Path) -> AsyncIterator[MediaWorkers]:
    workers = MediaWorkers(MediaSettings(sockets=(worker,)))
    await workers.start()
    yield workers
    await workers.stop()


@pytest.fixture
async def live(tmp_path: Path, plane: MediaWorkers) -> AsyncIterator[Live]:
    async with live_house(tmp_path, media=plane, recordings_dir=tmp_path / "recordings") as house:
        yield house


@pytest.fixture
async def gathering(live: Live) -> AsyncIterator[Gathering]:
    async with gathered(live) as everyone:
        yield everyone


async def test_in_a_moderated_room_the_voice_that_arrives_is_the_floor_holders(gathering: Gathering) -> None:
    chair, first, second, listener = gathering.all
    for member in (first, second):
        await member.asks("OpenMedia", media="audio")
        await listener.hears(member)
    await chair.asks("ModerateRoom", room_id="hall", moderated=True)
    await listener.silence("audio_slot")
    heard = [max(listener.spoken_by(phone)) for phone in (first, second)]
    await second.goes_on_sending()
    assert [max(listener.spoken_by(phone)) for phone in (first, second)] == heard
    await chair.asks("OpenMedia", media="audio")  # who runs the meeting needs no floor
    await listener.hears(chair)
    for speaker, other in ((first, second), (second, first)):
        await chair.asks("GrantFloor", participant_id=speaker.name)
        await speaker.asks("OpenMedia", media="audio")
        await listener.hears(speaker)
        before = max(listener.spoken_by(other))
        await other.goes_on_sending()
        assert max(listener.spoken_by(other)) == before, "who no longer has the floor is heard"
    await chair.asks("EndFloor")
    await chair.asks("CloseMedia", media="audio")
    await listener.silence("audio_slot")


async def test_mute_stop_of_the_camera_and_removal_hold_although_the_phone_goes_on_sending(
    gathering: Gathering, plane: MediaWorkers
) -> None:
    chair, first, _, listener = gathering.all
    for kind in ("audio", "video"):
        await first.asks("OpenMedia", media=kind)
    await listener.hears(first)
    await listener.wire.hears("video_slot", 6)
    await chair.asks("CloseMedia", media="audio", participant_id="m1")
    await listener.silence("audio_slot")
    heard = max(listener.spoken_by(first))
    await first.goes_on_sending()
    assert max(listener.spoken_by(first)) == heard
    await listener.wire.hears("video_slot", 3)  # the picture goes on
    await chair.asks("CloseMedia", media="video", participant_id="m1")
    await listener.silence("video_slot")
    shown = first.wire.picture_id
    await first.goes_on_sending()
    assert listener.pictures_of(first, shown) == []
    for kind in ("audio", "video"):
        await first.asks("OpenMedia", media=kind)
    await listener.hears(first)
    client = first.bot.welcome["you"]["connection_id"]
    assert (await plane.details(client)).client == client
    await chair.asks("RemoveParticipant", participant_id="m1")
    await listener.silence("audio_slot")
    await listener.silence("video_slot")
    with pytest.raises(MediaRefused, match="unknown_client"):
        await plane.details(client)


async def test_an_offer_that_cannot_be_answered_is_refused_with_a_code_and_all_else_goes_on(gathering: Gathering) -> None:
    chair, first, _, listener = gathering.all
    await first.asks("OpenMedia", media="audio")
    await listener.hears(first)
    again = WirePhone("again", camera=True, pictures=2)
    good = await again.offer()
    for what, offer, code in (
        ("nonsense", "hello", "bad_sdp"),
        ("no keys", re.sub(r"a=fingerprint:.*\r\n", "", good), "bad_sdp"),
        ("no codec", re.sub(r"(opus|VP8|VP9|H264|AV1)/", "unknown/", good), "no_common_codec"),
        ("endless", good + "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n" * 70, "too_many_lines"),
    ):
        for phone in (first, listener):  # one that sends, one that only listens
            await phone.bot.say({"type": "offer", "id": what, "sdp": offer, "video_slots": 2})
            error = await phone.told("error", re=what)
            assert error["code"] == code
            for language in ("zh-CN", "en"):
                assert text(language, f"errors.{code}") != f"errors.{code}"
    await listener.hears(first)  # the connections of before are as they were
    await first.asks("PostChat", text="听得见吗")
    await chair.asks("CloseMedia", media="audio", participant_id="m1")
    await listener.silence("audio_slot")
    await listener.bot.say({"type": "offer", "id": "good", "sdp": good, "video_slots": 2})
    assert (await listener.told("answer", id="good"))["sdp"].startswith("v=0")
    await again.close()


async def test_nobody_who_waits_is_heard_or_seen_whatever_their_phone_sends(live: Live) -> None:
    chair, waiting, other = [Phone(await live.enter(name), name) for name in (CHAIR, "m1", "m2")]
    for phone in (chair, waiting, other):
        await phone.connects()
    async with meanwhile(waiting.sends()):
        for media in ("audio", "video", "screen"):
            answer = await waiting.bot.command("OpenMedia", media=media)
            assert (answer["type"], answer["code"]) == ("rejected", "not_open")
        for _ in range(3):
            await waiting.goes_on_sending()
        assert [p.wire.heard_on(role) for p in (chair, other) for role in ("audio_slot", "video_slot")] == [[], [], [], []]
        await chair.asks("OpenMeeting")
        for media in ("audio", "video"):
            await waiting.asks("OpenMedia", media=media)
        await other.hears(waiting)
        await other.wire.hears("video_slot", 6)
    for phone in (chair, waiting, other):
        await phone.wire.close()
        await phone.bot.close()


async def test_who_does_not_consent_to_the_recording_is_neither_heard_nor_recorded_and_stays(gathering: Gathering, tmp_path: Path) -> None:
    chair, first, second, listener = gathering.all
    for member in (first, second):
        for media in ("audio", "video"):
            await member.asks("OpenMedia", media=media)
        await listener.hears(member)
    await chair.asks("StartRecording")
    await listener.silence("audio_slot")
    await first.asks("AcknowledgeRecording", consents=False)
    await second.asks("AcknowledgeRecording")
    for media in ("audio", "video", "screen"):
        answer = await first.bot.command("OpenMedia", media=media)
        assert (answer["type"], answer["code"]) == ("rejected", "consent_needed")
    await second.asks("OpenMedia", media="audio")
    await listener.hears(second)
    heard = max(listener.spoken_by(first))
    await first.goes_on_sending()
    assert max(listener.spoken_by(first)) == heard
    await first.hears(second)  # who only listens goes on hearing
    await chair.asks("StopRecording")
    folder = tmp_path / "recordings"
    await until(lambda: any("-m2-" in file.name for file in folder.rglob("*.webm")))
    assert [file.name for file in folder.rglob("*-m1-*")] == []
