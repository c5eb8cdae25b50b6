"""Requests that never end, or come in crumbs: they are answered, closed, and keep nobody out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from meeting_server.web.site import unfinished
from meeting_server.web.site.half_open import FREE_CHUNKS, HEAD_LINES, PunctualProtocol
from meeting_server.web.site.unfinished import ledger_of
from tests.kit.houses.live_house import Server
from tests.kit.phones.bots import PATIENCE

HEAD = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


class House:
    """A server that reads every body whole; ``bodies``: how long they were."""

    def __init__(self) -> None:
        self.bodies: list[int] = []
        self.port = 0
        self.server: Server

    async def _whole(self, request: Request) -> Response:
        if request.method == "GET":
            return Response(b"x" * 50_000_000)
        if request.headers.get("x-unread"):
            return Response(status_code=413)
        body = await request.body()
        self.bodies.append(len(body))
        return Response(str(len(body)))

    def application(self) -> Starlette:
        return Starlette(routes=[Route("/", self._whole, methods=["GET", "POST"])])

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def answer(self, *pieces: bytes) -> bytes:
        """Everything that comes back until the server closes, or half a minute is over."""
        reader, writer = await self.open()
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            async with asyncio.timeout(PATIENCE):
                return await reader.read()
        finally:
            writer.close()


@pytest.fixture
async def house() -> AsyncIterator[House]:
    made = House()
    made.server = Server(
        uvicorn.Config(made.application(), host="127.0.0.1", port=0, http=PunctualProtocol, lifespan="off", log_level="error")
    )
    serving = asyncio.create_task(made.server.serve())
    await made.server.listening.wait()
    made.port = made.server.servers[0].sockets[0].getsockname()[1]
    yield made
    made.server.should_exit = True
    await serving


async def test_a_body_in_one_byte_chunks_is_refused(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PunctualProtocol, "hold_seconds", 0.2)
    answer = await house.answer(CHUNKED, b"1\r\nx\r\n" * 10_000)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert house.bodies == []


async def test_chunks_as_programs_send_them_are_read(house: House) -> None:
    piece = b"x" * 4096
    chunk = f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
    answer = await house.answer(HEAD + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n", chunk * 1_000, b"0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert house.bodies == [4096 * 1_000]


async def test_a_few_small_chunks_are_no_attack(house: House) -> None:
    head = HEAD + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = await house.answer(head, b"1\r\nx\r\n" * FREE_CHUNKS, b"0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert house.bodies == [FREE_CHUNKS]


async def test_a_large_upload_comes_whole(house: House) -> None:
    size = 20 * 1024 * 1024
    answer = await house.answer(HEAD + f"Connection: close\r\nContent-Length: {size}\r\n\r\n".encode(), b"x" * size)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert house.bodies == [size]


async def test_requests_one_after_the_other_on_one_connection_are_answered_in_order(house: House) -> None:
    one = HEAD + b"Content-Length: 3\r\n\r\nabc"
    answer = await house.answer(one * 20 + HEAD + b"Connection: close\r\nContent-Length: 4\r\n\r\nabcd")
    assert answer.count(b"HTTP/1.1 200 ") == 21
    assert answer.endswith(b"4")
    assert house.bodies == [3] * 20 + [4]


@pytest.mark.parametrize("start", [b"x" * 10, b""], ids=["that began", "that never came"])
async def test_a_body_without_an_end_is_answered_408(house: House, monkeypatch: pytest.MonkeyPatch, start: bytes) -> None:
    monkeypatch.setattr(PunctualProtocol, "body_seconds", 0.3)
    answer = await house.answer(HEAD + b"Content-Length: 1000\r\n\r\n" + start)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"\r\nretry-after: " in answer


async def test_however_steadily_it_comes_a_body_must_end(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PunctualProtocol, "body_seconds", 0.1)
    monkeypatch.setattr(PunctualProtocol, "body_longest", 1.0)
    reader, writer = await house.open()
    writer.write(HEAD + b"Content-Length: 100000000\r\n\r\n")
    answer = asyncio.create_task(reader.read())
    async with asyncio.timeout(PATIENCE):
        while not answer.done():
            writer.write(b"x" * 4096)
            await asyncio.sleep(0.05)
    assert (await answer).startswith(b"HTTP/1.1 408 ")
    writer.close()


async def test_what_nobody_reads_is_thrown_away_and_the_answer_arrives(house: House) -> None:
    answer = await house.answer(HEAD + b"X-Unread: 1\r\nContent-Length: 50000000\r\n\r\n", b"x" * 1_000_000)
    assert answer.startswith(b"HTTP/1.1 413 ")


async def test_who_reads_nothing_of_an_answer_is_cut_off(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PunctualProtocol, "unread_seconds", 0.5)
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port, limit=1024)
    writer.write(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    await reader.readuntil(b"\r\n")
    async with asyncio.timeout(PATIENCE):
        while house.server.server_state.connections:  # noqa: ASYNC110  the server does not say so
            await asyncio.sleep(0.02)
    writer.close()


async def test_who_reads_gets_the_whole_answer(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PunctualProtocol, "unread_seconds", 3.0)
    answer = await house.answer(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    assert len(answer) > 50_000_000


async def test_a_head_of_very_many_lines_is_refused(house: House) -> None:
    answer = await house.answer(HEAD + b"a:b\r\n" * HEAD_LINES + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 431 ")


async def test_unfinished_bodies_of_one_household_make_room_for_whoever_comes(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unfinished, "MOST_OF_A_HOUSEHOLD", 20)
    stuck = [await house.open() for _ in range(100)]
    for _, writer in stuck:
        writer.write(HEAD + b"Content-Length: 1000\r\n\r\n")
    reader, upload = await house.open()
    upload.write(HEAD + b"Connection: close\r\nContent-Length: 5000\r\n\r\n" + b"x" * 4000)
    more = [await house.open() for _ in range(15)]
    for _, writer in more:
        writer.write(HEAD + b"Content-Length: 1000\r\n\r\n")
    assert len(ledger_of(house.server.server_state)) <= 21
    upload.write(b"x" * 1000)
    async with asyncio.timeout(PATIENCE):
        assert (await reader.read()).startswith(b"HTTP/1.1 200 "), "who sends keeps its place"
        assert (await stuck[0][0].read()).startswith(b"HTTP/1.1 503 ")
    for _, writer in (*stuck, *more):
        writer.close()
    upload.close()
