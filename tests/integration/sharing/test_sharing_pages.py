"""A resource goes from one institution's server to another's: looked at, opted into, signed, carried, checked, taken in."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from meeting_server.archive.takeaway.sharing import fingerprint_of, read_bundle
from meeting_server.store.sharing.institution_key import institution_key
from meeting_server.web.routes import routes
from meeting_server.web.sharing.sharing_pages import grouped
from tests.kit.houses.archive_house import ArchiveHouse, archive_house
from tests.kit.houses.houses import Browser, TestHouse, people_house
from tests.kit.houses.published_meeting import IN_A_GROUP, SECRET, publish

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class TwoHouses:
    """An institution that gives and one that takes, each with its own database, folder and key."""

    giver: ArchiveHouse
    taker: TestHouse


@asynccontextmanager
async def two_houses(folder: Path) -> AsyncIterator[TwoHouses]:
    (folder / "giver").mkdir()
    (folder / "taker").mkdir()
    async with archive_house(folder / "giver") as giver, people_house(folder / "taker", routes) as taker:
        await giver.there.site.directory.rename_branch(giver.there.university.branch_id, "东海大学党委")
        await publish(giver)
        yield TwoHouses(giver, taker)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def two(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TwoHouses]:
    """For tests after which nothing was taken in."""
    async with two_houses(tmp_path_factory.mktemp("two")) as made:
        yield made


async def agree(giver: ArchiveHouse) -> None:
    secretary = await giver.there.signed_in("secretary")
    await secretary.submit(f"{giver.address}/share", {"share": "on", "looked": "yes"}, page=f"{giver.address}/share")


async def exported(giver: ArchiveHouse) -> bytes:
    await agree(giver)
    answer = await (await giver.there.signed_in("secretary")).get(f"{giver.address}/share/bundle.zip")
    assert answer.status_code == 200
    return answer.content


async def brought(browser: Browser, data: bytes, status: int = 303) -> httpx.Response:
    return await browser.submit("/sharing", files={"file": ("resource.zip", data, "application/zip")}, page="/sharing", status=status)


def altered(data: bytes, name: str, old: str, new: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for entry in source.namelist():
            content = source.read(entry)
            if entry == name:
                assert old.encode() in content
                content = content.replace(old.encode(), new.encode())
            target.writestr(entry, content)
    return out.getvalue()


async def test_a_resource_goes_from_one_server_to_another(tmp_path: Path) -> None:
    async with two_houses(tmp_path) as two:
        data = await exported(two.giver)
        secretary = await two.taker.signed_in("secretary")
        answer = await brought(secretary, data)
        address = answer.headers["location"]
        preview = (await secretary.get(address)).text
        fingerprint = fingerprint_of(institution_key(two.giver.there.site.settings.data_dir).public_key())
        assert "东海大学党委" in preview
        assert grouped(fingerprint) in preview
        assert "第一次收到这个单位的资源" in preview
        assert "今年支部完成了三件事" in preview

        member = await two.taker.signed_in("member")
        assert (await member.get(address)).status_code == 404  # not before somebody decided
        await secretary.submit(f"{address}/accept", {"audience": "branch"}, page=address)
        page = await member.get(address)
        assert page.status_code == 200
        assert "来自东海大学党委" in page.text
        assert "今年支部完成了三件事" in page.text
        assert "只能看，不能改" in page.text
        assert "/accept" not in page.text
        assert address in (await member.get("/sharing")).text
        assert (await (await two.taker.signed_in("stranger")).get(address)).status_code == 404
        await secretary.submit(f"{address}/accept", {"audience": "faculty"}, page=address)
        assert (await (await two.taker.signed_in("stranger")).get(address)).status_code == 200
        noted = [e for _, e in await two.taker.site.access_log.latest([two.taker.branch.branch_id]) if e.act == "shared_in"]
        assert [(e.actor_name, e.detail) for e in noted] == [("何雨桐", "东海大学党委")]

        await secretary.submit(f"{address}/remove", page=address)
        assert (await member.get(address)).status_code == 404


async def test_nobody_of_the_giving_branch_can_be_found_in_what_arrives(two: TwoHouses) -> None:
    data = await exported(two.giver)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        inside = "\n".join(package.read(name).decode() for name in package.namelist())
    names = {member.name for member in await two.giver.there.site.directory.roster(two.giver.there.branch.branch_id)}
    for never in (*names, "周建华", "李卫东", "13800001234", SECRET, IN_A_GROUP, "信息学院", "第二党支部", "考试周", "A305"):
        assert never not in inside, never
    assert "发言人甲" in inside
    assert "某同志" in inside
    assert not [name for name in zipfile.ZipFile(io.BytesIO(data)).namelist() if not name.endswith((".json", ".md", ".sig"))]


async def test_the_preview_shows_exactly_what_leaves(two: TwoHouses) -> None:
    page = (await (await two.giver.there.signed_in("secretary")).get(f"{two.giver.address}/share")).text
    study = read_bundle(await exported(two.giver)).study
    for said in (study.title, study.summary, *(u.text for u in study.utterances), *(q.text for q in study.questions)):
        assert said in page, said
    article = page.split("<article")[1].split("</article>")[0]
    for name in ("周建华", "李卫东", "丁文静", "13800001234"):
        assert name not in article


async def test_nothing_leaves_without_publishing_looking_and_agreeing(tmp_path: Path) -> None:
    async with archive_house(tmp_path) as giver:
        address = f"{giver.address}/share"
        secretary = await giver.there.signed_in("secretary")
        refused = await secretary.submit(address, {"share": "on", "looked": "yes"}, page="/me", status=409)
        assert "还没有发布" in refused.text
        await publish(giver)
        assert (await secretary.get(f"{address}/bundle.zip")).status_code == 409
        assert "从头看过" in (await secretary.submit(address, {"share": "on"}, page=address, status=422)).text
        await secretary.submit(address, {"share": "on", "looked": "yes"}, page=address)
        assert (await secretary.get(f"{address}/bundle.zip")).status_code == 200
        assert (await (await giver.there.signed_in("reviewer")).get(f"{address}/bundle.zip")).status_code == 200
        assert (await (await giver.there.signed_in("member")).get(address)).status_code == 403
        assert (await (await giver.there.signed_in("member")).get(f"{address}/bundle.zip")).status_code == 403
        assert (await (await giver.there.signed_in("stranger")).get(f"{address}/bundle.zip")).status_code == 404
        await (await giver.there.signed_in("reviewer")).submit(address, {"share": "off"}, page="/me", status=403)
        await secretary.submit(address, {"share": "off"}, page=address)
        assert (await secretary.get(f"{address}/bundle.zip")).status_code == 409
        acts = [str(e.act) for _, e in await giver.there.site.access_log.latest([giver.there.branch.branch_id])]
        assert acts.count("sharing_allowed") == acts.count("sharing_stopped") == 1
        assert acts.count("shared_out") == 2


async def test_what_was_tampered_with_on_the_way_is_refused_and_nothing_kept(two: TwoHouses) -> None:
    data = await exported(two.giver)
    secretary = await two.taker.signed_in("secretary")
    for broken, said in (
        (altered(data, "resource.json", "三件事", "五件事"), "resource.json 与签名时不一样"),
        (altered(data, "transcript.md", "三件事", "五件事"), "transcript.md 与签名时不一样"),
        (altered(data, "bundle.json", "东海大学", "西山大学"), "签名对不上"),
        (b"not a bundle", "这不是分享包"),
        (data[: len(data) // 2], "这不是分享包"),
    ):
        answer = await brought(secretary, broken, 422)
        assert said in answer.text
    assert await two.taker.site.shared_resources.all() == ()
    nothing = await secretary.submit("/sharing", {"branch": two.taker.branch.branch_id}, page="/sharing", status=422)
    assert "先选一个文件" in nothing.text


async def test_only_who_keeps_a_branch_s_record_brings_anything_to_it(tmp_path: Path) -> None:
    async with two_houses(tmp_path) as two:
        data = await exported(two.giver)
        for who in ("member", "reviewer"):
            browser = await two.taker.signed_in(who)
            file = {"file": ("resource.zip", data, "application/zip")}
            await browser.submit("/sharing", files=file, page="/me", status=403)
        other = await two.taker.signed_in("other_secretary")
        file = {"file": ("resource.zip", data, "application/zip")}
        await other.submit("/sharing", {"branch": two.taker.branch.branch_id}, files=file, page="/sharing", status=403)
        address = (await brought(other, data)).headers["location"]
        secretary = await two.taker.signed_in("secretary")
        assert (await secretary.get(address)).status_code == 404
        await secretary.submit(f"{address}/accept", {"audience": "all"}, page="/me", status=404)
        await other.submit(f"{address}/accept", {"audience": "all"}, page=address)
        member = await two.taker.signed_in("member")
        assert (await member.get(address)).status_code == 200
        await member.submit(f"{address}/remove", page="/me", status=403)
        await member.submit(f"{address}/accept", {"audience": "all"}, page="/me", status=403)


async def test_the_same_bundle_twice_is_one_resource_and_another_key_of_the_same_name_is_pointed_out(tmp_path: Path) -> None:
    async with two_houses(tmp_path) as two:
        data = await exported(two.giver)
        secretary = await two.taker.signed_in("secretary")
        first = (await brought(secretary, data)).headers["location"]
        assert (await brought(secretary, data)).headers["location"] == first
        await secretary.submit(f"{first}/accept", {"audience": "branch"}, page=first)
        (two.giver.there.site.settings.data_dir / "institution.key").unlink()  # somebody else under the same name
        second = (await brought(secretary, await exported(two.giver))).headers["location"]
        assert second != first
        assert "以前用的是另一把钥匙" in (await secretary.get(second)).text


async def test_a_key_that_can_not_be_read_stops_sharing_with_a_sentence(tmp_path: Path) -> None:
    async with archive_house(tmp_path) as giver:
        await publish(giver)
        (giver.there.site.settings.data_dir / "institution.key").write_text("nonsense")
        answer = await (await giver.there.signed_in("secretary")).get(f"{giver.address}/share")
        assert answer.status_code == 503
        assert "签名钥匙读不出来" in answer.text


async def test_the_key_is_made_once_and_for_nobody_else_to_read(tmp_path: Path) -> None:
    first = institution_key(tmp_path)
    assert institution_key(tmp_path).private_bytes_raw() == first.private_bytes_raw()
    assert (tmp_path / "institution.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("path", ["/sharing/shared-0", "/sharing/..%2F..", "/sharing/x"])
async def test_what_is_not_there_is_not_found(tmp_path: Path, path: str) -> None:
    async with people_house(tmp_path, routes) as taker:
        assert (await (await taker.signed_in("secretary")).get(path)).status_code == 404
