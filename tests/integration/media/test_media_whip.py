"""A hall camera publishes by WHIP (RFC 9725) and a screen on the wall watches, over HTTP; encoders: aiortc's and Chromium's."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from sqlalchemy import text

from meeting_server.app import open_site, stand_on
from meeting_server.config import Settings
from meeting_server.domain.commands import Actor, CloseMedia, ModerateRoom, RemoveParticipant
from meeting_server.domain.ids import HALL, MeetingId, ParticipantId
from meeting_server.domain.state import Participant
from meeting_server.live.outcome import Acked
from meeting_server.media.api import Answer, ClientLost, ClientsKept, KeptClient, Line, MediaRefused, Role
from meeting_server.media.client import MediaWorkers
from meeting_server.media.settings import MediaSettings
from meeting_server.media.whip import CLIENT, FRAGMENT, SDP
from meeting_server.store.people.access_log import Act
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.catalogue import text as said
from tests.integration.live.test_live_signalling import Recorder
from tests.kit.browsers.media_browser import BrowserRoom
from tests.kit.houses.houses import site_on
from tests.kit.houses.meeting_house import HOUR, MeetingHouse, meeting_house
from tests.kit.media.media_phone import WirePhone, meanwhile
from tests.kit.media.media_worker import media_worker

CAMERA_ROLES: list[Role] = ["microphone", "camera"]
WALL_ROLES: list[Role] = ["audio_slot", "audio_slot", "audio_slot", "video_slot", "screen_slot"]
TURN = ("turns:turn.example.org:443?transport=tcp", "turn:turn.example.org:3478")


@pytest.fixture(scope="module")
def worker() -> Iterator[Path]:
    with media_worker() as path:
        yield path


@pytest.fixture
async def plane(worker: Path) -> AsyncIterator[MediaWorkers]:
    workers = MediaWorkers(MediaSettings(sockets=(worker,), turn_urls=TURN, turn_secret="s"))
    await workers.start()
    yield workers
    await workers.stop()


@pytest.fixture
async def hall(tmp_path: Path, plane: MediaWorkers) -> AsyncIterator[Hall]:
    async with _open_hall(tmp_path, plane) as hall:
        yield hall


@asynccontextmanager
async def _open_hall(tmp_path: Path, plane: MediaWorkers, *, opened: bool = True) -> AsyncIterator[Hall]:
    async with meeting_house(tmp_path, media=plane) as house:
        meeting = await house.scheduled()
        if opened:
            await house.open(meeting.meeting_id)
        hall = Hall(house, meeting.meeting_id)
        yield hall
        for phone in hall.phones:
            await phone.close()


class Hall:
    """An open meeting, and encoders that know nothing but an address and a token."""

    def __init__(self, house: MeetingHouse, meeting_id: MeetingId) -> None:
        self.house = house
        self.meeting_id = meeting_id
        self.page = f"/meetings/{meeting_id}/devices"
        self.http = house.browser()
        self.phones: list[WirePhone] = []

    async def token(self, kind: str, name: str = "主席台摄像机") -> str:
        """As the secretary makes it, on the page, where it is shown once."""
        secretary = await self.house.signed_in("secretary")
        made = await secretary.submit(self.page, {"kind": kind, "name": name}, page=self.page, status=200)
        token: str = re.findall(r'id="token" value="([A-Za-z0-9_-]{43})"', made.text)[0]
        return token

    def phone(self, name: str, **what: object) -> WirePhone:
        phone = WirePhone(name, **what)  # type: ignore[arg-type]  # the phone's own keywords
        self.phones.append(phone)
        return phone

    async def post(self, token: str, offer: str | bytes, kind: str = "whip", content_type: str | None = SDP) -> httpx.Response:
        body = offer.encode() if isinstance(offer, str) else offer
        headers = {"authorization": f"Bearer {token}"} | ({"content-type": content_type} if content_type else {})
        return await self.http.post(f"/{kind}", content=body, headers=headers)

    async def publishes(self, token: str) -> tuple[WirePhone, httpx.Response]:
        camera = self.phone("camera", camera=True, sound=0)
        answer = await self.post(token, await camera.offer())
        assert answer.status_code == 201, answer.text
        await _connect(camera, answer.text, CAMERA_ROLES)
        return camera, answer

    async def watches(self) -> WirePhone:
        wall = self.phone("wall", mic=False, sound=3, pictures=1)
        answer = await self.post(await self.token("screen", "墙上屏幕"), await wall.offer(), "whep")
        assert answer.status_code == 201, answer.text
        assert answer.headers["location"].startswith("/whep/")
        await _connect(wall, answer.text, WALL_ROLES)
        return wall

    async def cameras(self) -> list[Participant]:
        state = await self.house.registry.state(self.meeting_id)
        assert state is not None
        return [p for p in state.participants.values() if p.kind == "hall_camera"]

    async def chair(self, command: CloseMedia | RemoveParticipant | ModerateRoom) -> None:
        outcome = await self.house.registry.submit(self.meeting_id, Actor(self.house.pid("member")), command)
        assert isinstance(outcome, Acked)

    async def until_gone(self, resource: str, token: str) -> None:
        """Until the session's address is not found any more."""

        async def gone() -> bool:
            return (await self.trickle(resource, token)).status_code == 404

        await _until(gone)

    async def trickle(self, resource: str, token: str, body: str = "a=end-of-candidates\r\n", match: str | None = "*") -> httpx.Response:
        headers = {"authorization": f"Bearer {token}", "content-type": FRAGMENT} | ({"if-match": match} if match else {})
        return await self.http.patch(resource, content=body.encode(), headers=headers)


async def _connect(phone: WirePhone, sdp: str, roles: list[Role]) -> None:
    mids = re.findall(r"(?m)^a=mid:(\S+)", sdp)
    await phone.accept(Answer(sdp, tuple(Line(m, r) for m, r in zip(mids, roles, strict=True))))
    await phone.connected()


async def _silent(phone: WirePhone, role: Role, seconds: float = 0.5) -> float:
    """How long packets still came (s), counted until none came for ``seconds``."""
    begin = time.monotonic()
    while True:
        packets = phone.heard_on(role)
        last = packets[-1].at if packets else begin
        if time.monotonic() - max(last, begin) > seconds:
            return max(0.0, last - begin)
        await asyncio.sleep(0.02)


async def test_a_hall_camera_is_in_the_room_by_name_and_a_wall_screen_shows_it(hall: Hall) -> None:
    token = await hall.token("camera")
    camera, answer = await hall.publishes(token)
    assert answer.headers["content-type"].startswith(SDP)
    assert answer.headers["location"].startswith("/whip/")
    assert re.fullmatch(r'"[A-Za-z0-9]+"', answer.headers["etag"])
    links = answer.headers.get_list("link")
    assert [link.partition(">")[0][1:] for link in links] == list(TURN)
    assert all('rel="ice-server"; username="' in link and 'credential-type="password"' in link for link in links)
    (seen,) = await hall.cameras()
    assert (seen.name, seen.room_id, set(seen.media), seen.present) == ("主席台摄像机", HALL, {"audio", "video"}, False)
    wall = await hall.watches()
    async with meanwhile(camera.speak(), camera.show()):
        await wall.hears("audio_slot", 5)
        await wall.hears("video_slot", 5, since=0)


async def test_the_chair_stops_a_hall_camera_within_300_ms_although_it_goes_on_sending(hall: Hall) -> None:
    camera, _ = await hall.publishes(await hall.token("camera"))
    wall = await hall.watches()
    who = ParticipantId((await hall.cameras())[0].participant_id)
    async with meanwhile(camera.speak(), camera.show()):
        await wall.hears("audio_slot", 5)
        await wall.hears("video_slot", 5, since=0)
        await hall.chair(CloseMedia("video", who))
        assert await _silent(wall, "video_slot") < 0.3
        await wall.hears("audio_slot", 5)
        await hall.chair(CloseMedia("audio", who))
        assert await _silent(wall, "audio_slot") < 0.3
        secretary = await hall.house.signed_in("secretary")
        await secretary.submit(f"{hall.page}/switch", {"device": who, "what": "open_video"}, page=hall.page)
        await wall.hears("video_slot", 3)


async def test_a_hall_camera_is_neither_heard_nor_seen_before_the_meeting_opens(tmp_path: Path, plane: MediaWorkers) -> None:
    async with _open_hall(tmp_path, plane, opened=False) as hall:
        camera, _ = await hall.publishes(await hall.token("camera"))
        wall = await hall.watches()
        assert set((await hall.cameras())[0].media) == {"audio", "video"}  # ready, as the record says
        async with meanwhile(camera.speak(), camera.show()):
            await camera.speaks_on(50)
            await camera.shows_on(10)
            assert (wall.heard_on("audio_slot"), wall.heard_on("video_slot")) == ([], [])
            await hall.house.open(hall.meeting_id)
            await wall.hears("audio_slot", 5)
            await wall.hears("video_slot", 5)


async def test_a_removed_hall_camera_is_out_and_does_not_come_back(hall: Hall) -> None:
    token = await hall.token("camera")
    camera, answer = await hall.publishes(token)
    wall = await hall.watches()
    async with meanwhile(camera.speak()):
        await wall.hears("audio_slot", 5)
        await hall.chair(RemoveParticipant(ParticipantId((await hall.cameras())[0].participant_id), ""))
        assert await _silent(wall, "audio_slot") < 0.3
    await hall.until_gone(answer.headers["location"], token)
    again = await hall.post(token, await hall.phone("camera", camera=True, sound=0).offer())
    assert (again.status_code, again.json()["code"]) == (403, "removed")


async def test_a_moderated_room_still_hears_the_hall_camera_that_was_let_in(hall: Hall) -> None:
    camera, _ = await hall.publishes(await hall.token("camera"))
    wall = await hall.watches()
    await hall.chair(ModerateRoom(HALL, True))
    async with meanwhile(camera.speak()):
        await wall.hears("audio_slot", 5)


async def test_taking_the_token_back_ends_the_session_and_is_in_the_access_log(hall: Hall) -> None:
    token = await hall.token("camera")
    camera, answer = await hall.publishes(token)
    wall = await hall.watches()
    device = (await hall.cameras())[0].participant_id
    async with meanwhile(camera.speak()):
        await wall.hears("audio_slot", 5)
        secretary = await hall.house.signed_in("secretary")
        await secretary.submit(f"{hall.page}/stop", {"device": device}, page=hall.page)
        assert await _silent(wall, "audio_slot") < 0.3
    assert (await hall.trickle(answer.headers["location"], token)).status_code == 401
    assert (await hall.post(token, "v=0")).status_code == 401
    acts = [entry.act for entry in await hall.house.inner.site.access_log.about(hall.meeting_id)]
    assert [a for a in acts if a.startswith("hall_device")] == [Act.HALL_DEVICE_STOPPED, Act.HALL_DEVICE_LET_IN, Act.HALL_DEVICE_LET_IN]


async def test_a_token_is_shown_once_and_stored_only_as_its_hash(hall: Hall) -> None:
    token = await hall.token("camera")
    secretary = await hall.house.signed_in("secretary")
    page = (await secretary.get(hall.page)).text
    assert "主席台摄像机" in page
    assert token not in page
    async with hall.house.inner.site.database.read() as conn:
        rows = [tuple(row) for row in await conn.execute(text("SELECT * FROM hall_devices"))]
    assert len(rows) == 1
    assert token not in repr(rows)


@pytest.mark.parametrize("who", ["probationary", "stranger", "other_secretary"])
async def test_only_who_manages_the_meeting_lets_devices_in(hall: Hall, who: str) -> None:
    browser = await hall.house.signed_in(who)
    assert (await browser.get(hall.page)).status_code in (403, 404)
    await browser.submit(hall.page, {"kind": "camera"}, page="/me", status=403 if who == "probationary" else 404)
    assert await hall.house.inner.site.hall_devices.of_meeting(hall.meeting_id) == ()


async def test_deleting_the_session_takes_the_camera_off_the_air(hall: Hall) -> None:
    token = await hall.token("camera")
    _, answer = await hall.publishes(token)
    location, bearer = answer.headers["location"], {"authorization": f"Bearer {token}"}
    assert (await hall.http.delete(location, headers={"authorization": f"Bearer {await hall.token('camera')}"})).status_code == 404
    assert (await hall.http.delete(location, headers=bearer)).status_code == 200
    assert (await hall.http.delete(location, headers=bearer)).status_code == 404
    await _until_media(hall, ())


async def test_a_session_that_the_media_plane_lost_is_gone(hall: Hall, plane: MediaWorkers) -> None:
    token = await hall.token("camera")
    _, answer = await hall.publishes(token)
    client = next(c for c in hall.house.registry.signalling._clients if c.startswith("whip-"))
    plane._events.put_nowait(ClientLost(client))
    await hall.until_gone(answer.headers["location"], token)
    await _until_media(hall, ())


async def _until_media(hall: Hall, media: tuple[str, ...]) -> None:
    async def so() -> bool:
        return (await hall.cameras())[0].media == media

    await _until(so)


async def _until(fits: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while True:
            if await fits():
                return
            await asyncio.sleep(0.02)


async def test_when_the_meeting_is_over_devices_are_sent_away(hall: Hall, plane: MediaWorkers) -> None:
    token = await hall.token("camera")
    _, answer = await hall.publishes(token)
    await hall.watches()
    clients = [c for c in hall.house.registry.signalling._clients if c.startswith("whip-")]
    assert len(clients) == 2
    await hall.house.adjourn(hall.meeting_id)
    await hall.until_gone(answer.headers["location"], token)
    for client in clients:
        with pytest.raises(MediaRefused, match="unknown_client"):
            await plane.details(client)
    assert (await hall.post(token, await hall.phone("camera", camera=True, sound=0).offer())).status_code == 410


async def test_candidates_trickle_in_and_ice_restarts_with_the_right_etag_only(hall: Hall) -> None:
    token = await hall.token("camera")
    camera, answer = await hall.publishes(token)
    location, etag = answer.headers["location"], answer.headers["etag"]
    candidate = "a=mid:0\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n"
    assert (await hall.trickle(location, token, candidate, etag)).status_code == 204
    assert (await hall.trickle(location, token, candidate, None)).status_code == 428
    assert (await hall.trickle(location, token, candidate, '"old"')).status_code == 412
    assert (await hall.trickle(location, token, "nothing of use\r\n", etag)).status_code == 422
    restart = "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n"
    done = await hall.trickle(location, token, restart, "*")
    assert (done.status_code, done.headers["content-type"].split(";")[0]) == (200, FRAGMENT)
    before = re.findall(r"(?m)^a=ice-(?:ufrag|pwd):(\S+)", answer.text)[:2]
    after = re.findall(r"(?m)^a=ice-(?:ufrag|pwd):(\S+)", done.text)
    assert len(after) == 2
    assert not set(before) & set(after)
    assert "a=candidate:" in done.text
    assert done.headers["etag"] != etag
    assert (await hall.trickle(location, token, candidate, etag)).status_code == 412
    assert (await hall.trickle(location, token, candidate, done.headers["etag"])).status_code == 204
    wall = await hall.watches()
    async with meanwhile(camera.speak()):  # the path in use serves on until another is nominated
        await wall.hears("audio_slot", 5)


@asynccontextmanager
async def _restarted(hall: Hall, plane: MediaWorkers, worker: Path) -> AsyncIterator[MediaWorkers]:
    """A web process after a restart: it has its database and the media worker's socket, and remembers nothing."""
    inner = hall.house.inner
    await hall.house.registry.stop()
    await plane.stop()
    again = MediaWorkers(MediaSettings(sockets=(worker,)))
    await again.start()
    try:
        async with site_on(inner.site.database, inner.site.settings.data_dir, media=again) as site:
            inner.site = site
            stand_on(inner.app, site)
            yield again
    finally:
        await again.stop()


async def test_a_camera_and_a_screen_go_on_through_a_restart_of_the_web_process(tmp_path: Path) -> None:
    with media_worker("--keep", "5") as worker:
        plane = MediaWorkers(MediaSettings(sockets=(worker,)))
        await plane.start()
        async with _open_hall(tmp_path, plane) as hall:
            token = await hall.token("camera")
            camera, answer = await hall.publishes(token)
            who, location = ParticipantId((await hall.cameras())[0].participant_id), answer.headers["location"]
            wall = await hall.watches()
            orphan = hall.phone("orphan")
            await orphan.join(plane, f"{hall.meeting_id}/{HALL}")
            async with meanwhile(camera.speak(), camera.show()):
                await wall.hears("audio_slot", 5)
                async with _restarted(hall, plane, worker) as again:

                    async def only_the_devices() -> bool:
                        clients = re.search(r"meeting_media_clients{[^}]*} (\S+)", await again.metrics())
                        return clients is not None and float(clients[1]) == 2

                    await _until(only_the_devices)  # the phone that did not come again was let go; they were not
                    await wall.hears("audio_slot", 5)
                    await wall.hears("video_slot", 5)
                    assert (await hall.trickle(location, token, match='"another"')).status_code == 412
                    assert (await hall.trickle(location, token, match=answer.headers["etag"])).status_code == 204
                    await hall.chair(CloseMedia("audio", who))
                    assert await _silent(wall, "audio_slot") < 0.3
                    await wall.hears("video_slot", 5)
                    bearer = {"authorization": f"Bearer {token}"}
                    assert (await hall.http.delete(location, headers=bearer)).status_code == 200
                    await _until_media(hall, ())


async def test_the_application_sends_devices_away_that_nobody_let_in(tmp_path: Path) -> None:
    media = Recorder()
    media.reports.put_nowait(ClientsKept((KeptClient("whip-x", "m/hall", "nobody", (), "x"), KeptClient("phone", "m/hall", "p", (), "y"))))
    async with open_site(Settings(data_dir=tmp_path), media=media):
        await media.until("leave", "whip-x")
    assert ("leave", "phone") not in media.told  # it comes again by itself, and is let go of if it does not


async def test_a_camera_whose_token_was_taken_back_meanwhile_is_sent_away_after_the_restart(
    hall: Hall, plane: MediaWorkers, worker: Path
) -> None:
    camera, answer = await hall.publishes(await hall.token("camera"))
    devices = hall.house.inner.site.hall_devices
    (device,) = await devices.of_meeting(hall.meeting_id)
    client = CLIENT + answer.headers["location"].removeprefix("/whip/")
    await devices.revoke(hall.meeting_id, device.device_id, now_millis())
    async with _restarted(hall, plane, worker) as again:

        async def closed() -> bool:
            return camera.pc.connectionState == "closed"

        await _until(closed)  # the worker said goodbye: an encoder that is meant to be there comes again
        with pytest.raises(MediaRefused, match="unknown_client"):
            await again.details(client)


async def test_when_only_the_way_to_the_worker_broke_a_camera_is_made_to_come_again(hall: Hall, plane: MediaWorkers) -> None:
    token = await hall.token("camera")
    camera, _ = await hall.publishes(token)
    writer = plane.links[0]._writer
    assert writer is not None
    writer.transport.abort()

    async def closed() -> bool:
        return camera.pc.connectionState == "closed"

    await _until(closed)  # its session was off the record already: better a new one than one that nobody sees
    await _until_media(hall, ())
    await hall.publishes(token)
    assert set((await hall.cameras())[0].media) == {"audio", "video"}


async def test_an_ice_restart_of_a_session_of_before_the_restart_is_answered_by_begin_anew(
    hall: Hall, plane: MediaWorkers, worker: Path
) -> None:
    token = await hall.token("camera")
    _, answer = await hall.publishes(token)
    async with _restarted(hall, plane, worker):

        async def known_again() -> bool:
            return (await hall.trickle(answer.headers["location"], token)).status_code == 204

        await _until(known_again)
        restart = "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n"
        assert (await hall.trickle(answer.headers["location"], token, restart)).status_code == 404
        _, again = await hall.publishes(token)
        assert (await hall.trickle(again.headers["location"], token)).status_code == 204


async def test_a_second_session_of_a_device_replaces_the_first(hall: Hall) -> None:
    token = await hall.token("camera")
    _, first = await hall.publishes(token)
    _, second = await hall.publishes(token)
    assert (await hall.trickle(first.headers["location"], token)).status_code == 404
    assert (await hall.trickle(second.headers["location"], token)).status_code == 204
    (seen,) = await hall.cameras()
    assert set(seen.media) == {"audio", "video"}


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer x.y", "Basic abc", "Bearer " + "A" * 43, "Bearer " + "A" * 4000])
@pytest.mark.parametrize(("method", "path"), [("POST", "/whip"), ("POST", "/whep"), ("PATCH", "/whip/x"), ("DELETE", "/whep/x")])
async def test_without_a_valid_token_nothing_is_answered(hall: Hall, authorization: str | None, method: str, path: str) -> None:
    headers = {"content-type": SDP} | ({"authorization": authorization} if authorization is not None else {})
    answer = await hall.http.request(method, path, content=b"v=0", headers=headers)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json()["code"] == "bad_device_token"
    assert answer.json()["message"]


async def test_an_expired_token_and_one_of_the_other_kind_are_refused(hall: Hall) -> None:
    devices, now = hall.house.inner.site.hall_devices, now_millis()
    _, old = await devices.issue(hall.meeting_id, HALL, "camera", "旧", issued_by="x", now=now - HOUR, expires_at=now - 1)
    assert (await hall.post(old, "v=0")).status_code == 401
    screen = await hall.token("screen")
    assert (await hall.post(screen, "v=0")).status_code == 401
    assert (await hall.post(await hall.token("camera"), "v=0", "whep")).status_code == 401


@pytest.mark.parametrize(
    ("content_type", "body", "status", "code"),
    [
        (None, b"v=0", 415, "wrong_media_type"),
        ("text/plain", b"v=0", 415, "wrong_media_type"),
        (SDP, b"nonsense", 400, "bad_sdp"),
        (SDP, b"\xff\xfe", 400, "bad_sdp"),
        (SDP, b"", 400, "bad_sdp"),
        (SDP, b"v" * 70_000, 413, "too_large"),
    ],
)
async def test_what_is_no_offer_is_refused_with_a_code(hall: Hall, content_type: str | None, body: bytes, status: int, code: str) -> None:
    answer = await hall.post(await hall.token("camera"), body, content_type=content_type)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    if status == 415:
        assert answer.headers["accept-post"] == SDP


OBS_OFFER = (
    "v=0\r\no=rtc 2 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\na=setup:actpass\r\n"
    "a=ice-ufrag:Zz1f\r\na=ice-pwd:" + "p" * 22 + "\r\n"
    "a=fingerprint:sha-256 " + ":".join(["AB"] * 32) + "\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=sendonly\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\n"
    "m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\na=sendonly\r\na=rtcp-mux\r\n"
    "a=rtpmap:96 H264/90000\r\na=fmtp:96 profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1\r\n"
)
"""As OBS writes it."""


def picture_in(rtpmap: str, parameters: str = "") -> str:
    before, _, _ = OBS_OFFER.partition("a=rtpmap:96")
    return before + f"a=rtpmap:96 {rtpmap}\r\n" + (f"a=fmtp:96 {parameters}\r\n" if parameters else "")


def two_pictures() -> str:
    before, line, picture = OBS_OFFER.partition("m=video")
    return before.replace("BUNDLE 0 1", "BUNDLE 0 1 2") + line + picture + line + picture.replace("a=mid:1", "a=mid:2")


@pytest.mark.parametrize(
    ("offer", "code"),
    [
        (picture_in("H265/90000"), "video_codec"),
        (picture_in("AV1/90000", "profile=0"), "video_codec"),
        (picture_in("VP9/90000", "profile-id=0"), "video_codec"),
        (picture_in("H264/90000", "profile-level-id=640028;packetization-mode=1"), "h264_profile"),
        (picture_in("H264/90000", "profile-level-id=42e01f;packetization-mode=0"), "h264_profile"),
        (OBS_OFFER.replace("opus/48000/2", "PCMU/8000"), "audio_codec"),
        (two_pictures(), "one_camera"),
    ],
)
async def test_an_encoder_is_let_in_whole_or_told_which_setting_to_change(hall: Hall, offer: str, code: str) -> None:
    token = await hall.token("camera")
    for language in ("zh-CN", "en"):
        hall.http.cookies.set("language", language)
        answer = await hall.post(token, offer)
        assert answer.status_code == 406
        assert answer.json() == {"code": code, "message": said(language, f"errors.{code}"), "next": said(language, f"errors_next.{code}")}
    assert [p.media for p in await hall.cameras()] == [()]
    whole = await hall.post(token, OBS_OFFER)
    assert whole.status_code == 201
    ports = dict(re.findall(r"(?m)^m=(\w+) (\d+)", whole.text))
    assert ports["audio"] == ports["video"] != "0"


@pytest.mark.parametrize(("path", "accepts"), [("/whip", "accept-post"), ("/whep", "accept-post"), ("/whip/x", "accept-patch")])
async def test_a_page_of_another_origin_may_ask(hall: Hall, path: str, accepts: str) -> None:
    answer = await hall.http.options(path, headers={"origin": "https://encoder.example", "access-control-request-method": "POST"})
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    assert accepts in answer.headers


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
async def test_other_methods_are_not_allowed(hall: Hall, method: str) -> None:
    assert (await hall.http.request(method, "/whip")).status_code == 405


@pytest.mark.browser
async def test_chromium_publishes_by_fetch_from_another_origin(hall: Hall) -> None:
    token = await hall.token("camera")
    wall = await hall.watches()
    async with _served(hall) as address, BrowserRoom() as chromium:
        camera = chromium.phone("camera")
        offer = await camera.call("open", camera=True, screen=False, simulcast=False, sound=0, pictures=0)
        answer = await chromium.page.evaluate(
            """async ([address, token, offer]) => {
                const reply = await fetch(address + "/whip", {method: "POST", body: offer,
                    headers: {"content-type": "application/sdp", "authorization": "Bearer " + token}});
                const header = name => reply.headers.get(name);
                return {status: reply.status, location: header("location"), etag: header("etag"), sdp: await reply.text()};
            }""",
            [address, token, offer],
        )
        assert answer["status"] == 201
        assert answer["location"].startswith("/whip/")
        assert answer["etag"]
        await camera.call("accept", sdp=answer["sdp"])
        await camera.until(camera.connected, 10)
        await camera.call("speak", hertz=440, volume=0.3)
        await camera.call("show", role="camera", color="red", width=320, height=240, detail=0)
        await wall.hears("audio_slot", 5)
        await wall.hears("video_slot", 5, since=0)


def _started(server: uvicorn.Server) -> Callable[[], Awaitable[bool]]:
    async def started() -> bool:
        return server.started

    return started


@asynccontextmanager
async def _served(hall: Hall) -> AsyncIterator[str]:
    """The house over real HTTP on a loopback port."""
    server = uvicorn.Server(uvicorn.Config(hall.house.inner.app, host="127.0.0.1", port=0, lifespan="off", log_config=None))
    serving = asyncio.create_task(server.serve())
    try:
        await _until(_started(server))
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
