"""What a secret vote leaves behind outside the server: in a proxy's log, and in the members' own browsers."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from playwright.async_api import expect

from meeting_server.ballots.port import Sealed, paper_id
from meeting_server.domain.ids import MotionId
from tests.kit.browsers.hall import Hall, cast, counted, has_paper, may_cast, receipt_holds, zh
from tests.kit.browsers.phones import Phone
from tests.kit.servers.logging_proxy import Line, LoggingProxy, logging_proxy

pytestmark = [pytest.mark.browser]
LOOK_WITHIN = 30_000
"""Milliseconds within which phones look into the sealed bulletin (`core/ballot/ballots.ts`)."""
KEPT = """
async () => {
  const opened = await new Promise((done) => { const asked = indexedDB.open("ballots"); asked.onsuccess = () => done(asked.result); });
  if (!opened.objectStoreNames.contains("papers")) { opened.close(); return []; }
  const papers = await new Promise((done) => { const all = opened.transaction("papers").objectStore("papers").getAll(); all.onsuccess = () => done(all.result); });
  opened.close();
  return papers.map((paper) => ({ ...paper, private_key: paper.private_key === null ? null : "a key" }));
}
"""
TAB = "() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }])"


async def kept(phone: Phone) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await phone.page.evaluate(KEPT)
    return found


async def until(true: Any) -> None:
    for _ in range(400):
        if true():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("did not become true in time")


def traits(lines: list[Line]) -> list[tuple[object, ...]]:
    """All that a log can hold of requests, but who and when."""
    return [
        (line.request, line.status, line.sent, line.received, tuple(pair for pair in line.headers if pair[0] not in ("host", "origin")))
        for line in lines
    ]


def named_in(text: str, sealed: Sealed) -> list[str]:
    """Words of the sealed ballots that a log line holds, whole or as a beginning of eight digits."""
    words = [
        w for b in sealed.ballots for w in (b.key.hex(), b.key_hash.hex(), b.leaf.hex(), b.prefix.hex(), b.token.hex(), b.signature.hex())
    ]
    return [word for word in words if word[:8] in text or word[-8:] in text]


async def test_a_proxys_log_matches_no_phone_with_a_ballot(hall: Hall) -> None:
    """One after the other votes, alone in the network, each otherwise than the others; one answer is lost, and the ballot sent again."""
    async with logging_proxy(hall.there.port) as proxy:
        choices = {"m1": "for", "m2": "against", "m3": "abstain"}
        phones = {}
        for who in choices:
            phones[who] = await hall.enter(who, await proxy.listen(who), still=True)
        await hall.opened()
        for phone in phones.values():
            await has_paper(phone)
        await hall.voting()
        for phone in phones.values():
            await may_cast(phone)
        proxy.swallow.add("m2")
        for who, choice in choices.items():
            await cast(phones[who], zh(f"vote.choice_{choice}"))
            await counted(phones[who])
        await hall.sealed()
        for phone in phones.values():
            await expect(phone.page.locator(".sheet .slip")).to_have_count(0)  # it has heard that the box is sealed
            await phone.context.clock.fast_forward(LOOK_WITHIN + 1_500)
        await until(lambda: all(leaves_of(proxy, who) for who in choices))
        for phone in phones.values():
            await until_proved(phone)
        await asked_for_nothing_of_their_own(hall, proxy, list(choices))


async def until_proved(phone: Phone) -> None:
    for _ in range(200):
        if [paper["bulletin"] for paper in await kept(phone)] == ["in"]:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the ballot was not proved")


def leaves_of(proxy: LoggingProxy, who: str) -> list[Line]:
    return [line for line in proxy.of(who, "/papers/") if "/leaves" in line.request]


async def asked_for_nothing_of_their_own(hall: Hall, proxy: LoggingProxy, members: list[str]) -> None:
    name = paper_id(hall.there.meeting_id, MotionId(hall.motion_id))
    sealed = await hall.there.site.box.bulletin(name)
    assert sealed is not None
    assert len(sealed.ballots) == len(members)
    log = [line for line in proxy.lines if line.request.split(" ")[1].startswith("/papers/")]
    assert len(log) == 2 * len(members) + 1
    for line in proxy.lines:
        assert named_in(line.text, sealed) == []
    for line in log:
        assert line.header("cookie") == line.header("referer") == line.header("authorization") == "-"
    casts = {who: traits([line for line in proxy.of(who, "/papers/") if line.request.startswith("POST")]) for who in members}
    assert len(casts["m2"]) == 2  # its first answer was lost
    assert len({trait for sent in casts.values() for trait in sent}) == 1
    looks = [trait for who in members for trait in traits(leaves_of(proxy, who))]
    assert len(looks) == len(members)
    assert len(set(looks)) == 1


async def test_a_choice_leaves_the_phone_when_it_is_proved_and_the_receipt_still_holds(hall: Hall) -> None:
    member = await hall.enter("m1")
    await hall.opened()
    await has_paper(member)
    await hall.voting()
    await cast(member, zh("vote.choice_against"))
    await counted(member)
    assert [paper["choices"] for paper in await kept(member)] == [["against"]]
    await hall.sealed()
    await hall.published()
    await receipt_holds(member)
    papers = await kept(member)
    everything = json.dumps(papers) + await member.page.evaluate(TAB)
    assert "against" not in everything
    assert [(paper["choices"], paper["private_key"], paper["token"], paper["key"], paper["bulletin"]) for paper in papers] == [
        (None, None, "", "", "in")
    ]
    await expect(member.page.locator(".receipt")).to_contain_text(zh("vote.choice_gone"))
    await member.page.reload()
    await expect(member.page.locator(".dock")).to_be_visible()
    await member.page.locator(".dock__btn").last.click()
    await member.page.get_by_role("button", name=zh("vote.results")).click()
    await member.page.locator(".sheet .row").first.click()
    await receipt_holds(member)


@pytest.mark.parametrize("honours", [True, False])
async def test_signing_out_leaves_nothing_of_a_secret_vote_in_the_browser(hall: Hall, honours: bool) -> None:
    """``honours``: whether the browser does what ``Clear-Site-Data`` asks for."""
    member = await hall.enter("m1")
    await hall.opened()
    await has_paper(member)
    await hall.voting()
    await cast(member, zh("vote.choice_against"))
    await counted(member)
    page = member.page
    await page.evaluate("sessionStorage.setItem('left', 'against')")
    await page.goto(f"{hall.there.url}/me")
    assert "against" in json.dumps(await kept(member)) + await page.evaluate(TAB)
    if honours:
        await page.evaluate("() => document.querySelector('[data-sign-out]').submit()")  # past the page's own deletion
    else:
        await page.route("**/sign-out", lambda route: route.fulfill(status=303, headers={"location": "/sign-in"}))
        await page.context.clear_cookies()
        await page.get_by_role("button", name=zh("common.sign_out"), exact=True).click()
    await page.wait_for_url("**/sign-in")
    assert "against" not in json.dumps(await kept(member)) + await page.evaluate(TAB)
    assert await kept(member) == []


async def test_signing_out_with_a_ballot_not_yet_cast_asks_first(hall: Hall) -> None:
    member = await hall.enter("m1")
    await hall.opened()
    await has_paper(member)
    await member.page.goto(f"{hall.there.url}/me")
    button = member.page.locator("[data-sign-out] button")
    await button.click()
    await expect(button).to_contain_text(zh("me.sign_out_papers"))
    assert len(await kept(member)) == 1
    await button.click()
    await member.page.wait_for_url("**/sign-in")
    assert await kept(member) == []
