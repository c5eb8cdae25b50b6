"""Last month's meeting of the demo branch, as whoever tries the server finds it; its record is made at low priority, so alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from meeting_server.archive.record.sound import runs
from meeting_server.demo.dialogue import times
from tests.kit.servers.running import Server, signed_in, wait_for

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, httpx.Client]]:
    """Everybody a link was printed for, by name."""
    with Server(tmp_path_factory.mktemp("house"), "--demo") as demo, ExitStack() as kept:
        yield {name: kept.enter_context(signed_in(link)) for _, name, link in demo.links}


@pytest.fixture(scope="module")
def last_month(clients: dict[str, httpx.Client]) -> str:
    """The address of the demo's record, as soon as its sound can be played."""
    (meeting,) = re.findall(r'href="/learn/meetings/([^"]+)"', clients["周建华"].get("/learn").text)
    address = f"/archive/{meeting}"
    wait_for(lambda: 'id="sound"' in clients["周建华"].get(address).text, 60)
    return address


def tracks_of(client: httpx.Client, record: str, folder: Path) -> list[Path]:
    """The recorded files of a record, in the order in which they began."""
    files = list[Path]()
    for address in re.findall(rf'href="({record}/files/[^"]+\.webm)"', client.get(record).text):
        files.append(folder / f"{len(files)}.webm")
        files[-1].write_bytes(client.get(address).content)
    return files


def test_last_months_meeting_has_sound_of_five_synthetic_voices_and_says_so(
    clients: dict[str, httpx.Client], last_month: str, tmp_path: Path
) -> None:
    assert "发言是机器合成的语音" in clients["李敏"].get(last_month).text
    tracks = tracks_of(clients["周建华"], last_month, tmp_path)
    assert len(tracks) == 5
    assert all(sum(len(samples) for _, samples in runs(track, 8_000)) > 10 * 8_000 for track in tracks)


def test_the_telephone_number_that_was_said_last_month_is_taken_out(
    clients: dict[str, httpx.Client], last_month: str, tmp_path: Path
) -> None:
    assert "个人电话号码" in clients["周建华"].get(f"{last_month}/record").text
    li_min = tracks_of(clients["周建华"], last_month, tmp_path)[2]
    said, zero = times(), times()["report_year"].since
    heard = [(zero + at // 8, samples) for at, samples in runs(li_min, 8_000)]

    def loud(key: str) -> bool:
        return any(said[key].since < at < said[key].until and abs(samples).max() > 0.05 for at, samples in heard)

    assert loud("report_signup")
    assert not loud("report_number")


def test_a_lesson_of_last_months_meeting_asks_questions_and_says_that_its_voices_are_synthetic(
    clients: dict[str, httpx.Client], last_month: str
) -> None:
    member = clients["李敏"]
    (lesson,) = set(re.findall(r'href="(/learn/lessons/l[^"/]+)"', member.get("/learn").text))
    page = member.get(lesson).text
    assert "发言是机器合成的语音" in page
    assert "/clip.m4a" in page
    assert member.get(f"{lesson}/clip.m4a").status_code == 200
    assert "主题党日多久开展一次？" in member.get(f"{lesson}/quiz").text
