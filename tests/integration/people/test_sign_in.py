"""Coming in by link and by password, going out, and what a stranger learns while guessing: nothing."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import event

from meeting_server.domain.ids import MeetingId
from meeting_server.store.people.accounts import Accounts, Means
from meeting_server.store.people.passwords import AT_ONCE, MOST_WAITING
from meeting_server.web.me import account_pages
from meeting_server.web.people import sign_in_pages
from meeting_server.web.site import preference_pages
from meeting_server.web.site.auth import now_millis
from tests.kit.houses.houses import TestHouse, people_house

ROUTES = [*sign_in_pages.routes, *account_pages.routes, *preference_pages.routes]
PASSWORD = "春江潮水连海平"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[TestHouse]:
    async with people_house(tmp_path, ROUTES) as made:
        yield made


async def test_a_link_signs_in_once_and_looking_at_it_uses_nothing_up(house: TestHouse) -> None:
    member = house.people["member"]
    token = await house.site.accounts.issue_link(member.member_id, issued_by=None, now=now_millis(), seconds=60)
    first, second = house.browser(), house.browser()
    for _look in range(3):
        page = await first.get(f"/sign-in/{token}")
        assert page.status_code == 200
        assert "丁文静" in page.text
    await first.submit(f"/sign-in/{token}", page=f"/sign-in/{token}")
    assert (await first.get("/me")).status_code == 200
    again = await second.get(f"/sign-in/{token}")
    assert again.status_code == 410
    assert "link_used" in again.text
    await second.submit(f"/sign-in/{token}", page="/sign-in", status=410)
    assert (await second.get("/me")).status_code == 303


async def test_a_link_of_the_demo_opens_a_second_browser_and_ends_when_it_is_taken_back(house: TestHouse) -> None:
    accounts = Accounts(house.site.database, demo=True)
    house.change(accounts=accounts)
    member_id = house.people["member"].member_id
    token = await accounts.issue_link(member_id, issued_by=None, now=now_millis(), seconds=60, reusable=True)
    for _browser in range(2):
        browser = house.browser()
        await browser.submit(f"/sign-in/{token}", page=f"/sign-in/{token}")
        assert (await browser.get("/me")).status_code == 200
    await accounts.revoke_links(member_id, now_millis())
    assert (await house.browser().get(f"/sign-in/{token}")).status_code == 410


async def test_outside_a_demo_no_link_opens_two_browsers_not_even_one_a_demo_left_behind(house: TestHouse) -> None:
    real, demo = house.site.accounts, Accounts(house.site.database, demo=True)
    member_id = house.people["member"].member_id
    with pytest.raises(ValueError, match="demo"):
        await real.issue_link(member_id, issued_by=None, now=now_millis(), seconds=60, reusable=True)
    token = await demo.issue_link(member_id, issued_by=None, now=now_millis(), seconds=60, reusable=True)
    await house.browser().submit(f"/sign-in/{token}", page=f"/sign-in/{token}")
    await house.browser().submit(f"/sign-in/{token}", page="/sign-in", status=410)


@pytest.mark.parametrize(
    ("state", "status", "code"),
    [("expired", 410, "link_expired"), ("revoked", 410, "link_revoked"), ("unknown", 404, "link_unknown")],
)
async def test_a_link_that_is_no_longer_good_says_why(house: TestHouse, state: str, status: int, code: str) -> None:
    accounts, member_id = house.site.accounts, house.people["member"].member_id
    token = await accounts.issue_link(member_id, issued_by=None, now=now_millis(), seconds=0 if state == "expired" else 60)
    if state == "revoked":
        await accounts.revoke_links(member_id, now_millis())
    if state == "unknown":
        token = "x" * 43
    page = await house.browser().get(f"/sign-in/{token}")
    assert page.status_code == status
    assert code in page.text


async def test_a_new_link_makes_the_earlier_one_useless(house: TestHouse) -> None:
    accounts, member_id = house.site.accounts, house.people["member"].member_id
    first = await accounts.issue_link(member_id, issued_by=None, now=now_millis(), seconds=60)
    await accounts.issue_link(member_id, issued_by=None, now=now_millis(), seconds=60)
    assert (await house.browser().get(f"/sign-in/{first}")).status_code == 410


async def test_number_and_password_sign_in_and_lead_back_to_where_one_wanted(house: TestHouse) -> None:
    await house.site.accounts.set_password(house.people["member"].member_id, PASSWORD, now_millis())
    browser = house.browser()
    turned_away = await browser.get("/me?x=1")
    assert turned_away.headers["location"] == "/sign-in?next=/me%3Fx%3D1"
    answer = await browser.submit("/sign-in", {"number": " 2023002 ", "password": PASSWORD, "next": "/me?x=1"})
    assert answer.headers["location"] == "/me?x=1"
    assert "丁文静" in (await browser.get("/me")).text


@pytest.mark.parametrize("target", ["https://evil.test/", "//evil.test/", "/\\evil.test", "javascript:alert(1)", "/\r\nx: y"])
async def test_signing_in_never_leads_to_another_site(house: TestHouse, target: str) -> None:
    await house.site.accounts.set_password(house.people["member"].member_id, PASSWORD, now_millis())
    answer = await house.browser().submit("/sign-in", {"number": "2023002", "password": PASSWORD, "next": target})
    assert answer.headers["location"] == "/"


async def test_unknown_number_and_wrong_password_get_the_same_answer(house: TestHouse) -> None:
    await house.site.accounts.set_password(house.people["member"].member_id, PASSWORD, now_millis())
    pages = []
    for number in ("2023002", "9999999", "2023001"):  # a wrong password, nobody, somebody without a password
        answer = await house.browser().submit("/sign-in", {"number": number, "password": "不是这个密码"}, status=401)
        pages.append(re.sub(r'name="csrf" value="[^"]+"', "", answer.text.replace(number, "NUMBER")))
    assert pages[0] == pages[1] == pages[2]


async def test_unknown_numbers_cost_the_same_work(house: TestHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.site.accounts.set_password(house.people["member"].member_id, PASSWORD, now_millis())
    passwords = house.site.accounts._passwords
    checks: list[str | None] = []
    check = passwords._check

    def counted(stored: str | None, password: str) -> bool:
        checks.append(stored)
        return check(stored, password)

    monkeypatch.setattr(passwords, "_check", counted)
    for number in ("2023002", "9999999", "2023001"):
        await house.browser().submit("/sign-in", {"number": number, "password": "不是这个密码"}, status=401)
    assert len(checks) == 3
    assert passwords._hasher.verify(passwords._nobody, "nobody has this password")
    assert not await passwords.check(None, "nobody has this password")


async def test_guessing_is_slowed_down_even_with_the_right_password(house: TestHouse) -> None:
    await house.site.accounts.set_password(house.people["member"].member_id, PASSWORD, now_millis())
    browser = house.browser()
    for _guess in range(5):
        await browser.submit("/sign-in", {"number": "2023002", "password": "wrong password"}, status=401)
    held = await browser.submit("/sign-in", {"number": "2023002", "password": PASSWORD}, status=429)
    assert "too_many_tries" not in held.text  # a sentence, not a code
    assert "试的次数太多了" in held.text
    await browser.submit("/sign-in", {"number": "nobody", "password": PASSWORD}, status=401)


async def test_the_owner_signs_in_at_once_while_strangers_guess_at_their_number(house: TestHouse) -> None:
    await house.site.accounts.set_password(house.people["member"].member_id, PASSWORD, now_millis())
    own = house.browser()
    await own.submit("/sign-in", {"number": "2023002", "password": PASSWORD})
    await own.submit("/sign-out")
    for stranger in range(8):  # from the owner's own household, and from others
        browser = house.browser(f"192.0.2.{stranger}" if stranger % 2 else "127.0.0.1")
        for _guess in range(6):
            await browser.post("/sign-in", data={"csrf": await browser.token(), "number": "２０２３００２", "password": "wrong password"})
    await house.browser().submit("/sign-in", {"number": "2023002", "password": PASSWORD}, status=429)
    await own.submit("/sign-in", {"number": "2023002", "password": PASSWORD})
    assert (await own.get("/me")).status_code == 200
    elsewhere = house.browser("198.51.100.7")
    await elsewhere.submit("/sign-in", {"number": "2023002", "password": PASSWORD})


async def test_guesses_sent_at_once_do_not_slip_through_together(house: TestHouse) -> None:
    browser = house.browser()
    token = await browser.token()
    form = {"csrf": token, "number": "2023002", "password": "wrong password"}
    answers = await asyncio.gather(*(browser.post("/sign-in", data=form) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 15
    held = next(answer for answer in answers if answer.status_code == 429)
    assert 0 < int(held.headers["retry-after"]) <= 15


async def test_one_password_on_many_numbers_is_stopped(house: TestHouse) -> None:
    statuses = []
    for number in range(15):
        browser = house.browser()
        form = {"csrf": await browser.token(), "number": f"20230{number:02}", "password": "Spring2026"}
        statuses.append((await browser.post("/sign-in", data=form)).status_code)
    assert statuses == [401] * 10 + [429] * 5


async def test_unknown_numbers_cost_the_same_queries_and_the_same_writes(house: TestHouse) -> None:
    await house.site.accounts.set_password(house.people["member"].member_id, PASSWORD, now_millis())
    statements: list[str] = []
    engine = house.site.database.engine.sync_engine
    listen = lambda _conn, _cursor, statement, *_rest: statements.append(statement)  # noqa: E731  an event wants a callable to remove again
    asked = {}
    for number in ("2023002", "9999999", "2023001", ""):  # a wrong password, nobody, somebody without a password, no number
        browser = house.browser()
        token = await browser.token()
        event.listen(engine, "before_cursor_execute", listen)
        await browser.post("/sign-in", data={"csrf": token, "number": number, "password": "wrong password"})
        event.remove(engine, "before_cursor_execute", listen)
        asked[number], statements[:] = list(statements), []
    assert len(asked["2023002"]) >= 3
    assert any("INSERT INTO access_log" in statement for statement in asked["2023002"])
    assert asked["9999999"] == asked["2023001"] == asked[""] == asked["2023002"]


async def test_a_flood_of_passwords_is_told_to_come_back_and_holds_up_neither_pages_nor_known_devices(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.site.accounts.set_password(house.people["member"].member_id, PASSWORD, now_millis())
    own = house.browser()
    await own.submit("/sign-in", {"number": "2023002", "password": PASSWORD})
    await own.submit("/sign-out")
    own_token = await own.token()
    passwords, gate, working = house.site.accounts._passwords, threading.Event(), []
    check = passwords._check

    def slow(stored: str | None, password: str) -> bool:
        working.append(password)
        assert gate.wait(30)
        return check(stored, password)

    monkeypatch.setattr(passwords, "_check", slow)
    browsers = [house.browser(f"192.0.2.{number}") for number in range(60)]
    tokens = [await browser.token() for browser in browsers]
    flood = [
        asyncio.create_task(browser.post("/sign-in", data={"csrf": token, "number": f"X{number}", "password": f"p{number}"}))
        for number, (browser, token) in enumerate(zip(browsers, tokens, strict=True))
    ]
    done, waiting = await asyncio.wait(flood, return_when=asyncio.FIRST_COMPLETED)
    while len(done) < 60 - AT_ONCE - MOST_WAITING:
        more, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        done |= more
    turned_away = [task.result() for task in done]
    assert {answer.status_code for answer in turned_away} == {503}
    assert {answer.headers["retry-after"] for answer in turned_away} == {"3"}
    assert len(working) == AT_ONCE, "no more than two at once"
    assert (await house.browser().get("/sign-in")).status_code == 200, "others' pages go on"
    mine = asyncio.create_task(own.post("/sign-in", data={"csrf": own_token, "number": "2023002", "password": PASSWORD}))
    gate.set()
    assert (await mine).status_code == 303
    assert {answer.status_code for answer in await asyncio.gather(*waiting)} == {401}


async def test_every_sign_in_gets_a_fresh_token_and_ends_the_one_before(house: TestHouse) -> None:
    browser = await house.signed_in("member")
    first = browser.cookies["signin"]
    await house.site.accounts.set_password(house.people["secretary"].member_id, PASSWORD, now_millis())
    token = await house.site.accounts.issue_link(house.people["secretary"].member_id, issued_by=None, now=now_millis(), seconds=60)
    await browser.submit(f"/sign-in/{token}", page=f"/sign-in/{token}")
    assert browser.cookies["signin"] != first
    browser.cookies.set("signin", first, domain="house.test")
    old = house.browser()
    old.cookies.set("signin", first)
    assert (await old.get("/me")).status_code == 303


async def test_only_the_hash_of_a_token_is_stored(house: TestHouse, tmp_path: Path) -> None:
    browser = await house.signed_in("member")
    token = await house.site.accounts.issue_link(house.people["member"].member_id, issued_by=None, now=now_millis(), seconds=60)
    await house.site.database.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("house.sqlite3*"))
    assert len(stored) > 1000
    assert browser.cookies["signin"].encode() not in stored
    assert token.encode() not in stored


async def test_signing_out_ends_the_sign_in_and_calls_its_open_sockets_back(house: TestHouse) -> None:
    browser = await house.signed_in("member")
    (sign_in,) = await house.site.accounts.sign_ins_of(house.people["member"].member_id, now_millis())
    closed: list[str] = []
    house.site.sign_outs.watch(sign_in.sign_in_id, lambda: closed.append("socket"))
    token = browser.cookies["signin"]
    await browser.submit("/sign-out")
    assert closed == ["socket"]
    assert "signin" not in browser.cookies
    stolen = house.browser()
    stolen.cookies.set("signin", token)
    assert (await stolen.get("/me")).status_code == 303


async def test_get_never_signs_out_or_in(house: TestHouse) -> None:
    browser = await house.signed_in("member")
    assert (await browser.get("/sign-out")).status_code == 405
    assert (await browser.get("/me")).status_code == 200


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/me/password", "/me/sign-outs", "/preferences"])
@pytest.mark.parametrize("token", ["", "wrong", "another's"])
async def test_a_form_without_its_own_token_changes_nothing(house: TestHouse, path: str, token: str) -> None:
    browser = await house.signed_in("member")
    given = {"": "", "wrong": "A" * 48, "another's": await (await house.signed_in("secretary")).token("/me")}[token]
    answer = await browser.post(path, data={"csrf": given, "language": "en", "number": "1", "password": "x", "next": "/"})
    assert answer.status_code == 403
    assert "form_expired" in answer.text
    assert "language" not in browser.cookies
    assert (await browser.get("/me")).status_code == 200


async def test_a_form_from_another_site_is_refused(house: TestHouse) -> None:
    browser = await house.signed_in("member")
    token = await browser.token("/me")
    for origin in ("https://evil.test", "http://house.test.evil.test", "http://evilhouse.test"):
        answer = await browser.post("/sign-out", data={"csrf": token}, headers={"origin": origin})
        assert answer.status_code == 403
        assert "bad_origin" in answer.text
    assert (await browser.get("/me")).status_code == 200


async def test_the_cookie_is_host_bound_secure_and_hidden_over_https(house: TestHouse) -> None:
    browser = house.browser()
    browser.base_url = "https://house.test"
    token = await house.site.accounts.issue_link(house.people["member"].member_id, issued_by=None, now=now_millis(), seconds=60)
    page = await browser.get(f"/sign-in/{token}")
    assert "strict-transport-security" in page.headers
    answer = await browser.submit(f"/sign-in/{token}", page=f"/sign-in/{token}")
    cookie = next(value for value in answer.headers.get_list("set-cookie") if value.startswith("__Host-signin="))
    for part in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
        assert part.lower() in cookie.lower()
    assert "domain" not in cookie.lower()


async def test_cookies_are_secure_where_people_open_https_whatever_the_proxy_makes_of_it(house: TestHouse) -> None:
    house.change(settings=house.site.settings.model_copy(update={"public_url": "https://meet.example.edu"}))
    answer = await house.browser().get("/sign-in")
    (cookie,) = answer.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-visit=")
    assert "secure" in cookie.lower()


async def test_the_token_of_a_form_is_another_in_every_answer_and_each_is_good(house: TestHouse) -> None:
    browser = await house.signed_in("member")
    tokens = [await browser.token("/me") for _ in range(8)]
    assert len(set(tokens)) == 8
    assert len({token[at : at + 8] for token in tokens for at in (0, 24, 40)}) == 24, "no part of it is the same in two answers"
    for token in tokens:
        answer = await browser.post("/preferences", data={"csrf": token, "language": "en", "next": "/me"})
        assert answer.status_code == 303


async def test_every_page_carries_the_policy_and_tells_no_referrer(house: TestHouse) -> None:
    for path in ("/sign-in", "/sign-in/unknown", "/no-such-page"):
        page = await house.browser().get(path)
        policy = page.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["cache-control"] == "no-store"
        assert " style=" not in page.text
        assert "<style" not in page.text


async def test_changing_the_password_asks_for_the_old_one_and_ends_other_sign_ins(house: TestHouse) -> None:
    accounts, member = house.site.accounts, house.people["member"]
    await accounts.set_password(member.member_id, PASSWORD, now_millis())
    browser, elsewhere = house.browser(), await house.signed_in("member")
    await browser.submit("/sign-in", {"number": "2023002", "password": PASSWORD})
    new = {"new": "a better sentence", "again": "a better sentence"}
    await browser.submit("/me/password", {"old": "wrong", **new}, status=422)
    await browser.submit("/me/password", {"old": PASSWORD, "new": "short", "again": "short"}, status=422)
    await browser.submit("/me/password", {"old": PASSWORD, "new": "2023002", "again": "2023002"}, status=422)
    await browser.submit("/me/password", {"old": PASSWORD, "new": "a better sentence", "again": "another"}, status=422)
    assert (await elsewhere.get("/me")).status_code == 200
    await browser.submit("/me/password", {"old": PASSWORD, **new})
    assert (await elsewhere.get("/me")).status_code == 303
    assert (await browser.get("/me")).status_code == 200
    assert await accounts.check_password(member.member_id, "a better sentence", now_millis())


async def test_whoever_came_by_a_link_can_set_a_forgotten_password_anew(house: TestHouse) -> None:
    accounts, member = house.site.accounts, house.people["member"]
    await accounts.set_password(member.member_id, PASSWORD, now_millis())
    browser = await house.signed_in("member")
    assert 'name="old"' not in (await browser.get("/me/password")).text
    await browser.submit("/me/password", {"new": "a better sentence", "again": "a better sentence"})
    assert await accounts.check_password(member.member_id, "a better sentence", now_millis())


async def test_one_can_sign_out_one_s_other_devices_but_nobody_else_s(house: TestHouse) -> None:
    here, elsewhere, other = await house.signed_in("member"), await house.signed_in("member"), await house.signed_in("stranger")
    (others,) = await house.site.accounts.sign_ins_of(house.people["stranger"].member_id, now_millis())
    await here.submit("/me/sign-outs", {"device": others.sign_in_id}, status=404)
    assert (await other.get("/me")).status_code == 200
    await here.submit("/me/sign-outs")
    assert (await elsewhere.get("/me")).status_code == 303
    assert (await here.get("/me")).status_code == 200


async def test_a_removed_member_is_signed_out_with_the_next_request(house: TestHouse) -> None:
    browser = await house.signed_in("member")
    await house.site.directory.remove_member(house.people["member"].member_id, now_millis())
    assert (await browser.get("/me")).status_code == 303


async def test_a_sign_in_by_a_meeting_s_invitation_opens_nothing_but_that_meeting(house: TestHouse) -> None:
    token = await house.site.accounts.begin_sign_in(
        member_id=house.people["secretary"].member_id,
        meeting_id=MeetingId("meeting-1"),
        means=Means.INVITATION,
        now=now_millis(),
        seconds=60,
    )
    browser = house.browser()
    browser.cookies.set("signin", token)
    assert (await browser.get("/me")).status_code == 401


async def test_preferences_are_kept_and_unknown_ones_refused(house: TestHouse) -> None:
    browser = house.browser()
    await browser.submit("/preferences", {"language": "en", "theme": "dark", "big": "on", "next": "/sign-in"})
    page = await browser.get("/sign-in")
    assert '<html lang="en" data-theme="dark" class="big-type">' in page.text
    assert "Sign in" in page.text
    await browser.submit("/preferences", {"language": "tlh", "next": "/"}, status=400)


async def test_errors_have_a_reference_and_show_nothing_of_the_inside(house: TestHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_args: object) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr(type(house.site.accounts), "link_by", broken)
    page = await house.browser().get("/sign-in/anything")
    assert page.status_code == 500
    assert "secret inside" not in page.text
    assert "Traceback" not in page.text
    assert page.headers["x-request-id"] in page.text
    answer = await house.browser().get("/sign-in/anything", headers={"accept": "application/json"})
    assert answer.json()["code"] == "internal"
    assert answer.json()["message"]
    assert answer.json()["next"]


async def test_too_large_a_form_is_refused_whatever_its_length_header_says(house: TestHouse) -> None:
    browser = house.browser()
    token = await browser.token()

    async def chunks() -> AsyncIterator[bytes]:
        yield f"csrf={token}&number=".encode()
        for _chunk in range(10):
            yield b"x" * 65536

    answer = await browser.post("/sign-in", content=chunks(), headers={"content-type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 413
