"""A branch meets, end to end: roster, schedule, links, sound and picture, floor, blackout, two votes, recording, minutes, search.

The gate has two phones and sound; four phones with pictures, a floor and a blackout meet in the night."""

from __future__ import annotations

import asyncio
import io
import re
import socket
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import docx
import openpyxl
import pytest
from playwright.async_api import expect

from meeting_server.demo.slides import slides
from tests.kit.browsers.pages import Console, Room, Site, w
from tests.kit.browsers.phones import Phone, Phones, phones
from tests.kit.browsers.under_way import within
from tests.kit.browsers.weak_network import REWRITE, WeakNetwork
from tests.kit.servers.running import Server

pytestmark = [pytest.mark.browser, pytest.mark.longest]

BRANCH = "信息学院研究生第二党支部"
ROSTER = [
    ("姓名", "学号或工号", "身份", "支委"),
    ("周建华", "20240001", "正式党员", "是"),
    ("何雨桐", "20240002", "正式党员", "是"),
    ("李敏", "20240003", "正式党员", ""),
    ("孙国栋", "20240004", "正式党员", ""),
    ("丁文静", "20240005", "正式党员", ""),
    ("许嘉宁", "20240006", "预备党员", ""),
]
SMALL_ROSTER = ROSTER[:4]
"""Three with the right to vote, so that two make a quorum."""
CARRIED, LOST = "接收林晓雨同志为入党积极分子", "主题党日改到周六上午"
SLIDES = "2026 年工作总结"
MESSAGE = "志愿服务的报名表放在资料里了"
SHANGHAI = timezone(timedelta(hours=8))


def roster(folder: Path, name: str, rows: Sequence[tuple[str, ...]]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    path = folder / name
    book.save(path)
    return path


def free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass(slots=True)
class Hall:
    """Everything of one run."""

    folder: Path
    server: Server
    network: WeakNetwork
    phones: Phones


@asynccontextmanager
async def hall(folder: Path) -> AsyncIterator[Hall]:
    asyncio.get_running_loop().set_debug(False)  # the member's packets pass through this loop
    media_port = free_udp_port()
    server = Server(folder, MEETING_MEDIA_PORT=str(media_port))
    async with AsyncExitStack() as stack:
        await asyncio.to_thread(server.start)
        stack.push_async_callback(asyncio.to_thread, server.stop)
        network = await stack.enter_async_context(WeakNetwork(server.port, media_port))
        yield Hall(folder, server, network, await stack.enter_async_context(phones(folder)))


@pytest.mark.night
async def test_a_branch_meets_end_to_end(tmp_path: Path) -> None:
    await held(tmp_path, the_meeting)


async def test_two_meet_vote_and_read_the_record(tmp_path: Path) -> None:
    await held(tmp_path, the_small_meeting)


async def held(folder: Path, meeting: Callable[[Hall], Awaitable[None]]) -> None:
    """The meeting; when it fails, what every phone showed is in ``folder``."""
    async with hall(folder) as here:
        try:
            await meeting(here)
        except BaseException:
            for number, phone in enumerate(here.phones.all):
                await phone.page.screenshot(path=folder / f"{number}-{phone.name}.png")
                (folder / f"{number}-{phone.name}.aria").write_text(await phone.page.locator("body").aria_snapshot())
            (folder / "server.log").write_text(here.server.output)
            raise


async def the_meeting(here: Hall) -> None:
    base = here.server.url
    secretary, branch_id = await set_up_the_branch(here)
    await refuse_a_wrong_roster(here, secretary, branch_id)
    await import_the_roster(here, secretary, branch_id, ROSTER)

    # --- the secretary schedules and sends links
    meeting_id, links = await schedule(secretary, branch_id)
    assert {"周建华", "何雨桐", "李敏", "孙国栋", "丁文静", "许嘉宁"} <= set(links)

    # --- three members join by link: with video, with a microphone over the weak network, and just listening
    chair = Console(secretary.phone)
    await chair.enter(base, meeting_id, "video")
    limin = Room(await here.phones.phone("李敏"))
    sun = Room(await here.phones.phone("孙国栋", scripts=(f"({REWRITE})({here.network.udp_port})",)))
    ding = Room(await here.phones.phone("丁文静"))
    await limin.join(links["李敏"], "video")
    await sun.join(links["孙国栋"].replace(base, f"http://127.0.0.1:{here.network.tcp_port}"), "audio")
    await ding.join(links["丁文静"], "listen")
    everyone: list[Room] = [chair, limin, sun, ding]
    await chair.open_meeting()
    for room in everyone:
        await room.is_open()

    # --- sound and pictures arrive at each
    await chair.open_microphone()
    for room in (limin, sun, ding):
        await room.phone.has_heard_and_seen()
    await limin.open_microphone()
    await chair.phone.has_heard_and_seen()
    await limin.close_microphone()

    # --- one asks for and gets the floor
    await ding.raise_hand()
    await chair.open_console()
    await chair.give_floor("丁文静")
    await ding.has_floor()
    await ding.open_microphone()
    await sun.phone.hears()
    await ding.give_floor_back()

    # --- the recording is switched on; everyone is told and agrees
    await chair.tab("console.agenda")
    await chair.start_recording()
    for room in (limin, sun, ding):
        await room.agree_to_recording()

    # --- the first item is the roll call
    await chair.call_the_roll()
    await asyncio.gather(*(room.answer_the_roll() for room in everyone))
    await limin.say(MESSAGE)
    await ding.phone.page.get_by_text(MESSAGE).first.wait_for(state="attached")

    # --- a document is shown to everyone, turned, and put away
    await chair.show_document()
    looking = [chair, sun, ding]  # 李敏 has the chat open over the stage
    for room in looking:
        await room.sees_page(SLIDES, 1, 3)
    await chair.turn_page()
    for room in looking:
        await room.sees_page(SLIDES, 2, 3)
    await chair.stop_showing()
    for room in looking:
        await room.sees_no_page()

    # --- one loses the network while a vote opens, and resumes with the vote before them
    here.network.black_out()
    gone_at = asyncio.get_running_loop().time()
    await chair.open_vote(CARRIED, "按照程序，支部大会讨论。")
    for room in (limin, ding):
        await room.vote("for")
    await asyncio.sleep(max(0.0, 12 - (asyncio.get_running_loop().time() - gone_at)))  # on purpose: the network is away for twelve seconds
    here.network.restore()
    await sun.vote("for")
    await sun.phone.hears()
    await chair.vote("against")
    await chair.close_vote()
    await chair.publish()
    for room in (limin, sun, ding):
        said = await room.result("carried")
        assert re.search(r"\b5\b.*\b3\b.*\b3\b", said, re.DOTALL), said

    # --- and one fails under the same rule
    await chair.result("carried")
    await chair.open_vote(LOST, "")
    await limin.vote("against")
    await ding.vote("for")
    await sun.vote("for")
    await chair.vote("abstain")
    await chair.close_vote()
    await chair.publish()
    for room in everyone:
        said = await room.result("not_carried")
        assert re.search(r"\b5\b.*\b3\b.*\b2\b", said, re.DOTALL), said

    # --- recording off, adjourned
    await chair.stop_recording()
    for room in (limin, sun, ding):
        await expect(room.page.get_by_text(w("room.recording"), exact=True)).to_have_count(0)
    await chair.adjourn()
    for room in everyone:
        await room.has_ended()

    await read_the_record(here, secretary, meeting_id, {"李敏", "孙国栋", "丁文静", "何雨桐"}, {CARRIED, LOST})
    await nothing_was_amiss(here)


async def the_small_meeting(here: Hall) -> None:
    secretary, branch_id = await set_up_the_branch(here)
    await refuse_a_wrong_roster(here, secretary, branch_id)
    await import_the_roster(here, secretary, branch_id, SMALL_ROSTER)
    meeting_id, links = await schedule(secretary, branch_id)
    chair = Console(secretary.phone)
    await chair.enter(here.server.url, meeting_id, "audio")
    limin = Room(await here.phones.phone("李敏"))
    await limin.join(links["李敏"], "audio")
    await chair.open_meeting()
    for room in (chair, limin):
        await room.is_open()
    await chair.open_microphone()
    await limin.phone.hears()
    await chair.open_console()
    await chair.tab("console.agenda")
    await chair.start_recording()
    await limin.agree_to_recording()
    await chair.call_the_roll()
    await asyncio.gather(chair.answer_the_roll(), limin.answer_the_roll())
    await limin.say(MESSAGE)
    await chair.show_document()
    await chair.sees_page(SLIDES, 1, 3)
    await chair.turn_page()
    await chair.sees_page(SLIDES, 2, 3)
    await chair.stop_showing()
    await chair.sees_no_page()
    await chair.open_vote(CARRIED, "按照程序，支部大会讨论。")
    for room in (limin, chair):
        await room.vote("for")
    await chair.close_vote()
    await chair.publish()
    for room in (limin, chair):
        said = await room.result("carried")
        assert re.search(r"\b3\b.*\b2\b.*\b2\b", said, re.DOTALL), said
    await chair.stop_recording()
    await chair.adjourn()
    for room in (chair, limin):
        await room.has_ended()
    await read_the_record(here, secretary, meeting_id, {"李敏", "何雨桐"}, {CARRIED})
    await nothing_was_amiss(here)


async def nothing_was_amiss(here: Hall) -> None:
    """No page failed, and none did what its content policy forbids."""
    assert here.phones.faults == []
    for phone in here.phones.all:
        assert await phone.violations() == [], phone.name


async def schedule(secretary: Site, branch_id: str) -> tuple[str, dict[str, str]]:
    """A meeting that begins now, with a document; its address's number and each one's link."""
    now = datetime.now(SHANGHAI)
    meeting_id = await secretary.schedule(
        branch_id,
        "general",
        {
            w("schedule.form.date"): f"{now:%Y-%m-%d}",
            w("schedule.form.time"): f"{now:%H:%M}",
            w("schedule.form.place"): "教学楼 A305",
            w("schedule.form.chair"): "周建华",
            w("schedule.form.secretary"): "何雨桐",
        },
        record=True,
    )
    ((name, content),) = slides()
    await secretary.add_document(meeting_id, name, content)
    return meeting_id, await secretary.invitations(meeting_id)


async def set_up_the_branch(here: Hall) -> tuple[Site, str]:
    """The administrator makes the branch and its secretary; the secretary signs in."""
    made = await asyncio.to_thread(here.server.command, "user", "create", "沈立群", "--number", "A0001", "--branch", "临江大学党委")
    administrator = Site(await here.phones.phone("沈立群"), here.server.url)
    await administrator.sign_in(made.stdout.strip().splitlines()[-1])
    root = await administrator.branch_id("临江大学党委")
    await administrator.create_branch(root, BRANCH, "branch")
    branch_id = await administrator.branch_id(BRANCH)
    await administrator.add_person(branch_id, "周建华", "20240001")
    await administrator.appoint(branch_id, "周建华", "secretary")
    link = await administrator.issue_link(branch_id, "周建华")
    assert await administrator.phone.violations() == []
    await administrator.phone.context.close()
    here.phones.all.remove(administrator.phone)
    secretary = Site(await here.phones.phone("周建华"), here.server.url)
    await secretary.sign_in(link)
    return secretary, branch_id


async def refuse_a_wrong_roster(here: Hall, secretary: Site, branch_id: str) -> None:
    """One wrong row and nothing is imported."""
    wrong = [*ROSTER, ("", "20240007", "正式党员", ""), ("李敏", "20240003", "正式党员", "")]
    await secretary.upload_roster(branch_id, roster(here.folder, "wrong.xlsx", wrong))
    await expect(secretary.page.get_by_text(w("roster.nothing_imported")).first).to_be_visible()
    await secretary.go(f"/branches/{branch_id}/people")
    await expect(secretary.page.get_by_text("丁文静")).to_have_count(0)


async def import_the_roster(here: Hall, secretary: Site, branch_id: str, rows: Sequence[tuple[str, ...]]) -> None:
    await secretary.upload_roster(branch_id, roster(here.folder, "roster.xlsx", rows))
    await secretary.confirm_roster()
    await secretary.go(f"/branches/{branch_id}/people")
    for name, *_ in rows[1:]:
        await expect(secretary.page.get_by_text(name).first).to_be_visible()


async def read_the_record(here: Hall, secretary: Site, meeting_id: str, names: set[str], votes: set[str]) -> None:
    """Minutes and attendance are downloaded and read, the recording is played, a two-character search finds the message."""
    page = secretary.page
    player = page.locator("audio")

    async def made() -> bool:
        response = await page.goto(f"{here.server.url}/archive/{meeting_id}")
        assert response is not None
        return response.status == 200 and await player.count() > 0

    await within(60, "the record can be played", made)
    await expect(player.first).to_be_attached()
    length = await player.first.evaluate(
        """async (audio) => {
          audio.muted = true;
          await audio.play();
          const until = Date.now() + 10000;
          const enough = Math.min(1, audio.duration / 2);  // how long a meeting lasts depends on the machine
          while (audio.currentTime < enough && Date.now() < until) await new Promise((r) => setTimeout(r, 100));
          return audio.currentTime >= enough ? audio.duration : -audio.currentTime;
        }"""
    )
    assert length > 0, f"the recording does not play: {length}"
    leaves = page.locator(".leaf[data-picture]")
    assert [w("archive.page_of", title=SLIDES, n=n) in await leaves.nth(n - 1).inner_text() for n in (1, 2)] == [True, True]

    minutes = docx.Document(io.BytesIO(await secretary.fetch(f"/archive/{meeting_id}/minutes.docx")))
    words = "\n".join(
        [p.text for p in minutes.paragraphs] + [cell.text for table in minutes.tables for row in table.rows for cell in row.cells]
    )
    for expected in ("周建华", "何雨桐", "教学楼 A305", *votes):
        assert expected in words
    book = openpyxl.load_workbook(io.BytesIO(await secretary.fetch(f"/meetings/{meeting_id}/attendance.xlsx")))
    rows = [[str(cell) for cell in row if cell is not None] for sheet in book for row in sheet.iter_rows(values_only=True)]
    listed = {name: " ".join(row) for row in rows for name in names if name in row}
    assert set(listed) == names

    bundle = await secretary.fetch(f"/archive/{meeting_id}/export.zip")
    assert zipfile.ZipFile(io.BytesIO(bundle)).testzip() is None
    path = here.folder / "meeting.zip"
    path.write_bytes(bundle)
    audit = await asyncio.to_thread(here.server.command, "audit", str(path), check=False)
    assert audit.returncode == 0, audit.stdout

    await secretary.go("/search?q=%E5%BF%97%E6%84%BF")
    await expect(page.get_by_text("志愿服务的报名表").first).to_be_visible()
    stranger: Phone = await here.phones.phone("陌生人")
    response = await stranger.context.request.get(f"{here.server.url}/archive/{meeting_id}/minutes.docx", max_redirects=0)
    assert response.status in (303, 401, 403, 404)
