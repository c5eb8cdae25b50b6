"""WebKit, the engine of every iPhone, reads our pages."""

from __future__ import annotations

import pytest

from tests.kit.browsers.webkit import webkit_page
from tests.kit.servers.demo_house import DemoHouse

pytestmark = pytest.mark.browser

ADVANCES = """
const heading = document.querySelector('h1'), text = document.createTreeWalker(heading, NodeFilter.SHOW_TEXT).nextNode();
const left = at => { const range = document.createRange(); range.setStart(text, at); range.setEnd(text, at + 1); return range.getBoundingClientRect().left; };
const pairs = []; const said = text.data;
for (let i = 0; i + 1 < said.length; i++) if (/^[0-9]{2}$/.test(said.slice(i, i + 2))) pairs.push(Math.round(left(i + 1) - left(i)));
return pairs;
"""


async def test_digits_stand_at_equal_distances_and_do_not_overlap(demo_house: DemoHouse) -> None:
    async with webkit_page() as page:
        await page.sign_in(demo_house.url, demo_house.cookies["李敏"])
        await page.goto(f"{demo_house.url}/meetings/{demo_house.live_meeting}/enter")
        advances = await page.evaluate(ADVANCES)
        assert len(advances) >= 4, "the heading has a year and a month"
        assert max(advances) - min(advances) <= 1, advances
