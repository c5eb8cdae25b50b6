"""What a meeting settled, through its pages: drafts for who keeps the record, the approved list for who reads the minutes."""

from __future__ import annotations

import html
import io
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from docx import Document

from meeting_server.store.people.access_log import Act
from meeting_server.store.record.decided_items import State
from meeting_server.web.site.dates import iso_day
from tests.kit.houses.archive_house import ArchiveHouse, archive_house
from tests.kit.houses.houses import Browser
from tests.kit.meetings.whole_meeting import STARTS

pytestmark = pytest.mark.asyncio(loop_scope="module")

TASK, CUE = "请丁文静同志三天内把名单交上来", "zhou-audio-1.21000"
SOURCE = f"c.{CUE}.0"
SAID = [("zhou-audio-1.webm", 1.0, 3.0, "同志们现在开会"), ("zhou-audio-1.webm", 21.0, 24.0, TASK)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def archive(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ArchiveHouse]:
    async with archive_house(tmp_path_factory.mktemp("decided"), said=SAID) as made:
        yield made


@pytest.fixture(autouse=True)
async def clean(archive: ArchiveHouse) -> AsyncIterator[None]:
    """Nothing judged, corrected or noted by the test before."""
    yield
    async with archive.there.site.database.write() as conn:
        for table in ("decided_items", "transcript_corrections", "redactions", "access_log"):
            await conn.exec_driver_sql(f"DELETE FROM {table}")


async def desk(archive: ArchiveHouse, who: str = "secretary") -> tuple[Browser, str]:
    browser = await archive.there.signed_in(who)
    return browser, (await browser.get(f"{archive.address}/record/decided")).text


def shown(page: str, source: str = SOURCE) -> str:
    """What the page's form of an item says that its reader saw."""
    found = re.search(rf'name="source" value="{re.escape(source)}"><input type="hidden" name="seen" value="([^"]*)"', page)
    assert found is not None, "the item is not on the page"
    return html.unescape(found[1])


async def judge(archive: ArchiveHouse, browser: Browser, page: str, status: int = 303, **fields: str) -> None:
    asked = {"do": "approve", "source": SOURCE, "seen": shown(page), "text": TASK, "kind": "task", "people": "丁文静", "due": "", **fields}
    await browser.submit(f"{archive.address}/record/decided", asked, status=status)


async def acts(archive: ArchiveHouse) -> list[str]:
    branch = archive.there.branch.branch_id
    return [entry.act for _, entry in await archive.there.site.access_log.latest([branch]) if entry.act.startswith("decided")]


async def test_a_draft_shows_its_sentence_its_time_its_person_and_its_day(archive: ArchiveHouse) -> None:
    _, page = await desk(archive)
    form = page[page.index(f'value="{SOURCE}"') :].partition("</form>")[0]
    assert TASK in form
    assert ">0:21</a>" in form
    assert 'value="丁文静"' in form
    assert f'type="date" value="{iso_day(STARTS + 3 * 86_400_000)}"' in form
    assert "?at=" in form


async def test_a_draft_is_seen_by_nobody_who_does_not_keep_the_record(archive: ArchiveHouse) -> None:
    _, page = await desk(archive, "member")
    assert TASK not in page
    member = await archive.there.signed_in("member")
    assert 'id="decided"' not in (await member.get(archive.address)).text
    assert (await member.get(f"{archive.address}/take/decided.md")).status_code in (403, 404)


async def test_an_approved_item_is_shown_on_the_record_and_taken_away_and_noted(archive: ArchiveHouse) -> None:
    secretary, page = await desk(archive)
    await judge(archive, secretary, page, text="名单由丁文静收齐", due="2026-12-11")
    record = (await (await archive.there.signed_in("member")).get(archive.address)).text
    part = record[record.index('id="decided"') :]
    assert "名单由丁文静收齐" in part
    assert TASK in part  # the sentence it rests on
    assert 'data-seek="21000"' in part
    document = await secretary.get(f"{archive.address}/take/decided.docx")
    words = "\n".join(paragraph.text for paragraph in Document(io.BytesIO(document.content)).paragraphs)
    assert "名单由丁文静收齐" in words
    assert "2026年12月11日" in words
    english = await secretary.get(f"{archive.address}/take/decided.md", headers={"accept-language": "en"})
    assert "名单由丁文静收齐" in english.text
    assert await acts(archive) == [Act.DECIDED_APPROVED]
    assert f'name="source" value="{SOURCE}"' in (await desk(archive))[1]
    (item,) = await archive.there.site.decided_items.of(archive.meeting_id)
    assert [(one.name, one.participant_id) for one in item.people] == [("丁文静", archive.there.people["member"].member_id)]


async def test_an_item_is_edited_rejected_and_taken_back(archive: ArchiveHouse) -> None:
    secretary, page = await desk(archive)
    await judge(archive, secretary, page, do="reject")
    (item,) = await archive.there.site.decided_items.of(archive.meeting_id)
    assert item.state is State.REJECTED
    assert 'id="decided"' not in (await secretary.get(archive.address)).text
    await judge(archive, secretary, (await desk(archive))[1], do="reopen")
    assert await archive.there.site.decided_items.of(archive.meeting_id) == ()
    await judge(archive, secretary, (await desk(archive))[1], do="approve")
    await judge(archive, secretary, (await desk(archive))[1], do="save", kind="decision", people="")
    (item,) = await archive.there.site.decided_items.of(archive.meeting_id)
    assert (item.kind, item.people, item.text) == ("decision", (), TASK)
    assert await acts(archive) == [Act.DECIDED_APPROVED, Act.DECIDED_APPROVED, Act.DECIDED_REOPENED, Act.DECIDED_REJECTED]


async def test_nobody_approves_words_that_were_corrected_or_judged_since_they_were_shown(archive: ArchiveHouse) -> None:
    secretary, page = await desk(archive)
    await secretary.submit(f"{archive.address}/record/cues/{CUE}", {"text": "请丁文静同志五天内把名单交上来"})
    await judge(archive, secretary, page, 409)
    page = (await desk(archive))[1]
    await judge(archive, secretary, page)
    await judge(archive, secretary, page, 409, do="reject")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"text": " "}, 422),
        ({"text": "字" * 301}, 422),
        ({"people": "丁文静、无此人"}, 422),
        ({"due": "2026-02-30"}, 400),
        ({"kind": "promise"}, 400),
        ({"do": "burn"}, 400),
        ({"source": "c.unknown.0"}, 404),
    ],
)
async def test_a_bad_form_keeps_nothing(archive: ArchiveHouse, fields: dict[str, str], status: int) -> None:
    secretary, page = await desk(archive)
    await judge(archive, secretary, page, status, **fields)
    assert await archive.there.site.decided_items.of(archive.meeting_id) == ()


async def test_an_item_goes_with_the_passage_that_said_it(archive: ArchiveHouse) -> None:
    secretary, page = await desk(archive)
    await judge(archive, secretary, page, do="approve")
    passage = {"since": "0:20.9", "until": "0:24.1", "reason": "个人信息", "sure": "yes"}
    assert (await secretary.submit(f"{archive.address}/record/redact", passage)).status_code == 303
    assert await archive.there.site.decided_items.of(archive.meeting_id) == ()
    assert TASK not in (await secretary.get(archive.address)).text.partition('id="votes"')[2]
    assert f'value="{SOURCE}"' not in (await desk(archive))[1]
