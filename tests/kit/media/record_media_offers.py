"""Record anew what the browsers of this machine offer: python -m tests.kit.media.record_media_offers

Writes `chromium-<version>-simulcast.sdp` and `firefox-<version>-simulcast.sdp` beside the offers the unit tests answer. What pointed
to this machine is exchanged for something made up of the same form. A file of an older version is for you to remove.
"""

from __future__ import annotations

import asyncio
import re
import subprocess

from tests.integration.media.test_media_firefox import blank_page
from tests.kit.browsers.chromium import CHROMIUM
from tests.kit.browsers.firefox import PROGRAM, firefox
from tests.kit.browsers.media_browser import PHONES_SCRIPT, BrowserPhone, BrowserRoom
from tests.kit.paths import OFFERS

OPEN = {"camera": True, "screen": True, "simulcast": True, "sound": 3, "pictures": 4}


def without_traces(sdp: str) -> str:
    """The same offer from nowhere."""
    for pattern, made_up in (
        (r"a=candidate:.*\r?\n", ""),
        (r"a=end-of-candidates\r?\n", ""),
        (r"(?m)^(m=\w+) [1-9]\d+ ", r"\1 9 "),
        (r"(?m)^c=IN IP[46] \S+", "c=IN IP4 0.0.0.0"),
        (r"a=ice-ufrag:\S+", "a=ice-ufrag:Rec0"),
        (r"a=ice-pwd:\S+", "a=ice-pwd:cmVjb3JkZWRhbmRtYWRldXA0"),
        (r"(a=fingerprint:sha-256) \S+", r"\1 " + ":".join(["5A"] * 32)),
    ):
        sdp = re.sub(pattern, made_up, sdp)
    return sdp.replace("\r\n", "\n")


def major(program: str) -> str:
    """The first number a browser says of itself."""
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\d+", told)
    if found is None:
        raise ValueError(f"{program} does not tell its version")
    return found[0]


async def main() -> None:
    async with BrowserRoom() as chromium:
        offer = await chromium.phone("recorded").call("open", **OPEN)
        (OFFERS / f"chromium-{major(CHROMIUM)}-simulcast.sdp").write_text(without_traces(offer))
    async with blank_page() as blank, firefox() as fox:
        page = await fox.page(script=PHONES_SCRIPT)
        await page.goto(blank)
        offer = await BrowserPhone(page, "recorded").call("open", **OPEN)
        (OFFERS / f"firefox-{major(PROGRAM)}-simulcast.sdp").write_text(without_traces(offer))


if __name__ == "__main__":
    asyncio.run(main())
