"""A small phone without a screen: says hello, keeps its place in the records, sends commands, waits for what it wants."""

from __future__ import annotations

import asyncio
import itertools
import json
import uuid
from collections.abc import Callable
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

Frame = dict[str, Any]
BEAT = 20.0
"""Seconds between two pings; a phone that says nothing for a minute is taken for dead."""
PATIENCE = 15.0
"""Seconds to wait for anything before a test fails."""


class Gap(AssertionError):
    """A record number was missing or came twice."""


class Bot:
    """One open socket. ``records`` holds every event and skip since the hello, ``snapshot`` the last one received.

    ``async with await Bot.enter(url) as bot`` closes it in the end. Frames without a home of their own are in ``others``.
    """

    def __init__(self, websocket: ClientConnection) -> None:
        self.websocket = websocket
        self.welcome: Frame = {}
        self.snapshot: Frame | None = None
        self.records: list[Frame] = []
        self.others: list[Frame] = []
        self.heads: list[str] = []
        self.position: str | None = None
        self.seq = 0
        self.close_code: int | None = None
        self._answers: dict[str, asyncio.Future[Frame]] = {}
        self._news = asyncio.Condition()
        self._gap: Gap | None = None
        self._reader: asyncio.Task[None] | None = None
        self._heart: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, url: str, *, cookie: str = "", origin: str | None = "", **options: Any) -> Self:
        """Only the handshake. ``origin`` empty: the server's own."""
        headers = {"Cookie": cookie} if cookie else {}
        own = url.replace("ws", "http", 1).split("/ws/")[0]
        options.setdefault("compression", None)
        websocket = await connect(
            url,
            subprotocols=["meeting.v1"],  # type: ignore[list-item]  # a NewType of str
            additional_headers=headers,
            origin=own if origin == "" else origin,  # type: ignore[arg-type]  # a NewType of str
            max_size=2**24,
            proxy=None,
            ping_interval=None,
            **options,
        )
        return cls(websocket)

    @classmethod
    async def enter(cls, url: str, *, position: str | None = None, device: str = "phone", cookie: str = "", **options: Any) -> Self:
        """Handshake, hello, and everything up to the position in the welcome."""
        bot = await cls.open(url, cookie=cookie, **options)
        await bot.hello(position, device)
        return bot

    async def hello(self, position: str | None = None, device: str = "phone") -> None:
        if position is not None:
            self.seq, self.position = int(position.split(".")[0]), position
        self._reader = asyncio.create_task(self._read())
        self._heart = asyncio.create_task(self._beat())
        await self.say({"type": "hello", "position": position, "device": device})
        await self.until(lambda: bool(self.welcome) and self.seq >= int(self.welcome["position"].split(".")[0]))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self.websocket.close()
        if self._reader is not None:
            await self._reader

    def drop(self) -> None:
        """Lose the network: no goodbye."""
        self.websocket.transport.abort()

    # --- speaking -------------------------------------------------------------------------------------------

    async def say(self, frame: Frame) -> None:
        await self.websocket.send(json.dumps(frame, ensure_ascii=False))

    async def command(self, kind: str, command_id: str | None = None, /, **data: Any) -> Frame:
        """Send a command and wait for its ``ack`` or ``rejected``."""
        return await self.answer_to(await self.post(kind, command_id, **data))

    async def post(self, kind: str, command_id: str | None = None, /, **data: Any) -> str:
        """Send a command without waiting; the id, for ``answer_to``."""
        name = command_id or uuid.uuid4().hex
        self._answers[name] = asyncio.get_running_loop().create_future()
        await self.say({"type": "command", "id": name, "kind": kind, "data": data})
        return name

    async def answer_to(self, command_id: str) -> Frame:
        async with asyncio.timeout(PATIENCE):
            return await self._answers[command_id]

    # --- listening ------------------------------------------------------------------------------------------

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait until something is so. Raises TimeoutError, Gap, ConnectionClosed."""
        async with asyncio.timeout(PATIENCE), self._news:
            while not happened():
                if self._gap is not None:
                    raise self._gap
                if self._reader is not None and self._reader.done():
                    raise ConnectionError(f"closed with {self.close_code} while waiting")
                await self._news.wait()

    async def event(self, kind: str, /, **fields: Any) -> Frame:
        """The first record of ``kind`` with these fields, past or to come."""

        def found() -> Frame | None:
            return next(
                (r for r in self.records if r.get("kind") == kind and all(r["data"].get(name) == value for name, value in fields.items())),
                None,
            )

        await self.until(lambda: found() is not None)
        record = found()
        assert record is not None
        return record

    async def other(self, type_: str) -> Frame:
        """The first frame of a type that is no record and no answer, past or to come."""
        await self.until(lambda: any(f["type"] == type_ for f in self.others))
        return next(f for f in self.others if f["type"] == type_)

    async def reached(self, seq: int) -> None:
        await self.until(lambda: self.seq >= seq)

    async def closed(self) -> int:
        """Wait for the server to close; its code."""
        assert self._reader is not None
        async with asyncio.timeout(PATIENCE):
            await self._reader
        assert self.close_code is not None
        return self.close_code

    def kinds(self) -> list[str]:
        return [r.get("kind", "skip") for r in self.records]

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT)  # on purpose: a phone says that it is alive in this rhythm
            await self.say({"type": "ping", "sent": 0})

    async def _read(self) -> None:
        try:
            async for text in self.websocket:
                frame: Frame = json.loads(text)
                async with self._news:
                    self._take(frame)
                    self._news.notify_all()
        except ConnectionClosed:
            pass
        finally:
            self.close_code = self.websocket.close_code
            if self._heart is not None:
                self._heart.cancel()
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(ConnectionError(f"closed with {self.close_code} before the answer"))
                    answer.exception()  # nobody has to wait for it
            async with self._news:
                self._news.notify_all()

    def _take(self, frame: Frame) -> None:
        match frame["type"]:
            case "welcome":
                self.welcome = frame
            case "snapshot":
                self.snapshot, self.seq, self.position = frame, frame["seq"], frame["position"]
            case "event" | "skip":
                if frame["seq"] != self.seq + 1:
                    self._gap = Gap(f"record {frame['seq']} after {self.seq}")
                self.seq, self.position = frame["seq"], f"{frame['seq']}.{frame['hash8']}"
                self.records.append(frame)
            case "ack" | "rejected" if frame["id"] in self._answers:
                if not self._answers[frame["id"]].done():
                    self._answers[frame["id"]].set_result(frame)
            case "head":
                self.heads.append(frame["head"])
            case _:
                self.others.append(frame)


def ids(prefix: str = "cmd") -> Callable[[], str]:
    """Command ids that are unique and tell their order."""
    numbers = itertools.count(1)
    start = uuid.uuid4().hex[:8]
    return lambda: f"{prefix}-{start}-{next(numbers):06d}"
