"""The composition root: the only place where adapters are chosen and put together into one server."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import structlog
import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from meeting_server.acts.people.revoking import catch_up
from meeting_server.archive.record.record_files import Shelf
from meeting_server.ballots.box import BallotBox
from meeting_server.config import HERE, Settings
from meeting_server.domain.ids import MeetingId, Millis, ParticipantId
from meeting_server.domain.state import Phase
from meeting_server.journal.sql import SqlJournal
from meeting_server.live.clock import Clock
from meeting_server.live.registry import Registry
from meeting_server.live.tidying import Tidying
from meeting_server.media.api import KeptClient, MediaPlane, MediaRefused
from meeting_server.media.client import MediaWorkers
from meeting_server.media.lanes import MediaLanes
from meeting_server.media.settings import MediaSettings
from meeting_server.observe import REGISTRY
from meeting_server.processes import migrated, open_more_files
from meeting_server.store.database import Database
from meeting_server.store.people.access_log import AccessLog
from meeting_server.store.people.accounts import Accounts
from meeting_server.store.people.aging import Ages, Aging
from meeting_server.store.people.directory import Directory
from meeting_server.store.record.search import Search
from meeting_server.store.schedule.invitations import Invitations
from meeting_server.store.secret_key import secret_key
from meeting_server.web.meeting.frame_once import FrameOnceProtocol
from meeting_server.web.meeting.whip import resume
from meeting_server.web.rehearsal.control import Rehearsals, RehearsalTraffic, clear, folder_of
from meeting_server.web.rehearsal.control import routes as rehearsal_routes
from meeting_server.web.rehearsal.gauges import Gauges
from meeting_server.web.routes import routes
from meeting_server.web.schedule.scheduling import Desk
from meeting_server.web.site.assets import Assets
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.client_files import ClientFiles
from meeting_server.web.site.error_pages import EXCEPTION_HANDLERS, Mistakes
from meeting_server.web.site.half_open import PunctualProtocol
from meeting_server.web.site.house import House, house_of
from meeting_server.web.site.proxies import Proxies, networks_of
from meeting_server.web.site.request_log import RequestLog
from meeting_server.web.site.security_headers import SecurityHeaders
from meeting_server.web.site.sign_outs import SignOuts

log = structlog.get_logger(__name__)

SOCKET_MESSAGE_BYTES = 64 * 1024
DRAIN_SECONDS = 8
_PACKED_ALREADY = (*DEFAULT_EXCLUDED_CONTENT_TYPES, "application/pdf", "application/vnd.*")
_PAGES = (
    Middleware(Mistakes),
    Middleware(GZipMiddleware, minimum_size=800, compresslevel=6, exclude_content_types=_PACKED_ALREADY),
)


def client_folder() -> Path:
    """The built client: inside an installed package, or where the checkout builds it."""
    packaged = HERE / "web" / "client"
    return packaged if packaged.is_dir() else HERE.parent / "web_client" / "dist"


# --- the house --------------------------------------------------------------------------------------------------


@asynccontextmanager
async def open_house(
    settings: Settings,
    *,
    media: MediaPlane | None = None,
    clock: Clock | None = None,
    hosting: bool = False,
    rehearsals: Rehearsals | None = None,
) -> AsyncIterator[House]:
    """Stores, journal and registry over one database, until the block ends. ``media`` is started and stopped by its owner.

    ``hosting``: this process owns the meetings that are going on, so that their deadlines pass without anybody looking.
    ``rehearsals`` is told of a meeting that opens.
    Raises WeakSecret.
    """
    secret = secret_key(settings.secret_key, settings.data_dir)
    await migrated(settings)
    async with AsyncExitStack() as stack:
        database = Database(settings.database)
        stack.push_async_callback(database.close)
        journal = SqlJournal(database)
        ballots = Database(settings.ballot_database)
        stack.push_async_callback(ballots.close)
        box = BallotBox(ballots, secret)
        stack.push_async_callback(journal.close)
        directory = Directory(database)
        desk = Desk.set_up(database, directory, settings.data_dir / "documents")

        async def on_rights(meeting_id: MeetingId, by: ParticipantId | None) -> None:
            await catch_up(house, meeting_id, now_millis(), by)

        async def resumes(kept: KeptClient) -> None:
            await resume(house, kept)

        registry = Registry(
            journal,
            desk.presets,
            desk.convener.convening,
            on_phase=partial(_on_phase, desk, rehearsals),
            on_rights=on_rights,
            resumes=resumes,
            media=media,
            box=box,
            branch_presets=desk.presets.of_branch,
            recordings_dir=settings.recordings_dir,
            captions=settings.caption_sockets,
            clock=clock,
        )
        house = House(
            settings=settings,
            secret=secret,
            database=database,
            directory=directory,
            accounts=Accounts(database, demo=settings.demo),
            invitations=Invitations(database, secret),
            access_log=AccessLog(database),
            assets=Assets(client_folder()),
            sign_outs=SignOuts(),
            desk=desk,
            registry=registry,
            box=box,
            media=media,
            search=Search(database),
            archive=Shelf(settings.recordings_dir),
        )
        stack.push_async_callback(house.workshop.stop)
        await registry.start(await desk.schedule.running() if hosting else ())
        stack.push_async_callback(registry.stop)
        yield house


async def _on_phase(desk: Desk, rehearsals: Rehearsals | None, meeting_id: MeetingId, phase: Phase, at: Millis) -> None:
    """A meeting opened or adjourned."""
    if rehearsals is not None and rehearsals.current is not None and phase == "open":
        scheduled = await desk.schedule.meeting(meeting_id)
        rehearsals.meeting_opened(scheduled.plan.title if scheduled else "")
    await desk.on_phase(meeting_id, phase, at)


@asynccontextmanager
async def _media_of(settings: Settings) -> AsyncIterator[MediaWorkers | None]:
    """The media plane over the worker's control socket; ``None`` when it is switched off."""
    if not settings.media:
        yield None
        return
    turn_urls = tuple(filter(None, (url.strip() for url in settings.turn_urls.split(","))))
    plane = MediaWorkers(MediaSettings(sockets=(settings.media_control,), turn_urls=turn_urls, turn_secret=settings.turn_secret))
    await plane.start()  # a worker that comes late is waited for: until then each offer is refused, and made again
    try:
        yield plane
    finally:
        await plane.stop()


# --- the application ----------------------------------------------------------------------------------------------


async def healthz(request: Request) -> Response:
    """200 while the database answers."""
    house = house_of(request)
    async with house.database.read() as conn:
        await conn.execute(text("SELECT 1"))
    return JSONResponse({"status": "ok", "media": house.media is not None})


async def metrics(request: Request) -> Response:
    """Figures for Prometheus, for whoever is on this machine."""
    if not _from_here(request):
        return PlainTextResponse("not found", 404)
    figures = generate_latest(REGISTRY)
    house = house_of(request)
    if house.media is not None:
        try:
            figures += (await house.media.metrics()).encode()
        except MediaRefused as error:
            log.warning("no figures from media", code=error.code)
    return Response(figures, media_type=CONTENT_TYPE_LATEST)


def _from_here(request: Request) -> bool:
    try:
        near = request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
    return near and "x-forwarded-for" not in request.headers


def create_app(settings: Settings, *, clock: Clock | None = None, tidy: bool = False) -> Starlette:
    """The web application; everything it stands on opens with its lifespan. ``clock``: for tests, the meetings' clock.

    ``tidy``: the process is ours, and its garbage collected when the meetings are quiet.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            plane = await stack.enter_async_context(_media_of(settings))
            lanes = await stack.enter_async_context(MediaLanes(plane)) if plane is not None else None
            clear(folder_of(settings))  # of a rehearsal that ended with its process
            rehearsals = app.state.rehearsals = Rehearsals(
                settings,
                partial(_rehearsal_site, lanes.rehearsal if lanes is not None else None),
                lambda: Gauges(plane, lambda: [link.pid for link in plane.links if link.pid] if plane is not None else []),
            )
            media = lanes.meetings if lanes is not None else None
            house = await stack.enter_async_context(open_house(settings, media=media, clock=clock, hosting=True, rehearsals=rehearsals))
            app.state.house = house
            tidying = asyncio.create_task(Tidying(house.registry.quiet_for).run(), name="tidying") if tidy else None
            ages = Ages(settings.log_days, settings.links_days, settings.devices_days)
            aging = asyncio.create_task(Aging(house.database, ages, now_millis).run(), name="aging") if tidy else None
            log.info("ready", url=settings.public_url, media=media is not None)
            yield
            log.info("stopping")
            await rehearsals.stop()
            for task in (tidying, aging):
                if task is not None:
                    task.cancel()

    return Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/metrics", metrics),
            Mount("/static", ClientFiles(client_folder())),
            *rehearsal_routes,
            *routes,
        ],
        lifespan=lifespan,
        exception_handlers=EXCEPTION_HANDLERS,
        middleware=[
            Middleware(Proxies, networks=networks_of(settings.proxies)),
            Middleware(RehearsalTraffic),
            Middleware(SecurityHeaders),
            Middleware(RequestLog),
            *_PAGES,
        ],
    )


@asynccontextmanager
async def _rehearsal_site(media: MediaPlane | None, settings: Settings) -> AsyncIterator[tuple[ASGIApp, House]]:
    """The site of a rehearsal: the same pages and sockets over stores of its own. It writes no line a request."""
    async with open_house(settings, media=media) as house:
        site = Starlette(
            routes=[Mount("/static", ClientFiles(client_folder())), *routes],
            exception_handlers=EXCEPTION_HANDLERS,
            middleware=[Middleware(SecurityHeaders), *_PAGES],
        )
        site.state.house, site.state.is_rehearsal = house, True
        yield site, house


# --- the process ----------------------------------------------------------------------------------------------------


def run_web(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Raises WeakSecret, MisplacedTables."""
    secret_key(settings.secret_key, settings.data_dir)
    asyncio.run(migrated(settings))  # here too, where a refusal is a sentence and no failed start of an application
    open_more_files()
    uvicorn.Server(
        uvicorn.Config(
            create_app(settings, tidy=True),
            host=settings.host,
            port=settings.port,
            loop="uvloop",
            http=PunctualProtocol,
            ws=FrameOnceProtocol,
            ws_max_size=SOCKET_MESSAGE_BYTES,
            ws_ping_interval=None,  # phones send signs of life of their own, which count as evidence
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # ``Proxies`` looks at them, and trusts nobody by default
            timeout_graceful_shutdown=DRAIN_SECONDS,
            ssl_certfile=settings.tls_cert,
            ssl_keyfile=settings.tls_key,
        )
    ).run()
