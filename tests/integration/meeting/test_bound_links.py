"""A personal link is its member's: it belongs to the first browser, another is let in by hand, and only a member's own device votes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from meeting_server.domain.ids import MeetingId
from meeting_server.domain.roles import Role
from meeting_server.store.people.access_log import Act
from meeting_server.store.people.accounts import Means
from meeting_server.store.people.knocks import MOST_OF_A_HOUSEHOLD
from meeting_server.store.schedule.schedule import Listed
from meeting_server.web.site.auth import now_millis
from tests.kit.houses.houses import Browser
from tests.kit.houses.meeting_house import LINK, MeetingHouse, meeting_house
from tests.kit.houses.voting_house import SecretPhone, VotingHouse, nameless, vote, voting_house
from tests.kit.phones.bots import Bot

NUMBER = re.compile(r'class="knock-number[^"]*">(?:<span class="sr">[^<]*</span>)?(\d\d)<')
KNOCK = re.compile(r'action="(/meetings/[^/"]+/knocks/[^"]+)"')
ANDROID = {"user-agent": "Mozilla/5.0 (Linux; Android 13) MicroMessenger/8.0"}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[MeetingHouse]:
    async with meeting_house(tmp_path) as made:
        yield made


async def entered(browser: Browser, link: str, **fields: str) -> httpx.Response:
    return await browser.post(link, data={"csrf": await browser.token(link), "as": "listen", **fields})


async def came_in(browser: Browser, meeting_id: str) -> bool:
    return (await browser.get(f"/meetings/{meeting_id}")).status_code == 200


async def knocking(house: MeetingHouse, link: str, who: str = "") -> tuple[Browser, str]:
    """Another browser that asked to come in, and the number it shows."""
    browser = house.browser()
    await browser.submit(link, {"as": "knock"} | ({"who": who} if who else {}), page=link)
    page = await browser.get(link)
    assert page.status_code == 200
    assert page.headers["refresh"]
    return browser, NUMBER.findall(page.text)[0]


async def answered(browser: Browser, page: str, answer: str, status: int = 303) -> None:
    path = KNOCK.findall((await browser.get(page)).text)[0]
    await browser.submit(path, {"answer": answer}, page=page, status=status)


# --- the first browser ---------------------------------------------------------------------------------------------


async def test_a_personal_link_lets_in_the_first_browser_and_no_other(house: MeetingHouse) -> None:
    meeting_id = (await house.scheduled()).meeting_id
    link = await house.link(meeting_id, "member")
    first, second = house.browser(), house.browser()
    first.headers.update(ANDROID)
    assert (await entered(first, link)).status_code == 303
    assert await came_in(first, meeting_id)
    page = await second.get(link)
    assert page.status_code == 403
    assert "WeChat, Android" in page.text, "says where it is in use"
    assert (await entered(second, link)).status_code == 403
    assert "signin" not in second.cookies
    assert not await came_in(second, meeting_id)


async def test_of_two_browsers_at_once_one_gets_the_link(house: MeetingHouse) -> None:
    meeting_id = (await house.scheduled()).meeting_id
    link = await house.link(meeting_id, "member")
    browsers = [house.browser() for _ in range(6)]
    tokens = [await browser.token(link) for browser in browsers]
    await asyncio.gather(*(b.post(link, data={"csrf": t, "as": "listen"}) for b, t in zip(browsers, tokens, strict=True)))
    assert sum(["signin" in browser.cookies for browser in browsers]) == 1
    assert sum([await came_in(browser, meeting_id) for browser in browsers]) == 1


async def test_the_first_browser_comes_back_by_the_same_link_when_its_sign_in_has_ended(house: MeetingHouse) -> None:
    meeting_id = (await house.scheduled()).meeting_id
    link = await house.link(meeting_id, "member")
    browser = house.browser()
    await entered(browser, link)
    browser.cookies.delete("signin")
    assert (await entered(browser, link)).status_code == 303
    assert await came_in(browser, meeting_id)


async def test_a_link_used_where_its_member_is_signed_in_opens_no_other_browser(house: MeetingHouse) -> None:
    meeting_id = (await house.scheduled()).meeting_id
    link = await house.link(meeting_id, "member")
    await entered(await house.signed_in("member"), link)
    assert (await house.browser().get(link)).status_code == 403


async def test_coming_in_by_a_personal_link_stands_in_its_members_log(house: MeetingHouse) -> None:
    link = await house.link((await house.scheduled()).meeting_id, "member")
    browser = house.browser()
    browser.headers.update(ANDROID)
    await entered(browser, link)
    (entry,) = [e for e in await house.inner.site.access_log.about(house.pid("member")) if e.act is Act.INVITATION_USED]
    assert entry.detail == "WeChat, Android"


# --- another device ------------------------------------------------------------------------------------------------


async def test_another_device_is_let_in_on_the_first_where_the_same_number_stands(house: MeetingHouse) -> None:
    meeting_id = (await house.scheduled()).meeting_id
    link, page = await house.link(meeting_id, "member"), f"/meetings/{meeting_id}"
    first = house.browser()
    await entered(first, link)
    second, number = await knocking(house, link)
    assert NUMBER.findall((await first.get(page)).text) == [number]
    (told,) = (await first.get(f"{page}/knocks")).json()["waiting"]
    assert (told["number"], told["mine"]) == (int(number), True)
    await answered(first, page, "let_in")
    assert (await entered(second, link)).status_code == 303
    assert await came_in(second, meeting_id)
    acts = [entry.act for entry in await house.inner.site.access_log.about(house.pid("member"))]
    assert {Act.KNOCKED, Act.KNOCK_LET_IN} <= set(acts)
    third = house.browser()
    assert (await entered(third, link)).status_code == 403, "that was for one device"


async def test_another_device_is_let_in_by_the_secretary_and_the_first_is_told(house: MeetingHouse) -> None:
    meeting_id = (await house.scheduled()).meeting_id
    link, page = await house.link(meeting_id, "probationary"), f"/meetings/{meeting_id}"
    first, secretary = house.browser(), await house.signed_in("secretary")
    await entered(first, link)
    second, number = await knocking(house, link)
    shown = (await secretary.get(f"{page}/invitations")).text
    assert NUMBER.findall(shown) == [number]
    await answered(secretary, f"{page}/invitations", "let_in")
    assert (await entered(second, link)).status_code == 303
    (told,) = (await first.get(f"{page}/knocks")).json()["let_in"]
    assert told["by"] == "何雨桐"
    (entry,) = [e for e in await house.inner.site.access_log.about(house.pid("probationary")) if e.act is Act.KNOCK_LET_IN]
    assert entry.actor_name == "何雨桐"
    assert "何雨桐 于" in (await secretary.get(f"{page}/invitations")).text


async def test_a_device_that_is_refused_stays_out(house: MeetingHouse) -> None:
    meeting_id = (await house.scheduled()).meeting_id
    link, page = await house.link(meeting_id, "member"), f"/meetings/{meeting_id}"
    first = house.browser()
    await entered(first, link)
    second, _ = await knocking(house, link)
    await answered(first, page, "refused")
    assert "没有通过" in (await second.get(link)).text
    assert (await entered(second, link)).status_code == 403


async def test_nobody_else_sees_or_answers_who_knocks(house: MeetingHouse) -> None:
    plan = house.plan()
    await house.inner.add("other", "高远", house.inner.branch, number="2023009")
    meeting_id = (await house.scheduled(people=(*plan.people, Listed(house.pid("other"))))).meeting_id
    link, page = await house.link(meeting_id, "probationary"), f"/meetings/{meeting_id}"
    first, other, guest = house.browser(), await house.signed_in("other"), house.browser()
    await entered(first, link)
    await entered(guest, await house.link(meeting_id), name="客人")
    second, _ = await knocking(house, link)
    path = KNOCK.findall((await first.get(page)).text)[0]
    for stranger in (other, guest):
        assert (await stranger.get(f"{page}/knocks")).json()["waiting"] == []
        assert KNOCK.findall((await stranger.get(page)).text) == []
        await stranger.submit(path, {"answer": "let_in"}, page=link, status=403)
    await second.submit(path, {"answer": "let_in"}, page="/sign-in", status=401)


async def test_a_deputy_does_not_let_a_device_in_as_somebody_with_more_rights(house: MeetingHouse) -> None:
    await house.inner.add("deputy", "高远", house.inner.branch, number="2023009")
    plan = house.plan()
    meeting_id = (await house.scheduled(people=(*plan.people, Listed(house.pid("deputy"), Role.CHAIR)))).meeting_id
    link = await house.link(meeting_id, "secretary")
    await entered(house.browser(), link)
    await knocking(house, link)
    deputy = await house.signed_in("deputy")
    assert (await deputy.get(f"/meetings/{meeting_id}/knocks")).json()["waiting"] == []


async def test_with_a_new_link_whoever_came_by_the_old_one_is_out(house: MeetingHouse) -> None:
    meeting_id = (await house.scheduled()).meeting_id
    link, page = await house.link(meeting_id, "probationary"), f"/meetings/{meeting_id}/invitations"
    stranger, secretary = house.browser(), await house.signed_in("secretary")
    await entered(stranger, link)
    beside, _ = await knocking(house, link)
    await answered(stranger, f"/meetings/{meeting_id}", "let_in")
    await entered(beside, link)
    await secretary.submit(page, {"make": house.pid("probationary")}, page=page)
    assert not await came_in(stranger, meeting_id)
    assert not await came_in(beside, meeting_id)
    (new,) = set(LINK.findall((await secretary.get(page)).text)) - {link}
    assert (await entered(beside, new)).status_code == 303, "whoever is first with the new one"


async def test_a_household_that_knocks_without_end_is_stopped(house: MeetingHouse) -> None:
    meeting_id = (await house.scheduled()).meeting_id
    link = await common_link(house, meeting_id)
    for _ in range(MOST_OF_A_HOUSEHOLD):
        await knocking(house, link, "丁文静")
    await house.browser().submit(link, {"as": "knock", "who": "丁文静"}, page=link, status=429)


# --- one link for the group ----------------------------------------------------------------------------------------


async def common_link(house: MeetingHouse, meeting_id: MeetingId) -> str:
    page, secretary = f"/meetings/{meeting_id}/invitations", await house.signed_in("secretary")
    await secretary.submit(page, {"make": "members"}, page=page)
    text = (await secretary.get(page)).text
    return str(LINK.findall(text[text.index("<textarea") : text.index("</textarea>")])[0])


async def test_no_text_on_a_page_holds_the_links_of_two_people(house: MeetingHouse) -> None:
    meeting_id = (await house.scheduled()).meeting_id
    page, secretary = f"/meetings/{meeting_id}/invitations", await house.signed_in("secretary")
    await secretary.submit(page, {"make": "all"}, page=page)
    await secretary.submit(page, {"make": "members"}, page=page)
    shown = (await secretary.get(page)).text
    texts = re.findall(r"<textarea[^>]*>(.*?)</textarea>", shown, re.DOTALL) + re.findall(r'<input[^>]*value="([^"]*)"', shown)
    counts = [len(set(LINK.findall(text))) for text in texts]
    assert max(counts) == 1
    invitations = house.inner.site.invitations
    personal = {f"/j/{invitations.token(i.invitation_id)}" for i in await invitations.of_meeting(meeting_id) if i.member_id}
    group_message = re.findall(r"<textarea[^>]*>(.*?)</textarea>", shown, re.DOTALL)
    assert len(personal) == 3
    assert [set(LINK.findall(text)) & personal for text in group_message] == [set()]


async def test_the_common_link_lets_nobody_in_by_a_name_alone(house: MeetingHouse) -> None:
    meeting_id = (await house.scheduled()).meeting_id
    link, browser = await common_link(house, meeting_id), house.browser()
    assert 'name="name"' not in (await browser.get(link)).text
    await browser.submit(link, {"as": "listen", "name": "丁文静"}, page=link, status=422)
    assert "signin" not in browser.cookies


async def test_a_member_comes_by_the_common_link_when_signed_in(house: MeetingHouse) -> None:
    meeting_id = (await house.scheduled()).meeting_id
    link, browser = await common_link(house, meeting_id), house.browser()
    assert f'href="/sign-in?next={link}"' in (await browser.get(link)).text
    assert (await entered(await house.signed_in("member"), link)).status_code == 303


@pytest.mark.parametrize("typed", ["林晓雨", " 林　晓雨 ", "2023003"])
async def test_a_member_without_a_password_asks_by_name_or_number_and_is_let_in(house: MeetingHouse, typed: str) -> None:
    meeting_id = (await house.scheduled()).meeting_id
    link, page = await common_link(house, meeting_id), f"/meetings/{meeting_id}/invitations"
    browser, number = await knocking(house, link, typed)
    secretary = await house.signed_in("secretary")
    shown = (await secretary.get(page)).text
    assert "林晓雨 请求" in shown
    assert NUMBER.findall(shown) == [number]
    await answered(secretary, page, "let_in")
    assert (await entered(browser, link)).status_code == 303
    assert "林晓雨" in (await browser.get(link)).text
    state = await house.registry.state(meeting_id)
    assert state is not None
    assert len(state.participants) == 3, "as the member they are, not as somebody new"


async def test_whether_somebody_is_on_the_list_is_not_told_to_who_asks(house: MeetingHouse) -> None:
    link = await common_link(house, (await house.scheduled()).meeting_id)
    pages = []
    for who in ("丁文静", "没有此人"):
        browser, number = await knocking(house, link, who)
        text = re.sub(r'name="csrf" value="[^"]+"', "", (await browser.get(link)).text.replace(f"{number}</p>", "NN</p>"))
        pages.append(text)
    assert pages[0] == pages[1]


# --- who may vote --------------------------------------------------------------------------------------------------


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[VotingHouse]:
    async with voting_house(tmp_path, 5) as made:
        yield made


async def sign_in_of(there: VotingHouse, who: str, **more: object) -> str:
    """A sign-in by an invitation that says nothing about whose browser it is: as all were before links belonged to one."""
    return await there.site.accounts.begin_sign_in(
        now=now_millis(),
        seconds=3600,
        means=Means.INVITATION,
        member_id=there.people[who],
        meeting_id=there.meeting_id,
        **more,  # type: ignore[arg-type]  # device_hash, bound
    )


async def test_a_device_that_is_not_its_members_own_collects_no_paper_and_casts_no_ballot(there: VotingHouse) -> None:
    async with vote(there, ("m1", "m2", "m3", "m4", "m5")) as made:
        there.cookies["m1"] = await sign_in_of(there, "m1")
        async with await there.enter("m1") as stranger:
            motion = await made.collecting()
            phone = SecretPhone(there.url, stranger, there.meeting_id)
            voter = phone.paper(await stranger.event("PaperOpened", motion_id=motion))
            answer = await phone.asked(motion, voter.blinded().hex())
            assert (answer["type"], answer["code"]) == ("rejected", "device_unconfirmed")
            cast = await stranger.command("CastBallot", motion_id=motion, choices=["for"])
            assert cast["code"] == "device_unconfirmed"
        assert len(await made.collect("m1", "m2")) == 2, "the member's own phone still gets the paper"
        await made.ended()


async def test_a_stranger_with_a_members_link_neither_comes_in_nor_votes(there: VotingHouse) -> None:
    invitations = there.site.invitations
    now, people = now_millis(), there.people
    issued = await invitations.issue(
        there.meeting_id, issued_by=people["secretary"], now=now, expires_at=now + 3_600_000, member_id=people["m1"]
    )
    link = f"/j/{invitations.token(issued.invitation_id)}"

    async def tries(client: httpx.AsyncClient) -> str:
        token = re.findall(r'name="csrf" value="([^"]+)"', (await client.get(link)).text)[0]
        await client.post(link, data={"csrf": token, "as": "text"})
        return client.cookies.get("signin") or ""

    async with nameless(there.url) as own, nameless(there.url) as other:
        mine, stolen = await tries(own), await tries(other)
        device = own.cookies.get("device", "")
    assert mine
    assert not stolen
    address = f"ws://127.0.0.1:{there.port}/ws/{there.meeting_id}"
    async with await Bot.enter(address, cookie=f"signin={mine}; device={device}") as phone:
        assert (await phone.command("CastBallot", motion_id="m9", choices=["for"]))["code"] == "unknown_motion"
    async with await Bot.enter(address, cookie=f"signin={mine}") as copied:  # the sign-in's cookie alone, on another machine
        assert (await copied.command("CastBallot", motion_id="m9", choices=["for"]))["code"] == "device_unconfirmed"
