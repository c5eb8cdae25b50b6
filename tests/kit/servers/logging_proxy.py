"""A reverse proxy that writes an access log as nginx and Apache do by default (the combined format); one port an address.

All phones of a test are on this machine: each comes in by a port of its own, which stands for its address in the log.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Line:
    """One request. ``received``: its bytes, head and body; ``sent``: those of the answer's body."""

    address: str
    moment: datetime
    request: str
    status: int
    sent: int
    received: int
    headers: tuple[tuple[str, str], ...]

    def header(self, name: str) -> str:
        return dict(self.headers).get(name, "-")

    @property
    def text(self) -> str:
        """``$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"``."""
        when = self.moment.strftime("%d/%b/%Y:%H:%M:%S +0000")
        came_from, agent = self.header("referer"), self.header("user-agent")
        return f'{self.address} - - [{when}] "{self.request}" {self.status} {self.sent} "{came_from}" "{agent}"'


@dataclass
class LoggingProxy:
    """``swallow``: addresses whose next ballot reaches the server and whose answer is lost on the way back."""

    upstream: int
    lines: list[Line] = field(default_factory=list)
    swallow: set[str] = field(default_factory=set)
    _servers: list[asyncio.Server] = field(default_factory=list)

    async def listen(self, address: str) -> str:
        """Where the phone with this address finds the server."""

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await self._serve(address, reader, writer)
            except (OSError, EOFError, asyncio.CancelledError):
                pass  # one of the two went away, as phones do
            finally:
                writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        self._servers.append(server)
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    def close(self) -> None:
        for server in self._servers:
            server.close()

    def of(self, address: str, path: str) -> list[Line]:
        """An address's requests for paths that begin so."""
        return [line for line in self.lines if line.address == address and line.request.split(" ")[1].startswith(path)]

    async def _serve(self, address: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                request, headers = _parsed(head)
                body = await reader.readexactly(int(dict(headers).get("content-length", "0")))
                up_writer.write(head + body)
                answer_head = await up_reader.readuntil(b"\r\n\r\n")
                status, answer_headers = _parsed(answer_head)
                code = int(status.split(" ")[1])
                if code == 101:
                    writer.write(answer_head)
                    await asyncio.gather(_pump(reader, up_writer), _pump(up_reader, writer))
                    return
                answer = await _body(up_reader, dict(answer_headers)) if code not in (204, 304) else b""
                self.lines.append(
                    Line(address, datetime.now(UTC), request, code, len(answer), len(head) + len(body), tuple(sorted(headers)))
                )
                if address in self.swallow and request.startswith("POST /papers/"):
                    self.swallow.discard(address)
                    return
                writer.write(answer_head + answer)
                await writer.drain()
        finally:
            up_writer.close()


def _parsed(head: bytes) -> tuple[str, list[tuple[str, str]]]:
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    return first, [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding") != "chunked":
        return await reader.readexactly(int(headers.get("content-length", "0")))
    body = b""
    while True:
        size = await reader.readuntil(b"\r\n")
        chunk = size + await reader.readexactly(int(size, 16) + 2)
        body += chunk
        if int(size, 16) == 0:
            return body


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.close()


@asynccontextmanager
async def logging_proxy(upstream: int) -> AsyncIterator[LoggingProxy]:
    """Before the server on port ``upstream``."""
    proxy = LoggingProxy(upstream)
    try:
        yield proxy
    finally:
        proxy.close()
