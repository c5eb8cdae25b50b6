"""What the house says about itself: structured logs without secrets, a request id, and figures for Prometheus."""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any, Literal

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from meeting_server.log_flood import NoFlood

REGISTRY = CollectorRegistry()
"""Our own registry: importing a module twice in a test must not fail on a global one."""

REQUESTS = Counter("meeting_http_requests", "HTTP requests", ["method", "status"], registry=REGISTRY)
REQUEST_SECONDS = Histogram(
    "meeting_http_request_seconds",
    "Time until the last byte of an HTTP answer",
    registry=REGISTRY,
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
SOCKETS = Gauge("meeting_sockets", "Open WebSockets", registry=REGISTRY)

_SECRET_PATH = re.compile(r"(/(?:j|sign-in|whip|whep|feeds?|calendar)/)[^/?#\s\"']+")
_BREAKS_LINES = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SECRET_WORD = re.compile(r"pass|secret|token|cookie|authorization|credential|csrf|offer|sdp", re.IGNORECASE)


def masked(text: str) -> str:
    """The text with the tokens of links that sign someone in taken out (``/j/…``, ``/sign-in/…``, ``/feeds/…``, ``/calendar/…``)."""
    return _SECRET_PATH.sub(r"\1***", text)


def _mask(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if _SECRET_WORD.search(key):
            event[key] = "***"
        elif isinstance(value, str):
            event[key] = masked(value)
    return event


def _json_line(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
    """One JSON object on one line, whatever the event holds: what JSON has no form for is told as text."""
    try:
        line = json.dumps(event, ensure_ascii=False, allow_nan=False, default=repr)
    except (TypeError, ValueError, RecursionError):  # NaN, keys that are no text, circles
        told = {str(key): value if isinstance(value, str | int) else repr(value) for key, value in event.items()}
        line = json.dumps(told, ensure_ascii=False)
    # collectors break lines at these too, and no file can hold half a surrogate pair
    return _BREAKS_LINES.sub(lambda found: f"\\u{ord(found[0]):04x}", line)


def _log_what_nobody_caught() -> None:
    """Exceptions and warnings that Python would write to standard error by itself become lines like all others."""
    log = structlog.get_logger("meeting_server")

    def uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        log.critical("nobody caught this", exc_info=(kind, error, trace))

    def in_thread(told: threading.ExceptHookArgs) -> None:
        log.critical("nobody caught this", exc_info=(told.exc_type, told.exc_value, told.exc_traceback), thread=str(told.thread))

    def unraisable(told: Any) -> None:
        log.error(told.err_msg or "ignored", exc_info=(told.exc_type, told.exc_value, told.exc_traceback), object=repr(told.object))

    sys.excepthook, threading.excepthook, sys.unraisablehook = uncaught, in_thread, unraisable
    logging.captureWarnings(True)


def configure(level: str = "info", form: Literal["console", "json"] = "console", process: str = "") -> None:
    """Send our logs and those of the libraries to standard error, one line each, masked.

    ``process`` names this process (web, media, archive) in every line. With ``json`` every line is one object, also of
    what nobody caught and of warnings.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _mask,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last: Any = _json_line if form == "json" else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last]
        )
    )
    handler.addFilter(NoFlood(handler.emit))
    if form == "json":
        _log_what_nobody_caught()
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in ("aioice", "aiortc", "aiosqlite", "asyncio", "alembic", "httpx", "httpcore", "uvicorn.access", "websockets"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(level.upper())))
    # at debug these write down every header and frame of a socket: cookies, and who collected which paper
    for wordy in ("uvicorn", "uvicorn.error", "uvicorn.asgi"):
        logging.getLogger(wordy).setLevel(max(logging.INFO, logging.getLevelName(level.upper())))
    if process:
        structlog.contextvars.bind_contextvars(process=process)
