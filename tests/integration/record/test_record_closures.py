"""Who was asked out of an item, and who was called to another only, against every address of the record: not a word, not a sound of it."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import av
import msgspec
import pytest
import pytest_asyncio

from meeting_server.archive.record import transcript
from meeting_server.archive.record.record_files import RecordFiles
from meeting_server.archive.record.transcript import Spoken
from meeting_server.domain.events import AgendaStepped, MeetingOpened, ParticipantAdmitted, ParticipantRecalled, ParticipantRecused
from meeting_server.domain.ids import HALL, ItemId, ParticipantId
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.terms import Invited
from meeting_server.journal.port import Draft
from meeting_server.store.learning.collections import Collection
from meeting_server.store.learning.courses import Course
from meeting_server.store.learning.lessons import Lesson
from meeting_server.store.learning.resources import Resource
from meeting_server.store.learning.studied import Studied
from meeting_server.store.learning.study_notes import StudyNote
from meeting_server.store.people.people import BranchRole
from meeting_server.store.record.decided_items import DecidedItem, Kind, Source
from meeting_server.store.schedule.schedule import Listed
from meeting_server.web.site.auth import now_millis
from tests.integration.record.test_record_parts import addresses, words_in
from tests.kit.houses.archive_house import ArchiveHouse, archive_house
from tests.kit.houses.houses import Browser, TestHouse
from tests.kit.houses.published_meeting import publish
from tests.kit.meetings.whole_meeting import CHAIR
from tests.kit.work.little_embedder import LittleEmbedder

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIRST, SECOND = ItemId("i1"), ItemId("i2")
SAID_UNDER_THE_FIRST = "今年支部完成了三件事"
SAID_UNDER_THE_SECOND = "这句只在第二项说过umbra"
TITLE_OF_THE_SECOND = "微党课：只讲第二项penumbra"
SETTLED_UNDER_THE_FIRST, SETTLED_UNDER_THE_SECOND = "第一项决定antumbra", "第二项任务syzygy"
OF_THE_FIRST = (SAID_UNDER_THE_FIRST, SETTLED_UNDER_THE_FIRST, "先请丁文静同志点名")
OF_THE_SECOND = (
    SAID_UNDER_THE_SECOND,
    SETTLED_UNDER_THE_SECOND,
    TITLE_OF_THE_SECOND,
    "马丽娟认为",
    "考试周可以请退休同志补上",
    "工作总结第三部分的数字",
)
RESULTS_OF_THE_SECOND = ("修改后上报学院党委", "志愿服务对象扩大到留学生", "中共预备党员")
CLOSED: dict[str, tuple[str, ...]] = {
    "probationary": OF_THE_SECOND,  # asked out for the second item
    "to_first": (*OF_THE_SECOND, *RESULTS_OF_THE_SECOND),
    "to_second": OF_THE_FIRST,
    "applicant": (),  # of the branch, on no list, and it is published to another
}
OPEN: dict[str, tuple[str, ...]] = {
    "probationary": (*OF_THE_FIRST, "修改后上报学院党委"),
    "to_first": OF_THE_FIRST,
    "to_second": (*OF_THE_SECOND, "修改后上报学院党委"),
}


async def applicants(there: TestHouse) -> Sequence[Listed]:
    for who, name in (("to_first", "贺青"), ("to_second", "邓一鸣"), ("applicant", "苏宁")):
        await there.add(who, name, there.branch, standing=Standing.APPLICANT, voting=False)
    return (
        Listed(ParticipantId(there.people["to_first"].member_id), items=(1,)),
        Listed(ParticipantId(there.people["to_second"].member_id), items=(2,)),
    )


def asked_out(there: TestHouse, drafts: list[Draft]) -> list[Draft]:
    """林晓雨 is asked out for the second item; two applicants are let in for one item each."""
    lin = ParticipantId(there.people["probationary"].member_id)
    told: list[Draft] = []
    recused = False
    for draft in drafts:
        told.append(draft)
        at = draft.recorded_at
        if isinstance(draft.event, MeetingOpened):
            for who, name, item in (("to_first", "贺青", FIRST), ("to_second", "邓一鸣", SECOND)):
                invited = Invited(ParticipantId(there.people[who].member_id), name, Standing.APPLICANT, Role.MEMBER, False, items=(item,))
                told.append(Draft(ParticipantAdmitted(invited, CHAIR), None, None, at))
        elif isinstance(draft.event, AgendaStepped) and draft.event.item_id == SECOND:
            told.append(Draft(ParticipantRecused(lin, SECOND, CHAIR), CHAIR, None, at))
            recused = True
        elif isinstance(draft.event, AgendaStepped) and recused:
            told.append(Draft(ParticipantRecalled(lin, SECOND), None, None, at))
            recused = False
    return told


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def archive(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ArchiveHouse]:
    async with archive_house(tmp_path_factory.mktemp("closures"), retold=asked_out, also_called=applicants) as made:
        await publish(made, "all")
        await say_something_under_the_second(made)
        await cut_a_lesson_from_the_second(made)
        await settle_something_under_both(made)
        await made.there.site.takeaway_rules.let_readers(made.there.branch.branch_id, True)
        yield made


async def say_something_under_the_second(made: ArchiveHouse) -> None:
    record_files = made.there.site.archive
    assert isinstance(record_files, RecordFiles)
    timeline, kept = record_files.timeline(made.meeting_id), record_files.transcript(made.meeting_id)
    assert timeline is not None
    assert kept is not None
    chapter = next(chapter for chapter in timeline.chapters if chapter.item_id == SECOND)
    line = Spoken("t.9", chapter.since + 1_000, chapter.since + 3_000, ParticipantId("x"), "李敏", HALL, SAID_UNDER_THE_SECOND, "heard")
    transcript.save(made.folder, msgspec.structs.replace(kept, spoken=(*kept.spoken, line)))


async def cut_a_lesson_from_the_second(made: ArchiveHouse) -> None:
    """It is published, and is the only part of a published course."""
    record_files = made.there.site.archive
    assert isinstance(record_files, RecordFiles)
    timeline = record_files.timeline(made.meeting_id)
    assert timeline is not None
    chapter = next(chapter for chapter in timeline.chapters if chapter.item_id == SECOND)
    branch_id, keeper, now = made.there.branch.branch_id, made.there.people["secretary"], now_millis()
    lesson = Lesson("l-2", made.meeting_id, branch_id, TITLE_OF_THE_SECOND, chapter.since, chapter.until, keeper.member_id, "", now)
    await made.there.site.learning.lessons.save(lesson)
    await made.there.site.learning.lessons.publish(lesson, "", now)
    parts = (Studied("lesson", "l-2"),)
    course = Course("c-2", branch_id, "专题", keeper.member_id, "", now, state="published", published_at=now, parts=parts)
    await made.there.site.learning.courses.save(course)
    items = (Resource("lesson", "l-2"), Resource("meeting", made.meeting_id))
    await made.there.site.learning.collections.save(Collection("col-2", branch_id, "合集", "", now, audience="all", items=items))


async def settle_something_under_both(made: ArchiveHouse) -> None:
    record_files = made.there.site.archive
    assert isinstance(record_files, RecordFiles)
    timeline = record_files.timeline(made.meeting_id)
    assert timeline is not None
    for item_id, text in ((FIRST, SETTLED_UNDER_THE_FIRST), (SECOND, SETTLED_UNDER_THE_SECOND)):
        at = next(chapter for chapter in timeline.chapters if chapter.item_id == item_id).since + 1_000
        times = at, at + 2_000, at, at + 2_000
        branch_id = made.there.branch.branch_id
        item = DecidedItem(made.meeting_id, branch_id, Source.SPEECH, f"c.{item_id}.0", Kind.TASK, text, text, "李敏", *times)
        await made.there.site.decided_items.keep(replace(item, judged_at=1))


async def everything(archive: ArchiveHouse, browser: Browser) -> dict[str, str]:
    heard = [f"{archive.address}/heard/{number}.m4a" for number in range(4)]
    return {path: words_in((await browser.get(path)).content) for path in [*addresses(archive), *heard]}


@pytest.mark.parametrize("who", OPEN)
async def test_no_address_tells_a_word_of_an_item_that_is_closed(archive: ArchiveHouse, who: str) -> None:
    told = await everything(archive, await archive.there.signed_in(who))
    assert [f"{path}: {word}" for path, text in told.items() for word in CLOSED[who] if word in text] == []
    shown = {word for word in OPEN[who] for text in told.values() if word in text}
    assert shown == set(OPEN[who]), "what is open is shown nowhere: the test looks at nothing"


@pytest.mark.parametrize("who", OPEN)
async def test_no_file_made_of_the_whole_meeting_is_given_to_whom_some_of_it_is_closed(archive: ArchiveHouse, who: str) -> None:
    browser = await archive.there.signed_in(who)
    files = [path for path in addresses(archive) if "/files/" in path and path.endswith((".m4a", ".webm", ".mp4"))]
    assert files
    whole = [path for path in files if path.endswith((".m4a", ".mp4"))]
    assert [path for path in whole if (await browser.get(path)).status_code == 200] == []
    for path in (f"{archive.address}/take/sound.m4a", f"{archive.address}/export.zip", f"{archive.address}/take/scorm.zip"):
        assert (await browser.get(path)).status_code in (403, 404)


async def test_sound_is_given_in_the_stretches_that_are_open_and_no_longer(archive: ArchiveHouse) -> None:
    record_files = archive.there.site.archive
    assert isinstance(record_files, RecordFiles)
    timeline = record_files.timeline(archive.meeting_id)
    assert timeline is not None
    of_first = [c for c in timeline.chapters if c.item_id == FIRST]
    sounded = sum(max(0, min(c.until, timeline.end) - max(c.since, timeline.zero)) for c in of_first)
    answer = await (await archive.there.signed_in("to_first")).get(f"{archive.address}/heard/1.m4a")
    assert answer.status_code == 200
    with av.open(io.BytesIO(answer.content), "r") as sound:
        lasts = sum(frame.samples * 1000 / (frame.sample_rate or 1) for frame in sound.decode(audio=0))
    assert 1_000 < lasts <= sounded
    second = await (await archive.there.signed_in("to_second")).get(f"{archive.address}/heard/1.m4a")
    assert second.status_code == 404  # nothing of the second item was recorded


@pytest.mark.parametrize("who", OPEN)
async def test_the_search_finds_nothing_of_an_item_that_is_closed(archive: ArchiveHouse, who: str) -> None:
    browser = await archive.there.signed_in(who)
    found = {word for word in CLOSED[who] if "<mark>" in (await browser.get("/search", params={"q": word})).text}
    assert found == set()


@pytest.mark.parametrize("who", ["probationary", "to_first", "to_second", "member"])
async def test_nothing_of_an_item_that_is_closed_is_found_by_meaning(archive: ArchiveHouse, who: str) -> None:
    """Asked for backwards, so that the words themselves are not what is found."""
    site, little = archive.there.site, LittleEmbedder()
    archive.there.change(embedder=lambda: little)
    for meeting_id in await site.meanings.behind(little.name):
        await site.meanings.embed(meeting_id, little)
    browser = await archive.there.signed_in(who)
    pages = [(await browser.get("/search", params={"q": word[::-1]})).text for word in (*OF_THE_FIRST, *OF_THE_SECOND)]
    assert all("意思相近" in page for page in pages)
    told = {word for word in (*OF_THE_FIRST, *OF_THE_SECOND) if any(word in page for page in pages)}
    assert told & set(CLOSED.get(who, ())) == set()
    assert bool(told & set(OF_THE_SECOND)) is (who in ("to_second", "member")), "what is open is not found: the test looks at nothing"


async def test_a_feed_leaves_out_what_is_in_part_closed_to_its_member(archive: ArchiveHouse) -> None:
    for who, listed in (("probationary", False), ("member", True)):
        browser = await archive.there.signed_in(who)
        await browser.submit("/feeds", {"branch": archive.there.branch.branch_id}, page="/feeds")
        feeds = await archive.there.site.feeds.of_member(archive.there.people[who].member_id)
        token = archive.there.site.feeds.token(feeds[0].feed_id)
        feed = await browser.get(f"/feeds/{token}.xml")
        assert (archive.meeting_id in feed.text) is listed
        sound = await browser.get(f"/feeds/{token}/{archive.meeting_id}.m4a")
        assert (sound.status_code == 200) is listed


async def test_what_is_published_is_not_studied_by_whom_some_of_it_is_closed(archive: ArchiveHouse) -> None:
    codes = {}
    for who in ("probationary", "to_first", "member", "applicant"):
        codes[who] = (await (await archive.there.signed_in(who)).get(f"/learn/meetings/{archive.meeting_id}")).status_code
    assert codes == {"probationary": 404, "to_first": 404, "member": codes["member"], "applicant": codes["member"]}
    assert codes["member"] in (200, 303)


LISTS = ("/learn", "/learn?all=1", "/learn/courses/c-2", "/learn/notes", "/library", "/library?kind=lesson", "/library/collections/col-2")


@pytest.mark.parametrize("who", ["probationary", "to_first", "to_second", "member"])
async def test_no_list_names_a_lesson_cut_from_an_item_that_is_closed(archive: ArchiveHouse, who: str) -> None:
    browser = await archive.there.signed_in(who)
    member = archive.there.people[who]
    note = StudyNote(Studied("lesson", "l-2"), member.member_id, member.name, "nobody", None, "记一笔", now_millis())
    await archive.there.site.learning.notes.write(note)
    branch = f"/branches/{archive.there.branch.branch_id}/learning"
    lists = {path: await browser.get(path) for path in (*LISTS, branch)}
    told = [path for path, answer in lists.items() if TITLE_OF_THE_SECOND in answer.text]
    opened = [path for path, answer in lists.items() if answer.status_code == 200]
    assert told == ([] if TITLE_OF_THE_SECOND in CLOSED.get(who, ()) else opened)


async def test_whoever_keeps_a_list_is_not_told_the_title_of_a_part_closed_to_them(archive: ArchiveHouse) -> None:
    member, branch = archive.there.people["probationary"], archive.there.branch
    await archive.there.site.directory.grant(member.member_id, branch.branch_id, BranchRole.SECRETARY, now_millis())
    try:
        browser = await archive.there.signed_in("probationary")
        for path, said in (("/learn/courses/c-2/edit", "对你不开放的内容"), ("/library/collections/col-2/edit", "现在看不到的内容")):
            page = await browser.get(path)
            assert page.status_code == 200
            assert TITLE_OF_THE_SECOND not in page.text
            assert said in page.text
    finally:
        await archive.there.site.directory.withdraw(member.member_id, branch.branch_id, BranchRole.SECRETARY)


async def test_an_applicant_on_no_list_studies_what_is_published_and_reads_nothing_else(archive: ArchiveHouse) -> None:
    browser = await archive.there.signed_in("applicant")
    told = {path: (await browser.get(path)).status_code for path in (f"{archive.address}/minutes", f"{archive.address}/export.zip")}
    assert set(told.values()) == {403}
    published = await archive.there.site.publications.of(archive.meeting_id)
    assert published is not None
    await archive.there.site.publications.save(replace(published, state="draft"))
    try:
        assert (await browser.get(archive.address)).status_code == 404
        assert archive.meeting_id not in (await browser.get("/archive")).text
    finally:
        await archive.there.site.publications.save(published)
