"""One log line and one metric for every HTTP request: its id, the address (without secrets), the answer, the duration."""

from __future__ import annotations

import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from meeting_server.log_flood import household
from meeting_server.observe import REQUEST_SECONDS, REQUESTS, masked
from meeting_server.web.site import addresses

log = structlog.get_logger(__name__)

_QUIET = ("/static/", "/healthz", "/metrics")


def of_ballot(path: str) -> bool:
    """Return whether a request is about secret ballots. It leaves no log line, time or request id, whatever happens to it."""
    return path.startswith("/papers/")


class RequestLog:
    """ASGI middleware directly inside the security headers, which generate the request's id."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            household.set(addresses.household(scope["client"][0]) if scope.get("client") else "")
        if scope["type"] != "http" or of_ballot(scope["path"]):
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 500
        structlog.contextvars.bind_contextvars(request_id=scope.get("state", {}).get("request_id", ""))

        async def send_and_look(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_and_look)
        finally:
            took = time.perf_counter() - began
            REQUESTS.labels(scope["method"], str(status)).inc()
            REQUEST_SECONDS.observe(took)
            path = masked(scope["path"])
            say = log.debug if path.startswith(_QUIET) else log.info
            say("request", method=scope["method"], path=path, status=status, ms=round(took * 1000, 1))
            structlog.contextvars.unbind_contextvars("request_id")
