"""Statements reach a learning record store over real HTTP, whatever it answers; and only of members who agreed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from meeting_server.archive.takeaway.learning_record_store import LONGEST_PAUSE_MS, VERSION, WRONG_SETTINGS_PAUSE_MS, Delivery, RecordStore
from meeting_server.archive.takeaway.xapi import Deed, Done, statement
from meeting_server.store.database import Database
from meeting_server.store.learning.statements import Statements
from meeting_server.store.learning.studied import Studied
from tests.kit.houses.archive_house import archive_house
from tests.kit.houses.published_meeting import publish
from tests.kit.servers.record_store import PASSWORD, USER, Store, faults, record_store

NOW = 1_795_690_800_000
DONE = Done("finished", "0f" * 16, "http://house.test/", "http://house.test/learn/meetings/m-1", "支部党员大会", "zh-CN", NOW, 754_320)


@pytest.fixture
def store() -> Iterator[Store]:
    with record_store() as running:
        yield running


@pytest.fixture
async def statements(tmp_path: Path) -> AsyncIterator[Statements]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'outbox.sqlite3'}")
    await database.create_all()
    made = Statements(database)
    await made.agree("m-1", NOW)
    yield made
    await database.close()


@asynccontextmanager
async def client(password: str = PASSWORD) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(auth=(USER, password), headers={"x-experience-api-version": VERSION}, timeout=5) as made:
        yield made


async def waiting(statements: Statements, number: int) -> list[str]:
    ids = []
    for n in range(number):
        told = statement(replace(DONE, at=NOW + n))
        assert await statements.add("m-1", told, NOW + n)
        ids.append(told["id"])
    return ids


def to(store: Store, statements: Statements, endpoint: str = "") -> Delivery:
    return Delivery(statements, RecordStore(endpoint or store.endpoint, USER, PASSWORD))


@pytest.mark.parametrize("deed", ["began", "finished", "passed", "failed"])
def test_every_statement_is_what_the_specification_asks_for_and_names_nobody(deed: Deed) -> None:
    told = statement(replace(DONE, deed=deed, right=3, asked=5))
    assert faults(told) == []
    assert told["actor"] == {"objectType": "Agent", "account": {"homePage": "http://house.test/", "name": "0f" * 16}}
    assert told["verb"]["id"].startswith("http://adlnet.gov/expapi/verbs/")
    assert told == statement(replace(DONE, deed=deed, right=3, asked=5))  # the same deed, the same id
    assert told["id"] != statement(replace(DONE, deed=deed, at=NOW + 1))["id"]


def test_results_are_said_as_xapi_says_them() -> None:
    assert statement(DONE)["result"] == {"completion": True, "duration": "PT754.32S"}
    quiz = statement(replace(DONE, deed="passed", right=4, asked=5))
    assert quiz["result"] == {"success": True, "score": {"scaled": 0.8, "raw": 4, "min": 0, "max": 5}}
    assert quiz["object"]["id"].endswith("/m-1#quiz")
    assert statement(replace(DONE, deed="failed", right=1, asked=5))["result"]["success"] is False


def test_the_specification_s_checks_can_fail() -> None:
    told = statement(DONE)
    for wrong in (
        {**told, "id": "00000000-0000-0000-0000-00000000000A"},
        {**told, "actor": {"account": {"name": "x"}}},
        {**told, "mood": "good"},
        {**told, "result": {"duration": "12 minutes"}},
        {**told, "timestamp": "2026-11-26T19:00:00"},
    ):
        with pytest.raises((AssertionError, KeyError)):
            assert faults(wrong) == []


async def test_statements_arrive_once_and_leave_the_outbox(store: Store, statements: Statements) -> None:
    ids = await waiting(statements, 3)
    async with client() as http:
        assert await to(store, statements).deliver(http, NOW) == 3
        assert list(store.kept) == ids
        assert await to(store, statements).deliver(http, NOW) == 0
    assert await statements.count() == (0, 0)
    assert store.sizes == [3]  # in one request


@pytest.mark.parametrize(
    ("status", "headers", "pause"),
    [
        (503, {}, 15_000),
        (500, {}, 15_000),
        (429, {"Retry-After": "7"}, 7_000),
        (503, {"Retry-After": "999999"}, LONGEST_PAUSE_MS),
        (429, {"Retry-After": "soon"}, 15_000),
        (401, {}, WRONG_SETTINGS_PAUSE_MS),
        (404, {}, WRONG_SETTINGS_PAUSE_MS),
        (302, {"Location": "http://127.0.0.1:9/"}, WRONG_SETTINGS_PAUSE_MS),
    ],
)
async def test_a_store_that_can_not_just_now_is_asked_again_when_it_said(
    store: Store, statements: Statements, status: int, headers: dict[str, str], pause: int
) -> None:
    ids = await waiting(statements, 2)
    store.next_answers = [(status, headers)]
    async with client() as http:
        delivery = to(store, statements)
        assert await delivery.deliver(http, NOW + 9) == 0
        assert store.kept == {}
        assert await statements.due(NOW + 9 + pause - 1, 9) == ()
        assert await delivery.deliver(http, NOW + 9 + pause) == 2
    assert list(store.kept) == ids


async def test_pauses_grow_and_a_store_that_is_gone_loses_nothing(store: Store, statements: Statements) -> None:
    await waiting(statements, 1)
    nowhere = to(store, statements, "http://127.0.0.1:9/xapi")
    pauses, now = [], NOW
    async with client() as http:
        for _ in range(4):
            assert await nowhere.deliver(http, now) == 0
            at = now
            while not await statements.due(now, 9):
                now += 5_000
            pauses.append(now - at)
        assert pauses == [15_000, 30_000, 60_000, 120_000]
        assert await to(store, statements).deliver(http, now) == 1


async def test_one_statement_that_is_refused_does_not_hold_up_the_others(store: Store, statements: Statements) -> None:
    ids = await waiting(statements, 3)
    broken = {**statement(replace(DONE, at=NOW + 50)), "mood": "good"}
    await statements.add("m-1", broken, NOW + 1)
    async with client() as http:
        assert await to(store, statements).deliver(http, NOW + 99) == 4
        assert sorted(store.kept) == sorted(ids)
        assert await statements.count() == (0, 1)
        assert await to(store, statements).deliver(http, NOW + 10**12) == 0  # not tried for ever


async def test_a_statement_that_is_there_already_has_arrived(store: Store, statements: Statements) -> None:
    [first, second] = await waiting(statements, 2)
    store.kept[first] = {"id": first, "stored": "by somebody before us"}
    async with client() as http:
        assert await to(store, statements).deliver(http, NOW + 9) == 2
    assert second in store.kept
    assert await statements.count() == (0, 0)


async def test_a_store_that_takes_one_at_a_time_gets_one_at_a_time(store: Store, statements: Statements) -> None:
    store.most = 1
    ids = await waiting(statements, 3)
    async with client() as http:
        assert await to(store, statements).deliver(http, NOW + 9) == 3
    assert (list(store.kept), store.sizes) == (ids, [3, 1, 1, 1])


async def test_wrong_credentials_are_kept_for_later_and_never_sent_elsewhere(store: Store, statements: Statements) -> None:
    await waiting(statements, 1)
    async with client("wrong") as http:
        assert await to(store, statements).deliver(http, NOW + 9) == 0
    assert await statements.count() == (1, 0)


async def test_the_delivery_runs_by_itself_until_it_is_stopped(store: Store, statements: Statements) -> None:
    [only] = await waiting(statements, 1)
    stop = asyncio.Event()
    running = asyncio.create_task(to(store, statements).run(stop))
    assert await asyncio.to_thread(store.asked.wait, 10)
    stop.set()
    async with asyncio.timeout(10):
        await running
    assert list(store.kept) == [only]
    assert await statements.count() == (0, 0)


async def test_nothing_is_kept_of_who_did_not_agree_and_withdrawing_throws_away_what_was_not_sent(statements: Statements) -> None:
    assert not await statements.add("m-2", statement(DONE), NOW)
    consent = await statements.consent_of("m-1")
    assert consent is not None
    assert await statements.agree("m-1", NOW + 5) == consent
    await waiting(statements, 2)
    await statements.withdraw("m-1")
    assert await statements.count() == (0, 0)
    assert not await statements.add("m-1", statement(DONE), NOW)
    again = await statements.agree("m-1", NOW + 9)
    assert again.actor_name != consent.actor_name


async def test_a_member_agrees_and_withdraws_on_their_own_page(tmp_path: Path) -> None:
    async with archive_house(tmp_path, recorded=False, made=False) as archive:
        there = archive.there
        member, member_id = await there.signed_in("member"), there.people["member"].member_id
        assert "没有接学习记录平台" in (await member.get("/me/telling")).text
        await member.submit("/me/telling", {"agree": "on"}, page="/me", status=404)
        there.change(settings=there.site.settings.model_copy(update={"lrs_endpoint": "https://lrs.example.org/xapi"}))
        page = (await member.get("/me/telling")).text
        assert "lrs.example.org" in page
        assert "不报：姓名" in page
        await member.submit("/me/telling", {"agree": "on"}, page="/me/telling")
        consent = await there.site.statements.consent_of(member_id)
        assert consent is not None
        assert consent.actor_name in (await member.get("/me/telling")).text
        assert member_id not in consent.actor_name
        assert (await member.get("/me/my-record.json")).json()["telling"] == {
            "since": consent.given_at,
            "name": consent.actor_name,
            "not_sent_yet": [],
        }
        await member.submit("/me/telling", {"agree": "off"}, page="/me/telling")
        assert await there.site.statements.consent_of(member_id) is None
        acts = [str(entry.act) for entry in await there.site.access_log.about(member_id)]
        assert acts.count("telling_agreed") == acts.count("telling_stopped") == 1


def test_the_password_of_the_store_is_in_no_log_of_the_settings() -> None:
    from meeting_server.config import Settings

    assert "hush" not in repr(Settings(lrs_password="hush"))
    with pytest.raises(ValueError, match="lrs_endpoint"):
        Settings(lrs_endpoint="ftp://example.org")


async def test_what_members_study_reaches_the_store_for_those_who_agreed_and_for_nobody_else(tmp_path: Path, store: Store) -> None:
    async with archive_house(tmp_path) as archive:
        await publish(archive)
        there = archive.there
        settings = {"lrs_endpoint": store.endpoint, "public_url": "http://meet.example.org"}
        there.change(settings=there.site.settings.model_copy(update=settings))
        house = there.site
        studied = Studied("meeting", archive.meeting_id)
        [question] = await house.learning.quizzes.questions(studied)
        for who in ("member", "probationary"):
            browser = await there.signed_in(who)
            if who == "member":
                await browser.submit("/me/telling", {"agree": "on"}, page="/me/telling")
            for answer in ("1", "0"):
                await browser.submit(f"{studied.address}/quiz", {question.item_id: answer}, page=f"{studied.address}/quiz")
            token = await browser.token("/me")
            for _ in range(2):
                played = {"played": [[0, 60_000]], "position": 60_000}
                reported = await browser.post(f"{studied.address}/progress", json=played, headers={"x-csrf-token": token})
                assert reported.status_code == 200
        async with client() as http:
            await Delivery(house.statements, RecordStore(store.endpoint, USER, PASSWORD)).deliver(http, 2**60)
        told = sorted(store.kept.values(), key=lambda one: str(one["timestamp"]))
        consent = await house.statements.consent_of(there.people["member"].member_id)
        assert consent is not None
        assert {one["actor"]["account"]["name"] for one in told} == {consent.actor_name}
        verbs = sorted(one["verb"]["id"].rsplit("/", 1)[1] for one in told)
        assert verbs == ["completed", "failed", "initialized", "passed"]
        assert {one["object"]["id"].split("#")[0] for one in told} == {f"http://meet.example.org{studied.address}"}
        everything = repr(told)
        for name in ("丁文静", "林晓雨", "2023002", there.people["member"].member_id):
            assert name not in everything
