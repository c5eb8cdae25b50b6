"""What a phone keeps of secret votes is named on one's own page and can be deleted there, by its owner alone."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.kit.browsers.hall import Hall, cast, counted, has_paper, looked_at, zh

pytestmark = [pytest.mark.browser]


async def test_papers_on_this_phone_are_named_and_deleted_with_two_presses(hall: Hall) -> None:
    member = await hall.enter("m1")
    await hall.opened()
    await has_paper(member)
    await hall.voting()
    await cast(member, zh("vote.choice_for"))
    await counted(member)
    page = member.page
    await page.goto(f"{hall.there.url}/me")
    kept = page.locator("[data-kept-papers]")
    await expect(kept).to_contain_text(zh("me.kept_counted"))
    await expect(kept.locator("li .row__title")).to_contain_text("支部党员大会")
    assert await looked_at(member, "me-kept-papers", hall.there.folder) == []
    await kept.get_by_role("button", name=zh("me.kept_delete")).click()
    await expect(kept.locator("li")).to_have_count(1)
    await kept.get_by_role("button", name=zh("me.kept_sure")).click()
    await expect(kept).to_be_hidden()
    await page.reload()
    await expect(page.locator("#held")).to_be_visible()
    await expect(kept).to_be_hidden()
    assert (await hall.sealed())["returned"] == 1  # the ballot itself is counted as before
