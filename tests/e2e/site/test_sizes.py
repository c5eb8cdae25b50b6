"""What a phone must fetch stays small: the room, and the page behind a link."""

from __future__ import annotations

import gzip
import json
import re

import pytest

from meeting_server.app import client_folder
from tests.kit.browsers.phones import phones
from tests.kit.servers.demo_house import DemoHouse

pytestmark = pytest.mark.browser

ROOM_LIMIT = 80 * 1024
JOIN_LIMIT = 25 * 1024
JOIN_REQUESTS = 6


def packed(name: str) -> int:
    return len(gzip.compress((client_folder() / name).read_bytes(), 9))


def test_the_room_of_a_member_is_small() -> None:
    """Script, styles and one language; the console is fetched only by those who run the meeting."""
    manifest = json.loads((client_folder() / "manifest.json").read_text())
    room = next(chunk for chunk in manifest.values() if chunk.get("isEntry") and chunk["name"] == "room")
    files: set[str] = set()

    def collect(chunk: dict[str, object]) -> None:
        files.add(str(chunk["file"]))
        files.update(str(style) for style in chunk.get("css", []))  # type: ignore[attr-defined]  # lists of names
        for name in chunk.get("imports", []):  # type: ignore[attr-defined]  # lists of names
            collect(manifest[name])

    collect(room)
    languages = [chunk["file"] for key, chunk in manifest.items() if re.search(r"locale/room/", key)]
    assert languages, "the catalogue of the room was not found"
    total = sum(packed(name) for name in files) + max(packed(name) for name in languages)
    assert total <= ROOM_LIMIT, f"{total / 1024:.1f} KiB: {sorted(files)}"


async def test_the_join_page_is_small(demo_house: DemoHouse) -> None:
    async with phones() as all_phones:
        phone = await all_phones.phone("李敏")
        await phone.context.add_cookies([{"name": "signin", "value": demo_house.cookies["李敏"], "url": demo_house.url}])
        session = await phone.context.new_cdp_session(phone.page)
        await session.send("Network.enable")
        received: dict[str, float] = {}
        session.on("Network.loadingFinished", lambda event: received.update({event["requestId"]: event["encodedDataLength"]}))
        await phone.page.goto(f"{demo_house.url}/meetings/{demo_house.live_meeting}/enter", wait_until="networkidle")
        assert len(received) <= JOIN_REQUESTS
        assert sum(received.values()) <= JOIN_LIMIT, f"{sum(received.values()) / 1024:.1f} KiB in {len(received)} requests"
