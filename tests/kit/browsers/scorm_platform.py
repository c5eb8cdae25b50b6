"""A learning platform as small as can be, in a real browser: scorm-again's run-time around an unpacked package."""

from __future__ import annotations

import io
import socket
import threading
import zipfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.async_api import Frame, Page, async_playwright
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from tests.kit.browsers.chromium import CHROMIUM
from tests.kit.paths import CLIENT

RUN_TIME = CLIENT / "node_modules" / "scorm-again" / "dist" / "scorm12.min.js"
PLATFORM = """<!doctype html><html><head><meta charset="utf-8"><title>platform</title><script src="/scorm12.min.js"></script><script>
var kept = JSON.parse(sessionStorage.getItem("kept") || "null");
window.seen = [];
window.API = new Scorm12API({ autocommit: false, logLevel: 5 });
if (kept) window.API.loadFromJSON(kept, "cmi");
["LMSInitialize", "LMSCommit", "LMSFinish"].forEach(function (name) { window.API.on(name, function () { window.seen.push(name); }); });
</script></head><body></body></html>"""


@contextmanager
def scorm_platform(folder: Path, packages: Mapping[str, bytes]) -> Iterator[str]:
    """Its address; each package is unpacked under its name."""
    if not RUN_TIME.exists():
        pytest.fail("scorm-again is not installed: npm ci in web_client")
    for name, package in packages.items():
        with zipfile.ZipFile(io.BytesIO(package)) as unpacked:
            unpacked.extractall(folder / name)
    (folder / "scorm12.min.js").write_bytes(RUN_TIME.read_bytes())
    (folder / "platform.html").write_text(PLATFORM)
    listening = socket.create_server(("127.0.0.1", 0))
    app = Starlette(routes=[Mount("/", StaticFiles(directory=folder, html=True))])
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listening.close()


@asynccontextmanager
async def learner() -> AsyncIterator[Page]:
    """A phone in a Chromium; nothing may go wrong on its pages."""
    async with async_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required", "--mute-audio"]
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        page = await browser.new_page(viewport={"width": 360, "height": 740}, reduced_motion="reduce")
        page.set_default_timeout(20_000)
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        yield page
        await browser.close()
        assert wrong == []


async def launch(page: Page, platform: str, package: str, kept: dict[str, Any] | None = None) -> Frame:
    await page.goto(f"{platform}/platform.html")
    if kept is not None:
        await page.evaluate("kept => sessionStorage.setItem('kept', JSON.stringify(kept))", kept)
        await page.goto(f"{platform}/platform.html")
    async with page.expect_event("frameattached") as attached:
        await page.evaluate(
            """address => {
              const frame = document.createElement("iframe");
              Object.assign(frame, {src: address, width: 340, height: 700});
              document.body.append(frame);
            }""",
            f"{platform}/{package}/index.html",
        )
    frame = await attached.value
    await frame.wait_for_function("document.getElementById('state')?.textContent")
    return frame


async def value(page: Page, name: str) -> str:
    return str(await page.evaluate(f"String(window.API.cmi.{name})"))


async def leave(page: Page) -> None:
    await page.evaluate("document.querySelector('iframe').remove()")
    await page.wait_for_function("window.seen.includes('LMSFinish')")
