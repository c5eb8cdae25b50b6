"""What the secretary does by hand and everyone sees at once: batches, polls that draw themselves, an appraisal's sheets, amendments."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.kit.browsers.hall import Hall, cast, counted, has_paper, may_cast, press, secretary_console, voting_hall, zh
from tests.kit.browsers.phones import Phone
from tests.kit.phones.bots import Bot

pytestmark = [pytest.mark.browser]

THREE = ("通过工作总结", "通过工作计划", "同意请假")


async def drafted(hall: Hall, *titles: str, **fields: object) -> list[str]:
    ids = []
    for title in titles:
        ack = await hall.ask("DraftMotion", title=title, **fields)
        await hall.secretary.reached(ack["seq"])
        ids.append(next(r["data"]["motion_id"] for r in hall.secretary.records if r["seq"] == ack["seq"]))
    return ids


async def stage(hall: Hall) -> Phone:
    phone = await hall.browsers.phone(
        "stage", viewport={"width": 1280, "height": 720}, is_mobile=False, has_touch=False, device_scale_factor=1
    )
    await phone.context.add_cookies([{"name": "signin", "value": hall.there.cookies["secretary"], "url": hall.there.url}])
    await phone.page.goto(f"{hall.there.url}/meetings/{hall.there.meeting_id}/stage")
    await expect(phone.page.locator(".hall__main")).to_be_visible()
    return phone


async def answered(bots: dict[str, Bot], motion_id: str, answers: dict[str, list[str]]) -> None:
    for who, choices in answers.items():
        assert (await bots[who].command("CastBallot", motion_id=motion_id, choices=choices))["type"] == "ack"


async def test_a_batch_is_opened_in_the_console_and_voted_on_one_after_another(hall: Hall) -> None:
    ids = await drafted(hall, *THREE)
    console, member, screen = await secretary_console(hall), await hall.enter("m1"), await stage(hall)
    await console.page.get_by_role("button", name=zh("console.batch", n=3)).click()
    await console.page.locator(".check-row", has_text=THREE[2]).locator("input").uncheck()
    await expect(console.page.get_by_role("button", name=zh("console.open_n", n=2))).to_be_visible()
    await console.page.locator(".check-row", has_text=THREE[2]).locator("input").check()
    await console.page.get_by_role("button", name=zh("console.open_n", n=3)).click()
    opened = [await hall.secretary.event("MotionOpened", motion_id=motion_id) for motion_id in ids]
    assert len({record["at"] for record in opened}) == 1

    page = member.page
    await expect(page.locator(".sheet__title")).to_have_text(THREE[0])
    await expect(page.locator(".sheet__head")).to_contain_text("1 / 3")
    await expect(screen.page.locator(".hall__batch > li")).to_have_count(3)
    await cast(member, zh("vote.choice_for"))
    await counted(member)
    await press(member, "vote.next_paper")
    await expect(page.locator(".sheet__title")).to_have_text(THREE[1])
    # to the room: nothing stands in front, and the list leads to what is left
    await press(member, "vote.look_at_room")
    await expect(page.locator(".sheet")).to_have_count(0)
    await expect(page.locator(".banners")).to_contain_text(zh("vote.strip_some_left", of=3, n=2))
    await press(member, "vote.see_list")
    await expect(page.locator(".sheet .row", has_text=THREE[0])).to_contain_text(zh("vote.state_counted"))
    await page.locator(".sheet .row", has_text=THREE[2]).click()
    await expect(page.locator(".sheet__title")).to_have_text(THREE[2])
    await cast(member, zh("vote.choice_abstain"))
    await counted(member)
    await press(member, "vote.next_paper")
    await expect(page.locator(".sheet__title")).to_have_text(THREE[1])
    await cast(member, zh("vote.choice_against"))
    await counted(member)
    await expect(page.get_by_role("button", name=zh("vote.next_paper"))).to_have_count(0)
    await press(member, "vote.back_to_room")
    await expect(page.locator(".banners")).to_contain_text(zh("vote.strip_all_sent", of=3))
    await expect(screen.page.locator(".hall__batch > li").first).to_contain_text(re.compile(r"1 / \d"))

    # two taps end them all
    await press(console, "vote.look_at_room")
    await console.page.get_by_role("button", name=zh("console.close_batch", n=3)).click()
    await expect(console.page.locator(".sheet .row", has_text=THREE[0])).to_contain_text(zh("console.returned", n=1))
    await press(console, "console.close_now", inside=".sheet__foot")
    closed = [(await hall.secretary.event("MotionClosed", motion_id=motion_id))["data"] for motion_id in ids]
    assert [dict(data["tally"]["counts"]) for data in closed] == [
        {"for": 1, "against": 0, "abstain": 0},
        {"for": 0, "against": 1, "abstain": 0},
        {"for": 0, "against": 0, "abstain": 1},
    ]
    await expect(console.page.get_by_role("button", name=zh("console.keep_voting"))).to_have_count(0)
    for motion_id in ids:
        await hall.ask("PublishMotion", motion_id=motion_id)
    # no result is lost: one sheet after another
    for title in THREE[:2]:
        await expect(page.locator(".sheet__title")).to_have_text(title)
        await page.locator(".sheet__foot .btn--primary").click()
    await expect(page.locator(".sheet__title")).to_have_text(THREE[2])
    await expect(screen.page.locator(".hall__batch .chip", has_text=zh("vote.not_carried"))).to_have_count(3)


async def test_a_quick_poll_draws_itself_while_it_runs(hall: Hall) -> None:
    bots = {who: await hall.there.enter(who) for who in ("m2", "m3")}
    (scale,) = await drafted(hall, "今年的组织生活您打几分？", force="poll", shape="scale")
    console, member, screen = await secretary_console(hall), await hall.enter("m1"), await stage(hall)
    await hall.ask("OpenMotion", motion_id=scale)
    await press(console, "vote.look_at_room")
    await member.page.locator(".scale .seg").nth(3).click()
    await expect(member.page.locator(".running")).to_have_count(0)  # before one's own answer it would lean
    await press(member, "vote.go_on")
    await press(member, "vote.cast")
    await counted(member)
    later = zh("vote.running_later", n=3)
    for page in (member.page, console.page, screen.page):
        await expect(page.locator(".running")).to_contain_text(later)
    await answered(bots, scale, {"m2": ["5"], "m3": ["3"]})
    for page in (member.page, console.page, screen.page):
        await expect(page.locator(".running")).to_contain_text(zh("vote.running_of", n=3))
        await expect(page.locator(".plot--scale .plot__n")).to_have_text(["0", "0", "1", "1", "1"])
        await expect(page.locator(".running figcaption")).to_have_text(zh("vote.scale_mean", mean="4.0", n=3))
    for bot in bots.values():
        await bot.close()


async def test_a_decision_never_draws_itself_while_it_runs(hall: Hall) -> None:
    bots = {who: await hall.there.enter(who) for who in ("m2", "m3")}
    (motion,) = await drafted(hall, "通过工作总结")
    member, screen = await hall.enter("m1"), await stage(hall)
    await hall.ask("OpenMotion", motion_id=motion)
    await answered(bots, motion, {"m2": ["for"], "m3": ["against"]})
    await cast(member, zh("vote.choice_for"))
    await counted(member)
    await expect(screen.page.locator(".hall__counts")).to_contain_text("3")
    for page in (member.page, screen.page):
        await expect(page.locator(".running, .results, .hall__results, .bars")).to_have_count(0)
    for bot in bots.values():
        await bot.close()


@pytest.fixture
async def larger_branch(tmp_path: Path) -> AsyncIterator[Hall]:
    """Six full members, five of them at the meeting: a third of the branch is 2, a third of the meeting 1."""
    async with voting_hall(tmp_path, members=4) as made, await made.there.enter("m2"):  # who makes the quorum
        yield made


async def test_the_three_sheets_of_an_appraisal_from_draft_to_adoption(larger_branch: Hall) -> None:
    hall, full, most = larger_branch, 6, 2
    console, member = await secretary_console(hall), await hall.enter("m1")
    page = console.page

    async def draft(sheet: str, title: str) -> None:
        await press(console, "console.draft")
        await page.locator("#force").select_option("appraisal")
        await page.locator(f"input[name=sheet][value={sheet}]").check(force=True)
        await page.locator("#motion-title").fill(title)

    # self: a grade and a few words, with the name
    await draft("self", "自评")
    await page.get_by_role("button", name=re.compile("加上全部正式党员")).click()
    await press(console, "console.to_opening")
    await press(console, "console.open_vote", inside=".sheet__foot")
    await press(console, "vote.look_at_room")
    await member.page.locator(".seg", has_text=zh("vote.grade_good")).first.locator("input").check(force=True)
    await member.page.locator("#self-text").fill("按时参加组织生活。")
    await member.page.reload()  # what was written so far is still there
    await expect(member.page.locator("#self-text")).to_have_value("按时参加组织生活。")
    await press(member, "vote.go_on")
    await press(member, "vote.cast")
    await counted(member)
    opened = await hall.secretary.event("MotionOpened", sheet="self")
    own = opened["data"]["motion_id"]
    await hall.ask("CloseMotion", motion_id=own)
    await hall.ask("PublishMotion", motion_id=own)
    await expect(member.page.locator(".sheet li", has_text="党员1")).to_contain_text("按时参加组织生活。")
    await press(member, "vote.back_to_room")
    await press(console, "vote.back_to_room", inside=".sheet__foot")

    # mutual: everyone on the sheet, secretly; too many 优秀 is said
    await draft("mutual", "民主测评")
    await page.get_by_role("button", name=re.compile("加上全部正式党员")).click()
    await press(console, "console.to_opening")
    await page.locator("input[name=collect][value='0']").check(force=True)
    await press(console, "console.open_vote", inside=".sheet__foot")
    await has_paper(member)
    people = await member.page.locator(".cand").count()
    assert people == full - 1
    await expect(member.page.locator(".seats")).to_contain_text(zh("vote.excellent_of", n=0, most=most))
    await has_paper(console)
    await press(console, "vote.look_at_room")
    await press(console, "console.close_collecting")
    await may_cast(member)
    for n in range(people - 1):
        await member.page.locator(".cand").nth(n).locator(f"input[value={'excellent' if n <= most else 'good'}]").check(force=True)
    await expect(member.page.locator(".seats")).to_contain_text(zh("vote.excellent_over", n=most + 1, most=most))
    await member.page.get_by_role("button", name=zh("vote.grades_left", n=1)).click()
    assert await member.page.evaluate("document.activeElement.closest('.cand') === [...document.querySelectorAll('.cand')].at(-1)")
    await member.page.locator(".cand").last.locator("input[value=pass]").check(force=True)
    await press(member, "vote.go_on")
    await press(member, "vote.cast")
    await counted(member)
    mutual = (await hall.secretary.event("PaperOpened", sheet="mutual"))["data"]["motion_id"]
    hall.motion_id = mutual
    await hall.sealed()
    await hall.published()
    await press(member, "vote.back_to_room")
    await press(console, "vote.back_to_room", inside=".sheet__foot")

    # organisation: filled in from the mutual sheet, no more than a third of the branch excellent, adopted by one vote
    await draft("organisation", "组织评定")
    for box in await page.locator(".check-row input").all():
        await box.check()
    await page.get_by_role("button", name=zh("console.from_mutual", n=people)).click()
    await expect(page.get_by_text(zh("console.excellent_of", n=most, most=most))).to_be_visible()
    reason = page.locator("#excellent-reason")
    await expect(reason).to_have_count(0)
    for n in range(people):
        await page.locator(f"#grade-{n}").select_option("excellent")
    await expect(page.locator("#excellent-reason-hint")).to_have_text(
        zh("console.excellent_reason_hint", n=people, most=most, of=full, share="1/3")
    )
    await press(console, "console.to_opening")
    await expect(page.locator(".sheet__foot .field__error")).to_have_text(
        zh("console.too_many_excellent", n=people, most=most, of=full, share="1/3")
    )
    await reason.fill("用不上的理由")
    for n in range(most, people):
        await page.locator(f"#grade-{n}").select_option("good")
    await expect(reason).to_have_count(0)
    await press(console, "console.to_opening")
    await press(console, "console.open_vote", inside=".sheet__foot")
    await expect(member.page.locator(".by-grade")).to_contain_text(zh("vote.grade_excellent"))
    await cast(member, zh("vote.choice_for"))
    await counted(member)
    adopted = await hall.secretary.event("MotionOpened", sheet="organisation")
    assert adopted["data"]["based_on"] == [own, mutual]
    assert adopted["data"]["excellent_reason"] == ""  # written for grades that were taken back
    await hall.ask("CloseMotion", motion_id=adopted["data"]["motion_id"])
    await hall.ask("PublishMotion", motion_id=adopted["data"]["motion_id"])
    await press(member, "vote.back_to_room")
    await press(console, "vote.back_to_room", inside=".sheet__foot")

    # one more than the third: with a reason, which whoever votes reads
    await draft("organisation", "组织评定（二）")
    await page.get_by_role("button", name=zh("console.from_mutual", n=people)).click()
    await page.locator(f"#grade-{people - 1}").select_option("excellent")
    await press(console, "console.to_opening")
    await expect(page.locator(".sheet__foot .field__error")).to_have_text(
        zh("console.too_many_excellent", n=most + 1, most=most, of=full, share="1/3")
    )
    await reason.fill("上级同意按 50% 评定")
    await expect(page.locator(".sheet__foot .field__error")).to_have_count(0)
    await press(console, "console.to_opening")
    await press(console, "console.open_vote", inside=".sheet__foot")
    again = await hall.secretary.event("MotionOpened", title="组织评定（二）")
    assert again["data"]["excellent_reason"] == "上级同意按 50% 评定"
    await expect(member.page.get_by_text(zh("vote.excellent_rule", most=most, of=full, share="1/3"))).to_be_visible()
    await expect(member.page.get_by_text(zh("vote.excellent_reason", reason="上级同意按 50% 评定"))).to_be_visible()


async def test_the_secretary_amends_a_motion_and_files_an_opinion_by_hand(hall: Hall) -> None:
    await drafted(hall, "接收林晓雨同志为中共预备党员", preset_id="admission", method="secret")
    console = await secretary_console(hall)
    page = console.page
    await press(console, "console.motion_acts")
    await page.locator(".sheet .row", has_text=zh("console.amend")).click()
    await page.locator("#amend-title").fill("同意接收林晓雨同志为中共预备党员")
    await press(console, "console.save")
    amended = await hall.secretary.event("MotionAmended")
    assert amended["data"]["title"] == "同意接收林晓雨同志为中共预备党员"
    await expect(page.locator(".sheet")).to_have_count(0)
    await press(console, "console.motion_acts")
    await page.locator(".sheet .row", has_text=zh("console.file_opinion")).click()
    await page.locator("#opinion-who").select_option(label="党员2")
    await page.locator("input[name=opinion][value=for]").check(force=True)
    await page.locator("#opinion-reference").fill("11 月 20 日来信")
    await press(console, "console.write_down")
    filed = (await hall.secretary.event("WrittenOpinionFiled"))["data"]["opinion"]
    assert (filed["choices"], filed["reference"]) == (["for"], "11 月 20 日来信")
    await press(console, "console.motion_acts")
    await expect(page.locator(".sheet .row", has_text=zh("console.file_opinion"))).to_contain_text(zh("console.opinions_n", n=1))


async def test_a_sheet_that_was_open_at_a_reload_does_not_come_back(hall: Hall) -> None:
    member = await hall.enter("m1")
    more = member.page.locator(".dock__btn").last
    await more.click()
    await expect(member.page.locator(".sheet")).to_be_visible()
    await member.page.reload()
    await more.click()
    await press(member, "room.close", inside=".sheet__foot")
    await expect(member.page.locator(".sheet")).to_have_count(0)
    assert await member.page.evaluate("history.state") is None
