"""``meeting-server rehearse`` against the product's own processes: true figures, nothing left, and people who meet come first."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from meeting_server.config import Settings
from meeting_server.rehearsal.command import Wanted
from meeting_server.rehearsal.command import rehearse as rehearse_command
from meeting_server.rehearsal.runner import NotRehearsed, Order, Outcome, Runner
from meeting_server.store.secret_key import secret_key
from meeting_server.web.rehearsal.token import rehearsal_token, token_is_good
from tests.kit.houses.voting_house import VotingHouse, voting_house
from tests.kit.paths import ROOT
from tests.kit.servers.running import Server, free_port, wait_for

pytestmark = pytest.mark.night

SMALL = ("--members", "6", "--cameras", "1", "--minutes", "0.05")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One with a branch, an administrator and nothing else."""
    with Server(tmp_path_factory.mktemp("rehearsed")) as running:
        running.command("user", "create", "沈立群", "--number", "A1", "--branch", "临江大学党委")
        yield running


def left(server: Server) -> tuple[list[str], list[str]]:
    """Every row of both databases, and every file, but for what SQLite and the processes keep beside them."""
    rows = []
    for name in ("meetings.sqlite3", "ballot-box.sqlite3"):
        with sqlite3.connect(f"file:{server.folder / 'var' / name}?mode=ro", uri=True) as database:
            rows += [line for line in database.iterdump() if "sqlite_sequence" not in line]
    files = [str(path.relative_to(server.folder)) for path in server.folder.rglob("*") if "/run" not in str(path)]
    return rows, sorted(name for name in files if not name.endswith(("-wal", "-shm")))


def metric(server: Server, name: str) -> float:
    text = httpx.get(f"{server.url}/metrics", timeout=10).text
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.split("{")[0].split(" ")[0] == name)


def rehearse(server: Server, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "meeting_server", "rehearse", *words],
        cwd=ROOT,
        env=server.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def rehearsing(server: Server) -> bool:
    return (server.folder / "var" / "rehearsal").exists()


def in_the_meeting(process: subprocess.Popen[str]) -> None:
    """Wait until the phones meet."""
    assert process.stderr is not None
    while line := process.stderr.readline():
        if "phones meet for" in line:
            return
    raise AssertionError("the phones never met")


@pytest.fixture(scope="module")
def played(server: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One rehearsal from the command line: what it said, its report, and the server before and after."""
    report = tmp_path_factory.mktemp("report") / "rehearsal.html"
    before, out_before = left(server), metric(server, "meeting_media_packets_out_total")
    process = rehearse(server, *SMALL, "--report", str(report))
    in_the_meeting(process)
    sockets = metric(server, "meeting_sockets")
    said, _ = process.communicate(timeout=120)
    return {
        "code": process.returncode,
        "said": said.splitlines(),
        "figures": json.loads(said.splitlines()[-1]),
        "html": report.read_text("utf-8"),
        "sockets": sockets,
        "out": metric(server, "meeting_media_packets_out_total") - out_before,
        "before": before,
        "after": left(server),
    }


def test_a_rehearsal_plays_a_whole_meeting_with_every_phone(played: dict[str, Any]) -> None:
    figures = played["figures"]
    assert played["code"] in (0, 2)  # 2: this machine is busy, and the report says so
    assert (figures["ended"], figures["phones"], figures["cameras"]) == ("finished", 6, 1)
    assert figures["refused"] == {}
    assert figures["votes"] == [{"method": method, "cast": 6, "counted": 6} for method in ("open", "secret")]


def test_the_report_agrees_with_the_servers_own_metrics(played: dict[str, Any]) -> None:
    figures = played["figures"]
    sent_by_server = figures["server"]["packets_out_total"]
    assert played["sockets"] == 6
    assert sent_by_server == pytest.approx(played["out"], rel=0.1)
    received = figures["packets"]["received"]
    assert 0 < received <= played["out"]
    assert received + figures["packets"]["lost"] >= 0.8 * sent_by_server  # the rest are the server's own reports (RTCP)
    assert figures["packets"]["sent"] <= figures["server"]["packets_in_total"] * 1.1


def test_a_rehearsal_leaves_nothing_but_one_line_in_the_log(played: dict[str, Any]) -> None:
    rows_before, files_before = played["before"]
    rows_after, files_after = played["after"]
    new = [row for row in rows_after if row not in set(rows_before)]
    assert len(new) == 1
    assert "access_log" in new[0]
    assert "rehearsal_ran" in new[0]
    assert [row for row in rows_before if row not in set(rows_after)] == []
    assert files_after == files_before


def test_the_report_says_it_in_words_and_stands_alone(played: dict[str, Any]) -> None:
    assert any("phones" in line for line in played["said"])
    html = played["html"]
    assert "演练" in html
    assert "Rehearsal" in html
    assert "<script" not in html
    assert "http:" not in html
    assert "https:" not in html


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["interrupted", "killed"])
def test_a_rehearsal_whose_command_ends_is_taken_down(server: Server, tmp_path: Path, number: signal.Signals) -> None:
    _, files = left(server)
    process = rehearse(server, "--members", "3", "--cameras", "0", "--minutes", "1", "--report", str(tmp_path / "r.html"))
    in_the_meeting(process)
    assert rehearsing(server)
    process.send_signal(number)
    process.communicate(timeout=60)
    wait_for(lambda: not rehearsing(server), 30)
    assert left(server)[1] == files


def test_a_rehearsal_whose_server_is_killed_is_gone_after_the_next_start(server: Server, tmp_path: Path) -> None:
    rows, files = left(server)
    process = rehearse(server, "--members", "3", "--cameras", "0", "--minutes", "1", "--report", str(tmp_path / "r.html"))
    in_the_meeting(process)
    assert rehearsing(server)
    web = server.children()["web"]
    subprocess.run(["kill", "-9", str(web)], check=True)
    told = "".join(process.communicate(timeout=60))
    wait_for(lambda: server.children().get("web", web) != web and not rehearsing(server), 30)
    assert left(server) == (rows, files)
    assert "control_lost" in told


# --- in this process ---------------------------------------------------------------------------------------------


def order(house: VotingHouse, **changes: Any) -> Order:
    secret = secret_key("", house.folder / "var")
    token = rehearsal_token(secret, time.time_ns() // 1_000_000)
    return Order(**{"server": house.url, "token": token, "members": 3, "cameras": 0, "minutes": 0.02, "local": True, **changes})


async def run(asked: Order, met: asyncio.Event | None = None) -> Outcome:
    def progress(key: str, **_: object) -> None:
        if key == "holding" and met is not None:
            met.set()

    return await Runner(asked, lambda key: key, progress).run()


async def test_a_meeting_that_opens_ends_the_rehearsal(tmp_path: Path) -> None:
    async with voting_house(tmp_path, opened=False) as house:
        met = asyncio.Event()
        rehearsal = asyncio.create_task(run(order(house, minutes=5.0, members=4), met))
        await met.wait()
        async with await house.enter("secretary") as secretary:
            assert (await secretary.command("OpenMeeting"))["type"] == "ack"
            with pytest.raises(NotRehearsed) as ended:
                await rehearsal
            assert (ended.value.code, ended.value.detail) == ("rehearsal_meeting_opened", "支部党员大会")
            assert (await secretary.command("PostChat", text="开会"))["type"] == "ack"
        assert not (tmp_path / "var" / "rehearsal").exists()


async def test_a_server_where_people_meet_is_refused(tmp_path: Path) -> None:
    async with voting_house(tmp_path) as house:
        with pytest.raises(NotRehearsed) as refused:
            await run(order(house))
        assert (refused.value.code, refused.value.detail) == ("rehearsal_meeting_running", "支部党员大会")
        assert not (tmp_path / "var" / "rehearsal").exists()


async def test_a_rehearsal_is_refused_while_people_wait_for_a_meeting(tmp_path: Path) -> None:
    async with voting_house(tmp_path, opened=False) as house, await house.enter("secretary"):
        with pytest.raises(NotRehearsed) as refused:
            await run(order(house))
        assert refused.value.code == "rehearsal_meeting_soon"


async def test_a_second_rehearsal_is_refused(tmp_path: Path) -> None:
    async with voting_house(tmp_path, opened=False) as house:
        met = asyncio.Event()
        first = asyncio.create_task(run(order(house, minutes=1.0), met))
        await met.wait()
        with pytest.raises(NotRehearsed) as refused:
            await run(order(house))
        assert refused.value.code == "rehearsal_running"
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)


async def test_only_whoever_holds_a_token_of_this_server_may_rehearse(tmp_path: Path) -> None:
    async with voting_house(tmp_path, opened=False) as house:
        for token in ("", "1.2", rehearsal_token(b"another key" * 4, time.time_ns() // 1_000_000)):
            with pytest.raises(InvalidStatus) as refused:
                await connect(f"ws://127.0.0.1:{house.port}/rehearsal", additional_headers={"Authorization": f"Bearer {token}"}, proxy=None)
            assert refused.value.response.status_code == 403


async def test_a_person_who_looks_in_stays_signed_in_where_they_were(tmp_path: Path) -> None:
    async with voting_house(tmp_path, opened=False) as house, await house.signed_in("m1") as browser:
        met = asyncio.Event()
        rehearsal = asyncio.create_task(run(order(house, minutes=1.0), met))
        await met.wait()
        current = house.app.state.rehearsals.current
        assert "正在演练" in (await browser.get("/")).text  # beside: the server's own pages say so
        looked = await browser.get(f"/rehearsal/{current.key}", follow_redirects=True)
        assert "您看到的都是虚拟手机" in looked.text
        assert browser.cookies["signin"] == house.cookies["m1"]
        assert (
            "党员1" in (await browser.get("/rehearsal/leave", follow_redirects=True)).text or (await browser.get("/me")).status_code == 200
        )
        rehearsal.cancel()
        await asyncio.gather(rehearsal, return_exceptions=True)
        assert "正在演练" not in (await browser.get("/")).text


def test_a_command_that_finds_no_server_says_so_and_fails(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    settings = Settings(data_dir=tmp_path, port=free_port())
    wanted = Wanted(3, 0, 0.05, False, False, "", "", tmp_path / "r.html")
    assert rehearse_command(settings, wanted, "en") == 1
    assert "[no_server]" in capfd.readouterr().err
    assert not (tmp_path / "r.html").exists()


def test_a_token_is_good_for_an_hour_and_for_its_key_alone() -> None:
    secret, now = b"k" * 32, 1_000_000_000_000
    token = rehearsal_token(secret, now)
    assert token_is_good(secret, token, now)
    assert not token_is_good(secret, token, now + 3_600_000)
    assert not token_is_good(b"o" * 32, token, now)
    until, _, mac = token.partition(".")
    assert not token_is_good(secret, f"{int(until) + 1}.{mac}", now)
    assert not token_is_good(secret, "９.x", now)
