"""``python -m tests.kit.servers.vote_runner FOLDER MEMBERS [--once]``: a meeting with a ballot box in a process of its own.

Imports everything once, then forks a server, to be killed, for every line ``start`` on standard input and says
``PID PORT``. ``--once``: one server, on the first core, in a meeting that asks for no quorum, for the bench.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import uvicorn
import uvloop
from sqlalchemy import MetaData
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from meeting_server.app import application, site_over, stand_on
from meeting_server.ballots.box import BallotBox
from meeting_server.ballots.tables import BALLOT_BOX
from meeting_server.config import Settings
from meeting_server.domain.ids import MeetingId
from meeting_server.domain.terms import Convening, Preset
from meeting_server.journal.sql import SqlJournal
from meeting_server.live.registry import Registry
from meeting_server.store.database import Database, metadata
from meeting_server.web.meeting import ballots
from meeting_server.web.meeting.admission import Admission
from meeting_server.web.meeting.frame_once import FrameOnceProtocol
from meeting_server.web.meeting.socket import serve
from meeting_server.web.site.half_open import PunctualProtocol
from tests.kit.houses.live_house import MEETING, PRESET, Server, convening, named_by_cookie

SECRET = b"s" * 32
BOX, JOURNAL = "ballot-box.sqlite3", "meetings.sqlite3"


@asynccontextmanager
async def opened(file: Path, tables: MetaData) -> AsyncIterator[Database]:
    fresh = not file.exists()
    database = Database(f"sqlite+aiosqlite:///{file}")
    try:
        if fresh or file.stat().st_size == 0:
            await database.create_all(tables)
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def voting(folder: Path, members: int, preset: Preset = PRESET) -> AsyncIterator[tuple[uvicorn.Server, asyncio.Task[None], int]]:
    """A running server with the meeting's registry, its box, the socket and the way ballots come."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(opened(folder / JOURNAL, metadata))
        box = BallotBox(await stack.enter_async_context(opened(folder / BOX, BALLOT_BOX.tables)), SECRET)
        site = await stack.enter_async_context(site_over(database, Settings(data_dir=folder), SECRET, box))
        journal = SqlJournal(database)

        async def schedule(meeting_id: MeetingId) -> Convening | None:
            return replace(convening(members, meeting_id), preset=preset) if meeting_id == MEETING else None

        registry = Registry(journal, {preset.preset_id: preset}, schedule, box=box)
        await registry.start([MEETING])
        door = Admission(registry, named_by_cookie)

        async def endpoint(websocket: WebSocket) -> None:
            await serve(websocket, door)

        app = application(site.settings, [WebSocketRoute("/ws/{meeting_id}", endpoint), *ballots.routes])
        stand_on(app, replace(site, registry=registry))  # one meeting, whatever the schedule says
        server = Server(
            uvicorn.Config(
                app,
                host="127.0.0.1",
                port=0,
                http=PunctualProtocol,
                ws=FrameOnceProtocol,
                ws_max_size=64 * 1024,
                ws_ping_interval=None,
                lifespan="off",
                log_level="error",
                backlog=2048,
            )
        )
        serving = asyncio.create_task(server.serve())
        await server.listening.wait()
        try:
            yield server, serving, server.servers[0].sockets[0].getsockname()[1]
        finally:
            await registry.stop()
            server.should_exit = True
            await serving
            await journal.close()


async def serve_until_killed(folder: Path, members: int, preset: Preset = PRESET) -> None:
    async with voting(folder, members, preset) as (_, serving, port):
        print(os.getpid(), port, flush=True)  # noqa: T201  the test reads it
        await serving


def main() -> None:
    folder, members = Path(sys.argv[1]), int(sys.argv[2])
    if "--once" in sys.argv:
        os.sched_setaffinity(0, {0})
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve_until_killed(folder, members, replace(PRESET, quorum=None)))
        return
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        if line.strip() == "start" and os.fork() == 0:
            asyncio.run(serve_until_killed(folder, members))
            os._exit(0)


if __name__ == "__main__":
    main()
