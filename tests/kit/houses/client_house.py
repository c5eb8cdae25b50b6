"""The client over the real live plane and media worker, with a bare room page and viewers named by a cookie.

``python -m tests.kit.houses.client_house`` serves it for a look: ``/room?who=m1`` enters as that participant, ``/stage`` is the
hall's screen.
"""

from __future__ import annotations

import argparse
import asyncio
import html
import json
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket

from meeting_server.domain.ids import MeetingId, ParticipantId
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.terms import Convening, Invited, ItemPlan, Preset, Threshold
from meeting_server.domain.vote_terms import Base, Comparison, Electorate, RuleMethod
from meeting_server.journal.sql import SqlJournal
from meeting_server.live.registry import Registry
from meeting_server.media.client import MediaWorkers
from meeting_server.media.settings import MediaSettings
from meeting_server.store.database import Database
from meeting_server.web.meeting.admission import Admission
from meeting_server.web.meeting.frame_once import FrameOnceProtocol
from meeting_server.web.meeting.socket import answer, serve
from meeting_server.web.site.client_files import ClientFiles
from tests.kit.houses.live_house import named_by_cookie
from tests.kit.paths import CLIENT

MEETING = MeetingId("meeting-1")
DIST = CLIENT / "dist"
# fmt: off
NAMES = (
    "周建华", "何雨桐", "李敏", "孙国栋", "马丽娟", "丁文静", "刘海涛", "陈思源", "王志远", "郑凯",
    "吴晓东", "徐静", "胡明", "朱琳", "高翔", "林峰", "罗红", "梁伟", "宋佳", "唐磊",
    "许诺", "韩雪", "冯涛", "董洁", "萧然", "程浩", "曹颖", "袁野", "邓丽",
)
# fmt: on
HALF = Threshold(1, 2, Comparison.AT_LEAST, Base.ENTITLED)
MAJORITY = Threshold(1, 2, Comparison.MORE_THAN, Base.ENTITLED)
PRESETS = {
    p.preset_id: p
    for p in (
        Preset("general_meeting", "支部党员大会", "Branch general meeting", HALF, MAJORITY, RuleMethod.FREE, Electorate.VOTING, "党章"),
        Preset("theme_day", "主题党日", "Theme day", None, None, RuleMethod.FREE, Electorate.EVERYONE, "惯例"),
    )
}
CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)


def convening(starts_at: int = 1_795_000_000_000) -> Convening:
    """A general meeting of 29 entitled members: the secretary ``p1``, the chair ``p2``, members ``p3`` …, and a guest."""
    people = [
        Invited(
            ParticipantId(f"p{n}"),
            name,
            Standing.FULL,
            Role.SECRETARY if n == 1 else Role.CHAIR if n == 2 else Role.MEMBER,
            True,
            committee=n <= 5,
            leave_reason="出差" if name == "王志远" else "",
            leave_approved=name == "王志远",
        )
        for n, name in enumerate(NAMES, 1)
    ]
    people.append(Invited(ParticipantId("p30"), "林晓雨", Standing.PROBATIONARY, Role.MEMBER, False))
    people.append(Invited(ParticipantId("guest"), "张老师", Standing.GUEST, Role.GUEST, False))
    agenda = (
        ItemPlan("宣布开会，核实到会人数", 6, "周建华"),
        ItemPlan("学习：党员教育管理工作条例", 16, "何雨桐"),
        ItemPlan("审议年度工作总结", 20, "周建华"),
        ItemPlan("表决：接收林晓雨为预备党员", 15),
        ItemPlan("其他事项，会议小结", 10),
    )
    return Convening(
        MEETING,
        "2026年11月支部党员大会",
        "general",
        "b1",
        "信息学院研究生第二党支部",
        starts_at,
        starts_at + 5_400_000,
        "教一楼 301",
        tuple(people),
        agenda,
        PRESETS["general_meeting"],
        (),
        True,
    )


@dataclass(slots=True)
class ClientHouse:
    port: int
    registry: Registry
    workers: MediaWorkers | None

    @property
    def media(self) -> MediaWorkers:
        assert self.workers is not None
        return self.workers

    def room(self, who: str, **query: str) -> str:
        """The address at which a browser is ``who`` and enters."""
        more = "".join(f"&{name}={value}" for name, value in query.items())
        return f"http://127.0.0.1:{self.port}/room?who={who}{more}"

    @property
    def socket(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws/{MEETING}"


def _shell(request: Request, *, media: bool, stage: bool) -> HTMLResponse:
    who = request.query_params.get("who", "p1")
    language = request.cookies.get("language", request.query_params.get("language", "zh-CN"))
    entry = json.loads((DIST / "manifest.json").read_text("utf-8"))["src/main.ts"]
    boot = {
        "meeting_id": MEETING,
        "participant_id": who,
        "name": who,
        "language": language,
        "csrf": "",
        "ice_servers": [],
        "media": media,
        "stage": stage,
        "probe": True,
        "urls": {"home": "/", "me": "/me"},
        "presets": [{"preset_id": p.preset_id, "title_zh": p.title_zh, "title_en": p.title_en} for p in PRESETS.values()],
    }
    styles = "".join(f'<link rel="stylesheet" href="/static/{name}">' for name in entry.get("css", ()))
    theme = request.query_params.get("theme")
    attributes = f' data-theme="{html.escape(theme)}"' if theme else ""
    big = ' class="big-type"' if request.query_params.get("big") else ""
    page = (
        f'<!doctype html><html lang="{html.escape(language)}"{attributes}{big}><head><meta charset="utf-8"><title>会场</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content">'
        f'{styles}<script type="module" src="/static/{entry["file"]}"></script></head>'
        f'<body><div id="app"></div><script type="application/json" id="boot">{json.dumps(boot, ensure_ascii=False)}</script></body></html>'
    )
    response = HTMLResponse(page, headers={"content-security-policy": CSP})
    response.set_cookie("who", who)
    return response


def application(door: Admission, *, media: bool) -> Starlette:
    async def endpoint(websocket: WebSocket) -> None:
        await serve(websocket, door)

    async def asked(request: Request) -> Response:
        return await answer(request, door)

    async def room(request: Request) -> HTMLResponse:
        return _shell(request, media=media, stage=False)

    async def stage(request: Request) -> HTMLResponse:
        return _shell(request, media=media, stage=True)

    return Starlette(
        routes=[
            Route("/room", room),
            Route("/stage", stage),
            WebSocketRoute("/ws/{meeting_id}", endpoint),
            Route("/ws/{meeting_id}", asked),
            Mount("/static", ClientFiles(DIST)),
        ]
    )


@asynccontextmanager
async def client_house(folder: Path, *, media: bool = True, port: int = 0) -> AsyncIterator[ClientHouse]:
    """A running server on a loopback port (0: any free one)."""
    database = Database(f"sqlite+aiosqlite:///{folder / 'meetings.sqlite3'}")
    await database.create_all()
    journal = SqlJournal(database)
    plane = MediaWorkers(MediaSettings(bind="127.0.0.1", hosts=("127.0.0.1",), folder=folder)) if media else None
    if plane is not None:
        await plane.start()

    async def schedule(meeting_id: MeetingId) -> Convening | None:
        return convening() if meeting_id == MEETING else None

    registry = Registry(journal, PRESETS, schedule, media=plane, recordings_dir=folder / "recordings")
    await registry.start()
    config = uvicorn.Config(
        application(Admission(registry, named_by_cookie), media=media),
        host="127.0.0.1",
        port=port,
        ws=FrameOnceProtocol,
        ws_max_size=64 * 1024,
        lifespan="off",
        log_level="error",
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it in no other way
        await asyncio.sleep(0.005)
    try:
        yield ClientHouse(server.servers[0].sockets[0].getsockname()[1], registry, plane)
    finally:
        await registry.stop()
        server.should_exit = True
        await serving
        if plane is not None:
            await plane.stop()
        await journal.close()
        await database.close()


async def _look(port: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with client_house(Path(folder), port=port) as house:
            sys.stdout.write(house.room("p1") + "\n")
            sys.stdout.flush()
            await asyncio.Event().wait()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, default=0)
    asyncio.run(_look(arguments.parse_args().port))
