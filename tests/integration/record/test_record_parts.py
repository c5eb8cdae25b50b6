"""Every address of a meeting's record × everyone who may ask for it: nobody is shown a part that the table does not give them."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import AsyncIterator

import pypdf
import pytest
import pytest_asyncio
from starlette.routing import Route

from meeting_server.archive.audit.audit import audit
from meeting_server.archive.record.readers import Audience, Part, seen_by
from meeting_server.journal.bundle import read_bundle
from meeting_server.journal.port import Record
from meeting_server.web.routes import routes
from meeting_server.web.sharing.downloads import FORMS
from tests.kit.houses.archive_house import ArchiveHouse, archive_house
from tests.kit.houses.houses import Browser
from tests.kit.houses.published_meeting import IN_A_GROUP, SETTLED, publish

pytestmark = pytest.mark.asyncio(loop_scope="module")

WHO: dict[str, tuple[Audience, ...]] = {
    "nobody": (),
    "stranger": (Audience.LEARNER,),
    "other_secretary": (Audience.LEARNER,),
    "probationary": (Audience.MEMBER,),
    "member": (Audience.COUNTER,),  # the story's teller
    "reviewer": (Audience.REVIEWER,),
    "administrator": (Audience.ADMINISTRATOR,),
    "secretary": (Audience.SECRETARY, Audience.RUNNER),
}
MARKS: dict[str, Part | None] = {
    "外出调研": Part.REASONS,
    "出国八个月": Part.REASONS,
    "在国外": Part.REASONS,
    "点名时我在会场": Part.REASONS,
    "已核对，在会场第三排": Part.REASONS,
    "中共预备党员": Part.ALL_RESULTS,
    "马丽娟认为": Part.NOTES,
    "修改后上报学院党委": Part.NOTES,
    SETTLED: Part.NOTES,
    "考试周可以请退休同志补上": Part.CHAT,
    "小组里说的一句": Part.GROUP_ROOMS,
    IN_A_GROUP: Part.GROUP_ROOMS,
    "广告": None,  # it was removed: nobody's any more
}
"""What stands for a part: words of the story that are in no other."""
OWN = {"member": {"小组里说的一句"}}
"""What somebody said in a group room, they may read themselves."""
OF_A_RECORD = (
    "/archive",
    "/meetings/{meeting_id}",
    "/learn",
    "/library",
    "/me/my-record.json",
    "/me/attendance",
    "/me/readings",
    "/feeds",
    "/branches/{branch_id}/attendance",
    "/branches/{branch_id}/learning",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def archive(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ArchiveHouse]:
    async with archive_house(tmp_path_factory.mktemp("parts")) as made:
        await publish(made, "all")
        await made.there.site.takeaway_rules.let_readers(made.there.branch.branch_id, True)
        yield made


def addresses(archive: ArchiveHouse) -> list[str]:
    """Every address of the record that answers GET, with every file that can be asked for."""
    files = [path.name for path in sorted(archive.folder.iterdir()) if path.suffix in (".m4a", ".webm", ".mp4", ".json", ".jsonl")]
    branch_id = archive.there.branch.branch_id
    known: dict[str, list[str]] = {"meeting_id": [archive.meeting_id], "branch_id": [branch_id], "file": list(FORMS), "path": files}
    found = []
    for route in routes:
        if not isinstance(route, Route) or "GET" not in (route.methods or set()) or not route.path.startswith(OF_A_RECORD):
            continue
        holes = re.findall(r"\{(\w+)(?::\w+)?\}", route.path)
        paths = [re.sub(r":\w+\}", "}", route.path)]
        for hole in holes:
            paths = [path.replace(f"{{{hole}}}", value) for path in paths for value in known.get(hole, ["unknown-1"])]
        found += paths
    return list(dict.fromkeys(found))


def words_in(content: bytes) -> str:
    """Everything that can be read in an answer, whatever its form."""
    if content.startswith(b"%PDF"):
        return re.sub(r"\s", "", "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages))
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return "\n".join(words_in(package.read(name)) for name in package.namelist())
    return content.decode(errors="ignore")


async def browser_of(archive: ArchiveHouse, who: str) -> Browser:
    return archive.there.browser() if who == "nobody" else await archive.there.signed_in(who)


async def everything(archive: ArchiveHouse, who: str) -> dict[str, str]:
    browser = await browser_of(archive, who)
    return {path: words_in((await browser.get(path)).content) for path in addresses(archive)}


@pytest.mark.parametrize("who", WHO)
async def test_no_page_and_no_file_shows_a_part_of_the_record_that_is_not_for_its_reader(archive: ArchiveHouse, who: str) -> None:
    sees = seen_by(WHO[who])
    told = await everything(archive, who)
    shown = {mark for mark in MARKS for text in told.values() if mark in text}
    kept = [mark for mark, part in MARKS.items() if part not in sees and mark not in OWN.get(who, ())]
    wrong = [f"{path}: {mark}" for path, text in told.items() for mark in kept if mark in text]
    assert wrong == []
    assert {mark for mark, part in MARKS.items() if part in sees} <= shown, "a part is shown nowhere: the test looks at nothing"


@pytest.mark.parametrize("who", WHO)
async def test_the_bundle_holds_open_and_sealed_ballots_for_whom_the_table_says(archive: ArchiveHouse, who: str) -> None:
    sees = seen_by(WHO[who])
    answer = await (await browser_of(archive, who)).get(f"{archive.address}/export.zip")
    assert (answer.status_code == 200) == (Part.BUNDLE in sees)
    if answer.status_code != 200:
        return
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bundle:
        lines = [json.loads(line) for line in bundle.read("journal.jsonl").splitlines()]
        sealed = json.loads(bundle.read("papers/m5.json"))
    cast = [json.loads(line["payload"])["motion_id"] for line in lines if line["kind"] == "BallotCast" and line["payload"]]
    assert set(cast) == ({"m1", "m2", "m3"} if Part.SINGLE_BALLOTS in sees else {"m2"})  # m2 was a named vote
    assert bool(sealed.get("ballots")) == (Part.SECRET_BALLOTS in sees)


@pytest.mark.parametrize("who", [who for who, audiences in WHO.items() if Part.BUNDLE in seen_by(audiences)])
async def test_every_bundle_that_leaves_passes_the_audit(archive: ArchiveHouse, who: str) -> None:
    answer = await (await browser_of(archive, who)).get(f"{archive.address}/export.zip")
    result = audit(read_bundle(answer.content))
    assert result.sound, result.findings
    assert bool(result["tally"].told) == (Part.SINGLE_BALLOTS not in seen_by(WHO[who]))


@pytest.mark.parametrize("who", WHO)
async def test_the_search_finds_only_what_its_reader_may_see(archive: ArchiveHouse, who: str) -> None:
    browser, sees = await browser_of(archive, who), seen_by(WHO[who])
    hits = {mark for mark in MARKS if "<mark>" in (await browser.get("/search", params={"q": mark})).text}
    assert {mark for mark in hits if MARKS[mark] not in sees} == set()


async def test_who_may_not_take_the_bundle_is_refused_before_the_journal_is_read(
    archive: ArchiveHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    registry = archive.there.site.registry

    async def records(meeting_id: str, after: int = 0) -> list[Record]:
        read.append(meeting_id)
        return []

    monkeypatch.setattr(registry, "records", records)
    for who in ("nobody", "stranger", "probationary"):
        browser = await browser_of(archive, who)
        for path in ("export.zip", "minutes", "minutes.docx", "record", "share", "share/bundle.zip", "take/minutes.pdf", "take/scorm.zip"):
            answer = await browser.get(f"{archive.address}/{path}")
            if who != "probationary" or not path.startswith(("minutes", "take/minutes")):
                assert answer.status_code in (303, 403, 404), path
    assert read == []


async def test_a_meeting_that_is_not_there_and_one_of_others_are_answered_alike(archive: ArchiveHouse) -> None:
    house = archive.there.site
    publication = await house.publications.of(archive.meeting_id)
    assert publication is not None
    await house.publications.withdraw(archive.meeting_id)
    try:
        browser = await archive.there.signed_in("stranger")
        for path in addresses(archive):
            if archive.meeting_id in path:
                there, not_there = await browser.get(path), await browser.get(path.replace(archive.meeting_id, "m-none"))
                assert there.status_code == not_there.status_code == 404, path
    finally:
        await house.publications.save(publication)
