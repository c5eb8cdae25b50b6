"""What takes long to make is made apart, once for all who ask, and for one request of a person at a time."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from meeting_server.web.site.errors import Refused
from meeting_server.web.site.workshop import MOST_OF_A_PERSON, WorkFailed, Workshop
from tests.kit.houses.houses import Browser
from tests.kit.houses.meeting_house import MeetingHouse, meeting_house
from tests.kit.work.heavy_work import die, fail, spin


@pytest.fixture
async def workshop() -> AsyncIterator[Workshop]:
    made = Workshop()
    yield made
    await made.stop()


async def test_the_loop_goes_on_while_something_is_made(workshop: Workshop) -> None:
    await workshop.make(spin, 0.0)
    began, last, longest = time.monotonic(), time.monotonic(), 0.0
    making = asyncio.create_task(workshop.make(spin, 1.0))
    while not making.done():
        await asyncio.sleep(0.005)
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    assert int(await making) != os.getpid()
    assert longest < (time.monotonic() - began) / 2


async def test_however_many_ask_it_is_made_once_and_kept(workshop: Workshop) -> None:
    await workshop.make(spin, 0.0)
    began = time.monotonic()
    first = await workshop.make(spin, 0.5)
    once = time.monotonic() - began
    began = time.monotonic()
    assert set(await asyncio.gather(*(workshop.make(spin, 0.6) for _ in range(60)))) == {first}
    await asyncio.gather(*(workshop.make(spin, 0.6) for _ in range(60)))
    assert time.monotonic() - began < 10 * once


async def test_what_the_work_raises_is_raised_and_a_process_that_died_is_replaced(workshop: Workshop) -> None:
    with pytest.raises(ValueError, match="no such thing"):
        await workshop.make(fail)
    with pytest.raises(WorkFailed):
        await workshop.make(die)
    assert int(await workshop.make(spin, 0.0)) > 0


async def test_who_asks_for_too_much_at_once_is_told_when_to_come_again(workshop: Workshop) -> None:
    entered = asyncio.Event()

    async def busy() -> None:
        async with workshop.turn("m1"):
            entered.set()
            await asyncio.Event().wait()

    busies = [asyncio.create_task(busy()) for _ in range(MOST_OF_A_PERSON)]
    await entered.wait()
    with pytest.raises(Refused) as refused:
        async with workshop.turn("m1"):
            pass
    assert (str(refused.value.code), refused.value.status) == ("rate_limited", 429)
    assert refused.value.retry_after > 0
    async with workshop.turn("m2"):
        pass
    for task in busies:
        task.cancel()
    await asyncio.gather(*busies, return_exceptions=True)
    async with workshop.turn("m1"):
        pass


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[MeetingHouse]:
    async with meeting_house(tmp_path) as made:
        made.inner.change(workshop=Workshop())
        yield made
        await made.inner.site.workshop.close()


async def test_sixty_downloads_at_once_of_one_person_are_few_and_others_get_theirs(house: MeetingHouse) -> None:
    meeting_id = (await house.scheduled()).meeting_id
    await house.open(meeting_id)
    await house.adjourn(meeting_id)
    greedy, other = await house.signed_in("member"), await house.signed_in("secretary")

    async def fetched(browser: Browser, file: str) -> int:
        return (await browser.get(file, headers={"accept": "application/json"})).status_code

    minutes, attendance = f"/archive/{meeting_id}/minutes.docx", f"/meetings/{meeting_id}/attendance.xlsx"
    sixty = asyncio.gather(*(fetched(greedy, minutes) for _ in range(60)))
    assert await fetched(other, minutes) == 200
    assert await fetched(other, attendance) == 200
    statuses = await sixty
    assert sorted(set(statuses)) == [200, 429]
    assert statuses.count(200) <= MOST_OF_A_PERSON
