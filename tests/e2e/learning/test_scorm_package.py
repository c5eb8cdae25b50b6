"""The SCORM package inside a real browser and a real run-time (scorm-again): completion, score, time and resuming are reported."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import pytest_asyncio
from av.audio.stream import AudioStream
from playwright.async_api import Frame, Page

from meeting_server.archive.takeaway.scorm import write_scorm
from meeting_server.archive.takeaway.study import Study
from tests.kit.browsers.scorm_platform import launch, learner, leave, scorm_platform, value
from tests.kit.meetings.studies import study, words

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), pytest.mark.night]

SECONDS = 8


def sound(path: Path) -> Path:
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("aac", rate=48_000, layout="mono")
        assert isinstance(stream, AudioStream)
        for number in range(SECONDS * 10):
            samples = 0.1 * np.sin(np.arange(4_800) * 0.05, dtype=np.float32)
            frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="fltp", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = 48_000, number * 4_800, Fraction(1, 48_000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def of_eight_seconds(text_only: bool = False) -> Study:
    whole = study()
    questions = whole.questions
    return replace(
        whole.part(0, SECONDS * 1000, resource_id="m-1", title=whole.title), questions=questions, length=0 if text_only else SECONDS * 1000
    )


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The packages of a resource that is heard and of one that is read."""
    folder = tmp_path_factory.mktemp("platform")
    mix = sound(folder / "mix.m4a")
    packages = {
        name: write_scorm(folder / f"{name}.zip", made, heard, words()).read_bytes()
        for name, made, heard in (("heard", of_eight_seconds(), mix), ("text", of_eight_seconds(text_only=True), None))
    }
    with scorm_platform(folder, packages) as address:
        yield address


@pytest_asyncio.fixture(loop_scope="module")
async def page() -> AsyncIterator[Page]:
    async with learner() as page:
        yield page


async def answer(frame: Frame, *, right: bool) -> None:
    await frame.check("fieldset:nth-of-type(1) input >> nth=" + ("0" if right else "1"))
    for number in (0, 1):
        await frame.check(f"fieldset:nth-of-type(2) input >> nth={number}")
    await frame.fill("fieldset:nth-of-type(3) input", "人民" if right else "大家")
    await frame.click("#form button")


async def test_heard_and_answered_is_reported_as_passed_with_its_score_and_time(page: Page, platform: str) -> None:
    frame = await launch(page, platform, "heard")
    assert await value(page, "core.lesson_status") == "incomplete"
    assert "进度由学习平台保存" in await frame.inner_text("#state")
    await answer(frame, right=False)
    assert await value(page, "core.score.raw") == "33"
    assert "可以再答" in await frame.inner_text("#score")
    await answer(frame, right=True)
    assert await value(page, "core.score.raw") == "100"
    assert await value(page, "core.lesson_status") == "incomplete"  # nothing was heard yet
    await frame.evaluate("const s = document.getElementById('sound'); s.playbackRate = 4; s.play()")
    await page.wait_for_function("window.API.cmi.core.lesson_status === 'passed'")
    await frame.wait_for_selector("#state.done")
    assert json.loads(await value(page, "suspend_data"))["s"] == 100
    assert await page.evaluate("window.API.cmi.interactions.childArray.length") == 6
    told = json.loads(await page.evaluate("JSON.stringify(window.API.cmi.interactions)"))  # write-only through the API
    assert [(told[n]["type"], told[n]["student_response"], told[n]["result"]) for n in "345"] == [
        ("choice", "a", "correct"),
        ("choice", "a,b", "correct"),
        ("fill-in", "人民", "correct"),
    ]
    await leave(page)
    seconds = json.loads(await page.evaluate("JSON.stringify(window.API.cmi.core)"))["session_time"]
    assert seconds.startswith("00:00:")  # the run-time shortens the hours
    assert float(seconds.split(":")[2]) > 0.5
    assert await page.evaluate("window.API.lastErrorCode") in ("0", 0)


async def test_jumping_to_the_end_is_not_hearing(page: Page, platform: str) -> None:
    frame = await launch(page, platform, "heard")
    await answer(frame, right=True)
    await frame.wait_for_function("document.getElementById('sound').readyState >= 1")
    await frame.evaluate("const s = document.getElementById('sound'); s.currentTime = s.duration - 0.6; s.play()")
    await frame.wait_for_function("document.getElementById('sound').ended")
    assert await value(page, "core.lesson_status") == "incomplete"
    assert "已听" in await frame.inner_text("#state")


async def test_who_comes_back_goes_on_where_they_were(page: Page, platform: str) -> None:
    kept = {
        "core": {"lesson_status": "incomplete", "lesson_location": "3"},
        "suspend_data": json.dumps({"p": 3, "w": [[0, 5]], "s": 100, "r": 0}),
    }
    frame = await launch(page, platform, "heard", kept)
    await frame.wait_for_function("document.getElementById('sound').currentTime >= 3")
    assert "已听 62%" in await frame.inner_text("#state")
    await frame.evaluate("const s = document.getElementById('sound'); s.playbackRate = 4; s.currentTime = 4.5; s.play()")
    await page.wait_for_function("window.API.cmi.core.lesson_status === 'passed'")


async def test_a_line_of_the_transcript_is_pressed_to_hear_it(page: Page, platform: str) -> None:
    frame = await launch(page, platform, "heard")
    await frame.wait_for_function("document.getElementById('sound').readyState >= 1")
    await frame.click("#lines button >> nth=1")
    await frame.wait_for_function("document.getElementById('sound').currentTime >= 5")
    await frame.wait_for_selector("#lines button.now >> nth=0")
    assert "李卫东" in await frame.inner_text("#lines button.now")


async def test_a_resource_of_text_is_completed_by_reading_and_answering(page: Page, platform: str) -> None:
    frame = await launch(page, platform, "text")
    await frame.click("#read")
    assert await value(page, "core.lesson_status") == "incomplete"
    await answer(frame, right=True)
    await page.wait_for_function("window.API.cmi.core.lesson_status === 'passed'")


async def test_without_a_platform_the_page_still_works_and_says_so(page: Page, platform: str) -> None:
    await page.goto(f"{platform}/heard/index.html")
    assert "没有连到学习平台" in await page.inner_text("#state")
    await answer(page.main_frame, right=True)
    assert "测验通过" in await page.inner_text("#score")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
