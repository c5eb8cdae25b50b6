"""Coming to a meeting by invitation: who gets in, as whom, and what the others are told."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import icalendar
import pytest

from meeting_server.domain.commands import Actor, RemoveParticipant
from meeting_server.domain.roles import Role, Standing
from meeting_server.live.outcome import Acked
from meeting_server.media.client import MediaWorkers
from meeting_server.media.settings import MediaSettings
from meeting_server.store.people.branch_tree import Branch
from meeting_server.web.site.assets import Assets
from meeting_server.web.site.buckets import Buckets, Rate
from tests.kit.houses.meeting_house import HOUR, LINK, MeetingHouse, meeting_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[MeetingHouse]:
    async with meeting_house(tmp_path) as made:
        yield made


async def test_a_personal_link_shows_the_meeting_and_enters_with_one_tap(house: MeetingHouse) -> None:
    scheduled = await house.scheduled()
    link = await house.link(scheduled.meeting_id, "probationary")
    browser = house.browser()
    page = (await browser.get(link)).text
    assert "支部党员大会" in page
    assert "何雨桐 邀请您" in page
    assert "林晓雨" in page
    assert "预备党员，没有表决权" in page
    answer = await browser.submit(link, {"as": "text"}, page=link)
    assert answer.headers["location"] == f"/meetings/{scheduled.meeting_id}/room?as=text"
    assert (await browser.get(f"/meetings/{scheduled.meeting_id}")).status_code == 200


async def test_looking_at_a_link_signs_nobody_in_and_uses_nothing_up(house: MeetingHouse) -> None:
    scheduled = await house.scheduled()
    link = await house.link(scheduled.meeting_id, "member", max_uses=1)
    browser = house.browser()
    for _ in range(3):
        assert (await browser.get(link)).status_code == 200
    assert "signin" not in browser.cookies
    (invitation,) = await house.inner.site.invitations.of_meeting(scheduled.meeting_id)
    assert invitation.uses == 0


async def test_an_invitation_is_good_for_its_meeting_only(house: MeetingHouse) -> None:
    scheduled, other = await house.scheduled(), await house.scheduled(title="另一个会")
    link = await house.link(scheduled.meeting_id, "secretary")
    browser = house.browser()
    await browser.submit(link, {"as": "listen"}, page=link)
    assert (await browser.get(f"/meetings/{other.meeting_id}")).status_code == 404
    assert (await browser.get("/")).headers["location"] == f"/meetings/{scheduled.meeting_id}"
    assert (await browser.get(f"/branches/{house.inner.branch.branch_id}/people")).status_code in (303, 401, 403)
    assert (await browser.get(f"/meetings/{scheduled.meeting_id}/invitations")).status_code == 403


@pytest.mark.parametrize(
    ("trouble", "status", "words"),
    [
        ("unknown", 404, "没有这个链接"),
        ("expired", 410, "这个链接过期了"),
        ("revoked", 410, "这个链接已经收回"),
        ("used", 410, "这个链接的次数用完了"),
        ("cancelled", 410, "这次会议取消了"),
        ("adjourned", 410, "会议已经结束"),
        ("early", 200, "还没到时间"),
        ("not_listed", 403, "您不在这次会议的名单上"),
        ("removed", 403, "您已被请出这次会议"),
    ],
)
async def test_each_closed_door_has_its_own_page(house: MeetingHouse, trouble: str, status: int, words: str) -> None:
    scheduled = await house.scheduled(48 * HOUR if trouble == "early" else HOUR // 2)
    meeting_id = scheduled.meeting_id
    link = await house.link(
        meeting_id,
        "stranger" if trouble == "not_listed" else "probationary",
        max_uses=1 if trouble == "used" else 0,
        lasts=-1 if trouble == "expired" else HOUR,
    )
    if trouble == "unknown":
        link = "/j/" + "A" * 43
    elif trouble == "revoked":
        await house.inner.site.invitations.revoke_all_of(meeting_id, 1)
    elif trouble == "used":
        first = house.browser()
        await first.submit(link, {"as": "listen"}, page=link)
        assert (await first.get(link)).status_code == 200, "whoever used it is in already"
    elif trouble == "cancelled":
        await house.site.schedule.cancel(meeting_id, "", "x", 1)
    elif trouble in ("adjourned", "removed"):
        await house.open(meeting_id)
        if trouble == "adjourned":
            await house.adjourn(meeting_id)
        else:
            removal = RemoveParticipant(house.pid("probationary"))
            assert isinstance(await house.registry.submit(meeting_id, Actor(house.pid("secretary")), removal), Acked)
    browser = house.browser()
    answer = await browser.get(link)
    assert answer.status_code == status
    assert words in answer.text
    assert answer.text.count("<h1") == 1
    entered = await browser.submit(link, {"as": "listen"}, page="/sign-in", status=status)
    assert words in entered.text
    assert "signin" not in browser.cookies


async def test_whoever_runs_the_meeting_may_come_early(house: MeetingHouse) -> None:
    scheduled = await house.scheduled(48 * HOUR)
    link = await house.link(scheduled.meeting_id, "secretary")
    assert 'value="text"' in (await house.browser().get(link)).text


async def test_an_early_comer_gets_the_calendar_and_can_ask_for_leave(house: MeetingHouse) -> None:
    scheduled = await house.scheduled(48 * HOUR)
    link = await house.link(scheduled.meeting_id, "probationary")
    browser = house.browser()
    (event,) = icalendar.Calendar.from_ical((await browser.get(f"{link}/calendar.ics")).content).events
    assert str(event["SUMMARY"]) == "支部党员大会"
    answer = await browser.submit(link, {"as": "page"}, page=link)
    assert answer.headers["location"] == f"/meetings/{scheduled.meeting_id}#leave"
    await browser.submit(f"/meetings/{scheduled.meeting_id}/leave", {"reason": "出差"}, page=f"/meetings/{scheduled.meeting_id}")
    assert (await house.site.leaves.of_meeting(scheduled.meeting_id))[house.pid("probationary")].reason == "出差"


async def test_a_guest_types_a_name_once_and_is_let_into_the_running_meeting(house: MeetingHouse) -> None:
    scheduled = await house.scheduled()
    await house.open(scheduled.meeting_id)
    link = await house.link(scheduled.meeting_id)
    browser = house.browser()
    assert 'name="name"' in (await browser.get(link)).text
    await browser.submit(link, {"as": "listen", "name": "  高  原 "}, page=link)
    state = await house.registry.state(scheduled.meeting_id)
    assert state is not None
    (guest,) = [p for p in state.participants.values() if p.role is Role.GUEST]
    assert (guest.name, guest.standing, guest.voting) == ("高原", Standing.GUEST, False)
    again = (await browser.get(link)).text
    assert 'name="name"' not in again
    assert "高原" in again
    await browser.submit(link, {"as": "text"}, page=link)
    state = await house.registry.state(scheduled.meeting_id)
    assert state is not None
    assert len(state.participants) == 4, "coming back makes no second guest"
    (invitation,) = await house.inner.site.invitations.of_meeting(scheduled.meeting_id)
    assert invitation.uses == 1


async def test_a_guest_who_came_before_the_opening_is_on_the_list(house: MeetingHouse) -> None:
    scheduled = await house.scheduled()
    link = await house.link(scheduled.meeting_id)
    browser = house.browser()
    await browser.submit(link, {"as": "listen", "name": "高原"}, page=link)
    await house.open(scheduled.meeting_id)
    state = await house.registry.state(scheduled.meeting_id)
    assert state is not None
    assert [p.name for p in state.participants.values() if p.role is Role.GUEST] == ["高原"]
    assert (await browser.get(f"/meetings/{scheduled.meeting_id}")).status_code == 200


@pytest.mark.parametrize(("name", "words"), [("", "请写上姓名"), ("高" * 41, "最多 40 个字")])
async def test_a_guest_without_a_proper_name_is_asked_again(house: MeetingHouse, name: str, words: str) -> None:
    scheduled = await house.scheduled()
    link = await house.link(scheduled.meeting_id, max_uses=1)
    browser = house.browser()
    answer = await browser.submit(link, {"as": "listen", "name": name}, page=link, status=422)
    assert words in answer.text
    (invitation,) = await house.inner.site.invitations.of_meeting(scheduled.meeting_id)
    assert invitation.uses == 0


async def test_guests_of_one_address_fill_no_meeting_and_keep_no_member_out(house: MeetingHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house.inner.site.allowances, "_guests", Buckets(Rate(1 / 60, 3)))
    meeting_id = (await house.scheduled()).meeting_id
    link = await house.link(meeting_id)
    answers = []
    for number in range(6):
        browser = house.browser()
        fields = {"csrf": await browser.token(link), "as": "listen", "name": f"来宾{number}"}
        answers.append(await browser.post(link, data=fields, headers={"accept": "application/json"}))
    assert [answer.status_code for answer in answers] == [303] * 3 + [429] * 3
    assert answers[-1].json()["code"] == "rate_limited"
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    member = await house.signed_in("probationary")
    assert (await member.get(f"/meetings/{meeting_id}/enter")).status_code == 200
    personal = await house.link(meeting_id, "member")
    await house.browser().submit(personal, {"as": "listen"}, page=personal)


async def test_a_signed_in_member_comes_by_the_guests_link_as_themselves(house: MeetingHouse) -> None:
    scheduled = await house.scheduled()
    link = await house.link(scheduled.meeting_id)
    browser = await house.signed_in("member")
    assert 'name="name"' not in (await browser.get(link)).text
    await browser.submit(link, {"as": "listen"}, page=link)
    (invitation,) = await house.inner.site.invitations.of_meeting(scheduled.meeting_id)
    assert invitation.uses == 0
    assert (await browser.get("/me")).status_code == 200, "still signed in for everything"


@pytest.mark.parametrize(("branch", "role", "voting"), [("branch", Role.MEMBER, True), ("other_branch", Role.GUEST, False)])
async def test_a_member_who_was_not_called_joins_with_the_rights_they_have_here(
    house: MeetingHouse, branch: str, role: Role, voting: bool
) -> None:
    where = getattr(house.inner, branch)
    assert isinstance(where, Branch)
    await house.inner.add("late", "马丽娟", where, number="2023111")
    scheduled = await house.scheduled()
    await house.open(scheduled.meeting_id)
    link = await house.link(scheduled.meeting_id)
    browser = await house.signed_in("late")
    await browser.submit(link, {"as": "listen"}, page=link)
    state = await house.registry.state(scheduled.meeting_id)
    assert state is not None
    late = state.participants[house.pid("late")]
    assert (late.name, late.role, late.voting) == ("马丽娟", role, voting)
    assert (await browser.get(f"/meetings/{scheduled.meeting_id}")).status_code == 200


async def test_someone_elses_link_warns_before_it_replaces_who_is_signed_in(house: MeetingHouse) -> None:
    scheduled = await house.scheduled()
    link = await house.link(scheduled.meeting_id, "probationary")
    browser = await house.signed_in("secretary")
    assert "这台设备现在登录的是何雨桐" in (await browser.get(link)).text
    assert "这个链接是给 林晓雨 的" in (await browser.get(f"{link}?not=me")).text


async def test_consent_is_asked_where_recording_is_planned(house: MeetingHouse) -> None:
    plain, recorded = await house.scheduled(), await house.scheduled(recording_planned=True)
    assert "进入即表示同意" not in (await house.browser().get(await house.link(plain.meeting_id, "member"))).text
    assert "进入即表示同意" in (await house.browser().get(await house.link(recorded.meeting_id, "member"))).text


async def test_the_door_and_the_room_name_the_place_recorded_voices_are_sent_to(house: MeetingHouse, tmp_path: Path) -> None:
    build_client(house, tmp_path / "client")
    scheduled = await house.scheduled(recording_planned=True)
    member, place = await house.signed_in("member"), "speech.example.edu"
    link, room = await house.link(scheduled.meeting_id, "member"), f"/meetings/{scheduled.meeting_id}/room?as=listen"
    assert place not in (await house.browser().get(link)).text + (await member.get(room)).text
    remote = {"speech_engine": "remote", "speech_url": f"https://{place}/v1"}
    house.inner.change(settings=house.site.settings.model_copy(update=remote))
    assert f"录音会送到 {place}，在那里转成文字" in (await house.browser().get(link)).text
    assert f'"heard_at": "{place}"' in (await member.get(room)).text


async def test_a_form_without_its_token_does_not_enter(house: MeetingHouse) -> None:
    scheduled = await house.scheduled()
    link = await house.link(scheduled.meeting_id, "member")
    browser = house.browser()
    answer = await browser.post(link, data={"as": "listen", "csrf": "x"})
    assert answer.status_code == 403
    assert "signin" not in browser.cookies


async def test_an_unknown_way_in_is_refused(house: MeetingHouse) -> None:
    scheduled = await house.scheduled()
    link = await house.link(scheduled.meeting_id, "member")
    await house.browser().submit(link, {"as": "//evil.example"}, page=link, status=400)


# --- invitations ------------------------------------------------------------------------------------------------


async def test_the_secretary_makes_everyones_links_to_hand_out_one_by_one(house: MeetingHouse) -> None:
    scheduled = await house.scheduled()
    page = f"/meetings/{scheduled.meeting_id}/invitations"
    browser = await house.signed_in("secretary")
    await browser.submit(page, {"make": "all"}, page=page)
    links = set(LINK.findall((await browser.get(page)).text))
    assert len(links) == 3
    for link in links:
        assert (await house.browser().get(link)).status_code == 200
    await browser.submit(page, {"make": "all"}, page=page)
    assert len(await house.inner.site.invitations.of_meeting(scheduled.meeting_id)) == 3, "working links are kept"


async def test_a_renewed_link_replaces_the_old_one(house: MeetingHouse) -> None:
    scheduled = await house.scheduled()
    old = await house.link(scheduled.meeting_id, "member")
    page = f"/meetings/{scheduled.meeting_id}/invitations"
    browser = await house.signed_in("secretary")
    await browser.submit(page, {"make": house.pid("member")}, page=page)
    assert (await house.browser().get(old)).status_code == 410
    (new,) = set(LINK.findall((await browser.get(page)).text))
    assert (await house.browser().get(new)).status_code == 200


async def test_a_guests_link_has_a_qr_code_a_limit_and_can_be_taken_back(house: MeetingHouse) -> None:
    scheduled = await house.scheduled()
    page = f"/meetings/{scheduled.meeting_id}/invitations"
    browser = await house.signed_in("secretary")
    answer = await browser.submit(page, {"make": "guests", "uses": "5"}, page=page)
    shown = (await browser.get(answer.headers["location"])).text
    assert re.search(r'<svg class="qr" viewBox="0 0 \d+ \d+" role="img"', shown)
    assert "style=" not in shown
    assert "最多 5 次" in shown
    (invitation,) = await house.inner.site.invitations.of_meeting(scheduled.meeting_id)
    await browser.submit(f"{page}/revoke", {"invitation": invitation.invitation_id}, page=page)
    (link,) = set(LINK.findall(shown))
    assert (await house.browser().get(link)).status_code == 410
    await browser.submit(f"{page}/revoke", {"invitation": invitation.invitation_id}, page=page, status=404)


async def test_a_link_of_another_meeting_can_not_be_revoked_from_here(house: MeetingHouse) -> None:
    scheduled, other = await house.scheduled(), await house.scheduled()
    await house.link(other.meeting_id, "member")
    (invitation,) = await house.inner.site.invitations.of_meeting(other.meeting_id)
    page = f"/meetings/{scheduled.meeting_id}/invitations"
    browser = await house.signed_in("secretary")
    await browser.submit(f"{page}/revoke", {"invitation": invitation.invitation_id}, page=page, status=404)


# --- the room ----------------------------------------------------------------------------------------------------


def build_client(house: MeetingHouse, folder: Path) -> None:
    folder.mkdir()
    (folder / "manifest.json").write_text(
        '{"src/main.ts": {"file": "room.abc.js", "name": "room", "src": "src/main.ts", "isEntry": true, "css": ["room.abc.css"]}}'
    )
    house.inner.change(assets=Assets(folder))


async def test_the_room_says_when_the_client_is_not_built(house: MeetingHouse) -> None:
    scheduled = await house.scheduled()
    answer = await (await house.signed_in("member")).get(f"/meetings/{scheduled.meeting_id}/room")
    assert answer.status_code == 503
    assert "会场页面还没有装好" in answer.text


async def test_the_room_begins_with_what_the_client_must_know(house: MeetingHouse, tmp_path: Path) -> None:
    build_client(house, tmp_path / "client")
    scheduled = await house.scheduled()
    browser = await house.signed_in("member")
    page = (await browser.get(f"/meetings/{scheduled.meeting_id}/room?as=listen")).text
    found = re.search(r'<script type="application/json" id="boot">(.*?)</script>', page)
    assert found is not None
    assert '"name": "丁文静"' in found[1]
    assert '"stage": false' in found[1]
    assert '<script type="module" src="/static/room.abc.js">' in page
    stage = (await browser.get(f"/meetings/{scheduled.meeting_id}/stage")).text
    assert '"stage": true' in stage


async def test_whoever_may_be_in_the_room_is_lent_a_turn_server_for_an_hour(house: MeetingHouse, tmp_path: Path) -> None:
    build_client(house, tmp_path / "client")
    house.inner.change(media=MediaWorkers(MediaSettings(turn_urls=("turns:turn.example.org:443?transport=tcp",), turn_secret="word")))
    soon, later = await house.scheduled(), await house.scheduled(48 * HOUR)
    member, reviewer = await house.signed_in("member"), await house.signed_in("reviewer")
    page = (await member.get(f"/meetings/{soon.meeting_id}/room?as=listen")).text
    assert '"urls": ["turns:turn.example.org:443?transport=tcp"]' in page
    answer = await member.get(f"/meetings/{soon.meeting_id}/ice")
    (server,) = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    assert 0 < int(server["username"].split(":")[0]) - time.time() <= 3600
    assert house.pid("member") not in server["username"]
    assert (await reviewer.get(f"/meetings/{soon.meeting_id}/ice")).status_code == 403
    too_early = await house.signed_in("probationary")
    assert (await too_early.get(f"/meetings/{later.meeting_id}/ice")).status_code == 403


async def test_a_name_can_not_break_out_of_the_boot_data(house: MeetingHouse, tmp_path: Path) -> None:
    build_client(house, tmp_path / "client")
    scheduled = await house.scheduled()
    link = await house.link(scheduled.meeting_id)
    browser = house.browser()
    await browser.submit(link, {"as": "listen", "name": "</script><script>x"}, page=link)
    page = (await browser.get(f"/meetings/{scheduled.meeting_id}/room")).text
    assert page.count("<script") == 2
    assert "\\u003c/script\\u003e" in page


async def test_the_room_is_shut_to_those_not_on_the_list_and_before_its_time(house: MeetingHouse, tmp_path: Path) -> None:
    build_client(house, tmp_path / "client")
    soon, later = await house.scheduled(), await house.scheduled(48 * HOUR)
    reviewer, member = await house.signed_in("reviewer"), await house.signed_in("probationary")
    assert (await reviewer.get(f"/meetings/{soon.meeting_id}/room")).headers["location"].endswith("/enter")
    assert "您不在这次会议的名单上" in (await reviewer.get(f"/meetings/{soon.meeting_id}/enter")).text
    assert (await member.get(f"/meetings/{later.meeting_id}/room")).headers["location"].endswith("/enter")
    assert "还没到时间" in (await member.get(f"/meetings/{later.meeting_id}/enter")).text
    assert (await member.get(f"/meetings/{soon.meeting_id}/stage")).headers["location"].endswith("/enter")
