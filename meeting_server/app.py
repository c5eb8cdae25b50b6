"""The composition root: the only place where adapters are chosen and put together into one server."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Sequence
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
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Lifespan

from meeting_server.acts.catching_up import catch_up as catch_up_after_a_stop
from meeting_server.acts.people.revoking import catch_up
from meeting_server.acts.schedule.documents import finish_documents
from meeting_server.archive.record.record_files import RecordFiles
from meeting_server.archive.speech.embedding import InstalledEmbedder
from meeting_server.archive.speech.installed import engine_of
from meeting_server.ballots.box import BallotBox
from meeting_server.ballots.port import Box
from meeting_server.config import HERE, Settings
from meeting_server.domain.ids import MeetingId, Millis, ParticipantId
from meeting_server.domain.phases import MeetingPhase
from meeting_server.journal.sql import SqlJournal
from meeting_server.live.clock import Clock
from meeting_server.live.registry import Registry
from meeting_server.live.tidying import Tidying
from meeting_server.media.api import KeptClient, MediaPlane, MediaRefused
from meeting_server.media.client import MediaWorkers
from meeting_server.media.lanes import MediaLanes, RehearsalLane
from meeting_server.media.settings import MediaSettings
from meeting_server.media.whip import WhipSessions
from meeting_server.observe import REGISTRY
from meeting_server.processes import migrated, open_more_files
from meeting_server.store.database import Database
from meeting_server.store.learning.books import Learning
from meeting_server.store.learning.statements import Statements
from meeting_server.store.people.access_log import AccessLog
from meeting_server.store.people.accounts import Accounts
from meeting_server.store.people.aging import Ages, Aging
from meeting_server.store.people.committees import CommitteeTerms
from meeting_server.store.people.directory import Directory
from meeting_server.store.people.knocks import Knocks
from meeting_server.store.people.passwords import Passwords
from meeting_server.store.record.approvals import Approvals
from meeting_server.store.record.decided_items import DecidedItems
from meeting_server.store.record.holds import Holds
from meeting_server.store.record.meanings import Meanings
from meeting_server.store.record.publications import Publications
from meeting_server.store.record.record_edits import RecordEdits
from meeting_server.store.record.record_orders import RecordOrders
from meeting_server.store.record.search import Search
from meeting_server.store.schedule.branch_presets import BranchPresets
from meeting_server.store.schedule.calendar_links import CalendarLinks
from meeting_server.store.schedule.documents import Documents
from meeting_server.store.schedule.hall_devices import HallDevices
from meeting_server.store.schedule.invitations import Invitations
from meeting_server.store.schedule.leave import LeaveBook
from meeting_server.store.schedule.presets import load_presets
from meeting_server.store.schedule.schedule import Schedule
from meeting_server.store.secret_key import secret_key
from meeting_server.store.sharing.feeds import Feeds
from meeting_server.store.sharing.shared_resources import SharedResources
from meeting_server.store.sharing.takeaway_rules import TakeawayRules
from meeting_server.web.meeting.frame_once import FrameOnceProtocol
from meeting_server.web.meeting.whip import resume
from meeting_server.web.rehearsal.control import Rehearsals, RehearsalTraffic, clear, folder_of
from meeting_server.web.rehearsal.control import routes as rehearsal_routes
from meeting_server.web.rehearsal.gauges import Gauges
from meeting_server.web.routes import routes
from meeting_server.web.schedule.convening import Convener
from meeting_server.web.site.assets import Assets
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.back_off import BackOff
from meeting_server.web.site.clean_addresses import CleanAddresses
from meeting_server.web.site.client_files import ClientFiles
from meeting_server.web.site.error_pages import EXCEPTION_HANDLERS, Mistakes
from meeting_server.web.site.half_open import PunctualProtocol
from meeting_server.web.site.limits import Allowances
from meeting_server.web.site.open_sockets import OpenSockets
from meeting_server.web.site.proxies import Proxies, networks_of
from meeting_server.web.site.request_log import RequestLog
from meeting_server.web.site.security_headers import SecurityHeaders
from meeting_server.web.site.sign_outs import SignOuts
from meeting_server.web.site.site import Site, site_of
from meeting_server.web.site.under_way import UnderWay
from meeting_server.web.site.workshop import Workshop

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


# --- the site ---------------------------------------------------------------------------------------------------


@asynccontextmanager
async def open_site(
    settings: Settings,
    *,
    media: MediaPlane | None = None,
    clock: Clock | None = None,
    hosting: bool = False,
    rehearsals: Rehearsals | None = None,
    is_rehearsal: bool = False,
) -> AsyncIterator[Site]:
    """The site over the databases of ``settings``, brought up to date, until the block ends; see ``site_over``. Raises WeakSecret."""
    secret = secret_key(settings.secret_key, settings.data_dir)
    await migrated(settings)
    async with AsyncExitStack() as stack:
        database, ballots = Database(settings.database), Database(settings.ballot_database)
        stack.push_async_callback(database.close)
        stack.push_async_callback(ballots.close)
        box = BallotBox(ballots, secret)
        yield await stack.enter_async_context(
            site_over(
                database,
                settings,
                secret,
                box,
                media=media,
                clock=clock,
                hosting=hosting,
                rehearsals=rehearsals,
                is_rehearsal=is_rehearsal,
            )
        )


@asynccontextmanager
async def site_over(
    database: Database,
    settings: Settings,
    secret: bytes,
    box: Box,
    *,
    media: MediaPlane | None = None,
    clock: Clock | None = None,
    hosting: bool = False,
    rehearsals: Rehearsals | None = None,
    is_rehearsal: bool = False,
    passwords: Passwords | None = None,
    workshop: Workshop | None = None,
    client: Path | None = None,
) -> AsyncIterator[Site]:
    """Stores, journal and registry over one database, until the block ends. ``database`` and ``media`` are closed by their owners.

    ``hosting``: this process owns the meetings that are going on, so that their deadlines pass without anybody looking.
    ``rehearsals`` is told of a meeting that opens; ``is_rehearsal``: this is the site of one.
    ``passwords``, ``workshop``, ``client``: instead of what a server has.
    """
    directory, leaves = Directory(database), LeaveBook(database)
    schedule, presets = Schedule(database), BranchPresets(database, load_presets())
    documents = Documents(database, settings.data_dir / "documents")
    convener = Convener(schedule, directory, leaves, documents, presets)
    journal = SqlJournal(database)

    # called back only while meetings run: by then the site is whole
    async def on_phase(meeting_id: MeetingId, phase: MeetingPhase, at: Millis) -> None:
        if rehearsals is not None and rehearsals.current is not None and phase == MeetingPhase.OPEN:
            scheduled = await schedule.meeting(meeting_id)
            rehearsals.meeting_opened(scheduled.plan.title if scheduled else "")
        await schedule.set_phase(meeting_id, phase, at)

    async def on_rights(meeting_id: MeetingId, by: ParticipantId | None) -> None:
        await catch_up(site, meeting_id, now_millis(), by)

    async def resumes(kept: KeptClient) -> None:
        await resume(site, kept)

    registry = Registry(
        journal,
        presets,
        convener.on_schedule,
        on_phase=on_phase,
        on_rights=on_rights,
        resumes=resumes,
        media=media,
        box=box,
        branch_presets=presets.of_branch,
        recordings_dir=settings.recordings_dir,
        captions=settings.caption_sockets,
        captions_ready=lambda: bool(engine_of(settings)),
        clock=clock,
    )
    site = Site(
        settings=settings,
        secret=secret,
        is_rehearsal=is_rehearsal,
        database=database,
        assets=Assets(client or client_folder()),
        workshop=workshop or Workshop(),
        under_way=UnderWay(),
        directory=directory,
        accounts=Accounts(database, passwords, demo=settings.demo),
        access_log=AccessLog(database),
        sign_outs=SignOuts(),
        back_off=BackOff(),
        knocks=Knocks(database),
        schedule=schedule,
        leaves=leaves,
        documents=documents,
        presets=presets,
        convener=convener,
        invitations=Invitations(database, secret),
        calendar_links=CalendarLinks(database, secret),
        hall_devices=HallDevices(database),
        registry=registry,
        box=box,
        media=media,
        whip=WhipSessions("/whip/"),
        whep=WhipSessions("/whep/", publishing=False),
        allowances=Allowances(),
        sockets=OpenSockets(),
        archive=RecordFiles(settings.recordings_dir),
        search=Search(database),
        meanings=Meanings(database),
        embedder=InstalledEmbedder(settings.meaning_home),
        record_edits=RecordEdits(database),
        record_orders=RecordOrders(database),
        decided_items=DecidedItems(database),
        approvals=Approvals(database),
        committees=CommitteeTerms(database),
        holds=Holds(database),
        publications=Publications(database),
        learning=Learning.over(database),
        statements=Statements(database),
        takeaway_rules=TakeawayRules(database),
        shared_resources=SharedResources(database),
        feeds=Feeds(database, secret),
    )
    async with AsyncExitStack() as stack:
        stack.push_async_callback(journal.close)
        stack.push_async_callback(site.workshop.close)
        await registry.start(await catch_up_after_a_stop(database, journal, documents, settings.recordings_dir) if hosting else ())
        stack.push_async_callback(registry.stop)
        stack.push_async_callback(site.under_way.stop)
        yield site


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
    site = site_of(request)
    async with site.database.read() as conn:
        await conn.execute(text("SELECT 1"))
    return JSONResponse({"status": "ok", "media": site.media is not None})


async def metrics(request: Request) -> Response:
    """Figures for Prometheus, for whoever is on this machine."""
    if not _from_here(request):
        return PlainTextResponse("not found", 404)
    figures = generate_latest(REGISTRY)
    site = site_of(request)
    if site.media is not None:
        try:
            figures += (await site.media.metrics()).encode()
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
            rehearsals = Rehearsals(
                settings,
                partial(_rehearsal_site, lanes.rehearsal if lanes is not None else None),
                lambda: Gauges(plane, lambda: [link.pid for link in plane.links if link.pid] if plane is not None else []),
            )
            media = lanes.meetings if lanes is not None else None
            site = await stack.enter_async_context(open_site(settings, media=media, clock=clock, hosting=True, rehearsals=rehearsals))
            stand_on(app, site, rehearsals)
            if tidy:
                ages = Ages(settings.log_days, settings.links_days, settings.devices_days)
                site.under_way.begin(Tidying(site.registry.quiet_for).run(), "tidying")
                site.under_way.begin(Aging(site.database, ages, now_millis).run(), "aging")
            site.under_way.begin(finish_documents(site), "finish documents")
            log.info("ready", url=settings.public_url, media=media is not None)
            yield
            log.info("stopping")
            await rehearsals.stop()

    service = [Route("/healthz", healthz), Route("/metrics", metrics), Mount("/static", ClientFiles(client_folder()))]
    return application(settings, [*service, *rehearsal_routes, *routes], lifespan)


def application(settings: Settings, pages: Sequence[BaseRoute], lifespan: Lifespan[Starlette] | None = None) -> Starlette:
    """These pages as the server answers them; ``stand_on`` gives them their site."""
    return Starlette(
        routes=list(pages),
        lifespan=lifespan,
        exception_handlers=EXCEPTION_HANDLERS,
        middleware=[
            Middleware(Proxies, networks=networks_of(settings.proxies)),
            Middleware(RehearsalTraffic),
            Middleware(SecurityHeaders),
            Middleware(CleanAddresses),
            Middleware(RequestLog),
            *_PAGES,
        ],
    )


@asynccontextmanager
async def _rehearsal_site(media: RehearsalLane | None, settings: Settings) -> AsyncIterator[tuple[ASGIApp, Site]]:
    """The site of a rehearsal: the same pages and sockets over stores of its own. It writes no line a request."""
    try:
        async with open_site(settings, media=media, is_rehearsal=True) as site:
            app = Starlette(
                routes=[Mount("/static", ClientFiles(client_folder())), *routes],
                exception_handlers=EXCEPTION_HANDLERS,
                middleware=[Middleware(SecurityHeaders), Middleware(CleanAddresses), *_PAGES],
            )
            stand_on(app, site)
            yield app, site
    finally:
        if media is not None:
            await media.clear()


def stand_on(app: Starlette, site: Site, rehearsals: Rehearsals | None = None) -> None:
    """Have the pages of ``app`` answer for ``site``."""
    app.state.site, app.state.rehearsals = site, rehearsals


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
