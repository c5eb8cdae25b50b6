"""Every page and every state of the room, loaded anew in every way in which it may be looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from meeting_server.web.site.catalogue import Language
from tests.e2e.site.test_console_axe import looked_through
from tests.kit.browsers.look import Look, inspect, story_names
from tests.kit.browsers.page_matrix import violations_of_pages, violations_of_rooms
from tests.kit.browsers.phones import DESKTOP, PHONE
from tests.kit.browsers.stories import (
    AT_DOUBLE_ZOOM,
    DARK_PHONE,
    DARK_SMALL_BIG,
    SIDEWAYS,
    SMALL_BIG,
    WIDE,
    ZOOMED,
    stories_served,
    story_browser,
)
from tests.kit.browsers.stories import DESKTOP as DESKTOP_STORY
from tests.kit.browsers.stories import PHONE as PHONE_STORY
from tests.kit.servers.demo_house import DemoHouse, demo_house

__all__ = ["demo_house"]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MATRIX: list[Any] = [
    pytest.param(PHONE, "zh-CN", "light", id="phone-zh-light"),
    pytest.param(PHONE, "en", "dark", id="phone-en-dark"),
    pytest.param(DESKTOP, "zh-CN", "dark", id="desktop-zh-dark"),
    pytest.param(DESKTOP, "en", "light", id="desktop-en-light"),
]
BALLOTS = ("vote-", "poll-", "roll-", "recording")
LOOKS: list[Any] = [
    # how; of which stories; contrast in the other theme too; without axe
    pytest.param(PHONE_STORY, ("",), True, False, id="phone"),
    pytest.param(DARK_PHONE, ("",), True, False, id="phone-en-dark"),
    pytest.param(WIDE, ("console-votes", "console-agenda", "console-people", "stage-"), False, False, id="wide-en-dark"),
    pytest.param(SIDEWAYS, ("vote-", "poll-", "roll-", "result-"), False, True, id="sideways"),
    pytest.param(DESKTOP_STORY, ("room-", "people", "vote-c", "result-c", "more", "waiting"), False, False, id="desktop-en"),
    pytest.param(SMALL_BIG, BALLOTS, False, False, id="small-big"),
    pytest.param(DARK_SMALL_BIG, BALLOTS, False, False, id="small-big-en-dark"),
    pytest.param(ZOOMED, AT_DOUBLE_ZOOM, False, False, id="double-zoom"),
]


@pytest.mark.parametrize(("options", "language", "theme"), MATRIX)
async def test_pages_are_accessible_in_every_way(demo_house: DemoHouse, options: dict[str, Any], language: str, theme: str) -> None:
    found = await violations_of_pages(demo_house, options, language, theme)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("options", "language", "theme"), MATRIX)
async def test_rooms_are_accessible_in_every_way(demo_house: DemoHouse, options: dict[str, Any], language: str, theme: str) -> None:
    found = await violations_of_rooms(demo_house, options, language, theme)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("language", "scheme"), [("zh-CN", "light"), ("en", "dark")])
async def test_no_state_of_the_console_has_a_violation_on_a_phone(tmp_path: Path, language: Language, scheme: str) -> None:
    assert await looked_through(tmp_path, language, PHONE, {}, scheme) == []


@pytest.mark.parametrize(("look", "beginnings", "other_theme", "without_axe"), LOOKS)
def test_every_state_is_accessible_when_it_is_opened_so(
    tmp_path: Path, look: Look, beginnings: tuple[str, ...], other_theme: bool, without_axe: bool
) -> None:
    with stories_served(tmp_path) as address, story_browser() as browser:
        names = [name for name in story_names(browser, address) if name.startswith(beginnings)]
        assert inspect(browser, address, names, [look], None, other_theme=other_theme, without_axe=without_axe) == {}
