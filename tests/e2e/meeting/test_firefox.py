"""A member with Firefox: into the room, a word in the chat, a secret ballot and its receipt."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kit.browsers.firefox import firefox
from tests.kit.browsers.hall import voting_hall, zh

pytestmark = [pytest.mark.browser]


async def test_a_member_votes_in_secret_from_firefox_and_the_receipt_holds(tmp_path: Path) -> None:
    async with voting_hall(tmp_path, members=2) as hall, firefox() as browser:
        page = await browser.page()
        await page.goto(f"{hall.there.url}/sign-in")
        await page.evaluate("value => { document.cookie = `signin=${value}; path=/`; }", hall.there.cookies["m1"])
        await page.goto(f"{hall.there.url}/meetings/{hall.there.meeting_id}/room?as=text")
        await page.until(".dock")
        await hall.opened()
        await page.until("body *", zh("vote.paper_here"))
        await hall.voting()
        await page.press(".choice", zh("vote.choice_for"))
        await page.press("button", zh("vote.go_on"))
        await page.press("button", zh("vote.cast"))
        await page.until(".slip--counted", zh("vote.counted"))
        closed = await hall.sealed()
        assert (closed["issued"], closed["returned"]) == (1, 1)
        await hall.published()
        await page.press(".receipt button", zh("vote.check_again"))
        await page.until(".receipt *", zh("vote.in_bulletin"))
        assert browser.faults == []
