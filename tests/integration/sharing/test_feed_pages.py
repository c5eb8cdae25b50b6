"""Podcast feeds: only what is published, allowed and the member's to hear; by a secret address that can be taken back."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from sqlalchemy import select

from meeting_server.observe import masked
from meeting_server.store.sharing.feeds import feeds
from tests.kit.houses.archive_house import ArchiveHouse, archive_house
from tests.kit.houses.houses import Browser
from tests.kit.houses.published_meeting import publish

pytestmark = pytest.mark.asyncio(loop_scope="module")

ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
ADDRESS = re.compile(r"http://house\.test(/feeds/[A-Za-z0-9_-]{43}\.xml)")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def archive(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ArchiveHouse]:
    """A published meeting, for tests that leave it so."""
    async with archive_house(tmp_path_factory.mktemp("feeds")) as made:
        await publish(made)
        yield made


async def subscribed(archive: ArchiveHouse, who: str) -> str:
    """The path of a fresh feed of the branch."""
    browser = await archive.there.signed_in(who)
    await browser.submit("/feeds", {"branch": archive.there.branch.branch_id}, page="/feeds")
    found = ADDRESS.search((await browser.get("/feeds")).text)
    assert found is not None
    return found[1]


def items(content: bytes) -> list[ET.Element]:
    return ET.fromstring(content).findall("channel/item")


def enclosure(content: bytes) -> str:
    found = items(content)[0].find("enclosure")
    assert found is not None
    return urlsplit(found.get("url", "")).path


async def test_a_podcast_program_gets_the_published_recording_without_signing_in(archive: ArchiveHouse) -> None:
    program = archive.there.browser()  # no cookies at all
    address = await subscribed(archive, "member")
    answer = await program.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/rss+xml")
    assert "no-store" in answer.headers["cache-control"]
    channel = ET.fromstring(answer.content).find("channel")
    assert channel is not None
    assert channel.findtext("title") == "信息学院研究生第二党支部·学习"
    assert channel.findtext(f"{ITUNES}block") == "Yes"
    [item] = items(answer.content)
    assert item.findtext("guid") == archive.meeting_id
    assert item.findtext("description", "").startswith("支部审议了年度工作总结")
    assert item.findtext(f"{ITUNES}duration") == "60"
    sound = item.find("enclosure")
    assert sound is not None
    assert (sound.get("type"), sound.get("length")) == ("audio/mp4", str((archive.folder / "mix.m4a").stat().st_size))
    heard = await program.get(enclosure(answer.content))
    assert heard.content == (archive.folder / "mix.m4a").read_bytes()
    assert "no-store" in heard.headers["cache-control"]
    part = await program.get(enclosure(answer.content), headers={"range": "bytes=5-9"})
    assert (part.status_code, part.content) == (206, heard.content[5:10])


async def test_an_address_taken_back_fetches_nothing_any_more(archive: ArchiveHouse) -> None:
    address = await subscribed(archive, "member")
    program = archive.there.browser()
    sound = enclosure((await program.get(address)).content)
    member = await archive.there.signed_in("member")
    revoke = re.search(r"/feeds/feed-[0-9a-f]{16}/revoke", (await member.get("/feeds")).text)
    assert revoke is not None
    await (await archive.there.signed_in("secretary")).submit(revoke[0], page="/feeds", status=404)  # it is not theirs
    assert (await program.get(address)).status_code == 200
    await member.submit(revoke[0], page="/feeds")
    assert [(await program.get(path)).status_code for path in (address, sound)] == [410, 410]
    fresh = await subscribed(archive, "member")
    assert fresh != address
    assert (await program.get(fresh)).status_code == 200
    acts = [str(e.act) for e in await archive.there.site.access_log.about(archive.there.people["member"].member_id)]
    assert acts.count("feed_made") >= 2
    assert acts.count("feed_revoked") == 1


async def test_what_is_withdrawn_or_closed_or_not_the_member_s_is_not_in_it(tmp_path: Path) -> None:
    async with archive_house(tmp_path) as archive:
        house = archive.there.site
        await publish(archive)
        address = await subscribed(archive, "member")
        program = archive.there.browser()
        sound = enclosure((await program.get(address)).content)

        async def fetched() -> tuple[int, int]:
            return len(items((await program.get(address)).content)), (await program.get(sound)).status_code

        assert await fetched() == (1, 200)
        await house.publications.withdraw(archive.meeting_id)
        assert await fetched() == (0, 404)
        await publish(archive)
        await house.takeaway_rules.let_readers(archive.there.branch.branch_id, False)
        assert await fetched() == (0, 404)
        await house.takeaway_rules.let_readers(archive.there.branch.branch_id, True)
        (archive.folder / "mix.m4a").rename(archive.folder / "away")
        assert await fetched() == (0, 404)
        (archive.folder / "away").rename(archive.folder / "mix.m4a")
        assert await fetched() == (1, 200)
        await house.directory.remove_member(archive.there.people["member"].member_id, 1)
        assert [(await program.get(path)).status_code for path in (address, sound)] == [410, 410]


async def test_a_stranger_hears_only_what_is_published_to_them(tmp_path: Path) -> None:
    async with archive_house(tmp_path) as archive:
        await publish(archive, "branch")
        stranger = await archive.there.signed_in("stranger")
        refused: Browser = stranger
        await refused.submit("/feeds", {"branch": archive.there.branch.branch_id}, page="/feeds", status=400)
        await publish(archive, "faculty")
        address = await subscribed(archive, "stranger")
        program = archive.there.browser()
        assert len(items((await program.get(address)).content)) == 1
        await publish(archive, "branch")
        assert items((await program.get(address)).content) == []


async def test_the_token_is_hashed_at_rest_and_masked_in_logs_and_unknown_ones_are_not_found(archive: ArchiveHouse) -> None:
    address = await subscribed(archive, "member")
    token = address.removeprefix("/feeds/").removesuffix(".xml")
    async with archive.there.site.database.read() as conn:
        rows = repr((await conn.execute(select(feeds))).all())
    assert token not in rows
    assert token not in masked(f"GET {address} and /feeds/{token}/m-1.m4a")
    program = archive.there.browser()
    for path in (f"/feeds/{'x' * 43}.xml", f"/feeds/{'x' * 43}/{archive.meeting_id}.m4a", f"/feeds/{token}/other.m4a"):
        assert (await program.get(path)).status_code == 404, path
