"""A secret vote in real browsers: papers collected, cast, sealed, receipts checked; reloads, no network, a second phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Route, expect

from tests.kit.browsers.hall import (
    Hall,
    cast,
    counted,
    has_paper,
    looked_at,
    may_cast,
    officers_approved,
    press,
    receipt_holds,
    secretary_console,
    zh,
)

pytestmark = [pytest.mark.browser]


async def test_members_vote_secretly_and_check_their_receipts(hall: Hall) -> None:
    members = [await hall.enter(who) for who in ("m1", "m2", "m3")]
    await hall.opened()
    for phone in members:
        await has_paper(phone)
    await hall.voting()
    for phone, choice in zip(members, ("for", "for", "against"), strict=True):
        await cast(phone, zh(f"vote.choice_{choice}"))
        await counted(phone)
    data = await hall.sealed()
    assert (data["issued"], data["returned"]) == (3, 3)
    assert dict(data["tally"]["counts"])["for"] == 2
    await hall.published()
    for phone in members:
        await receipt_holds(phone)
    # the receipt is on this phone: it survives a reload and is checked again
    await members[2].page.reload()
    await expect(members[2].page.locator(".dock")).to_be_visible()
    await members[2].page.locator(".dock__btn").last.click()
    await members[2].page.get_by_role("button", name=zh("vote.results")).click()
    await members[2].page.locator(".sheet .row").first.click()
    await receipt_holds(members[2])


async def test_a_ballot_is_sent_without_saying_who_sends_it(hall: Hall) -> None:
    member = await hall.enter("m1")
    sent: list[dict[str, str]] = []

    async def look(route: Route) -> None:
        sent.append(await route.request.all_headers())
        await route.continue_()

    await member.page.route("**/papers/**", look)
    await hall.opened()
    await has_paper(member)
    await hall.voting()
    await cast(member, zh("vote.choice_for"))
    await counted(member)
    assert len(sent) == 1
    assert not {"cookie", "authorization", "referer"} & sent[0].keys()


async def test_a_phone_reloaded_in_the_middle_keeps_its_paper(hall: Hall) -> None:
    member = await hall.enter("m1")
    await hall.opened()
    await has_paper(member)
    await member.page.reload()
    await has_paper(member)
    await hall.voting()
    await expect(member.page.get_by_role("button", name=zh("vote.first_choose"))).to_be_visible()
    await member.page.reload()
    await cast(member, zh("vote.choice_for"))
    await counted(member)
    data = await hall.sealed()
    assert (data["issued"], data["returned"]) == (1, 1)


async def test_a_ballot_cast_without_network_is_counted_once_when_it_is_back(hall: Hall) -> None:
    member = await hall.enter("m1")
    await hall.opened()
    await has_paper(member)
    await hall.voting()
    await expect(member.page.get_by_role("button", name=zh("vote.first_choose"))).to_be_visible()
    await member.context.set_offline(True)
    await cast(member, zh("vote.choice_abstain"))
    await expect(member.page.locator(".slip--pending")).to_contain_text(zh("vote.not_counted"))
    await member.context.set_offline(False)
    await counted(member)
    data = await hall.sealed()
    assert (data["issued"], data["returned"]) == (1, 1)
    assert dict(data["tally"]["counts"])["abstain"] == 1


async def test_a_second_phone_of_the_same_member_is_told_where_the_paper_is(hall: Hall) -> None:
    first = await hall.enter("m1")
    await hall.opened()
    await has_paper(first)
    second = await hall.enter("m1")
    await expect(second.page.locator(".slip")).to_contain_text(zh("vote.why_already_collected"))
    await hall.voting()
    await cast(first, zh("vote.choice_for"))
    await counted(first)
    assert (await hall.sealed())["returned"] == 1


async def test_someone_who_never_cast_is_told_so_and_nothing_is_counted(hall: Hall) -> None:
    member = await hall.enter("m1")
    await hall.opened()
    await has_paper(member)
    await hall.voting()
    await expect(member.page.get_by_role("button", name=zh("vote.first_choose"))).to_be_visible()
    data = await hall.sealed()
    assert (data["issued"], data["returned"]) == (1, 0)
    await expect(member.page.locator(".slip")).to_contain_text(zh("vote.not_voted"))


async def test_a_survey_of_a_few_keeps_its_answers_to_itself(hall: Hall) -> None:
    """Three answer, as many as were asked for: below five nothing is shown whatever is asked for."""
    members = [await hall.enter(who) for who in ("m1", "m2", "m3")]
    await hall.opened(title="支部工作您打几分？", force="survey", shape="scale", minimum_group=3)
    for member in members:
        await has_paper(member)
        await expect(member.page.locator(".scale")).to_be_visible()
    await hall.voting()
    for member in members:
        await may_cast(member)
        await member.page.locator(".scale .seg").nth(3).click()
        await member.page.get_by_role("button", name=zh("vote.go_on")).click()
        await member.page.get_by_role("button", name=zh("vote.cast"), exact=True).click()
        await counted(member)
    sealed = await hall.sealed()
    assert (sealed["returned"], sealed["tally"]["counts"]) == (3, [])
    await hall.published()
    for member in members:
        await expect(member.page.get_by_text(zh("vote.below_minimum", n=3, least=5))).to_be_visible()
        await receipt_holds(member)


async def test_a_survey_is_not_drafted_for_fewer_than_five(hall: Hall) -> None:
    console = await secretary_console(hall)
    page = console.page
    await press(console, "console.draft")
    await page.locator("#force").select_option("survey")
    await page.locator("#motion-title").fill("支部工作您打几分？")
    await page.locator("input[name=shape][value=scale]").check(force=True)
    await expect(page.locator("#group")).to_have_value("5")
    await page.locator("#group").fill("4")
    await press(console, "console.keep_ready")
    await expect(page.locator("#group-error")).to_have_text(zh("console.minimum_group_hint"))
    await page.locator("#group").fill("6")
    await press(console, "console.keep_ready")
    drafted = await hall.secretary.event("MotionDrafted")
    assert drafted["data"]["minimum_group"] == 6


async def test_an_election_is_drafted_opened_voted_on_and_held_again(hall: Hall) -> None:
    there = hall.there
    officers = {}
    for who in ("m1", "m2", "m3"):  # the officers' approval needs people
        officers[who] = await there.enter(who)
    drafted = await hall.ask("DraftMotion", title="监票人、计票人人选")
    await hall.secretary.reached(drafted["seq"])
    await hall.ask("OpenMotion", motion_id="m1")
    for bot in (hall.secretary, *officers.values()):
        assert (await bot.command("CastBallot", motion_id="m1", choices=["for"]))["type"] == "ack"
    await hall.ask("CloseMotion", motion_id="m1")
    await hall.ask("PublishMotion", motion_id="m1")
    for bot in officers.values():
        await bot.close()

    console = await secretary_console(hall)
    await press(console, "console.more", inside=".topbar")
    await console.page.locator(".sheet .row", has_text=zh("console.officers")).click()
    for office, name in (("scrutineer", "党员2"), ("teller", "党员3")):
        await console.page.locator(f"input[name=office][value={office}]").check(force=True)
        await console.page.locator("#officer").select_option(label=name)
        await press(console, "console.appoint")
        await expect(console.page.locator(".sheet .rows")).to_contain_text(name)
    await press(console, "console.close", inside=".sheet__foot")

    await press(console, "console.draft")
    page = console.page
    await page.locator("#force").select_option("election")
    await page.locator("#motion-title").fill("选举支部书记")
    await page.locator("#seats").fill("1")
    await page.locator("#approval").fill("校党发〔2026〕12 号")
    await page.locator("#from-roster").select_option(label="党员1")
    await page.locator("#other-name").fill("王志远")
    await page.get_by_role("button", name=zh("console.add_name", name="王志远")).click()
    await press(console, "console.to_opening")
    await expect(page.locator(".sheet__foot .field__error")).to_have_text(zh("errors.reason_missing", name="王志远"))
    await page.locator("#reason-1").fill("组织关系正在转入")
    await press(console, "console.to_opening")
    members = [await hall.enter(who) for who in ("m1", "m2", "m3")]
    await page.get_by_text(zh("console.limits")).click()
    await expect(page.get_by_text(zh("console.limit_forced"))).to_be_visible()
    await page.locator("input[name=collect][value='0']").check(force=True)
    await press(console, "console.open_vote", inside=".sheet__foot")
    for phone in members:
        await has_paper(phone)
    await expect(members[1].page.locator(".seats")).to_contain_text(zh("vote.seats", seats=1, n=0))
    # the secretary has a paper too and puts it aside
    await has_paper(console)
    await press(console, "vote.look_at_room")
    await press(console, "console.close_collecting")

    first, second, third = members
    for phone in members:
        await may_cast(phone)
    for phone, name in ((first, "党员1"), (second, "王志远")):
        await phone.page.locator(".cand", has_text=name).locator("input[value=for]").check(force=True)
        await press(phone, "vote.go_on")
        await press(phone, "vote.cast")
        await counted(phone)
    # both: more than there are seats
    for name in ("党员1", "王志远"):
        await third.page.locator(".cand", has_text=name).locator("input[value=for]").check(force=True)
    await expect(third.page.locator(".seats")).to_contain_text(zh("vote.over_voted"))
    await press(third, "vote.go_on")
    await expect(third.page.get_by_role("alert")).to_contain_text(zh("vote.void_warning", seats=1))
    await press(third, "vote.change")
    await third.page.locator(".cand", has_text="党员1").locator("input[value=against]").check(force=True)
    await third.page.locator(".cand", has_text="王志远").locator("input[value=against]").check(force=True)
    await third.page.locator(".cand", has_text="王志远").locator("input.input").fill("党员1")
    await expect(third.page.get_by_text(zh("vote.name_is_candidate", name="党员1"))).to_be_visible()
    await third.page.locator(".cand", has_text="王志远").locator("input.input").fill("党 员2")
    await press(third, "vote.go_on")
    await press(third, "vote.cast")
    await counted(third)

    # scrutineers see how many, never what
    await press(second, "vote.back_to_room")
    await expect(second.page.locator(".banners")).to_contain_text(zh("vote.officer_line", issued=4, returned=3))
    data = await hall.sealed_as("m2")
    assert data["verdict"]["reason"] == "short"
    assert dict(data["tally"]["counts"])[f"p:{there.people['m2']}"] == 1
    await press(console, "vote.back_to_room")
    await press(console, "console.look_and_publish")
    await press(console, "console.publish")
    await expect(third.page.locator(".sheet")).to_contain_text(zh("vote.word_short"))
    await receipt_holds(third)
    await press(console, "vote.back_to_room", inside=".sheet__foot")
    await press(console, "console.revote")
    await press(console, "console.revote_draft")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.locator(".card", has_text="选举支部书记").first).to_contain_text(zh("console.phase_drafted"))


async def test_the_consoles_sheets_about_papers_are_accessible(hall: Hall, pictures: Path | None) -> None:
    console = await secretary_console(hall)
    page, found = console.page, []
    await press(console, "console.draft")
    for force in ("election", "appraisal", "survey", "motion"):
        await page.locator("#force").select_option(force)
        if force == "election":
            await page.locator("#from-roster").select_option(label="党员1")
        found += await looked_at(console, f"draft-{force}", pictures)
    await page.locator("#motion-title").fill("接收林晓雨同志为中共预备党员")
    await page.locator("input[name=method][value=secret]").check(force=True)
    await press(console, "console.to_opening")
    await page.get_by_text(zh("console.limits")).click()
    found += await looked_at(console, "open-secret", pictures)
    await page.keyboard.press("Escape")
    await press(console, "console.motion_acts")
    await page.get_by_role("button", name=zh("console.move_motion")).click()
    await page.get_by_role("button", name=zh("console.close_discussion")).wait_for()
    found += await looked_at(console, "motion-acts", pictures)
    await page.locator(".sheet .row", has_text=zh("console.amend")).click()
    found += await looked_at(console, "amend", pictures)
    await page.keyboard.press("Escape")
    await press(console, "console.more", inside=".topbar")
    await page.locator(".sheet .row", has_text=zh("console.officers")).click()
    found += await looked_at(console, "officers", pictures)
    assert found == []


async def test_a_count_of_paper_ballots_is_signed_on_two_phones_and_merged(hall: Hall, pictures: Path | None) -> None:
    await officers_approved(hall, "m2", "m3")
    console, scrutineer, teller = await secretary_console(hall), await hall.enter("m2"), await hall.enter("m3")
    await hall.opened()
    await has_paper(console)
    await press(console, "vote.look_at_room")
    page, found = console.page, []
    await page.get_by_role("button", name=zh("console.paper_count")).click()
    await page.locator(".check-row", has_text="党员1").click()
    await press(console, "console.hall_register", n=1)
    for field, value in (("returned", "1"), ("void", "0"), ("for", "0")):
        await page.locator(f"#count-{field}").fill(value)
    await expect(page.get_by_role("button", name=zh("console.count_sums", n=1))).to_be_visible()
    await page.locator("#count-for").fill("1")
    found += await looked_at(console, "paper-count", pictures)
    await press(console, "console.enter_count")
    for phone in (scrutineer, teller):
        await has_paper(phone)
        await press(phone, "vote.look_at_room")
        await press(phone, "vote.look_and_sign")
        found += await looked_at(phone, f"sign-{phone.name}", pictures)
        await press(phone, "vote.sign")
        await expect(phone.page.get_by_text(zh("vote.signed"), exact=True)).to_be_visible()
    await hall.voting()
    data = await hall.sealed()
    assert (data["tally"]["paper"], dict(data["tally"]["counts"])["for"]) == (1, 1)
    assert found == []
