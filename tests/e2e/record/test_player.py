"""The archive's pages in a real browser: the record is heard, seen and searched; nothing violates the content policy or axe."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from meeting_server.archive.record.cues import Change
from meeting_server.archive.record.mix import Source, mix
from tests.kit.browsers.page_server import page_server, until, visitor
from tests.kit.houses.archive_house import ArchiveHouse, archive_house
from tests.kit.paths import AXE

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

SIZES = ((360, 740), (1280, 800))

SAID = [("zhou-audio-1.webm", 2.0 * number, 2.0 * number + 1.5, f"第{number + 1}句，大家讨论年度工作总结的内容") for number in range(20)]
"""More than fits beside the player, so that it has to follow."""


class Reading:
    """A reader's browser before the archive, and everything it complained about."""

    def __init__(self, base: str, archive: ArchiveHouse, browser: Browser) -> None:
        self.base, self.archive, self.browser = base, archive, browser

    async def page(self, language: str = "zh-CN", theme: str = "light", size: tuple[int, int] = SIZES[0], script: bool = True) -> Page:
        there = self.archive.there
        member_id = there.people["secretary"].member_id
        return await visitor(self.browser, self.base, there.site, member_id, size=size, language=language, theme=theme, script=script)

    async def player(self, page: Page, query: str = "") -> None:
        await page.goto(f"{self.base}{self.archive.address}{query}")
        await until(page, "document.getElementById('sound').readyState >= 1")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reading(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Reading]:
    async with archive_house(
        tmp_path_factory.mktemp("player"), said=SAID, put_right={"zhou-audio-1.2000": (Change(12, "总节", "总结"),)}
    ) as archive:
        there = archive.there
        await archive.with_the_document()
        async with page_server(there.app, there.site, tmp_path_factory.mktemp("client")) as (base, browser):
            yield Reading(base, archive, browser)


async def seconds(page: Page) -> float:
    found: float = await page.evaluate("document.getElementById('sound').currentTime")
    return found


async def test_the_page_of_the_moment_is_shown_and_a_thumbnail_leads_to_it(reading: Reading) -> None:
    page = await reading.page()
    await reading.player(page, "?t=0:14")
    shown = page.locator("#page")
    await expect(shown).to_be_visible()
    await expect(shown).to_have_attribute("src", re.compile("/documents/d1/pages/1/large$"))
    await until(page, "document.getElementById('page').naturalWidth === 1440")
    await expect(page.locator("#card")).to_be_hidden()
    await page.locator('.tabs > a[href="#files"]').click()
    leaves = page.locator(".leaf")
    await expect(leaves).to_have_count(5)
    await leaves.nth(1).click()
    await expect(shown).to_have_attribute("src", re.compile("/documents/d1/pages/2/large$"))
    await expect(leaves.nth(1)).to_have_class(re.compile("leaf--now"))
    assert await seconds(page) >= 17.9
    await page.evaluate("document.getElementById('sound').pause(); document.getElementById('sound').currentTime = 2")
    await expect(shown).to_be_hidden()
    await page.context.close()


async def test_without_a_script_the_transcript_lists_the_pages_with_their_times(reading: Reading) -> None:
    page = await reading.page(script=False)
    await page.goto(f"{reading.base}{reading.archive.address}/transcript")
    lines = page.locator(".transcript__line", has_text="年度工作总结")
    first = lines.filter(has_text="第 1 页").first
    await expect(first.locator("a").first).to_have_attribute("href", re.compile(r"\?t=0:13$"))
    await expect(first.locator("a").last).to_have_attribute("href", re.compile("/documents/d1/pages/1/large$"))
    await page.context.close()


async def test_the_record_plays_and_its_sound_is_heard(reading: Reading) -> None:
    page = await reading.page()
    await reading.player(page)
    await page.evaluate(
        """() => {
          const audio = new AudioContext(), sound = document.getElementById("sound");
          const meter = audio.createAnalyser();
          audio.createMediaElementSource(sound).connect(meter).connect(audio.destination);
          window.loudness = () => { const s = new Float32Array(meter.fftSize); meter.getFloatTimeDomainData(s); return Math.max(...s); };
        }"""
    )
    await page.click("#play")
    await until(page, "document.getElementById('sound').currentTime > 1 && window.loudness() > 0.05")
    assert await page.get_attribute("#play", "aria-label") == "暂停"
    await page.click("#play")
    await page.context.close()


async def test_chapters_lanes_and_links_lead_to_their_moment(reading: Reading) -> None:
    page = await reading.page(size=SIZES[1])
    await reading.player(page, "?t=0:30")
    await until(page, "Math.abs(document.getElementById('sound').currentTime - 30) < 0.1")
    await page.click("#back15")
    assert await seconds(page) == pytest.approx(15, abs=0.1)
    box = await page.locator(".player__extra [data-voice]").first.bounding_box()
    assert box is not None
    await page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert await seconds(page) == pytest.approx(30, abs=1)
    await page.click(".tabs a[href='#chapters']")
    await page.click("#chapters a[data-seek]")
    await until(page, "document.getElementById('sound').currentTime < 5")
    assert "t=0:00" in page.url
    await until(page, "document.querySelectorAll('#chapters .row--now').length === 1")
    await page.context.close()


async def test_the_picture_of_the_moment_is_shown_in_step_with_the_sound(reading: Reading) -> None:
    page = await reading.page(size=SIZES[1])
    await reading.player(page, "?t=0:05")
    await until(page, "Math.abs(document.getElementById('sound').currentTime - 5) < 0.1")  # the page's own way there is over
    assert await page.locator(".player__video:visible").count() == 0
    # a page that was shown then stands before the camera; for who may not see its picture there is none
    await page.evaluate("for (const leaf of document.querySelectorAll('[data-picture]')) delete leaf.dataset.picture")
    await page.evaluate("document.getElementById('sound').currentTime = 30")
    await until(page, "document.querySelector('.player__video:not([hidden])')?.readyState >= 2")
    await page.click("#play")
    await until(
        page,
        """() => {
          const video = document.querySelector(".player__video:not([hidden])"), sound = document.getElementById("sound");
          return sound.currentTime > 31 && !video.paused && Math.abs(sound.currentTime - 20 - video.currentTime) < 0.5;
        }""",
    )
    assert await page.locator("#who").inner_text() == "李敏"
    await page.context.close()


async def test_words_are_found_in_the_record_and_marked_on_the_scrubber(reading: Reading) -> None:
    page = await reading.page()
    await reading.player(page)
    await page.fill("#fq", "退休")
    assert await page.inner_text("#found") == "2"
    assert await page.locator("#record mark").all_inner_texts() == ["退休", "退休"]
    await page.fill("#fq", "点名")
    assert await page.locator("#hits .hit").count() == 1
    await page.context.close()


async def test_a_word_that_was_put_right_tells_what_was_heard_also_after_words_were_looked_for(reading: Reading) -> None:
    page = await reading.page()
    await reading.player(page)
    word = page.locator("#record .put-right")
    assert await word.all_inner_texts() == ["总结"]
    await page.fill("#fq", "讨论年度工作总结")
    await expect(page.locator("#record mark")).to_have_count(len(SAID))
    await page.fill("#fq", "")
    await word.hover()
    assert "总节" in await word.evaluate("word => getComputedStyle(word, '::after').content")
    await page.context.close()


async def test_without_scripts_the_record_is_readable_and_playable(reading: Reading) -> None:
    page = await reading.page(script=False)
    await page.goto(f"{reading.base}{reading.archive.address}?t=0:12")
    assert await page.get_attribute("#sound", "controls") is not None
    assert (await page.get_attribute("#sound", "src") or "").endswith("#t=12.0")
    for panel in ("record", "chapters", "votes", "files"):
        assert await page.locator(f"#{panel}").is_visible()
    await page.context.close()


@pytest.mark.parametrize(
    ("language", "theme", "size"),
    [
        pytest.param("zh-CN", "light", SIZES[0], id="zh-CN-light-360"),
        pytest.param("en", "dark", SIZES[1], id="en-dark-1280"),
        pytest.param("zh-CN", "light", SIZES[1], id="zh-CN-light-1280", marks=pytest.mark.night),
        pytest.param("en", "dark", SIZES[0], id="en-dark-360", marks=pytest.mark.night),
    ],
)
async def test_pages_have_no_axe_or_content_policy_violation(reading: Reading, size: tuple[int, int], language: str, theme: str) -> None:
    page = await reading.page(language, theme, size)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    address = reading.archive.address
    found: dict[str, Any] = {}
    kept = [f"{address}/{page}" for page in ("minutes", "transcript?q=总结", "record", "record/transcript", "record/decided", "access")]
    kept += [f"{address}/record/cues/zhou-audio-1.2000", f"{address}/record/redact?cue=zhou-audio-1.2000"]
    for path in ("/archive", address, f"{address}#files", *kept, "/search?q=总结&vote=yes"):
        await page.goto("about:blank")
        await page.goto(reading.base + path)
        if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found[f"{path} sideways"] = True
        await page.evaluate(AXE.read_text())
        violations = await page.evaluate(
            "async () => (await axe.run()).violations.map(v => [v.id, v.nodes.map(n => n.target.join(' ') + ': ' + n.failureSummary)])"
        )
        if violations:
            found[path] = violations
    assert found == {}
    assert complaints == []
    await page.context.close()


async def test_the_beginning_plays_at_once_and_goes_on_with_the_whole_when_that_is_there(reading: Reading) -> None:
    folder = reading.archive.folder
    whole = (folder / "mix.m4a").rename(folder / "elsewhere.m4a")
    mix([Source(folder / "zhou-audio-1.webm", 0)], folder / "opening.m4a")
    page = await reading.page()
    try:
        await reading.player(page)
        assert await page.is_visible("#opening")
        short = await page.evaluate("document.getElementById('sound').duration")
        assert short < 37
        await page.evaluate("document.getElementById('sound').play()")
        await until(page, "document.getElementById('sound').currentTime > 0.3")
        heard = await page.evaluate("document.getElementById('sound').currentTime")
        whole.rename(folder / "mix.m4a")
        await until(page, "document.getElementById('sound').src.endsWith('/mix.m4a')")
        await until(page, f"document.getElementById('sound').currentTime >= {heard}")
        await until(page, "!document.getElementById('sound').paused")
        assert await page.evaluate("document.getElementById('sound').duration") > short
        assert await page.query_selector("#opening") is None
    finally:
        if whole.exists():
            whole.rename(folder / "mix.m4a")
        (folder / "opening.m4a").unlink()
        await page.context.close()


IN_SIGHT = """(() => { const line = document.querySelector(".cue--now"), side = document.getElementById("side");
  if (!line) return false; const [a, b] = [line.getBoundingClientRect(), side.getBoundingClientRect()];
  return a.top >= b.top - 1 && a.bottom <= b.bottom + 1; })()"""


@pytest.mark.parametrize("size", SIZES)
async def test_the_sentence_of_the_moment_is_lit_and_followed_until_the_reader_scrolls(reading: Reading, size: tuple[int, int]) -> None:
    page = await reading.page(size=size)
    await page.emulate_media(reduced_motion="reduce")  # a smooth scroll on its way ends wherever it was going, after the wheel was turned
    await reading.player(page, "?t=0:34")
    lit = "document.querySelector('.cue--now .cue__text')?.textContent ?? ''"
    await until(page, f"({lit}).includes('第18句')")
    await until(page, IN_SIGHT)
    await page.evaluate("document.getElementById('sound').currentTime = 12.5")
    await until(page, f"{lit}.includes('第7句')")
    await until(page, IN_SIGHT)
    box = await page.locator("#side").bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 20, box["y"] + 20)
    async with asyncio.timeout(20):
        while await page.evaluate(f"document.getElementById('follow').hidden || {IN_SIGHT}"):
            await page.mouse.wheel(0, 2000)
            await page.wait_for_timeout(50)
    await page.evaluate("document.getElementById('sound').currentTime = 2.5")
    await until(page, f"{lit}.includes('第2句')")
    assert not await page.evaluate(IN_SIGHT)  # left to the reader
    await page.click("#follow")
    await until(page, IN_SIGHT)
    assert await page.evaluate("document.getElementById('follow').hidden")
    await page.context.close()


async def test_a_sentence_is_gone_to_by_a_click_and_by_the_keyboard_and_its_link_is_copied(reading: Reading) -> None:
    page = await reading.page(size=SIZES[1])
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await reading.player(page)
    await page.click("text=第5句")
    await until(page, "document.getElementById('sound').currentTime >= 8")
    assert page.url.endswith("?t=0:08")
    # it plays on, how far depends on the machine
    await page.evaluate("const s = document.getElementById('sound'); s.pause(); s.currentTime = 8.2; document.activeElement.blur()")
    await page.keyboard.press("ArrowDown")
    await until(page, "Math.abs(document.getElementById('sound').currentTime - 10) < 0.05")
    await page.keyboard.press("ArrowUp")
    await until(page, "Math.abs(document.getElementById('sound').currentTime - 8) < 0.05")
    await page.keyboard.press(">")
    assert await page.evaluate("document.getElementById('sound').playbackRate") == 1.25
    await page.keyboard.press("c")
    await until(page, "navigator.clipboard.readText().then((text) => text.endsWith('?t=0:08'))")
    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press("?")
    await until(page, "document.getElementById('keys').open")
    await page.context.close()
