"""A real Chromium of years ago, driven over the DevTools protocol: what Playwright speaks is too new for it."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.kit.paths import ROOT
from tests.kit.servers.running import free_port

BROWSERS = ROOT / ".venv" / "browsers"
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
    "--autoplay-policy=no-user-gesture-required", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
)  # fmt: skip


class OldPage:
    """One page; ``log`` collects its console and its uncaught errors."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._loaded = asyncio.Event()
        self.log: list[str] = []
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            await self._listen()

    async def _listen(self) -> None:
        async for text in self._socket:
            message = json.loads(text)
            if (answer := self._answers.pop(message.get("id", 0), None)) is not None:
                answer.set_result(message)
            elif message.get("method") == "Page.loadEventFired":
                self._loaded.set()
            elif message.get("method") == "Runtime.exceptionThrown":
                self.log.append(json.dumps(message["params"]["exceptionDetails"])[:500])

    async def send(self, method: str, **params: Any) -> dict[str, Any]:
        """A command of the protocol. Raises AssertionError with the browser's answer when it is refused."""
        number = next(self._ids)
        self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        async with asyncio.timeout(30):
            answer = await self._answers[number]
        assert "result" in answer, answer
        return dict(answer["result"])

    async def goto(self, url: str) -> None:
        """Return when the page has loaded: an engine this old never answers what is asked of a page on its way."""
        self._loaded.clear()
        await self.send("Page.navigate", url=url)
        await self.loaded()

    async def loaded(self) -> None:
        async with asyncio.timeout(30):
            await self._loaded.wait()

    async def follow(self, expression: str) -> None:
        """Do what leads to another page, and wait for that."""
        self._loaded.clear()
        await self.evaluate(f"{expression}; undefined")
        await self.loaded()

    async def evaluate(self, expression: str) -> Any:
        answer = await self.send("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    async def until(self, expression: str, within: float = 30) -> None:
        """Wait until an expression is true; an AssertionError shows what the page says instead."""
        try:
            async with asyncio.timeout(within):
                while True:
                    if await self.evaluate(expression):
                        return
                    await asyncio.sleep(0.1)
        except TimeoutError:
            text = await self.evaluate("document.body.innerText")
            raise AssertionError(f"not within {within} s: {expression}\n{text}\n{self.log}") from None

    async def sign_in(self, url: str, cookie: str) -> None:
        await self.send("Network.setCookie", name="signin", value=cookie, url=url)

    async def screenshot(self, path: Path) -> None:
        path.write_bytes(base64.b64decode((await self.send("Page.captureScreenshot"))["data"]))


@contextlib.asynccontextmanager
async def old_page(version: int, width: int = 360, height: int = 740) -> AsyncIterator[OldPage]:
    """A page of Chromium ``version`` with the size of a phone; the browser ends with the block."""
    port = free_port()
    folder = BROWSERS / str(version)
    with tempfile.TemporaryDirectory(prefix="old-chromium-", ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            folder / "chromium", *FLAGS, f"--window-size={width},{height}", f"--user-data-dir={profile}",
            f"--remote-debugging-port={port}", "about:blank",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL, env={**os.environ, "HOME": profile},
        )  # fmt: skip
        try:
            async with connect(await _address(port), max_size=None, ping_interval=None) as socket:
                page = OldPage(socket)
                for domain in ("Page", "Runtime", "Network"):
                    await page.send(f"{domain}.enable")
                await page.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=True)
                yield page
        finally:
            process.kill()
            await process.wait()


async def _address(port: int) -> str:
    async with httpx.AsyncClient() as client, asyncio.timeout(30):
        while True:
            try:
                pages = (await client.get(f"http://127.0.0.1:{port}/json/list")).json()
                return next(str(page["webSocketDebuggerUrl"]) for page in pages if page["type"] == "page")
            except (httpx.HTTPError, StopIteration):
                await asyncio.sleep(0.1)
