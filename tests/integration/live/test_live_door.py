"""Who may open a meeting's socket, and what happens to those who talk nonsense or too much."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.requests import HTTPConnection
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from meeting_server.domain.ids import MeetingId, ParticipantId
from meeting_server.web.meeting.admission import origin_allowed
from meeting_server.web.site.buckets import Buckets, Rate
from meeting_server.web.site.half_open import PunctualProtocol
from meeting_server.web.site.limits import MOST_BAD, MOST_REFUSED, RATES
from meeting_server.web.site.open_sockets import MOST_WAITING_OF_A_PERSON
from meeting_server.web.site.sign_outs import SignOuts
from meeting_server.wire.close_codes import Close
from tests.kit.houses.live_house import CHAIR, MEETING, Live, StubViewer, live_house
from tests.kit.phones.bots import PATIENCE, Bot


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[Live]:
    async with live_house(tmp_path) as house:
        yield house


async def knocking(live: Live, who: str = "m1", meeting_id: str = MEETING, **options: Any) -> Bot:
    """A socket that is open and reads, and has said nothing yet."""
    bot = await Bot.open(live.url(meeting_id), cookie=f"who={who}" if who else "", **options)
    bot._reader = asyncio.create_task(bot._read())
    return bot


async def refusal(live: Live, origin: str | None) -> int:
    with pytest.raises(InvalidStatus) as refused:
        await Bot.open(live.url(), cookie="who=m1", origin=origin)
    return refused.value.response.status_code


async def test_only_a_page_of_our_own_may_open_a_socket(live: Live) -> None:
    port = live.port
    for origin in (
        None,
        "null",
        "http://evil.example",
        f"http://127.0.0.1.evil.example:{port}",
        f"http://127.0.0.1:{port}.evil.example",
        f"http://evil.example/127.0.0.1:{port}",
        f"http://127.0.0.1:{port}@evil.example",
        f"http://user@127.0.0.1:{port}",
        f"http://127.0.0.1:{port + 1}",
        f"file://127.0.0.1:{port}",
        "http://127.0.0.1",
    ):
        assert await refusal(live, origin) == 403, origin
    async with await live.enter("m1"):
        assert live.registry.connected(MEETING) == 1


def test_origin_is_compared_with_the_whole_host() -> None:
    assert origin_allowed("https://meet.example", "meet.example", ())
    assert origin_allowed("https://MEET.example", "meet.EXAMPLE", ())
    assert origin_allowed("https://meet.example:8443", "10.0.0.1:9000", frozenset({"meet.example:8443"}))
    assert not origin_allowed("https://meet.example", "meet.example:8443", ())
    assert not origin_allowed("https://sub.meet.example", "meet.example", ())
    assert not origin_allowed("https://[bad", "meet.example", ())
    assert not origin_allowed("", "", ())


async def test_the_subprotocol_must_be_asked_for(live: Live) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await connect(
            live.url(),
            origin=f"http://127.0.0.1:{live.port}",  # type: ignore[arg-type]  # a NewType of str
            additional_headers={"Cookie": "who=m1"},
            proxy=None,
        )
    assert refused.value.response.status_code == 400


async def denied(live: Live, who: str, meeting_id: str = MEETING) -> tuple[int, dict[str, Any]]:
    """Status and body of a handshake that is refused; whoever asks without a handshake is told the same."""
    with pytest.raises(InvalidStatus) as refused:
        await Bot.open(live.url(meeting_id), cookie=f"who={who}" if who else "")
    response = refused.value.response
    async with httpx.AsyncClient(cookies={"who": who} if who else {}) as page:
        asked = await page.get(live.url(meeting_id).replace("ws", "http", 1))
    told: dict[str, Any] = json.loads(response.body or b"")
    assert (asked.status_code, asked.json()) == (response.status_code, told)
    return response.status_code, told


@pytest.mark.parametrize(
    ("who", "meeting_id", "status", "code", "close"),
    [
        ("", MEETING, 401, "sign_in_required", Close.SIGNED_OUT),
        ("m1", "no-such", 404, "not_found", Close.UNKNOWN_MEETING),
        ("stranger", MEETING, 403, "not_a_participant", Close.FORBIDDEN),
    ],
)
async def test_no_handshake_is_answered_101_to_whoever_can_not_come_in(
    live: Live, who: str, meeting_id: str, status: int, code: str, close: Close
) -> None:
    assert await denied(live, who, meeting_id) == (status, {"code": code, "close": close})


async def test_who_was_removed_is_told_so_instead_of_101(live: Live) -> None:
    async with await live.enter(CHAIR) as chair, await live.enter("m1"):
        assert (await chair.command("RemoveParticipant", participant_id="m1"))["type"] == "ack"
        assert await denied(live, "m1") == (403, {"code": "removed", "close": Close.REMOVED})


async def test_an_invitation_opens_its_own_meeting_only(live: Live) -> None:
    async def guest(_: object) -> StubViewer:
        return StubViewer(ParticipantId("m1"), "s1", MeetingId("another"))

    live.door.viewer_of = guest
    assert await denied(live, "m1") == (403, {"code": "not_a_participant", "close": Close.FORBIDDEN})


async def test_who_may_come_in_is_told_so_without_a_handshake(live: Live) -> None:
    async with httpx.AsyncClient(cookies={"who": "m1"}) as page:
        asked = await page.get(live.url().replace("ws", "http", 1))
    assert asked.status_code == 204


async def test_a_refusal_takes_a_while_so_that_nobody_tries_a_thousand_times_a_second(live: Live) -> None:
    live.door.denial_seconds = 2.0
    asking = asyncio.create_task(refusal(live, "http://evil.example"))
    async with asyncio.timeout(PATIENCE):
        while not live.door.sockets.denials:  # noqa: ASYNC110  the server does not say so
            await asyncio.sleep(0.01)
    async with await live.enter("m1"):
        assert not asking.done()
    assert await asking == 403


async def test_signing_out_closes_the_sockets_of_that_sign_in(live: Live) -> None:
    sign_outs = SignOuts()
    live.door.watch = sign_outs.watch
    async with await live.enter("m1") as member, await live.enter("m2") as other:
        sign_outs.announce(["m1"])
        assert await member.closed() == Close.SIGNED_OUT
        assert (await other.command("PostChat", text="还在"))["type"] == "ack"


async def test_signing_out_closes_a_socket_that_has_not_said_hello_yet(live: Live) -> None:
    sign_outs = SignOuts()
    live.door.watch = sign_outs.watch
    bot = await knocking(live)
    async with asyncio.timeout(PATIENCE):
        while not sign_outs._watching:  # noqa: ASYNC110  the server does not say so
            await asyncio.sleep(0.01)
    sign_outs.announce(["m1"])
    assert await bot.closed() == Close.SIGNED_OUT


async def test_a_meeting_whose_schedule_can_not_be_read_is_unavailable_for_now(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_: object) -> None:
        raise OSError("disk")

    monkeypatch.setattr(live.registry, "_on_schedule", broken)
    assert await denied(live, "m1") == (503, {"code": "storage_unavailable", "close": Close.UNAVAILABLE})
    monkeypatch.undo()
    async with await live.enter("m1") as member:
        assert (await member.command("PostChat", text="好了"))["type"] == "ack"


async def test_a_socket_that_never_says_hello_is_closed(live: Live) -> None:
    live.door.hello_seconds = 0.2
    bot = await knocking(live)
    assert await bot.closed() == Close.NO_HELLO


async def test_a_socket_that_says_other_things_than_hello_is_not_kept_longer(live: Live) -> None:
    live.door.hello_seconds = 0.3
    bot = await knocking(live)
    await bot.say({"type": "ping", "sent": 1})
    assert (await bot.other("error"))["code"] == "bad_message"
    assert await bot.closed() == Close.NO_HELLO


async def refused_with(live: Live, who: str) -> int:
    """Status of a handshake that is refused for now."""
    with pytest.raises(InvalidStatus) as refused:
        await Bot.open(live.url(), cookie=f"who={who}")
    response = refused.value.response
    assert int(response.headers["Retry-After"]) > 0
    assert json.loads(response.body or b"")["code"] == "rate_limited"
    return response.status_code


async def test_silent_sockets_of_one_person_keep_nobody_else_out(live: Live) -> None:
    silent = [await knocking(live, "m1") for _ in range(MOST_WAITING_OF_A_PERSON)]
    assert [await refused_with(live, "m1") for _ in range(5)] == [429] * 5
    async with await live.enter("m2"), await live.enter("m3"):
        assert live.registry.connected(MEETING) == 2
    for bot in silent:
        bot.drop()
    async with asyncio.timeout(PATIENCE):
        while live.door.sockets.waiting or live.door.sockets.by_person:  # noqa: ASYNC110  the server does not say so
            await asyncio.sleep(0.01)
    async with await live.enter("m1") as member:
        assert (await member.command("PostChat", text="回来了"))["type"] == "ack"


async def test_guests_of_one_address_keep_no_member_of_it_out(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meeting_server.web.site.open_sockets.MOST_GUESTS_OF_A_HOUSEHOLD", 2)
    names = {f"guest{number}": f"m{number}" for number in (1, 2, 3)}

    async def seated(conn: HTTPConnection) -> StubViewer | None:
        who = conn.cookies.get("who", "")
        return StubViewer(ParticipantId(names.get(who, who)), who, is_guest=who in names)

    live.door.viewer_of = seated
    async with await live.enter("guest1"), await live.enter("guest2"):
        assert await refused_with(live, "guest3") == 429
        async with await live.enter("m3") as member:
            assert (await member.command("PostChat", text="党员进得来"))["type"] == "ack"


async def test_one_person_does_not_open_sockets_without_end(live: Live) -> None:
    live.door.allowances._handshakes = Buckets(Rate(1 / 3600, 5))
    for _ in range(5):
        (await Bot.open(live.url(), cookie="who=m1")).drop()
    assert await refused_with(live, "m1") == 429
    async with await live.enter("m2"):
        assert live.registry.connected(MEETING) == 1


async def test_coming_back_does_not_renew_what_a_person_may_post(live: Live) -> None:
    answers = []
    for _ in range(5):
        async with await live.enter("m1") as member:
            answers += [await member.command("PostChat", text="刷屏") for _ in range(8)]
    refused = [answer for answer in answers if answer["type"] == "rejected"]
    assert {answer["code"] for answer in refused} == {"rate_limited"}
    assert all(0 < answer["retry_after_ms"] <= 1_000 for answer in refused)
    assert len(answers) - len(refused) < 40


@pytest.mark.parametrize(
    "frames",
    [
        pytest.param(bytes.fromhex("898000000000") * 200, id="pings"),
        pytest.param(bytes.fromhex("8a8000000000") * 200, id="pongs"),
        pytest.param(bytes.fromhex("018000000000") + bytes.fromhex("008000000000") * 200, id="continuations"),
    ],
)
async def test_frames_that_say_nothing_close_the_socket(live: Live, frames: bytes) -> None:
    async with await live.enter("m2") as other:
        bot = await live.enter("m1")
        bot.websocket.transport.write(frames)
        assert await bot.closed() == Close.FLOODING
        assert (await other.command("PostChat", text="还在"))["type"] == "ack"


async def test_a_few_pings_and_a_message_in_pieces_are_no_flood(live: Live) -> None:
    async with await live.enter("m1") as bot:
        for _ in range(10):
            await bot.websocket.ping()
        text = json.dumps({"type": "command", "id": "in-pieces-1", "kind": "PostChat", "data": {"text": "分" * 2000}}, ensure_ascii=False)
        bot._answers["in-pieces-1"] = asyncio.get_running_loop().create_future()
        await bot.websocket.send([text[at : at + 100] for at in range(0, len(text), 100)])
        assert (await bot.answer_to("in-pieces-1"))["type"] == "ack"


@pytest.mark.parametrize(
    ("text", "re", "field"),
    [
        ("not json", "", ""),
        ('{"type":"wish"}', "wish", "type"),
        ('{"type":"want"}', "want", "video"),
        ('{"type":"ping","sent":NaN}', "ping", ""),
        ('{"type":"ping","sent":1,"sent":1}', "ping", "sent"),
        ('{"type":"signal","kind":"\\ud800"}', "signal", "kind"),
        ('{"type":"want","video":' + "[" * 1000 + "]" * 1000 + "}", "want", ""),
        ('{"type":"want","video":[' + "1," * 30_000 + "1]}", "want", "video"),
        ('{"type":"hello"}', "hello", "type"),
    ],
)
async def test_a_frame_that_is_not_understood_is_named_and_the_meeting_goes_on(live: Live, text: str, re: str, field: str) -> None:
    async with await live.enter("m1") as member:
        await member.websocket.send(text)
        assert await member.other("error") == {
            "type": "error",
            "code": "bad_message",
            "re": re,
            "field": field,
            "retry_after_ms": 0,
        }
        assert (await member.command("PostChat", text="还在"))["type"] == "ack"


async def test_a_command_that_is_not_understood_is_rejected_by_its_id(live: Live) -> None:
    async with await live.enter("m1") as member:
        answer = await member.command("PostChat", "bad-command-1", txt="?")
        assert (answer["type"], answer["code"], answer["field"]) == ("rejected", "bad_message", "data.text")
        answer = await member.command("PassDeadline", "bad-command-2")
        assert (answer["type"], answer["code"], answer["field"]) == ("rejected", "bad_message", "kind")


async def test_the_fifth_frame_that_is_not_understood_closes_the_socket(live: Live) -> None:
    async with await live.enter("m2") as other:
        bot = await live.enter("m1")
        for _ in range(MOST_BAD):
            await bot.websocket.send("{}")
        assert await bot.closed() == Close.BAD_MESSAGE
        assert len([f for f in bot.others if f["type"] == "error"]) == MOST_BAD
        assert (await other.command("PostChat", text="还在"))["type"] == "ack"


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        pytest.param(b"\x00\x01", Close.BAD_MESSAGE, id="binary"),
        pytest.param("x" * 70_000, 1009, id="larger than 64 KiB"),
    ],
)
async def test_frames_of_the_wrong_sort_close_the_socket(live: Live, payload: str | bytes, code: int) -> None:
    bot = await live.enter("m1")
    await bot.websocket.send(payload)
    assert await bot.closed() == code


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(bytes.fromhex("81820000000080ff"), id="invalid UTF-8"),
        pytest.param(bytes.fromhex("8105") + b"hello", id="unmasked"),
        pytest.param(bytes.fromhex("f18000000000"), id="reserved bits"),
        pytest.param(bytes.fromhex("838000000000"), id="reserved opcode"),
        pytest.param(bytes.fromhex("89fe007e00000000") + b"x" * 126, id="long ping"),
        pytest.param(bytes.fromhex("808000000000"), id="continuation of nothing"),
        pytest.param(bytes.fromhex("81ffffffffffffffffff"), id="absurd length"),
        pytest.param(bytes.fromhex("888100000000ff"), id="close of one byte"),
    ],
)
async def test_broken_frames_close_the_socket_and_the_server_lives(live: Live, raw: bytes) -> None:
    async with await live.enter("m2") as other:
        bot = await live.enter("m1")
        bot.websocket.transport.write(raw)
        assert await bot.closed() in (1002, 1003, 1007, 1009, 1006)
        assert (await other.command("PostChat", text="还在"))["type"] == "ack"


async def test_who_says_too_much_is_told_when_to_come_again_and_then_closed(live: Live) -> None:
    async with await live.enter("m2") as other:
        bot = await live.enter("m1")
        burst = int(RATES["command"].burst)
        welcome = [await bot.answer_to(await bot.post("PostChat", text=str(n))) for n in range(15)]
        assert {a["type"] for a in welcome} == {"ack"}
        names = [await bot.post("PostChat", text=str(n)) for n in range(2 * burst + MOST_REFUSED)]
        assert await bot.closed() == Close.FLOODING
        futures = [bot._answers[name] for name in names]
        limited = [a for f in futures if f.exception() is None and (a := f.result())["type"] == "rejected"]
        assert len(limited) >= MOST_REFUSED
        assert {a["code"] for a in limited} == {"rate_limited"}
        assert all(0 < a["retry_after_ms"] <= 5_000 for a in limited)
        assert (await other.command("PostChat", text="还在"))["type"] == "ack"


async def test_half_open_handshakes_keep_nobody_out_and_are_closed(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PunctualProtocol, "head_seconds", 0.5)
    half = [await asyncio.open_connection("127.0.0.1", live.port) for _ in range(50)]
    for number, (_, writer) in enumerate(half):
        writer.write(b"GET /ws/meeting-1 HTTP/1.1\r\nHost: 127.0.0.1\r\n" if number % 2 else b"")
    async with await live.enter("m1") as member:
        async with asyncio.timeout(PATIENCE):
            assert [await reader.read() for reader, _ in half] == [b""] * 50
        assert (await member.command("PostChat", text="握手完了的还在"))["type"] == "ack"
    for _, writer in half:
        writer.close()


async def test_a_second_request_on_the_same_connection_must_be_finished_too(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PunctualProtocol, "head_seconds", 0.3)
    reader, writer = await asyncio.open_connection("127.0.0.1", live.port)
    writer.write(b"GET /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 404")
    writer.write(b"GET /nothing HT")
    async with asyncio.timeout(PATIENCE):
        await reader.read()
    writer.close()
