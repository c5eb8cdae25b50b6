"""A whole 换届 of 24 people from 清点 to 宣布: the chair, one member and the scrutineer in Chromium, three vote on paper in the hall."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from meeting_server.acts.schedule.change import change_meeting
from meeting_server.domain.roles import Role
from meeting_server.domain.terms import ItemPlan
from meeting_server.rehearsal.voter import Voter
from meeting_server.store.people.people import Exclusion
from meeting_server.store.schedule.schedule import Listed
from meeting_server.store.schedule.templates import TEMPLATES
from meeting_server.web.site.auth import now_millis
from tests.kit.browsers.hall import Hall, counted, has_paper, looked_at, may_cast, press, zh
from tests.kit.browsers.phones import Phone, phones
from tests.kit.houses.voting_house import SecretPhone, VotingHouse, cast, nameless, voting_house
from tests.kit.phones.bots import Bot

pytestmark = [pytest.mark.browser]

CHAIR, MEMBER, SCRUTINEER, TELLER = "m1", "m2", "m3", "m4"
CANDIDATES = ("m5", "m6", "m7", "m8")
ON_PAPER = ("m21", "m22", "m23")
ABROAD = "m20"
BOTS = (TELLER, *(f"m{n}" for n in range(5, 20)))
MOST_TAPS = 14
STANCES = ("for", "against", "abstain")


async def planned(there: VotingHouse) -> None:
    """The meeting is a 换届 by its template; m1 presides, 何雨桐 keeps the record, and one is abroad with an approval."""
    abroad = await there.site.directory.member(there.people[ABROAD])
    assert abroad is not None
    excluded = replace(abroad, exclusion=Exclusion.ABROAD, exclusion_reference="院党〔2026〕30号")
    await there.site.directory.change_member(excluded)
    scheduled = await there.site.schedule.meeting(there.meeting_id)
    assert scheduled is not None
    template = TEMPLATES["election_meeting"]
    agenda = tuple(ItemPlan(zh(f"schedule.item.{item.key}"), item.minutes, purpose=item.purpose) for item in template.items)
    people = tuple(
        Listed(one.participant_id, Role.CHAIR if one.participant_id == there.people[CHAIR] else one.role) for one in scheduled.plan.people
    )
    plan = scheduled.plan
    changed = type(plan)(
        plan.branch_id,
        template.kind,
        "换届选举党员大会",
        plan.place,
        plan.starts_at,
        plan.ends_at,
        template.preset_id,
        False,
        agenda,
        people,
    )
    await change_meeting(there.site, there.meeting_id, changed, scheduled.version, now_millis())


class Election:
    """The meeting under way. ``taps``: what the chair pressed on the console since 清点."""

    def __init__(self, hall: Hall, chair: Phone, bots: dict[str, Bot]) -> None:
        self.hall, self.chair, self.bots = hall, chair, bots
        self.taps: list[str] = []
        self.people = hall.there.people

    async def tap(self, say: str, title: str = "", *, inside: str = ".guide") -> None:
        """One press of the guide's button, which says exactly this."""
        name = zh(f"console.guide_{say}", title=title) if inside == ".guide" else zh(say)
        await self.chair.page.locator(inside).get_by_role("button", name=name, exact=True).click()
        self.taps.append(name)

    async def drafted(self, **fields: Any) -> str:
        answer = await self.hall.ask("DraftMotion", **fields)
        await self.hall.secretary.reached(answer["seq"])
        return str(next(r["data"]["motion_id"] for r in self.hall.secretary.records if r["seq"] == answer["seq"]))

    async def show_of_hands(self, motion_id: str, member: Phone, scrutineer: Phone) -> None:
        """Everyone online votes for it; the three in the hall raise their hands, and both who count them sign."""
        await self.hall.secretary.event("MotionOpened", motion_id=motion_id)
        await self.hall.ask("RegisterHallVoters", motion_id=motion_id, participants=[self.people[who] for who in ON_PAPER])
        for phone in (member, scrutineer, self.chair):
            await phone.page.locator(".choice", has_text=zh("vote.choice_for")).first.click()
            await press(phone, "vote.go_on")
            await press(phone, "vote.cast")
            await press(phone, "vote.back_to_room", inside=".sheet")
        for bot in (self.hall.secretary, *self.bots.values()):
            assert (await bot.command("CastBallot", motion_id=motion_id, choices=["for"]))["type"] == "ack"
        await self.hall_count(motion_id, {"for": 3, "against": 0, "abstain": 0}, "secretary")
        assert (await self.hall.secretary.command("SignPaperCount", motion_id=motion_id))["type"] == "ack"

    async def hall_count(self, motion_id: str, counts: dict[str, int], scrutineer: str) -> None:
        await self.hall.ask(
            "EnterPaperCount",
            motion_id=motion_id,
            issued=3,
            returned=3,
            void=0,
            counts=[[line, n] for line, n in counts.items()],
            scrutineer=self.people[scrutineer],
            teller=self.people[TELLER],
        )
        assert (await self.bots[TELLER].command("SignPaperCount", motion_id=motion_id))["type"] == "ack"


async def console(phone: Phone) -> None:
    await phone.page.locator(".dock__btn").last.click()
    await phone.page.locator(".sheet .row", has_text=zh("room.to_console")).click()


async def marked(phone: Phone, marks: dict[str, str]) -> None:
    await may_cast(phone)
    for name, mark in marks.items():
        await phone.page.locator(".cand", has_text=name).locator(f"input[value={mark}]").check(force=True)
    await press(phone, "vote.go_on")
    await press(phone, "vote.cast")
    await counted(phone)


async def took_office(election: Election, pictures: Path | None) -> None:
    """The elected are the committee by one confirmed tap; its first meeting is offered at once, filled for them."""
    chair, there = election.chair, election.hall.there
    async with chair.context.expect_page() as opened:
        await chair.page.locator(".guide a").click()
    page = await opened.value
    if pictures:
        await page.screenshot(path=pictures / "committee.png", full_page=True)
    await page.get_by_role("button", name=zh("schedule.committee.do"), exact=True).click()
    await expect(page.get_by_role("link", name=zh("schedule.committee.first"), exact=True)).to_be_visible()
    roster = await there.site.directory.roster(there.branch_id)
    assert {m.name for m in roster if m.committee} == {"党员5", "党员6", "党员7"}
    if pictures:
        await page.screenshot(path=pictures / "committee-seated.png", full_page=True)


async def bots_vote(election: Election, choices: tuple[str, ...], collected: dict[str, Voter]) -> None:
    async with nameless(election.hall.there.url) as client, asyncio.timeout(30):
        for voter in collected.values():
            answer = await cast(client, voter, *choices)
            while answer.status_code != 200:  # the box hears of it a moment after the meeting
                await asyncio.sleep(0.05)
                answer = await cast(client, voter, *choices)


async def test_a_whole_election_takes_the_chair_at_most_fourteen_taps(tmp_path: Path, pictures: Path | None) -> None:
    async with AsyncExitStack() as stack:
        there = await stack.enter_async_context(voting_house(tmp_path, members=23, probationary=0, opened=False))
        await planned(there)
        browsers = await stack.enter_async_context(phones())
        secretary = await stack.enter_async_context(await there.enter("secretary"))
        hall = Hall(there, browsers, secretary)
        await hall.ask("OpenMeeting")
        bots = {who: await stack.enter_async_context(await there.enter(who)) for who in BOTS}
        chair, member, scrutineer = await hall.enter(CHAIR), await hall.enter(MEMBER), await hall.enter(SCRUTINEER)
        await console(chair)
        election = Election(hall, chair, bots)
        for who in ON_PAPER:
            await hall.ask("MarkPresent", participant_id=there.people[who], note="会场")
        title = {item.key: zh(f"schedule.item.{item.key}") for item in TEMPLATES["election_meeting"].items}
        item_of = {item.key: f"i{n}" for n, item in enumerate(TEMPLATES["election_meeting"].items, 1)}
        # prepared by the secretary beforehand
        exclusion = await election.drafted(
            title="同意 1 名党员不计入应到会人数",
            item_id=item_of["exclusions"],
            preset_id="not_counted",
            method="open",
            excludes=[there.people[ABROAD]],
        )
        rules = await election.drafted(title="通过选举办法", item_id=item_of["election_rules"], preset_id="election_rules", method="open")
        scrutineers = await election.drafted(
            title="通过监票人", item_id=item_of["scrutineers"], method="open", nominees=[there.people[SCRUTINEER]]
        )
        ballot = await election.drafted(
            title="选举支部委员会委员",
            item_id=item_of["ballot"],
            force="election",
            preset_id="election",
            candidates=[{"candidate_id": "", "name": f"党员{who[1:]}", "participant_id": there.people[who]} for who in CANDIDATES],
            terms={"seats": 3, "approval_reference": "院党〔2026〕31号", "base": "present"},
        )
        await hall.ask("AppointOfficer", participant_id=there.people[TELLER], office="teller", motion_id=None)

        # 清点
        await election.tap("next_roll_call", title["roll_call"])
        await secretary.event("RollCallOpened")
        for bot in (secretary, *bots.values()):
            assert (await bot.command("AnswerRollCall"))["type"] == "ack"
        for phone in (chair, member, scrutineer):
            await press(phone, "room.roll_here")
            await press(phone, "vote.back_to_room", inside=".sheet")
        if pictures:
            await looked_at(chair, "roll-call", pictures)
        # 不计入应到
        await election.tap("next_open", title["exclusions"])
        await election.show_of_hands(exclusion, member, scrutineer)
        await election.tap("close_publish", "同意 1 名党员不计入应到会人数")
        await secretary.event("MotionPublished", motion_id=exclusion)
        for phone in (chair, member, scrutineer):
            await press(phone, "vote.back_to_room", inside=".sheet")
        # 工作报告, 选举办法
        await election.tap("next", title["work_report"])
        await election.tap("next_open", title["election_rules"])
        await election.show_of_hands(rules, member, scrutineer)
        await election.tap("close_publish", "通过选举办法")
        await secretary.event("MotionPublished", motion_id=rules)
        for phone in (chair, member, scrutineer):
            await press(phone, "vote.back_to_room", inside=".sheet")
        # 监票人, 计票人
        await election.tap("next_open", title["scrutineers"])
        await election.show_of_hands(scrutineers, member, scrutineer)
        await election.tap("close_publish", "通过监票人")
        await secretary.event("OfficerAppointed", office="scrutineer")
        for phone in (chair, member, scrutineer):
            await press(phone, "vote.back_to_room", inside=".sheet")
        # 候选人介绍, 投票
        await election.tap("next", title["candidates"])
        await election.tap("next_open_secret", title["ballot"])
        await election.tap("console.open_vote", inside=".sheet__foot")
        await secretary.event("PaperOpened", motion_id=ballot)
        hall.motion_id = ballot
        await hall.ask("RegisterHallVoters", motion_id=ballot, participants=[there.people[who] for who in ON_PAPER])
        for phone in (chair, member, scrutineer):
            await has_paper(phone)
        address = f"ws://127.0.0.1:{there.port}/ws/{there.meeting_id}"
        voters = {
            who: await SecretPhone(address, bot, there.meeting_id).collect(ballot) for who, bot in {"secretary": secretary, **bots}.items()
        }
        await press(chair, "vote.look_at_room")
        await election.tap("close_collecting", "选举支部委员会委员")
        await secretary.event("CollectingClosed", motion_id=ballot)
        await bots_vote(election, ("c1:for", "c2:for", "c3:for", "c4:against"), voters)
        for phone in (chair, member, scrutineer):
            await marked(phone, {"党员5": "for", "党员6": "for", "党员7": "for"})
            await press(phone, "vote.back_to_room", inside=".sheet")
        marks = [(f"c{n}:{stance}", "for" if n < 4 else "against", stance) for n in range(1, 5) for stance in STANCES]
        counts = {line: 3 if stance == mark else 0 for line, mark, stance in marks}
        await election.hall_count(ballot, counts, SCRUTINEER)
        await press(scrutineer, "vote.look_and_sign")
        await press(scrutineer, "vote.sign")
        # 计票, 报告单, 宣布
        await election.tap("close", "选举支部委员会委员")
        closed = await secretary.event("MotionClosed", motion_id=ballot)
        assert closed["data"]["verdict"]["elected"] == ["c1", "c2", "c3"]
        await press(scrutineer, "vote.report_sign")
        await expect(chair.page.locator(".guide")).to_contain_text("发出 23 张，收回 23 张，有效 23 张，无效 0 张")
        if pictures:
            await looked_at(chair, "report", pictures)
            await looked_at(scrutineer, "report-signed", pictures)
        await election.tap("next_publish", title["announce"])
        await secretary.event("MotionPublished", motion_id=ballot)
        assert len(election.taps) <= MOST_TAPS, election.taps
        await press(chair, "vote.back_to_room", inside=".sheet")
        await took_office(election, pictures)
        assert browsers.faults == []
