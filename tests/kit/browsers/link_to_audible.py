"""A first visit to a running meeting, timed: slow 4G, a slow phone, an empty cache."""

from __future__ import annotations

import time

from tests.kit.browsers.pages import Room, w
from tests.kit.browsers.phones import Phones
from tests.kit.servers.demo_house import DemoHouse

SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8, "connectionType": "cellular4g"}
AUDIBLE = "async () => { for (const pc of window.__pcs) for (const r of (await pc.getStats()).values()) if (r.type === 'inbound-rtp' && r.kind === 'audio' && r.totalAudioEnergy > 0.001) return true; return false; }"


async def someone_speaks(all_phones: Phones, house: DemoHouse) -> None:
    """The secretary is in the demo's running meeting with an open microphone."""
    speaker = await all_phones.phone("周建华")
    await speaker.context.add_cookies([{"name": "signin", "value": house.cookies["周建华"], "url": house.url}])
    room = Room(speaker)
    await speaker.page.goto(f"{house.url}/meetings/{house.live_meeting}/room?as=audio")
    await room.is_open()
    await room.open_microphone()


async def visit(all_phones: Phones, house: DemoHouse, name: str) -> float:
    """Seconds from opening the link to sound, with one tap. Raises TimeoutError of Playwright when nothing is heard."""
    phone = await all_phones.phone(name)
    await phone.context.add_cookies([{"name": "signin", "value": house.cookies[name], "url": house.url}])
    session = await phone.context.new_cdp_session(phone.page)
    await session.send("Network.enable")
    await session.send("Network.emulateNetworkConditions", SLOW_4G)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    began = time.monotonic()
    await phone.page.goto(f"{house.url}/meetings/{house.live_meeting}/enter")
    await phone.page.get_by_text(w("join.listen")).first.click()
    await phone.page.wait_for_function(AUDIBLE, timeout=60_000, polling=100)
    took = time.monotonic() - began
    await phone.context.close()
    return took
