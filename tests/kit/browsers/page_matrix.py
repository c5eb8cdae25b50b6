"""Every page of the demo branch, looked at by axe as somebody sees it."""

from __future__ import annotations

from typing import Any

from playwright.async_api import ViewportSize, expect

from tests.kit.browsers.axe import violations_at, violations_in_both_themes
from tests.kit.browsers.phones import Phone, Phones, phones
from tests.kit.servers.demo_house import DemoHouse


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


async def looked_at(phone: Phone, what: str, also: ViewportSize | None) -> list[str]:
    """``also``: another size to which the page is brought then."""
    found = [f"{what}: {line}" for line in await violations_in_both_themes(phone.page)]
    if also is not None:
        found += [f"{what}, {also['width']} wide: {line}" for line in await violations_at(phone.page, also)]
    found += [f"{what}: policy: {line}" for line in await phone.violations()]
    return found


async def person(all_phones: Phones, house: DemoHouse, name: str, language: str, theme: str, options: dict[str, Any]) -> Phone:
    phone = await all_phones.phone(name or "nobody", locale=language, **options)
    cookies = {"language": language, "theme": theme, **({"signin": house.cookies[name]} if name else {})}
    await phone.context.add_cookies([{"name": key, "value": value, "url": house.url} for key, value in cookies.items()])
    return phone


async def violations_of_pages(
    house: DemoHouse, options: dict[str, Any], language: str, theme: str, also: ViewportSize | None = None
) -> list[str]:
    """Of every page with a plain address."""
    found: list[str] = []
    async with phones() as all_phones:
        for name, paths in addresses(house).items():
            phone = await person(all_phones, house, name, language, theme, options)
            for path in paths:
                response = await phone.page.goto(house.url + path)
                assert response is not None
                assert response.status < 400 or not name, f"{path}: {response.status}"
                assert await phone.page.locator("html").get_attribute("lang") == language
                found += await looked_at(phone, f"{name} {path}", also)
            await phone.context.close()
        assert all_phones.faults == []
    return found


async def violations_of_rooms(
    house: DemoHouse, options: dict[str, Any], language: str, theme: str, also: ViewportSize | None = None
) -> list[str]:
    """Of the live room, the console and the hall's screen."""
    found: list[str] = []
    live = house.live_meeting
    async with phones() as all_phones:
        for name, place in (("李敏", "room?as=listen"), ("许嘉宁", "room?as=text"), ("周建华", "room?as=listen"), ("周建华", "stage")):
            phone = await person(all_phones, house, name, language, theme, options)
            await phone.page.goto(f"{house.url}/meetings/{live}/{place}")
            await expect(phone.page.locator("main")).to_be_visible()
            await phone.page.wait_for_load_state("networkidle")
            found += await looked_at(phone, f"{name} {place}", also)
            await phone.context.close()
        assert all_phones.faults == []
    return found
