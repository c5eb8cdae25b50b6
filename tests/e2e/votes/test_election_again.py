"""Votes held again in real browsers: a tie for the last seat, seats left over, and a vote that came out void."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.kit.browsers.hall import (
    Hall,
    counted,
    has_paper,
    may_cast,
    officers_approved,
    press,
    secretary_console,
    voting_hall,
    voting_in_the_hall,
    zh,
)
from tests.kit.browsers.phones import Phone
from tests.kit.houses.voting_house import SecretPhone, cast, nameless
from tests.kit.phones.bots import Bot

pytestmark = [pytest.mark.browser]

TERMS = {"approval_reference": "校党发〔2026〕12 号"}


async def bots_cast(hall: Hall, motion_id: str, bots: dict[str, Bot], marks: dict[str, tuple[str, ...]]) -> None:
    """Everyone without a screen collects and, once voting is open, casts what ``marks`` says."""
    address = f"ws://127.0.0.1:{hall.there.port}/ws/{hall.there.meeting_id}"
    phones = {who: SecretPhone(address, bot, hall.there.meeting_id) for who, bot in bots.items()}
    voters = {who: await phone.collect(motion_id) for who, phone in phones.items()}
    await hall.ask("CloseCollecting", motion_id=motion_id)
    await hall.secretary.event("CollectingClosed", motion_id=motion_id)
    async with nameless(hall.there.url) as client:
        async with asyncio.timeout(20):
            for who, voter in voters.items():
                answer = await cast(client, voter, *marks[who])
                while answer.status_code != 200:  # the box hears of it a moment after the meeting
                    await asyncio.sleep(0.05)
                    answer = await cast(client, voter, *marks[who])


async def marked(phone: Phone, marks: dict[str, str]) -> None:
    await may_cast(phone)
    for name, mark in marks.items():
        await phone.page.locator(".cand", has_text=name).locator(f"input[value={mark}]").check(force=True)
    await press(phone, "vote.go_on")
    await press(phone, "vote.cast")
    await counted(phone)


async def test_a_tie_for_the_last_seat_is_voted_on_again_among_the_tied(tmp_path: Path) -> None:
    async with voting_hall(tmp_path, members=7) as hall:
        await officers_approved(hall, "m2", "m3")
        bots = {f"m{n}": await hall.there.enter(f"m{n}") for n in range(2, 8)}
        console, member = await secretary_console(hall), await hall.enter("m1")
        candidates = [{"candidate_id": "", "name": name, "reason": "组织关系正在转入"} for name in ("丁文静", "王志远", "刘海涛")]
        await hall.opened(
            title="选举支部委员会委员", force="election", preset_id="election", candidates=candidates, terms={"seats": 2, **TERMS}
        )
        for phone in (console, member):
            await has_paper(phone)
        # six for the first, five for each of the others: eight may vote, five are needed, two seats
        both = {"12": ("c1:for", "c2:for"), "13": ("c1:for", "c3:for"), "23": ("c2:for", "c3:for")}
        await bots_cast(
            hall,
            hall.motion_id,
            bots,
            {"m2": both["12"], "m3": both["12"], "m4": both["13"], "m5": both["13"], "m6": both["23"], "m7": both["23"]},
        )
        await marked(console, {"丁文静": "for", "王志远": "for"})
        await marked(member, {"丁文静": "for", "刘海涛": "for"})
        data = await hall.sealed()
        assert (data["verdict"]["reason"], data["verdict"]["elected"], data["verdict"]["tied"]) == ("tied", ["c1"], ["c2", "c3"])

        await press(console, "console.look_and_publish")
        await press(console, "console.publish")
        sheet = member.page.locator(".sheet")
        await expect(sheet).to_contain_text(zh("vote.word_tied"))
        await expect(sheet.locator(".result", has_text="丁文静")).to_contain_text(zh("vote.elected"))
        await expect(sheet.locator(".result", has_text=zh("vote.tied"))).to_have_count(2)
        await expect(sheet.locator("tbody tr", has_text="丁文静").locator("td").first).to_have_text("6")

        await press(console, "vote.back_to_room", inside=".sheet__foot")
        await press(console, "console.revote")
        await expect(console.page.locator(".sheet")).to_contain_text("王志远、刘海涛")
        await press(console, "console.revote_draft")
        again = await hall.secretary.event("MotionDrafted", revote_of=hall.motion_id)
        assert ([c["name"] for c in again["data"]["candidates"]], again["data"]["terms"]["seats"]) == (["王志远", "刘海涛"], 1)
        hall.motion_id = again["data"]["motion_id"]
        await press(member, "vote.back_to_room")
        card = console.page.locator(".card", has_text=zh("console.phase_drafted"))
        await card.get_by_role("button", name=zh("console.open_vote")).click()
        await console.page.locator("input[name=collect][value='0']").check(force=True)
        await press(console, "console.open_vote", inside=".sheet__foot")
        for phone in (console, member):
            await has_paper(phone)
        await bots_cast(hall, hall.motion_id, bots, {who: (("c1:for",) if n < 4 else ("c2:for",)) for n, who in enumerate(bots)})
        await marked(console, {"王志远": "for"})
        await marked(member, {"刘海涛": "for"})
        data = await hall.sealed()
        assert (data["verdict"]["reason"], data["verdict"]["elected"]) == ("elected", ["c1"])
        await hall.published()
        await expect(member.page.locator(".verdict--carried")).to_contain_text(zh("vote.word_elected"))
        await expect(member.page.locator(".result", has_text="王志远")).to_contain_text(zh("vote.elected"))
        for bot in bots.values():
            await bot.close()


async def test_a_void_vote_is_put_to_the_meeting_again(hall: Hall) -> None:
    await officers_approved(hall, "m2", "m3")
    console, member = await secretary_console(hall), await hall.enter("m1")
    await hall.opened()
    await has_paper(member)
    await has_paper(console)
    await press(console, "vote.look_at_room")
    await voting_in_the_hall(hall, "m2", "m3")  # three ballots on paper came back of two handed out
    await hall.ask(
        "EnterPaperCount",
        motion_id=hall.motion_id,
        issued=2,
        returned=3,
        void=0,
        counts=[["for", 3], ["against", 0], ["abstain", 0]],
        scrutineer=hall.there.people["m2"],
        teller=hall.there.people["m3"],
    )
    for who in ("m2", "m3"):
        async with await hall.there.enter(who) as officer:
            assert (await officer.command("SignPaperCount", motion_id=hall.motion_id))["type"] == "ack"
    await hall.voting()
    await press(console, "vote.look_at_room")
    assert (await hall.sealed())["verdict"]["reason"] == "more_than_issued"
    await press(console, "vote.back_to_room")  # told that they did not vote
    await press(console, "console.look_and_publish")
    await expect(console.page.locator(".verdict")).to_contain_text(zh("vote.invalid"))
    await press(console, "console.revote")
    await press(console, "console.revote_draft")
    again = await hall.secretary.event("MotionDrafted", revote_of=hall.motion_id)
    assert again["data"]["method"] == "secret"
    await expect(console.page.locator(".card", has_text=zh("console.phase_drafted"))).to_contain_text("接收林晓雨同志为中共预备党员")


async def test_a_motion_withdrawn_while_it_is_voted_on_is_said_to_be_so(hall: Hall) -> None:
    console, member = await secretary_console(hall), await hall.enter("m1")
    await hall.opened()
    await has_paper(member)
    await has_paper(console)
    await press(console, "vote.look_at_room")
    await console.page.locator(".card--now").get_by_role("button", name=zh("console.withdraw")).click()
    await console.page.locator("#withdraw-reason").fill("文稿有改动")
    await press(console, "console.withdraw", inside=".sheet__foot")
    await expect(member.page.locator(".banner", has_text="文稿有改动")).to_be_visible()
    await expect(member.page.locator(".sheet")).to_have_count(0)
    await expect(console.page.get_by_text(zh("console.withdrawn"), exact=True)).to_be_visible()
