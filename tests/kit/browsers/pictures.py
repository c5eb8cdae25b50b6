"""Photographs the demo branch for the README, so that its pictures never lie: ``make pictures`` writes ``docs/pictures``."""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.kit.browsers.pages import w
from tests.kit.paths import ROOT
from tests.kit.servers.running import Server

FOLDER = ROOT / "docs" / "pictures"
CHROMIUM = "/usr/bin/chromium"
FAKE_DEVICES = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--autoplay-policy=no-user-gesture-required")
MEMBER, SECRETARY = "李敏", "周建华"
PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1440, "height": 900}
_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


def take(into: Path) -> None:
    """Write the three pictures: the room on a phone, the secretary's console, a record."""
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder), "--demo") as server:
        links = {name: link for _, name, link in server.links}
        member, secretary = (_signed_in(links[name]) for name in (MEMBER, SECRETARY))
        meeting = _first(server, secretary, "/", r'href="/meetings/(m[0-9a-f]+)/enter"')
        with _page(server, member, PHONE, scale=2, phone=True) as page:
            page.goto(f"{server.url}/meetings/{meeting}/room")
            page.get_by_role("button", name=w("room.more"), exact=True).first.wait_for()
            _rest(page, into / "room.png")
        with _page(server, secretary, DESKTOP) as page:
            page.goto(f"{server.url}/meetings/{meeting}/room")
            page.get_by_role("button", name=w("room.more"), exact=True).first.click()
            page.get_by_role("dialog").get_by_text(w("room.to_console")).click()
            page.locator(".console__cols").wait_for()
            _rest(page, into / "console.png")
        with _page(server, secretary, DESKTOP) as page:
            page.goto(f"{server.url}/archive")
            page.locator("a.row[href^='/archive/m']").first.click()
            _rest(page, into / "record.png")


def _signed_in(link: str) -> str:
    with httpx.Client(timeout=30) as client:
        token = _TOKEN.search(client.get(link).text)
        assert token is not None
        client.post(link, data={"csrf": token[1]})
        return client.cookies["signin"]


def _first(server: Server, cookie: str, path: str, pattern: str) -> str:
    found = re.search(pattern, httpx.get(server.url + path, cookies={"signin": cookie}, timeout=30).text)
    assert found is not None, f"{pattern} is not on {path}"
    return found[1]


@contextmanager
def _page(server: Server, cookie: str, size: dict[str, int], *, scale: int = 1, phone: bool = False) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *FAKE_DEVICES])
        context = browser.new_context(
            viewport={"width": size["width"], "height": size["height"]},
            device_scale_factor=scale,
            is_mobile=phone,
            has_touch=phone,
            locale="zh-CN",
            reduced_motion="reduce",
            permissions=["microphone", "camera"],
        )
        context.add_cookies([{"name": "signin", "value": cookie, "url": server.url}])
        yield context.new_page()
        browser.close()


def _rest(page: Page, path: Path) -> None:
    """The picture, once nothing loads and every font is there."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready.then(() => undefined)")
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        picture.convert("RGB").quantize(192, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    take(FOLDER)
