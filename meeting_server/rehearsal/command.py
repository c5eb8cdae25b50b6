"""``meeting-server rehearse`` and ``rehearsal-token`` as the terminal sees them."""

from __future__ import annotations

import asyncio
import signal
import socket
import ssl
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console

from meeting_server.config import Settings
from meeting_server.rehearsal.report import json_line, page, sentences
from meeting_server.rehearsal.runner import NotRehearsed, Order, Outcome, Runner
from meeting_server.store.secret_key import secret_key
from meeting_server.web.rehearsal.token import rehearsal_token
from meeting_server.web.site.catalogue import Language, text


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options of the command line. ``server`` and ``token`` empty: the server of this machine's settings."""

    members: int
    cameras: int
    minutes: float
    until_it_gives_way: bool
    recording: bool
    server: str
    token: str
    report: Path


def own_token(settings: Settings) -> str:
    """A token for the server of these settings. Raises WeakSecret."""
    return rehearsal_token(secret_key(settings.secret_key, settings.data_dir), time.time_ns() // 1_000_000)


def own_address(settings: Settings) -> str:
    """Where the server of these settings listens on this machine; over HTTPS also where ``serve --lan`` made it so by itself."""
    host = settings.host if settings.host not in ("0.0.0.0", "::", "") else "127.0.0.1"
    place = f"{f'[{host}]' if ':' in host else host}:{settings.port}"
    return f"https://{place}" if settings.tls_cert or _speaks_https(host, settings.port) else f"http://{place}"


def rehearse(settings: Settings, wanted: Wanted, language: Language) -> int:
    """Run, tell and write the report; the exit code: 0, or 1 when there was no rehearsal, 2 when something gave way or ended it."""
    out, progress = Console(highlight=False, soft_wrap=True), Console(stderr=True, highlight=False, soft_wrap=True)

    def say(key: str, **holes: object) -> str:
        return text(language, f"rehearsal.{key}", **holes)

    local = not wanted.server
    server = wanted.server.rstrip("/") or own_address(settings)
    order = Order(
        server=server,
        token=wanted.token or own_token(settings),
        members=wanted.members,
        cameras=wanted.cameras,
        minutes=wanted.minutes,
        until_it_gives_way=wanted.until_it_gives_way,
        recording=wanted.recording,
        local=local or urlsplit(server).hostname in ("127.0.0.1", "::1", "localhost"),
        language=language,
        trust=_trust(settings, server, local=local),
    )
    told: set[int] = set()

    def tell(key: str, **holes: object) -> None:
        number = holes.get("n")
        if key == "phones" and isinstance(number, int):  # not every one of hundreds
            if (number % max(1, wanted.members // 10) and number != wanted.members) or number in told:
                return
            told.add(number)
        progress.print(say(f"progress.{key}", **holes))

    try:
        outcome = asyncio.run(_interruptible(Runner(order, say, tell)))
    except NotRehearsed as error:
        progress.print(say(f"refusal.{error.code}", detail=error.detail).strip() + f" [{error.code}]", markup=False)
        return 1
    except asyncio.CancelledError:
        progress.print(say("interrupted"))
        return 130
    for sentence in sentences(outcome, language):
        out.print(sentence, markup=False)
    wanted.report.write_text(page(outcome, language, datetime.now().astimezone()), "utf-8")
    out.print(say("report_written", path=wanted.report.resolve()), markup=False)
    print_line(json_line(outcome))
    return 2 if outcome.verdict.gave_way or outcome.ended != "finished" else 0


def print_line(line: str) -> None:
    """One line as it is, for a script that reads the last one."""
    Console(highlight=False, markup=False, soft_wrap=True, emoji=False).print(line)


async def _interruptible(runner: Runner) -> Outcome:
    """Ctrl-C and SIGTERM take the rehearsal down, politely."""
    task = asyncio.create_task(runner.run())
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    return await task


def _speaks_https(host: str, port: int) -> bool:
    """Whether what listens there answers a TLS handshake."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with socket.create_connection((host, port), 5) as raw, context.wrap_socket(raw):
            return True
    except OSError:
        return False


def _trust(settings: Settings, server: str, *, local: bool) -> ssl.SSLContext | None:
    """For HTTPS: the system's authorities, and the one that ``make lan`` made; this machine's own server is known by its address."""
    if not server.startswith("https"):
        return None
    context = ssl.create_default_context()
    authority = settings.data_dir / "tls" / "authority.pem"
    if authority.exists():
        context.load_verify_locations(authority)
    if local:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
