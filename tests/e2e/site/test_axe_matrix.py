"""Every page, at both sizes, in both languages and, for each, in both themes: nothing for axe to say, nothing for the content policy to refuse."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

from tests.e2e.conftest import DemoHouse
from tests.kit.browsers.axe import violations_in_both_themes
from tests.kit.browsers.phones import DESKTOP, PHONE, Phone, Phones, phones

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MATRIX: list[Any] = [
    pytest.param(PHONE, "zh-CN", "light", id="phone-zh-light"),
    pytest.param(PHONE, "en", "dark", id="phone-en-dark"),
    pytest.param(DESKTOP, "zh-CN", "dark", id="desktop-zh-dark"),
    pytest.param(DESKTOP, "en", "light", id="desktop-en-light"),
]


def addresses(house: DemoHouse) -> dict[str, list[str]]:
    """Whose eyes, and which pages."""
    branch, live = house.branch, house.live_meeting
    coming = house.first("周建华", "/", r'href="/meetings/(m[0-9a-f]+)"[^>]*>(?:(?!href).)*12')
    past = house.first("顾明远", "/archive", r'href="/archive/(m[0-9a-f]+)')
    person = house.first("周建华", f"/branches/{branch}/people", rf'href="/branches/{branch}/people/(m[\w-]+)"')
    people = f"/branches/{branch}/people"
    return {
        "": ["/sign-in", "/nowhere", "/j/no-such-link"],
        "沈立群": ["/branches", f"/branches/{branch}/settings", f"/branches/{branch}/roles", f"/branches/{branch}/log"],
        "周建华": [
            "/",
            "/me",
            "/me/password",
            f"/branches/{branch}",
            people,
            f"{people}/new",
            f"{people}/{person}",
            f"{people}/import",
            f"{people}/links",
            f"/branches/{branch}/meetings/new",
            f"/branches/{branch}/meetings/new?kind=general",
            f"/meetings/{live}",
            f"/meetings/{live}/invitations",
            f"/meetings/{live}/attendance",
            f"/meetings/{live}/enter",
            f"/meetings/{coming}",
            f"/meetings/{coming}/edit",
            f"/meetings/{coming}/cancel",
            f"/archive/{past}/take",
            f"/archive/{past}/share",
            "/sharing",
            "/feeds",
            "/me/calendar",
            "/me/telling",
        ],
        "李敏": ["/", "/me", f"/meetings/{coming}", f"/meetings/{coming}/leave", "/me/attendance"],
        "顾明远": ["/archive", f"/archive/{past}", f"/archive/{past}/minutes", "/search?q=志愿"],
    }


async def looked_at(phone: Phone, what: str) -> list[str]:
    found = [f"{what}: {line}" for line in await violations_in_both_themes(phone.page)]
    found += [f"{what}: policy: {line}" for line in await phone.violations()]
    return found


async def person(all_phones: Phones, house: DemoHouse, name: str, language: str, theme: str, options: dict[str, Any]) -> Phone:
    phone = await all_phones.phone(name or "nobody", locale=language, **options)
    cookies = {"language": language, "theme": theme, **({"signin": house.cookies[name]} if name else {})}
    await phone.context.add_cookies([{"name": key, "value": value, "url": house.url} for key, value in cookies.items()])
    return phone


@pytest.mark.parametrize(("options", "language", "theme"), MATRIX)
async def test_pages_are_accessible_and_within_the_content_policy(
    demo_house: DemoHouse, options: dict[str, Any], language: str, theme: str
) -> None:
    found: list[str] = []
    async with phones() as all_phones:
        for name, paths in addresses(demo_house).items():
            phone = await person(all_phones, demo_house, name, language, theme, options)
            for path in paths:
                response = await phone.page.goto(demo_house.url + path)
                assert response is not None
                assert response.status < 400 or not name, f"{path}: {response.status}"
                assert await phone.page.locator("html").get_attribute("lang") == language
                found += await looked_at(phone, f"{name} {path}")
            await phone.context.close()
        assert all_phones.faults == []
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("options", "language", "theme"), MATRIX)
async def test_the_room_and_the_console_are_accessible(demo_house: DemoHouse, options: dict[str, Any], language: str, theme: str) -> None:
    found: list[str] = []
    live = demo_house.live_meeting
    async with phones() as all_phones:
        for name, place in (("李敏", "room?as=listen"), ("许嘉宁", "room?as=text"), ("周建华", "room?as=listen"), ("周建华", "stage")):
            phone = await person(all_phones, demo_house, name, language, theme, options)
            await phone.page.goto(f"{demo_house.url}/meetings/{live}/{place}")
            await expect(phone.page.locator("main")).to_be_visible()
            await phone.page.wait_for_load_state("networkidle")
            found += await looked_at(phone, f"{name} {place}")
            await phone.context.close()
        assert all_phones.faults == []
    assert not found, "\n".join(found)


async def test_the_running_meetings_title_is_high_enough_for_a_thumb(demo_house: DemoHouse) -> None:
    async with phones() as all_phones:
        phone = await person(all_phones, demo_house, "李敏", "zh-CN", "light", PHONE)
        await phone.page.goto(demo_house.url)
        box = await phone.page.locator("a.plain").first.bounding_box()
        assert box is not None
        assert box["height"] >= 48
