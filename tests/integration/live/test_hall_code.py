"""The hall's rotating code: one scan a member, in its window, by the one who scanned it; everything else is refused."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from meeting_server.domain.ids import MeetingId, Millis
from meeting_server.live.clock import steady_clock
from meeting_server.web.meeting.hall_code_pages import FORM_LASTS, WINDOW, code_of, passed_window, window_of
from tests.kit.houses.houses import Browser
from tests.kit.houses.meeting_house import MeetingHouse, meeting_house

SECRET = b"s" * 32
SEEN = re.compile(r'name="seen" value="([^"]+)"')


@dataclass
class Hall:
    """An open meeting, and the clock of its server in the test's hand."""

    house: MeetingHouse
    meeting_id: MeetingId
    now: Millis

    @property
    def path(self) -> str:
        """What the QR code on the screen says now."""
        return f"/h/{self.meeting_id}/{code_of(SECRET, self.meeting_id, self.now // WINDOW)}"

    async def scan(self, browser: Browser, path: str = "") -> str:
        """Open the code's page; what its form carries."""
        page = await browser.get(path or self.path)
        assert page.status_code == 200, page.text
        found = SEEN.search(page.text)
        assert found is not None
        return html.unescape(found[1])

    async def press(self, browser: Browser, seen: str, path: str = "") -> httpx.Response:
        token = await browser.token("/me")
        return await browser.post(path or self.path, data={"csrf": token, "seen": seen}, headers={"accept": "application/json"})

    async def marked(self, who: str) -> bool:
        state = await self.house.registry.state(self.meeting_id)
        assert state is not None
        return state.participants[self.house.pid(who)].marked_present


@pytest_asyncio.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    made: Hall | None = None
    now = steady_clock()() // WINDOW * WINDOW
    async with meeting_house(tmp_path, clock=lambda: made.now if made is not None else now) as house:
        scheduled = await house.scheduled()
        await house.open(scheduled.meeting_id)
        made = Hall(house, scheduled.meeting_id, now)
        yield made


def refused(answer: httpx.Response) -> str:
    assert answer.status_code >= 400
    return str(answer.json()["code"])


async def test_a_member_who_scans_and_presses_is_in_the_hall(hall: Hall) -> None:
    browser = await hall.house.signed_in("member")
    page = await browser.get(hall.path)
    assert "丁文静，您现在在会场吗？" in page.text
    assert not await hall.marked("member")  # looking changes nothing
    answer = await hall.press(browser, await hall.scan(browser))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/h/{hall.meeting_id}")
    assert "丁文静，已签到" in (await browser.get(answer.headers["location"])).text
    assert await hall.marked("member")
    report = await (await hall.house.signed_in("secretary")).get(f"/meetings/{hall.meeting_id}/attendance")
    assert "扫了会场二维码" in report.text


async def test_a_code_is_used_once_by_a_member_and_still_serves_the_others(hall: Hall) -> None:
    first, other = await hall.house.signed_in("member"), await hall.house.signed_in("probationary")
    seen = await hall.scan(first)
    assert (await hall.press(first, seen)).status_code == 303
    assert refused(await hall.press(first, seen)) == "code_used"
    assert (await hall.press(other, await hall.scan(other))).status_code == 303
    hall.now += WINDOW
    assert (await hall.press(first, await hall.scan(first))).status_code == 303  # the next code is another one


async def test_a_code_outlives_its_window_by_one_and_no_longer(hall: Hall) -> None:
    browser, path = await hall.house.signed_in("member"), hall.path
    hall.now += 2 * WINDOW - 1
    await hall.scan(browser, path)
    hall.now += 1
    answer = await browser.get(path, headers={"accept": "application/json"})
    assert refused(answer) == "code_expired"
    assert "请再扫一次" in answer.json()["next"]


async def test_a_form_is_good_for_a_minute(hall: Hall) -> None:
    browser = await hall.house.signed_in("member")
    path, seen = hall.path, await hall.scan(browser)
    hall.now += FORM_LASTS
    assert refused(await hall.press(browser, seen, path)) == "code_expired"
    hall.now -= 1
    assert (await hall.press(browser, seen, path)).status_code == 303


async def test_a_code_forwarded_to_someone_elsewhere_comes_too_late_and_a_form_is_nobody_elses(hall: Hall) -> None:
    there, elsewhere = await hall.house.signed_in("member"), await hall.house.signed_in("probationary")
    path, seen = hall.path, await hall.scan(there)
    hall.now += 2 * WINDOW
    assert refused(await elsewhere.get(path, headers={"accept": "application/json"})) == "code_expired"
    assert refused(await hall.press(elsewhere, seen, path)) == "code_expired"
    assert not await hall.marked("probationary")


@pytest.mark.parametrize("seen", ["", "x", "1.2", "1.2.x", "99999999999.99999999999.", "１.２.x", "a" * 300])
async def test_a_made_up_form_is_refused(hall: Hall, seen: str) -> None:
    answer = await hall.press(await hall.house.signed_in("member"), seen)
    assert refused(answer) in ("code_expired", "bad_form")
    assert not await hall.marked("member")


async def test_a_made_up_code_and_that_of_another_meeting_are_refused(hall: Hall) -> None:
    browser = await hall.house.signed_in("member")
    other = code_of(SECRET, "another", hall.now // WINDOW)
    ahead = code_of(SECRET, hall.meeting_id, hall.now // WINDOW + 1)
    for code in (other, ahead, "AAAAAAAAAAAAAAAAAAAA", "%E4%BC%9A"):
        answer = await browser.get(f"/h/{hall.meeting_id}/{code}", headers={"accept": "application/json"})
        assert refused(answer) == "code_expired", code


async def test_who_is_not_on_the_list_can_not_sign_in_at_the_hall(hall: Hall) -> None:
    for who, code in (("administrator", "not_a_participant"), ("stranger", "not_found")):
        browser = await hall.house.signed_in(who)
        assert refused(await browser.get(hall.path, headers={"accept": "application/json"})) == code
    nobody = hall.house.browser()
    assert (await nobody.get(hall.path)).headers["location"].startswith("/sign-in?next=")


async def test_the_screen_shows_a_fresh_code_every_ten_seconds_to_those_who_run_the_meeting(hall: Hall) -> None:
    chair = await hall.house.signed_in("secretary")
    path = f"/meetings/{hall.meeting_id}/stage/code"
    first, again = (await chair.get(path)).json(), (await chair.get(path)).json()
    assert first == again
    assert first["ends_at"] - first["now"] == WINDOW == 10_000
    assert first["svg"].startswith("<svg")
    assert "style=" not in first["svg"]
    hall.now += WINDOW
    second = (await chair.get(path)).json()
    assert (second["window"], second["svg"] != first["svg"]) == (first["window"] + 1, True)
    for who, status in (("probationary", 403), ("stranger", 404)):
        assert (await (await hall.house.signed_in(who)).get(path, headers={"accept": "application/json"})).status_code == status


def test_codes_follow_from_the_secret_the_meeting_and_the_window() -> None:
    assert len({code_of(s, m, w) for s in (b"a", b"b") for m in ("x", "y") for w in (1, 2)}) == 8
    assert window_of(b"a", "x", code_of(b"a", "x", 7), 7 * WINDOW) == 7
    assert window_of(b"a", "x", code_of(b"a", "x", 7), 9 * WINDOW) is None
    assert window_of(b"a", "x", "会", 7 * WINDOW) is None
    assert passed_window(b"a", "x", "m1", "1.1.x", 2) is None
