"""The headers of every answer: content policy, no sniffing, no referrer, no framing, and the request's id."""

from __future__ import annotations

import re
import secrets

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUEST_ID = "x-request-id"
_HOST = re.compile(rb"[A-Za-z0-9.\-_\[\]:]{1,255}")
_FIXED = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=()",
}


def content_policy(host: str) -> str:
    """Return the policy for a page served from ``host``. It names the socket's origin for browsers in which ``'self'`` does not include
    it."""
    sockets = f" ws://{host} wss://{host}" if host else ""
    return (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
        f"connect-src 'self'{sockets}; frame-ancestors 'none'; form-action 'self'; base-uri 'none'; object-src 'none'"
    )


class SecurityHeaders:
    """ASGI middleware. A route's own header of the same name is kept."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = secrets.token_hex(6)
        scope.setdefault("state", {})["request_id"] = request_id
        host = next((value for name, value in scope["headers"] if name == b"host"), b"")
        known_host = host.decode("ascii") if _HOST.fullmatch(host) else ""
        secure = scope.get("scheme") == "https"

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _FIXED.items():
                    headers.setdefault(name, value)
                headers.setdefault("content-security-policy", content_policy(known_host))
                headers.setdefault("cache-control", "no-store")
                headers[REQUEST_ID] = request_id
                if secure:
                    headers.setdefault("strict-transport-security", "max-age=31536000")
            await send(message)

        await self.app(scope, receive, send_with_headers)
