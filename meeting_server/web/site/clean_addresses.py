"""Cleans addresses: path and query may contain only characters that forms and sockets accept too."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from starlette.types import ASGIApp, Receive, Scope, Send

from meeting_server.domain.characters import clean


class CleanAddresses:
    """ASGI middleware outside everything that reads the address, because PostgreSQL, for one, does not accept ``%00``."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            path, query = clean(scope["path"]), _query(scope["query_string"])
            if path != scope["path"] or query != scope["query_string"]:
                scope = {**scope, "path": path, "query_string": query}
        await self.app(scope, receive, send)


def _query(sent: bytes) -> bytes:
    """Return the query as it was sent, unless part of it has to be cleaned."""
    if b"%" not in sent and sent.isascii():
        return sent
    words = parse_qsl(sent.decode("latin-1"), keep_blank_values=True)
    tidy = [(clean(name), clean(value)) for name, value in words]
    return sent if tidy == words else urlencode(tidy).encode()
