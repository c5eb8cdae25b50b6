"""WebKitGTK, driven by its own WebDriver on a display without a screen."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx

from tests.kit.servers.running import free_port

CAPABILITIES = {"webkitgtk:browserOptions": {"args": ["--automation"]}}


class WebKitPage:
    """One window."""

    def __init__(self, client: httpx.AsyncClient, session: str) -> None:
        self._client, self._session = client, session

    async def _ask(self, method: str, path: str, **body: Any) -> Any:
        response = await self._client.request(method, f"/session/{self._session}/{path}", json=body if method == "POST" else None)
        assert response.status_code == 200, response.text
        return response.json()["value"]

    async def goto(self, url: str) -> None:
        await self._ask("POST", "url", url=url)

    async def sign_in(self, url: str, cookie: str) -> None:
        """Have the sign-in cookie of a server."""
        await self.goto(f"{url}/sign-in")
        await self._ask("POST", "cookie", cookie={"name": "signin", "value": cookie})

    async def evaluate(self, body: str, *arguments: Any) -> Any:
        """What the function body returns."""
        return await self._ask("POST", "execute/sync", script=body, args=list(arguments))

    async def size(self, width: int, height: int) -> None:
        await self._ask("POST", "window/rect", width=width, height=height, x=0, y=0)

    async def screenshot(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(await self._ask("GET", "screenshot")))


@contextlib.asynccontextmanager
async def webkit_page() -> AsyncIterator[WebKitPage]:
    """A fresh browser; it ends with the block."""
    port, display = free_port(), f":{free_port()}"
    screen = await asyncio.create_subprocess_exec(
        "Xvfb", display, "-screen", "0", "1440x900x24", "-nolisten", "tcp", stderr=asyncio.subprocess.DEVNULL
    )
    with tempfile.TemporaryDirectory(prefix="webkit-", ignore_cleanup_errors=True) as home:
        environment = {**os.environ, "DISPLAY": display, "HOME": home, "XDG_RUNTIME_DIR": home, "GDK_BACKEND": "x11",
                       "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1", "NO_AT_BRIDGE": "1"}  # fmt: skip
        driver = await asyncio.create_subprocess_exec(
            "WebKitWebDriver", f"--port={port}", env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                session = await _session(client)
                try:
                    yield WebKitPage(client, session)
                finally:
                    await client.delete(f"/session/{session}")
        finally:
            for process in (driver, screen):
                process.terminate()
                await process.wait()


async def _session(client: httpx.AsyncClient) -> str:
    async with asyncio.timeout(60):
        while True:
            try:
                response = await client.post("/session", json={"capabilities": {"alwaysMatch": CAPABILITIES}})
            except httpx.TransportError:  # it does not listen yet
                await asyncio.sleep(0.1)
                continue
            if response.status_code == 200:
                return str(response.json()["value"]["sessionId"])
            assert "not created" in response.text, response.text  # the display is not there yet
            await asyncio.sleep(0.3)
