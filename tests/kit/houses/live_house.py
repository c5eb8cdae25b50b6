"""A server with nothing but the live plane: the real registry, journal and socket, and viewers named by a cookie."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from meeting_server.domain.ids import MeetingId, ParticipantId
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.terms import Convening, Invited, ItemPlan, Preset, Threshold
from meeting_server.domain.vote_terms import Base, Comparison, Electorate, RuleMethod
from meeting_server.journal.sql import SqlJournal
from meeting_server.live.registry import Registry
from meeting_server.store.database import Database
from meeting_server.web.meeting.admission import Admission
from meeting_server.web.meeting.frame_once import FrameOnceProtocol
from meeting_server.web.meeting.socket import answer, serve
from meeting_server.web.site.half_open import PunctualProtocol
from tests.kit.phones.bots import Bot

MEETING = MeetingId("meeting-1")
CHAIR = "chair"
PRESET = Preset(
    "general",
    "支部党员大会",
    "General meeting",
    Threshold(1, 2, Comparison.MORE_THAN, Base.ENTITLED),
    Threshold(1, 2, Comparison.MORE_THAN, Base.ENTITLED),
    RuleMethod.FREE,
    Electorate.VOTING,
    "test",
)


def convening(members: int, meeting_id: MeetingId = MEETING) -> Convening:
    """A chair and ``members`` full members called m1, m2, …"""
    people = [Invited(ParticipantId(CHAIR), "何雨桐", Standing.FULL, Role.SECRETARY, True)]
    people += [Invited(ParticipantId(f"m{number}"), f"党员{number}", Standing.FULL, Role.MEMBER, True) for number in range(1, members + 1)]
    return Convening(
        meeting_id,
        "支部党员大会",
        "general",
        "b1",
        "第二党支部",
        0,
        3_600_000,
        "线上",
        tuple(people),
        (ItemPlan("学习", 20), ItemPlan("表决", 10)),
        PRESET,
    )


@dataclass(frozen=True, slots=True)
class StubViewer:
    participant_id: ParticipantId
    sign_in_id: str
    only_meeting: MeetingId | None = None
    is_guest: bool = False
    bound: bool = True


async def named_by_cookie(conn: HTTPConnection) -> StubViewer | None:
    who = conn.cookies.get("who")
    return StubViewer(ParticipantId(who), who, is_guest=who.startswith("guest")) if who else None


@dataclass(slots=True)
class Live:
    registry: Registry
    journal: SqlJournal
    door: Admission
    server: uvicorn.Server
    serving: asyncio.Task[None]
    port: int

    def url(self, meeting_id: str = MEETING) -> str:
        return f"ws://127.0.0.1:{self.port}/ws/{meeting_id}"

    async def enter(self, who: str, position: str | None = None, meeting_id: str = MEETING, **options: Any) -> Bot:
        return await Bot.enter(self.url(meeting_id), cookie=f"who={who}", position=position, **options)

    async def meeting_opened(self) -> Bot:
        """The chair, in an open meeting."""
        chair = await self.enter(CHAIR)
        assert (await chair.command("OpenMeeting"))["type"] == "ack"
        return chair


class Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


def application(door: Admission) -> Starlette:
    async def endpoint(websocket: WebSocket) -> None:
        await serve(websocket, door)

    async def asked(request: Request) -> Response:
        return await answer(request, door)

    return Starlette(routes=[WebSocketRoute("/ws/{meeting_id}", endpoint), Route("/ws/{meeting_id}", asked)])


def server_config(door: Admission, *, plain: bool = False, port: int = 0) -> uvicorn.Config:
    return uvicorn.Config(
        application(door),
        host="127.0.0.1",
        port=port,
        http=PunctualProtocol,
        ws="websockets-sansio" if plain else FrameOnceProtocol,
        ws_max_size=64 * 1024,
        ws_per_message_deflate=True,
        ws_ping_interval=None,
        lifespan="off",
        log_level="error",
        backlog=2048,
    )


@asynccontextmanager
async def live_house(
    folder: Path, members: int = 3, *, plain: bool = False, meetings: Sequence[str] = (MEETING,), **registry_options: Any
) -> AsyncIterator[Live]:
    """A running server on a free port. ``plain``: without the side door for ready frames."""
    database = Database(f"sqlite+aiosqlite:///{folder / 'meetings.sqlite3'}")
    await database.create_all()
    journal = SqlJournal(database)

    async def schedule(meeting_id: MeetingId) -> Convening | None:
        return convening(members, meeting_id) if meeting_id in meetings else None

    registry = Registry(journal, {PRESET.preset_id: PRESET}, schedule, **registry_options)
    await registry.start()
    door = Admission(registry, named_by_cookie, denial_seconds=0.0)
    server = Server(server_config(door, plain=plain))
    serving = asyncio.create_task(server.serve())
    await server.listening.wait()
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield Live(registry, journal, door, server, serving, port)
    finally:
        await registry.stop()
        server.should_exit = True
        await serving
        await journal.close()
        await database.close()
