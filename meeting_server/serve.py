"""``meeting-server serve``: gets the house ready, keeps its processes running, and tells people where it is."""

from __future__ import annotations

import asyncio
import fcntl
import functools
import io
import os
import pwd
import signal
import socket
import ssl
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import segno
import structlog
from rich.console import Console
from rich.table import Table

from meeting_server.archive.speech.installed import MEANING, SPEECH, is_installed, state_of
from meeting_server.config import Settings
from meeting_server.local_https import certificate_for, lan_addresses
from meeting_server.media.probing import until_deaf
from meeting_server.store.secret_key import secret_key
from meeting_server.supervisor import Child, Supervisor
from meeting_server.web.site.catalogue import DEFAULT, Language, text

READY_SECONDS = 60.0

log = structlog.get_logger(__name__)


class CanNotStart(Exception):
    """The server cannot start; the message tells a person what to do."""


def terminal_language() -> Language:
    """Chinese unless the terminal is set to English."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "en" if locale.lower().startswith("en") else DEFAULT


@dataclass(frozen=True, slots=True)
class Place:
    """Where the server is: what it listens on, and the address people open."""

    settings: Settings
    url: str
    environment: dict[str, str] = field(default_factory=dict)
    authority: Path | None = None


def place_of(settings: Settings, *, lan: bool, listening: bool = True) -> Place:
    """Where to listen. With ``lan``: on every address of this machine, over HTTPS with a certificate of our own.

    ``listening`` false: only where the server is, without asking for the port.
    Raises CanNotStart when the port is taken or there is no network.
    """
    authority: Path | None = None
    if lan:
        addresses = lan_addresses()
        if not addresses:
            raise CanNotStart(text(terminal_language(), "cli.no_network"))
        certificate = certificate_for(settings.data_dir / "tls", addresses)
        authority = certificate.authority
        settings = settings.model_copy(update={"host": "0.0.0.0", "tls_cert": certificate.chain, "tls_key": certificate.key})
    port = settings.port or _free_port(settings.host)
    if listening:
        _check_port(settings.host, port)
    scheme = "https" if settings.tls_cert else "http"
    shown = _shown_host(settings.host)
    url = settings.public_url.rstrip("/") or f"{scheme}://{shown}:{port}"
    settings = settings.model_copy(update={"port": port, "public_url": url})
    environment = {
        "HOST": settings.host,
        "PORT": str(port),
        "MEETING_PUBLIC_URL": url,
        "MEETING_DEMO": "1" if settings.demo else "0",
    }
    if settings.demo and "MEETING_LOG_LEVEL" not in os.environ:
        environment["MEETING_LOG_LEVEL"] = "warning"  # the links stay in sight
    if settings.tls_cert and settings.tls_key:
        environment |= {"MEETING_TLS_CERT": str(settings.tls_cert), "MEETING_TLS_KEY": str(settings.tls_key)}
    return Place(settings, url, environment, authority)


def _shown_host(host: str) -> str:
    if host in ("0.0.0.0", "::", ""):
        return next(iter(lan_addresses()), "127.0.0.1")
    return f"[{host}]" if ":" in host else host


def _free_port(host: str) -> int:
    with socket.create_server((host, 0)) as listener:
        return int(listener.getsockname()[1])


def _check_port(host: str, port: int) -> None:
    try:
        socket.create_server((host, port), reuse_port=False).close()
    except OSError as error:
        raise CanNotStart(text(terminal_language(), "cli.port_taken", host=host, port=port, reason=error.strerror or "")) from error


def children_of(place: Place) -> list[Child]:
    """The processes of one server, in the order they start."""
    names = ["media", "web", "archive"] if place.settings.media else ["web", "archive"]
    if place.settings.caption_sockets is not None:
        names.append("captions")
    watches = {"media": functools.partial(until_deaf, place.settings.media_control)}
    return [Child(name, (sys.executable, "-m", "meeting_server", name), place.environment, watches.get(name)) for name in names]


async def wait_until_ready(place: Place, seconds: float = READY_SECONDS) -> None:
    """Return when the web process answers. Raises CanNotStart after ``seconds``."""
    deadline = time.monotonic() + seconds
    context: ssl.SSLContext | None = None
    if place.settings.tls_cert:
        context = ssl.create_default_context()
        context.check_hostname = False  # our own process, over loopback
        context.verify_mode = ssl.CERT_NONE
    host = place.settings.host if place.settings.host not in ("0.0.0.0", "::", "") else "127.0.0.1"
    while time.monotonic() < deadline:
        try:
            reader, writer = await asyncio.open_connection(host, place.settings.port, ssl=context)
            writer.write(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
            async with asyncio.timeout(5):
                status = await reader.readline()
            writer.close()
            if b" 200 " in status:
                return
        except (OSError, TimeoutError):
            pass
        await asyncio.sleep(0.1)
    raise CanNotStart(text(terminal_language(), "cli.not_ready", seconds=round(seconds)))


def announce(place: Place, links: Sequence[tuple[str, str, str]], console: Console) -> None:
    """Print the address, one link per role, and the QR code of the address in the local network."""
    language = terminal_language()
    console.print()
    console.print(f"[bold]{text(language, 'cli.ready')}[/]  [link={place.url}]{place.url}[/]", soft_wrap=True)
    if links:
        table = Table(box=None, pad_edge=False, show_header=False)
        for _ in range(2):
            table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for role, name, url in links:
            table.add_row(f"[dim]{role}[/]", name, url)
        console.print()
        console.print(text(language, "cli.links"))
        # a link broken over two lines cannot be clicked
        Console(file=console.file, width=max(console.width, 160), soft_wrap=True).print(table)
    if place.authority is not None:
        console.print()
        console.print(text(language, "cli.lan"))
        drawn = io.StringIO()
        segno.make(place.url, error="m").terminal(drawn, compact=True)
        console.file.write(drawn.getvalue())
        console.print(text(language, "cli.lan_certificate", path=place.authority), soft_wrap=True)


async def install_speech(place: Place, supervisor: Supervisor, console: Console) -> None:
    """Have ``auto``'s engine and the model of meanings installed while the server serves, and say so in a line. Returns when they are
    there or can't be."""
    settings, language = place.settings, terminal_language()
    hears, finds = is_installed(settings.speech_home), is_installed(settings.meaning_home, MEANING)
    if settings.speech_engine != "auto" or (hears and finds):
        return
    megabytes = (0 if hears else SPEECH.megabytes) + (0 if finds else MEANING.megabytes)
    installing = "cli.meaning_installing" if hears else "cli.speech_installing"
    console.print(f"● {text(language, installing, mb=megabytes)}", soft_wrap=True)
    command = (sys.executable, "-m", "meeting_server", "speech", "install", "--quietly")
    quiet = {"MEETING_LOG_LEVEL": "error"} if settings.demo else {}
    working = asyncio.create_task(supervisor.run_beside(Child("speech", command, place.environment | quiet, once=True)))
    said = -1
    while not working.done() and not hears:
        await asyncio.wait({working}, timeout=1.0)
        state = state_of(settings.speech_home)
        if state.phase == "ready":
            break
        if console.is_terminal and state.phase == "installing" and state.percent != said:
            said = state.percent
            console.print(f"  {text(language, 'cli.speech_percent', n=said)}", end="\r")
    state = state_of(settings.speech_home)
    if state.phase == "ready" and not hears:
        console.print(f"● {text(language, 'cli.speech_ready')}")
    await working
    state = state_of(settings.speech_home)
    if is_installed(settings.meaning_home, MEANING) and not finds:
        console.print(f"● {text(language, 'cli.meaning_ready')}")
    if state.phase == "failed":
        why = text(language, f"speech.failed.{state.code}")
        console.print(f"● {text(language, 'cli.speech_failed', code=state.code, why=why)}", soft_wrap=True)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep every other server out of this data folder until the block ends. Raises CanNotStart: it is taken, or not ours to write."""
    language = terminal_language()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = (folder / "serve.lock").open("a+")
    except OSError:
        there, owner = _nearest(folder.absolute())
        raise CanNotStart(text(language, "cli.not_ours", path=there, owner=_name_of(owner), user=_name_of(os.geteuid()))) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise CanNotStart(text(language, "cli.already_running", path=folder.absolute(), pid=file.read().strip() or "?")) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def _nearest(folder: Path) -> tuple[Path, int]:
    """The folder itself or the first above it that can be looked at, and whose it is."""
    for path in (folder, *folder.parents):
        try:
            return path, path.stat().st_uid
        except OSError:
            continue
    return folder, 0


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


async def serve(settings: Settings, *, lan: bool = False) -> None:
    """Run everything until SIGINT or SIGTERM. Raises CanNotStart, WeakSecret."""
    with alone_in(settings.data_dir):
        await _serve(settings, lan)


async def _serve(settings: Settings, lan: bool) -> None:
    language = terminal_language()
    # who collects lines of JSON gets nothing else; a demo and a local network have somebody before the screen
    told_as_json = settings.log_format == "json"
    console = Console(file=sys.stdout, highlight=False, quiet=told_as_json and not settings.demo and not lan)
    secret_key(settings.secret_key, settings.data_dir)
    place = place_of(settings, lan=lan)
    os.environ.update(place.environment)

    if settings.demo:
        from meeting_server import demo  # here, so that a taken port is told at once

        if demo.may_be_empty(settings):
            console.print(f"● {text(language, 'cli.preparing')}")
            await demo.seed(place.settings)

    supervisor = Supervisor(children_of(place))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, supervisor.stop)
    console.print(f"● {text(language, 'cli.starting')}")
    if told_as_json:
        log.info("starting", url=place.url)
    running = asyncio.create_task(supervisor.run(), name="supervisor")
    ready = asyncio.create_task(wait_until_ready(place), name="ready")
    await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
    try:
        if ready.done():
            ready.result()
            if told_as_json:
                log.info("ready", url=place.url)
            announce(place, await _links(place.settings, language), console)
            console.print(f"\n[dim]{text(language, 'cli.stop')}[/]")
            await install_speech(place, supervisor, console)
    except CanNotStart:
        supervisor.stop()
        await running
        raise
    finally:
        ready.cancel()
    await running
    console.print(f"● {text(language, 'cli.stopped')}")
    if told_as_json:
        log.info("stopped")


async def _links(settings: Settings, language: Language) -> list[tuple[str, str, str]]:
    if not settings.demo:
        return []
    from meeting_server import demo

    made = await demo.links(settings, language)
    if not made and await demo.seed(settings):  # a database that was there, with nothing in it
        made = await demo.links(settings, language)
    return made
