"""Pages of a house in a real browser, served from this process with the built client."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser, Page, async_playwright
from starlette.applications import Starlette
from starlette.routing import Mount

from meeting_server.app import client_folder, stand_on
from meeting_server.web.site.assets import Assets
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.client_files import ClientFiles
from meeting_server.web.site.site import Site
from tests.kit.browsers.chromium import CHROMIUM

CHROMIUM_WORDS = ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required", "--mute-audio"]


@asynccontextmanager
async def page_server(app: Starlette, house: Site, folder: Path) -> AsyncIterator[tuple[str, Browser]]:
    """The address of the house's pages, and a Chromium. ``folder``: for a copy of the client, which a build may not take away."""
    if not (client_folder() / "manifest.json").exists():
        pytest.fail("the client is not built: npm run build in web_client")
    client = Path(shutil.copytree(client_folder(), folder / "dist"))
    stand_on(app, replace(house, assets=Assets(client)))
    app.router.routes.insert(0, Mount("/static", ClientFiles(client)))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        serving = asyncio.create_task(server.serve([listener]))
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_WORDS)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", browser
            await browser.close()
        server.should_exit = True
        await serving


async def visitor(
    browser: Browser, base: str, house: Site, member_id: str, *, size: tuple[int, int], language: str, theme: str, script: bool
) -> Page:
    """A page of a new browser in which this member has signed in by a link."""
    context = await browser.new_context(viewport={"width": size[0], "height": size[1]}, java_script_enabled=script, reduced_motion="reduce")
    await context.add_cookies([{"name": n, "value": v, "url": base} for n, v in (("language", language), ("theme", theme))])
    page = await context.new_page()
    page.set_default_timeout(15_000)
    token = await house.accounts.issue_link(member_id, issued_by=None, now=now_millis(), seconds=600)
    await page.goto(f"{base}/sign-in/{token}")
    async with page.expect_navigation():
        await page.click("form button.btn--primary")
    return page


async def until(page: Page, true: str) -> None:
    """Wait until an expression is true. The page's own policy forbids what ``wait_for_function`` does."""
    async with asyncio.timeout(20):
        while not await page.evaluate(true):
            await page.wait_for_timeout(50)
