"""Between a meeting and the media plane: what phones ask, what the chair allows, what media reports."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from meeting_server.domain.ids import MeetingId, ParticipantId
from meeting_server.media import api
from tests.kit.houses.live_house import MEETING, Live, live_house
from tests.kit.phones.bots import PATIENCE, Bot

HALL = f"{MEETING}/hall"


class Recorder:
    """A media plane that remembers what it was told and reports what a test says."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.news = asyncio.Condition()
        self.reports: asyncio.Queue[api.MediaEvent] = asyncio.Queue()
        self.refuse: api.RefusalCode | None = None
        self.found: api.ClientDetails | None = None

    async def _note(self, *what: Any) -> None:
        async with self.news:
            self.told.append(what)
            self.news.notify_all()

    async def until(self, *what: Any) -> None:
        async with asyncio.timeout(PATIENCE), self.news:
            await self.news.wait_for(lambda: what in self.told)

    def _check(self) -> None:
        if self.refuse is not None:
            raise api.MediaRefused(self.refuse, "as the test says")

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def join(
        self, room: str, client: str, source: str, offer_sdp: str, *, audio_only: bool = False, video_slots: int = 4
    ) -> api.Answer:
        self._check()
        await self._note("join", room, client, source, offer_sdp, audio_only, video_slots)
        return api.Answer("v=0 answer", (api.Line("0", "microphone"), api.Line("1", "audio_slot")))

    async def resume(self, client: str) -> None:
        await self._note("resume", client)

    async def leave(self, client: str) -> None:
        await self._note("leave", client)

    async def move(self, client: str, room: str) -> None:
        self._check()
        await self._note("move", client, room)

    async def permit(self, client: str, *, audio: bool, video: bool, screen: bool) -> None:
        self._check()
        await self._note("permit", client, audio, video, screen)

    async def want(self, client: str, *, video: int, pinned: str | None = None, screen: bool = True, layer: api.Layer = "f") -> None:
        self._check()
        await self._note("want", client, video, pinned, screen)

    async def listen(self, room: str, socket: Path | None) -> None:
        await self._note("listen", room, socket)

    async def record(self, room: str, folder: Path | None) -> None:
        if self.refuse == "recording_failed":
            await self._note("refused", room)
            raise api.MediaRefused("recording_failed")
        await self._note("record", room, folder)

    async def details(self, client: str) -> api.ClientDetails:
        return self.found or api.ClientDetails(client, 3, None, None, ())

    async def metrics(self) -> str:
        return ""

    def ice_servers(self, client: str) -> tuple[api.IceServer, ...]:
        return ()

    async def events(self) -> AsyncIterator[api.MediaEvent]:
        while True:
            yield await self.reports.get()


@pytest.fixture
async def media() -> Recorder:
    return Recorder()


@pytest.fixture
async def live(tmp_path: Path, media: Recorder) -> AsyncIterator[Live]:
    async with live_house(tmp_path, media=media, recordings_dir=tmp_path / "recordings") as house:
        yield house


async def joined(bot: Bot, media: Recorder, who: str, room: str = HALL) -> str:
    """Make an offer and take the answer; the connection's id, which is the media client's name."""
    name: str = bot.welcome["you"]["connection_id"]
    await bot.say({"type": "offer", "id": "offer-1", "sdp": "v=0", "video_slots": 4})
    answer = await bot.other("answer")
    assert answer == {
        "type": "answer",
        "id": "offer-1",
        "sdp": "v=0 answer",
        "mids": {"0": "microphone", "1": "audio_slot"},
    }
    await media.until("join", room, name, who, "v=0", False, 4)
    await media.until("permit", name, False, False, False)
    return name


async def test_an_offer_is_answered_and_nothing_is_permitted_before_the_meeting_says_so(live: Live, media: Recorder) -> None:
    async with await live.meeting_opened(), await live.enter("m1") as member:
        assert member.welcome["media"]
        name = await joined(member, media, "m1")
        await member.command("OpenMedia", media="audio")
        await media.until("permit", name, True, False, False)
        await member.command("OpenMedia", media="video")
        await media.until("permit", name, True, True, False)
        await member.command("CloseMedia", media="audio")
        await media.until("permit", name, False, True, False)


async def test_a_microphone_opened_before_the_offer_is_permitted_after_it(live: Live, media: Recorder) -> None:
    async with await live.meeting_opened(), await live.enter("m1") as member:
        await member.command("OpenMedia", media="audio")
        await member.say({"type": "offer", "id": "o", "sdp": "v=0", "video_slots": 0})
        name = member.welcome["you"]["connection_id"]
        await media.until("join", HALL, name, "m1", "v=0", True, 0)
        await media.until("permit", name, True, False, False)


async def test_the_chair_mutes_and_the_media_plane_obeys_within_300_ms(live: Live, media: Recorder) -> None:
    async with await live.meeting_opened() as chair, await live.enter("m1") as member:
        name = await joined(member, media, "m1")
        await member.command("OpenMedia", media="audio")
        await media.until("permit", name, True, False, False)
        media.told.clear()
        await chair.command("CloseMedia", media="audio", participant_id="m1")
        async with asyncio.timeout(0.3):
            await media.until("permit", name, False, False, False)


async def test_a_moderated_room_silences_all_but_the_holder_of_the_floor(live: Live, media: Recorder) -> None:
    async with await live.meeting_opened() as chair, await live.enter("m1") as member:
        name = await joined(member, media, "m1")
        await member.command("OpenMedia", media="audio")
        await media.until("permit", name, True, False, False)
        media.told.clear()
        await chair.command("ModerateRoom", room_id="hall", moderated=True)
        await media.until("permit", name, False, False, False)
        assert (await member.command("OpenMedia", media="audio"))["code"] == "floor_required"
        await chair.command("GrantFloor", participant_id="m1", seconds=60)
        await member.command("OpenMedia", media="audio")
        await media.until("permit", name, True, False, False)
        media.told.clear()
        await chair.command("EndFloor")
        await media.until("permit", name, False, False, False)


async def test_who_is_sent_to_a_group_room_is_heard_there_and_nowhere_else(live: Live, media: Recorder) -> None:
    async with await live.meeting_opened() as chair, await live.enter("m1") as member:
        name = await joined(member, media, "m1")
        await member.command("OpenMedia", media="audio")
        await media.until("permit", name, True, False, False)
        await chair.command("OpenRoom", title="第一小组", kind="voice")
        await chair.command("MoveParticipant", participant_id="m1", room_id="r1")
        await media.until("move", name, f"{MEETING}/r1")
        await chair.command("CloseRoom", room_id="r1")
        await media.until("move", name, HALL)


async def test_a_removed_members_media_stops_with_them(live: Live, media: Recorder) -> None:
    async with await live.meeting_opened() as chair, await live.enter("m1") as member:
        name = await joined(member, media, "m1")
        await chair.command("RemoveParticipant", participant_id="m1")
        async with asyncio.timeout(1):
            await media.until("leave", name)
        await member.closed()


async def test_who_loses_the_socket_or_hangs_up_leaves_media(live: Live, media: Recorder) -> None:
    async with await live.meeting_opened(), await live.enter("m1") as member:
        first = await joined(member, media, "m1")
        await member.say({"type": "hangup"})
        await media.until("leave", first)
        other = await live.enter("m2")
        second = await joined(other, media, "m2")
        other.drop()
        await media.until("leave", second)


async def test_wishes_are_passed_on_and_kept_in_bounds(live: Live, media: Recorder) -> None:
    async with await live.enter("m1") as member:
        await member.say({"type": "want", "video": 4})
        assert (await member.other("error"))["code"] == "unknown_client"
        name = await joined(member, media, "m1")
        await member.say({"type": "want", "video": -3, "pinned": "m2", "screen": False})
        await media.until("want", name, 0, "m2", False)


@pytest.mark.parametrize("code", ["bad_sdp", "no_common_codec", "media_unavailable"])
async def test_a_refused_offer_names_its_reason(live: Live, media: Recorder, code: api.RefusalCode) -> None:
    media.refuse = code
    async with await live.enter("m1") as member:
        await member.say({"type": "offer", "id": "offer-7", "sdp": "nonsense"})
        error = await member.other("error")
        assert (error["code"], error["re"]) == (code, "offer-7")
        assert (error["retry_after_ms"] > 0) == (code == "media_unavailable")


async def test_a_client_the_media_plane_forgot_is_told_to_offer_again(live: Live, media: Recorder) -> None:
    async with await live.meeting_opened(), await live.enter("m1") as member:
        name = await joined(member, media, "m1")
        media.refuse = "unknown_client"
        await member.command("OpenMedia", media="audio")
        await member.other("media_lost")
        media.refuse = None
        await member.say({"type": "offer", "id": "offer-2", "sdp": "v=0", "video_slots": 4})
        await media.until("permit", name, True, False, False)


async def test_what_media_reports_reaches_whom_it_concerns(live: Live, media: Recorder) -> None:
    async with await live.meeting_opened() as chair, await live.enter("m1") as member:
        name = await joined(member, media, "m1")
        await media.reports.put(api.SlotsChanged(name, (api.SlotSource("1", "audio", "chair"), api.SlotSource("2", "audio", None))))
        assert (await member.other("slots"))["slots"] == {"1": "chair", "2": None}
        await media.reports.put(api.Quality(name, 1))
        assert (await member.other("quality"))["level"] == 1
        await media.reports.put(api.ActiveSpeakers(HALL, ("m1",)))
        for bot in (chair, member):
            assert (await bot.other("speaking"))["participants"] == ["m1"]
        await media.reports.put(api.WorkerLost((name, "stranger")))
        assert (await member.other("media_lost"))["retry_after_ms"] > 0
        assert not any(f["type"] in ("slots", "quality", "media_lost") for f in chair.others)


async def test_a_weak_network_is_told_to_the_others_of_the_room_and_to_who_comes_later(live: Live, media: Recorder) -> None:
    async with await live.meeting_opened() as chair, await live.enter("m1") as member:
        name = await joined(member, media, "m1")
        assert (await member.other("networks"))["levels"] == {}
        await media.reports.put(api.Quality(name, 1))
        assert (await chair.other("networks"))["levels"] == {"m1": 1}
        async with await live.enter("m2") as later:
            await joined(later, media, "m2")
            assert (await later.other("networks"))["levels"] == {"m1": 1}
            await media.reports.put(api.Quality(name, 3))
            await later.until(lambda: [f["levels"] for f in later.others if f["type"] == "networks"] == [{"m1": 1}, {"m1": 3}])


async def test_a_phone_asks_how_its_connection_is_doing(live: Live, media: Recorder) -> None:
    async with await live.meeting_opened(), await live.enter("m1") as member:
        await member.say({"type": "inspect"})
        assert (await member.other("error"))["code"] == "unknown_client"
        name = await joined(member, media, "m1")
        media.found = api.ClientDetails(name, 2, 41.5, 900.0, (api.StreamDetails("3", "video_slot", "chair", "h", 310.0, 1.5),))
        await member.say({"type": "inspect"})
        assert await member.other("link") == {
            "type": "link",
            "level": 2,
            "round_trip_ms": 41.5,
            "capacity_kbit_s": 900.0,
            "streams": [{"mid": "3", "role": "video_slot", "participant_id": "chair", "layer": "h", "kbit_s": 310.0, "lost_percent": 1.5}],
        }


async def test_a_publisher_is_told_which_layers_anybody_needs(live: Live, media: Recorder) -> None:
    async with await live.meeting_opened(), await live.enter("m1") as member:
        name = await joined(member, media, "m1")
        await media.reports.put(api.LayersWanted(name, ("q", "h")))
        assert (await member.other("layers"))["wanted"] == ["q", "h"]


async def test_turns_and_files_become_facts_of_the_meeting(live: Live, media: Recorder) -> None:
    async with await live.meeting_opened():
        await media.reports.put(api.TrackStarted(HALL, "m1", "audio", 0))
        await media.reports.put(api.SpeakerTurn(HALL, "m1", 1_000, 5_000))
        await media.reports.put(api.TrackRecorded(HALL, "m1", "audio", "a.webm", 500, 9_000))
        await media.reports.put(api.SpeakerTurn("nowhere/hall", "m1", 1, 2))
        await media.reports.put(api.SpeakerTurn(HALL, "m2", 6_000, 7_000))
        facts: list[Any] = []
        async with asyncio.timeout(PATIENCE):
            while sum(type(f).__name__ == "SpeakerTurnEnded" for f in facts) < 2:
                facts = [r.event for r in await live.registry.records(MEETING)]
        turn = next(f for f in facts if type(f).__name__ == "SpeakerTurnEnded")
        assert (turn.participant_id, turn.room_id, turn.started_at, turn.ended_at) == ("m1", "hall", 1_000, 5_000)
        track = next(f for f in facts if type(f).__name__ == "TrackRecorded")
        assert (track.participant_id, track.media, track.path) == ("m1", "audio", "hall/a.webm")


async def test_recording_follows_the_meeting_in_every_room_with_sound(live: Live, media: Recorder, tmp_path: Path) -> None:
    folder = tmp_path / "recordings" / MEETING
    async with await live.meeting_opened() as chair:
        await chair.command("OpenRoom", title="文字", kind="text")
        await chair.command("StartRecording")
        await media.until("record", HALL, folder / "hall")
        await chair.command("OpenRoom", title="语音", kind="voice")
        await media.until("record", f"{MEETING}/r2", folder / "r2")
        await chair.command("CloseRoom", room_id="r2")
        await media.until("record", f"{MEETING}/r2", None)
        await chair.command("StopRecording")
        await media.until("record", HALL, None)
        assert ("record", f"{MEETING}/r1", folder / "r1") not in media.told


async def test_adjourning_ends_the_recording(live: Live, media: Recorder) -> None:
    async with await live.meeting_opened() as chair:
        await chair.command("StartRecording")
        await chair.command("AdjournMeeting")
        await media.until("record", HALL, None)


async def test_a_recording_that_can_not_begin_is_said_to_who_asked_for_it_and_tried_again(live: Live, media: Recorder) -> None:
    media.refuse = "recording_failed"
    async with await live.meeting_opened() as chair:
        await chair.command("StartRecording")
        error = await chair.other("error")
        assert (error["code"], error["re"]) == ("recording_failed", "StartRecording")
        media.refuse = None
        async with asyncio.timeout(PATIENCE), media.news:
            await media.news.wait_for(lambda: any(t[:2] == ("record", HALL) for t in media.told))


async def test_recording_goes_on_after_the_media_worker_or_the_server_was_restarted(live: Live, media: Recorder) -> None:
    async with await live.meeting_opened() as chair:
        await chair.command("StartRecording")
        await media.until("record", HALL, live.registry.signalling._recordings_dir / MEETING / "hall")
        media.told.clear()
        await media.reports.put(api.WorkerLost(()))
        await media.until("record", HALL, live.registry.signalling._recordings_dir / MEETING / "hall")


async def test_without_a_media_plane_a_meeting_is_text_only_and_says_so(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house, await house.enter("m1") as member:
        assert not member.welcome["media"]
        await member.say({"type": "offer", "id": "offer-1", "sdp": "v=0"})
        assert (await member.other("error"))["code"] == "media_unavailable"
        assert (await member.command("PostChat", text="只有文字"))["type"] == "ack"
        assert house.registry.connected(MeetingId(MEETING)) == 1
        assert ParticipantId("m1") == member.welcome["you"]["participant_id"]


async def test_of_two_tabs_of_one_member_the_last_to_open_its_microphone_is_heard_and_both_are_told(live: Live, media: Recorder) -> None:
    async with await live.meeting_opened(), await live.enter("m1") as first, await live.enter("m1", device="desktop") as second:
        names = [await joined(tab, media, "m1") for tab in (first, second)]
        await first.command("OpenMedia", media="audio")
        await media.until("permit", names[0], True, False, False)
        assert (await first.other("voice")) == {"type": "voice", "connection_id": names[0], "device": "phone"}
        await second.command("OpenMedia", media="audio")
        await media.until("permit", names[1], True, False, False)
        assert [what[2] for what in media.told if what[:2] == ("permit", names[0])][-1] is False
        await first.until(lambda: any(f["type"] == "voice" and f["connection_id"] == names[1] for f in first.others))
        assert [f["device"] for f in second.others if f["type"] == "voice"][-1] == "desktop"


async def test_a_second_tab_says_nothing_before_it_is_asked_and_what_is_left_of_two_can_speak(live: Live, media: Recorder) -> None:
    async with await live.meeting_opened(), await live.enter("m1") as first, await live.enter("m1") as second:
        names = [await joined(tab, media, "m1") for tab in (first, second)]
        await first.command("OpenMedia", media="audio")
        await media.until("permit", names[0], True, False, False)
        assert ("permit", names[1], True, False, False) not in media.told
        await first.say({"type": "hangup"})
        await media.until("permit", names[1], True, False, False)


async def test_who_is_asked_out_is_put_where_nobody_is_sent_on_and_comes_back_with_the_next_item(live: Live, media: Recorder) -> None:
    async with await live.meeting_opened() as chair, await live.enter("m1") as member, await live.enter("m2") as other:
        name = await joined(member, media, "m1")
        await chair.command("StepAgenda", item_id="i1")
        await member.command("OpenMedia", media="audio")
        await media.until("permit", name, True, False, False)
        await chair.command("RecuseParticipant", participant_id="m1")
        await media.until("move", name, f"{MEETING}/waiting")
        assert ("permit", name, False, False, False) in media.told[-2:], "silenced before it is moved"
        assert (await member.command("OpenMedia", media="audio"))["code"] == "outside"
        assert (await other.command("PostChat", text="回避时写的话"))["type"] == "ack"
        await chair.command("StepAgenda", item_id="i2")
        await media.until("move", name, HALL)
        assert (await member.command("OpenMedia", media="audio"))["type"] == "ack"
        await member.event("MediaOpened", media="audio")
        assert "回避时写的话" not in str(member.__dict__)
        assert "回避时写的话" in str(other.__dict__)
