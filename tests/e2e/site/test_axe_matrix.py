"""Every page on a phone in Chinese and on a desktop in English, each in both themes and then at the other size: nothing for axe to say,
nothing for the content policy to refuse. ``tests/long`` loads every page in all four ways."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import ViewportSize

from tests.kit.browsers.page_matrix import person, violations_of_pages, violations_of_rooms
from tests.kit.browsers.phones import DESKTOP, PHONE, phones
from tests.kit.servers.demo_house import DemoHouse

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.night]

MATRIX: list[Any] = [
    pytest.param(PHONE, "zh-CN", "light", DESKTOP["viewport"], id="phone-zh-light"),
    pytest.param(DESKTOP, "en", "dark", PHONE["viewport"], id="desktop-en-dark"),
]


@pytest.mark.parametrize(("options", "language", "theme", "also"), MATRIX)
async def test_pages_are_accessible_and_within_the_content_policy(
    demo_house: DemoHouse, options: dict[str, Any], language: str, theme: str, also: ViewportSize
) -> None:
    found = await violations_of_pages(demo_house, options, language, theme, also)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("options", "language", "theme", "also"), MATRIX)
async def test_the_room_and_the_console_are_accessible(
    demo_house: DemoHouse, options: dict[str, Any], language: str, theme: str, also: ViewportSize
) -> None:
    found = await violations_of_rooms(demo_house, options, language, theme, also)
    assert not found, "\n".join(found)


async def test_the_running_meetings_title_is_high_enough_for_a_thumb(demo_house: DemoHouse) -> None:
    async with phones() as all_phones:
        phone = await person(all_phones, demo_house, "李敏", "zh-CN", "light", PHONE)
        await phone.page.goto(demo_house.url)
        box = await phone.page.locator("a.plain").first.bounding_box()
        assert box is not None
        assert box["height"] >= 48
