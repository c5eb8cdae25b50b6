"""Learning in a real browser: what is heard is counted and nothing else, pictures go with the sound, pages are fit for a phone."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page

from meeting_server.store.learning.progress import Progress
from meeting_server.store.learning.studied import Studied
from tests.integration.learning.test_learning_pages import ask
from tests.kit.browsers.axe import violations
from tests.kit.browsers.page_server import page_server, until, visitor
from tests.kit.houses.learning_house import LearningHouse, learning_house, report

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PHONE, DESK = (360, 740), (1280, 800)


class Studying:
    """Browsers before the pages of learning."""

    def __init__(self, base: str, house: LearningHouse, browser: Browser) -> None:
        self.base, self.house, self.browser = base, house, browser

    async def page(
        self, who: str = "member", size: tuple[int, int] = PHONE, language: str = "zh-CN", theme: str = "light", *, script: bool = True
    ) -> Page:
        there = self.house.archive.there
        member_id = there.people[who].member_id
        return await visitor(self.browser, self.base, there.site, member_id, size=size, language=language, theme=theme, script=script)

    async def heard(self, who: str, studied: Studied) -> Progress | None:
        return await self.house.learning.progress.of(self.house.member_id(who), studied)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def studying(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Studying]:
    async with learning_house(tmp_path_factory.mktemp("learning")) as house:
        there = house.archive.there
        async with page_server(there.app, there.site, tmp_path_factory.mktemp("client")) as (base, browser):
            yield Studying(base, house, browser)


async def test_only_what_was_played_is_counted_and_the_place_is_kept(studying: Studying) -> None:
    house = studying.house
    address = await house.lesson(await house.signed_in("secretary"))
    studied = Studied("lesson", address.rpartition("/")[2])
    page = await studying.page()
    await page.goto(studying.base + address)
    await until(page, "document.getElementById('sound').readyState >= 1")
    await page.evaluate("document.getElementById('sound').play()")
    await until(page, "document.getElementById('sound').currentTime > 1.5")
    async with page.expect_response("**/progress"):
        await page.evaluate("document.getElementById('sound').pause()")
    first = await studying.heard("member", studied)
    assert first is not None
    assert 1_200 <= first.unique <= 5_000
    await page.evaluate("document.getElementById('sound').currentTime = 8")
    await until(page, "!document.getElementById('sound').seeking")
    await page.evaluate("document.getElementById('sound').play()")
    await until(page, "document.getElementById('sound').currentTime > 9")
    async with page.expect_response("**/progress"):
        await page.evaluate("document.getElementById('sound').pause()")
    second = await studying.heard("member", studied)
    assert second is not None
    assert len(second.heard) == 2  # what was leapt over is not in it
    assert second.unique - first.unique < 5_000
    percent = await page.inner_text("#heard")
    assert str(round(second.share * 100)) in percent
    await page.goto(studying.base + address)
    await until(page, "document.getElementById('sound').currentTime > 8")
    assert await page.is_visible("#restart")
    await page.context.close()


async def test_pictures_and_words_go_with_the_sound(studying: Studying) -> None:
    house = studying.house
    address = await house.lesson(await house.signed_in("secretary"))
    page = await studying.page()
    await page.goto(studying.base + address)
    await until(page, "document.getElementById('sound').readyState >= 1 && document.getElementById('pictures').readyState >= 1")
    await page.click(".cue[data-seek='6000']")
    await until(page, "document.getElementById('sound').currentTime > 7")
    await until(
        page,
        "(() => { const p = document.getElementById('pictures');"
        " return Math.abs(p.currentTime - p.dataset.offset / 1000 - document.getElementById('sound').currentTime) < 0.6; })()",
    )
    await until(
        page, "[...document.querySelectorAll('.cue')].some((cue) => cue.matches('.cue--now') && cue.innerText.includes('组织委员'))"
    )
    await page.context.close()


async def test_the_player_of_a_published_meeting_tells_what_was_heard(studying: Studying) -> None:
    house = studying.house
    await house.publish_meeting()
    page = await studying.page("probationary")
    await page.goto(studying.base + house.archive.address)
    await until(page, "document.getElementById('sound').readyState >= 1")
    await page.click("#play")
    await until(page, "document.getElementById('sound').currentTime > 1.2")
    async with page.expect_response("**/progress"):
        await page.click("#play")
    heard = await studying.heard("probationary", Studied("meeting", house.archive.meeting_id))
    assert heard is not None
    assert heard.unique > 500  # of 1.2 s, the first report may miss a little
    await page.context.close()


def listen_to(page: Page, complaints: list[str]) -> None:
    """Errors of the console, among them what the content policy forbade."""

    def said(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    page.on("console", said)


async def pages_of(studying: Studying) -> list[tuple[str, str]]:
    """(name, address) of every page of learning, with something on it."""
    house = studying.house
    await house.forget()
    secretary, member = await house.signed_in("secretary"), await house.signed_in("member")
    lesson, other = await house.lesson(secretary), await house.lesson(secretary, title="预备党员怎样转正", audience="faculty")
    draft = await house.lesson(secretary, title="还没有发布的一段", published=False)
    meeting = await house.publish_meeting()
    await ask(secretary, lesson)
    await house.found_right(secretary, "志愿服务是支部建设", "组织委员登记")
    await secretary.submit(f"{lesson}/questions/propose")
    branch = f"/branches/{house.archive.there.branch.branch_id}"
    fields: dict[str, str | list[str]] = {
        "title": "志愿服务专题",
        "audience": "branch",
        "required": "yes",
        "due": "2099-12-31",
        "summary": "三段短课。",
    }
    made = await secretary.submit(f"{branch}/courses", fields)
    course = made.headers["location"].partition("/edit")[0]
    for address in (lesson, other):
        await secretary.submit(f"{course}/parts", {"do": "add", "part": "lesson/" + address.rpartition("/")[2]})
    await secretary.submit(f"{course}/publish")
    for browser, played in ((member, 11_000), (secretary, 4_000)):
        await report(browser, other, [[0, played]], played)
        await report(browser, lesson, [[0, 5_000]], 5_000)
    for text, shared in (("这里要记住：每年不少于二十小时。", "nobody"), ("讲得清楚。", "readers")):
        await secretary.submit(f"{lesson}/notes", {"text": text, "at": "0:05", "shared_with": shared})
    await member.submit(f"{lesson}/notes", {"text": "组织委员登记，别忘了报。", "at": "0:07", "shared_with": "readers"})
    attempt = (await secretary.submit(f"{lesson}/quiz", {})).headers["location"]
    start, end = house.moment("志愿服务是支部建设")[0], house.moment("组织委员登记")[1]
    return [
        ("learn", "/learn"),
        ("lesson", lesson),
        ("draft", draft),
        ("meeting", meeting),
        ("quiz", f"{lesson}/quiz"),
        ("score", attempt),
        ("questions", f"{lesson}/questions"),
        ("question", f"{lesson}/questions?new=single"),
        ("notes", "/learn/notes"),
        ("lessons", f"{house.archive.address}/lessons?from={start}&to={end}"),
        ("edit", f"{lesson}/edit"),
        ("words", f"{lesson}/lines?line={house.line('组织委员登记').cue_id}"),
        ("course", course),
        ("course_edit", f"{course}/edit"),
        ("courses", f"{branch}/courses"),
        ("branch", f"{branch}/learning"),
    ]


async def test_every_page_of_learning_is_fit_for_a_phone_and_for_everyone(studying: Studying) -> None:
    wrong = []
    pictures = os.environ.get("PICTURES", "")
    addresses = await pages_of(studying)
    for size, language, theme in ((PHONE, "zh-CN", "light"), (DESK, "en", "dark")):
        page = await studying.page("secretary", size, language, theme)
        complaints: list[str] = []
        listen_to(page, complaints)
        for name, address in addresses:
            await page.goto(studying.base + address)
            if pictures:
                await page.screenshot(path=f"{pictures}/{name}-{size[0]}-{language}-{theme}.png", full_page=True)
            wrong += [f"{name} {size[0]}: {found}" for found in await violations(page)]
            wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            wrong += [f"{name} {size[0]}: scrolls sideways by {wide}"] if wide > 1 else []
        wrong += complaints
        await page.context.close()
    assert wrong == []


async def test_a_lesson_is_heard_and_read_without_a_script(studying: Studying) -> None:
    house = studying.house
    address = await house.lesson(await house.signed_in("secretary"))
    page = await studying.page(script=False)
    await page.goto(studying.base + address)
    assert await page.is_visible("audio[controls]")
    assert "800小时" in await page.inner_text("main")
    await page.fill("#note", "没有脚本也能记")
    await page.click("#write button")
    assert "没有脚本也能记" in await page.inner_text("#notes")
    await page.context.close()
