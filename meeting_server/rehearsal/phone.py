"""A virtual phone in the room: comes in by its link, keeps its place, sends commands, collects and casts secret ballots."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import re
import ssl
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Origin, Subprotocol

from meeting_server.ballots.port import paper_id
from meeting_server.domain.ids import MeetingId, MotionId
from meeting_server.rehearsal.tally import Tally
from meeting_server.rehearsal.voter import Voter
from meeting_server.wire.codec import SUBPROTOCOL

BEAT_SECONDS = 5.0
PATIENCE = 30.0
"""Seconds that a phone waits for an answer before it counts as none."""
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')
_MARK = "⏱"


class PhoneLost(Exception):
    """The phone is not in the meeting any more, or never got in; the message says where it failed."""


class Frame(msgspec.Struct):
    """What a phone needs of any frame."""

    type: str
    id: str = ""
    seq: int = 0
    kind: str = ""
    code: str = ""
    re: str = ""
    data: msgspec.Raw = msgspec.Raw()
    sdp: str = ""
    mids: dict[str, str] = {}
    blind_signature: str = ""
    you: dict[str, str] = {}
    position: str = ""


class _Chat(msgspec.Struct):
    text: str = ""


_frames = msgspec.json.Decoder(Frame)
_chats = msgspec.json.Decoder(_Chat)


@dataclass(slots=True)
class Site:
    """The server that is rehearsed on, as its phones reach it. ``base``: ``http(s)://host[:port]``; ``trust``: for HTTPS."""

    base: str
    meeting_id: str
    key: str
    trust: ssl.SSLContext | None = None
    http: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        """One pool of connections for all phones; each brings its own cookies, so the pool keeps none."""
        self.http = httpx.AsyncClient(
            base_url=self.base,
            verify=self.trust if self.trust is not None else True,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=PATIENCE,
            limits=httpx.Limits(max_connections=32),
            trust_env=False,
        )

    @property
    def socket(self) -> str:
        return f"{self.base.replace('http', 'ws', 1)}/ws/{self.meeting_id}"


class Phone:
    """One participant. ``on_frame`` sees every frame that is no answer to a command of this phone."""

    def __init__(self, site: Site, link: str, tally: Tally) -> None:
        self.site = site
        self.link = link
        self.tally = tally
        self.participant_id = ""
        self.open = False
        self.on_frame: Callable[[Frame], None] = lambda frame: None
        self._cookies = {"rehearsal": site.key}
        self._socket: ClientConnection | None = None
        self._waiting: dict[str, tuple[asyncio.Future[Frame], float]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._welcomed = asyncio.Event()
        self._numbers = itertools.count(1)
        self._name = uuid.uuid4().hex[:12]

    # --- in and out -------------------------------------------------------------------------------------------

    async def come_in(self) -> None:
        """Open the link, press the button, say hello. Raises PhoneLost."""
        try:
            await self._sign_in()
            await self._connect()
        except (httpx.HTTPError, OSError, InvalidHandshake, TimeoutError, ConnectionClosed) as error:
            raise PhoneLost(f"{type(error).__name__}: {error}") from error

    async def _sign_in(self) -> None:
        page = await self._http("GET", self.link)
        found = _CSRF.search(page.text)
        if page.status_code != 200 or found is None:
            raise PhoneLost(f"the link answered {page.status_code}")
        answer = await self._http("POST", self.link, data={"csrf": found[1], "as": "listen"})
        if answer.status_code != 303 or "/room" not in answer.headers.get("location", ""):
            raise PhoneLost(f"joining answered {answer.status_code}")

    async def _http(self, method: str, path: str, **content: Any) -> httpx.Response:
        cookie = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        answer = await self.site.http.request(method, path, headers={"cookie": cookie}, **content)
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self._cookies[name.strip()] = value.strip().strip('"')
        return answer

    async def _connect(self) -> None:
        parts = urlsplit(self.site.base)
        self._socket = await connect(
            self.site.socket,
            origin=Origin(f"{parts.scheme}://{parts.netloc}"),
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            additional_headers={"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())},
            ssl=self.site.trust if parts.scheme == "https" else None,
            compression=None,
            max_size=2**24,
            ping_interval=None,
            open_timeout=PATIENCE,
            proxy=None,
        )
        self.open = True
        self._tasks = [asyncio.create_task(self._read(self._socket))]
        await self.say({"type": "hello", "position": None, "device": "phone"})
        async with asyncio.timeout(PATIENCE):
            await self._welcomed.wait()
        self._tasks.append(asyncio.create_task(self._beat()))

    async def leave(self) -> None:
        self.open = False
        if self._socket is not None:
            await self._socket.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- speaking ---------------------------------------------------------------------------------------------

    async def say(self, frame: dict[str, Any]) -> None:
        if self._socket is not None:
            with contextlib.suppress(ConnectionClosed):  # the reading side counts it
                await self._socket.send(json.dumps(frame, ensure_ascii=False))

    async def command(self, kind: str, /, **data: Any) -> Frame | None:
        """Send and wait for the answer; ``None`` when it was refused or none came, which is counted."""
        name = self._fresh("c")
        return await self._asked(name, {"type": "command", "id": name, "kind": kind, "data": data}, kind)

    async def ask(self, type_: str, /, **fields: Any) -> Frame | None:
        """The same for a frame that is no command and has an answer of its own (``offer``, ``collect``)."""
        name = self._fresh(type_[0])
        return await self._asked(name, {"type": type_, "id": name, **fields}, type_)

    async def chat(self, text: str) -> None:
        """A message that carries the moment it was sent, for the delay at every other phone."""
        await self.command("PostChat", text=f"{text} {_MARK}{time.monotonic_ns()}")

    def _fresh(self, letter: str) -> str:
        return f"{self._name}-{letter}{next(self._numbers):06}"

    async def _asked(self, name: str, frame: dict[str, Any], what: str) -> Frame | None:
        if not self.open:
            return None
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._waiting[name] = answer, time.monotonic()
        await self.say(frame)
        try:
            async with asyncio.timeout(PATIENCE):
                found = await answer
        except TimeoutError:
            self.tally.refused[f"{what}: no answer"] += 1
            return None
        except ConnectionError:
            return None
        finally:
            self._waiting.pop(name, None)
        if found.type in ("rejected", "error"):
            self.tally.refused[f"{what}: {found.code}"] += 1
            return None
        return found

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            await self.say({"type": "ping", "sent": 0})

    # --- listening --------------------------------------------------------------------------------------------

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for text in socket:
                self._heard(_frames.decode(text))
        except ConnectionClosed:
            pass
        finally:
            if self.open:
                self.open = False
                self.tally.refused[f"socket closed: {socket.close_code}"] += 1
            for answer, _ in self._waiting.values():
                if not answer.done():
                    answer.set_exception(ConnectionError("closed"))
                    answer.exception()  # nobody has to wait for it

    def _heard(self, frame: Frame) -> None:
        waiting = self._waiting.get(frame.id or frame.re)
        if waiting is not None:
            answer, asked = waiting
            if not answer.done():
                answer.set_result(frame)
                if frame.type == "ack":
                    self.tally.answer_delays.append((time.monotonic() - asked) * 1000)
            return
        if frame.type == "welcome":
            self.participant_id = frame.you.get("participant_id", "")
            self._welcomed.set()
        elif frame.kind == "ChatPosted":
            _, found, sent = _chats.decode(frame.data).text.rpartition(_MARK)
            if found and sent.isdigit():
                self.tally.message_delays.append((time.monotonic_ns() - int(sent)) / 1e6)
        self.on_frame(frame)

    # --- a secret vote ----------------------------------------------------------------------------------------

    async def collect(self, motion_id: str, modulus: int) -> Voter | None:
        """Collect a ballot paper blinded; ``None`` when there was none."""
        voter = await asyncio.to_thread(Voter, paper_id(MeetingId(self.site.meeting_id), MotionId(motion_id)), modulus)
        answer = await self.ask("collect", motion_id=motion_id, blinded=voter.blinded().hex())
        if answer is None:
            return None
        try:
            voter.collected(bytes.fromhex(answer.blind_signature))
        except ValueError:
            self.tally.refused["collect: bad signature"] += 1
            return None
        return voter

    async def cast(self, voter: Voter, choice: str) -> bool:
        """Cast a ballot without any cookie but the rehearsal's: nobody can tell whose it is."""
        ballot = voter.ballot(choice)
        body = {
            "key": ballot.key.hex(),
            "prefix": ballot.prefix.hex(),
            "token": ballot.token.hex(),
            "choices": list(ballot.choices),
            "signature": ballot.signature.hex(),
        }
        cookie = {"cookie": f"rehearsal={self.site.key}"}
        asked, last = time.monotonic(), ""
        for pause in (0.05, 0.2, 0.5, 1.0, 2.0):  # the box may not have heard yet that collecting is over
            try:
                answer = await self.site.http.post(f"/papers/{voter.paper_id}/ballots", json=body, headers=cookie)
            except httpx.HTTPError as error:
                self.tally.refused[f"ballot: {type(error).__name__}"] += 1
                return False
            if answer.status_code == 200:
                self.tally.answer_delays.append((time.monotonic() - asked) * 1000)
                return True
            last = str(answer.status_code)
            if "not_voting" not in answer.text:
                break
            await asyncio.sleep(pause)
        self.tally.refused[f"ballot: {last}"] += 1
        return False
