"""What was erased is nowhere any more: not in the database's files, record, search, bundle or later backup, nor after a restart."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from pathlib import Path

import pytest

from meeting_server.archive.audit.audit import audit
from meeting_server.domain.commands import Actor, PostChat, RemoveChat
from meeting_server.domain.ids import MeetingId, MessageId, ParticipantId
from meeting_server.journal.bundle import read_bundle
from meeting_server.journal.record import faults
from meeting_server.journal.sql import SqlJournal
from meeting_server.live.outcome import Acked
from meeting_server.live.registry import Registry
from meeting_server.store.backup import back_up
from meeting_server.store.database import metadata
from meeting_server.store.people.access_log import access_log
from meeting_server.store.people.aging import Ages, delete_old
from meeting_server.store.people.personal import DELETED, EMPTIED, KEPT
from meeting_server.web.site.auth import now_millis
from tests.kit.houses.archive_house import ArchiveHouse, archive_house
from tests.kit.houses.meeting_house import MeetingHouse, meeting_house

WORDS = "我的手机号是13800001234quetzal"


def files_with(folder: Path, words: str) -> list[str]:
    """Every file under ``folder`` in which the words stand, as bytes or as a ZIP's content; the copy of a token's spelling too."""
    needles = (words.encode(), words.encode("utf-16-le"), json.dumps(words).encode()[1:-1], " ".join(words[:8]).encode())
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and any(needle in path.read_bytes() for needle in needles):
            found.append(str(path.relative_to(folder)))
    return found


async def say(house: MeetingHouse, meeting_id: MeetingId, who: str, *texts: str) -> None:
    for text in texts:
        outcome = await house.registry.submit(meeting_id, Actor(house.pid(who)), PostChat(text))
        assert isinstance(outcome, Acked), outcome


async def erased(house: MeetingHouse, meeting_id: MeetingId) -> None:
    async with asyncio.timeout(20):
        while await house.registry.erasing.settle(meeting_id) or house.registry.erasing._tasks:
            await asyncio.gather(*house.registry.erasing._tasks.values())


@pytest.mark.parametrize("who", ["secretary", "probationary"])
async def test_a_message_removed_in_a_meeting_is_in_no_file_any_more(tmp_path: Path, who: str) -> None:
    """By who moderates, and by who wrote it."""
    async with meeting_house(tmp_path) as house:
        meeting_id = (await house.scheduled()).meeting_id
        await house.open(meeting_id)
        await say(house, meeting_id, "probationary", *(f"第{n}条，很长的一句话。" * 20 for n in range(60)), WORDS, "之后的一条")
        assert files_with(tmp_path, WORDS)
        outcome = await house.registry.submit(meeting_id, Actor(house.pid(who)), RemoveChat(MessageId("c61"), ""))
        assert isinstance(outcome, Acked)
        await erased(house, meeting_id)
        assert files_with(tmp_path, WORDS) == []
        assert list(faults(await house.registry.records(meeting_id))) == []
        host = house.registry._assemblies[meeting_id].host
        records = await house.registry.records(meeting_id)
        missed = host.since(records[2].seq, records[2].hash8)
        assert missed is not None
        assert not [entry for entry in missed if WORDS.encode() in entry.payload_for(house.pid("probationary"))]


async def test_a_server_that_died_before_it_erased_does_it_when_the_meeting_is_next_loaded(tmp_path: Path) -> None:
    async with meeting_house(tmp_path) as house:
        meeting_id = (await house.scheduled()).meeting_id
        await house.open(meeting_id)
        await say(house, meeting_id, "probationary", "一", WORDS)
        house.registry._assemblies[meeting_id].followed_by((), ())  # it dies here
        await house.registry.submit(meeting_id, Actor(house.pid("secretary")), RemoveChat(MessageId("c2"), ""))
        assert files_with(tmp_path, WORDS)
        before = await house.registry.state(meeting_id)
        journal = SqlJournal(house.inner.site.database)
        again = Registry(journal, house.site.presets, house.site.convener.on_schedule)
        await again.start()
        try:
            state = await again.state(meeting_id)
            await asyncio.gather(*again.erasing._tasks.values())
            assert files_with(tmp_path, WORDS) == []
        finally:
            await again.stop()
        once_more = Registry(journal, house.site.presets, house.site.convener.on_schedule)
        await once_more.start()
        try:
            folded = await once_more.state(meeting_id)  # an erased record has a tombstone's fold
            assert folded is not None
            assert state is not None
            assert before is not None
            assert folded.counters == state.counters == before.counters
            assert [m.message_id for m in folded.chat] == ["c1"]
            outcome = await once_more.submit(meeting_id, Actor(house.pid("probationary")), PostChat("三"))
            assert isinstance(outcome, Acked)
            assert [m.message_id for m in (await once_more.state(meeting_id)).chat] == ["c1", "c3"]  # type: ignore[union-attr]  # it is there
        finally:
            await once_more.stop()
            await journal.close()


CHAT = "工作总结第三部分的数字要核对"
"""丁文静 (``member``) wrote it; it is the story's second message."""


async def bundle_of(archive: ArchiveHouse) -> bytes:
    return (await (await archive.there.signed_in("secretary")).get(f"{archive.address}/export.zip")).content


def words_of_bundle(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return "\n".join(package.read(name).decode() for name in package.namelist())


async def test_one_s_own_message_is_erased_after_the_meeting_from_record_search_bundle_and_later_backups(tmp_path: Path) -> None:
    async with archive_house(tmp_path) as archive:
        browser = await archive.there.signed_in("member")
        assert CHAT in (await browser.get(archive.address)).text
        assert CHAT in words_of_bundle(await bundle_of(archive))
        assert files_with(tmp_path, CHAT)
        await browser.submit(f"{archive.address}/chat/c2/erase", page=archive.address)
        assert CHAT not in (await browser.get(archive.address)).text  # at once
        await archive.worker.look()
        assert files_with(tmp_path, CHAT) == []
        assert "<mark>" not in (await browser.get("/search", params={"q": CHAT})).text
        bundle = await bundle_of(archive)
        assert CHAT not in words_of_bundle(bundle)
        result = audit(read_bundle(bundle))
        assert result.sound, result.findings
        assert any(line.startswith("ChatPosted") for line in result["erasures"].told)
        (tmp_path / "data").mkdir()
        await back_up(
            f"sqlite+aiosqlite:///{tmp_path / 'house.sqlite3'}",
            f"sqlite+aiosqlite:///{tmp_path / 'data' / 'ballot-box.sqlite3'}",
            tmp_path / "data",
            tmp_path / "copy",
        )
        assert files_with(tmp_path / "copy", CHAT) == []
        noted = [entry for entry in await archive.there.site.access_log.about(archive.meeting_id) if entry.act == "message_erased"]
        assert [entry.actor_name for entry in noted] == ["丁文静"]


async def test_nobody_erases_the_message_of_another_but_who_keeps_the_record(tmp_path: Path) -> None:
    async with archive_house(tmp_path) as archive:
        path = f"{archive.address}/chat/c2/erase"
        for who, status in (("probationary", 403), ("reviewer", 403), ("stranger", 404)):
            await (await archive.there.signed_in(who)).submit(path, status=status)
        assert files_with(tmp_path, CHAT)
        await (await archive.there.signed_in("secretary")).submit(path)
        await archive.worker.look()
        assert files_with(tmp_path, CHAT) == []
        await (await archive.there.signed_in("secretary")).submit(path, status=404)


LEFT_WORDS = (CHAT, "小组里说的一句", "家里老人住院kestrel", "学号2023002")
"""What 丁文静 wrote in the story, and what the house holds of her."""


async def test_the_personal_data_of_who_left_is_erased_and_what_the_meeting_decided_stays(tmp_path: Path) -> None:
    async with archive_house(tmp_path) as archive:
        house, there = archive.there.site, archive.there
        member = there.people["member"]
        await house.leaves.ask(archive.meeting_id, ParticipantId(member.member_id), LEFT_WORDS[2], 5)
        secretary = await there.signed_in("secretary")
        before = words_of_bundle(await bundle_of(archive))
        base = f"/branches/{there.branch.branch_id}/people"
        await secretary.submit(f"{base}/{member.member_id}/erase", {"sure": "yes"}, status=404)  # she is still on the roster
        await secretary.submit(f"{base}/{member.member_id}/remove")
        page = (await secretary.get(f"{base}/left")).text
        assert "丁文静" in page
        assert "会留下：姓名和到会、表决的事实" in page
        await secretary.submit(f"{base}/{member.member_id}/erase", status=422)
        for who, status in (("reviewer", 403), ("probationary", 403), ("other_secretary", 404)):
            await (await there.signed_in(who)).submit(f"{base}/{member.member_id}/erase", {"sure": "yes"}, status=status)
        await secretary.submit(f"{base}/{member.member_id}/erase", {"sure": "yes"})
        await archive.worker.look()
        assert [(words, file) for words in LEFT_WORDS for file in files_with(tmp_path, words)] == []
        async with house.database.read() as conn:
            for name, column in DELETED:
                table = metadata.tables[name]
                assert (await conn.execute(table.select().where(table.c[column] == member.member_id))).all() == [], name
            about = (await conn.execute(access_log.select().where(access_log.c.subject_id == member.member_id))).all()
        assert {(row.subject_name, row.detail) for row in about} == {("", "")}
        assert [row.act for row in about][-1] == "person_erased"
        result = audit(read_bundle(await bundle_of(archive)))
        assert result.sound, result.findings
        after = words_of_bundle(await bundle_of(archive))
        for stays in ("通过支部 2026 年度工作总结", "丁文静", '"attended":6'):
            assert (stays in after) == (stays in before)
        minutes = (await secretary.get(f"{archive.address}/minutes")).text
        assert "赞成 4 票" in minutes


def test_every_table_that_names_people_says_what_becomes_of_it() -> None:
    naming = {
        "member_id",
        "participant_id",
        "by",
        "by_name",
        "set_by",
        "made_by",
        "issued_by",
        "added_by",
        "changed_by",
        "accepted_by",
        "actor",
        "actor_id",
        "who",
        "speaker",
        "name",
        "created_by",
        "guest_name",
        "approved_by",
        "received_by",
    }
    not_people = {"branches"}
    tables = {name for name, table in metadata.tables.items() if naming & set(table.c.keys())} - not_people
    assert tables - {name for name, _ in DELETED} - set(EMPTIED) - set(KEPT) == set()


async def test_my_record_holds_everything_about_a_member_and_nothing_of_others(tmp_path: Path) -> None:
    async with archive_house(tmp_path) as archive:
        await archive.there.site.leaves.ask(archive.meeting_id, ParticipantId(archive.there.people["member"].member_id), "家里有事", 5)
        mine = json.loads((await (await archive.there.signed_in("member")).get("/me/my-record.json")).content)
        (meeting,) = mine["attendance"]
        assert [line["text"] for line in meeting["chat"]] == [CHAT, "小组里说的一句"]
        assert meeting["leave_request"]["reason"] == "家里有事"
        assert {vote["motion"]: vote["choices"] for vote in meeting["votes"]}["通过支部 2026 年度工作总结"] == ["abstain"]
        secret = [vote["choices"] for vote in meeting["votes"] if "预备党员" in vote["motion"]]
        assert secret == [] or secret == ["paper collected; nothing is held of what was chosen"]
        assert {"presence", "contests", "turns", "spoken", "notes", "written_opinions", "reasons"} <= set(meeting)
        assert {"links", "invitations", "sign_ins", "acts", "acts_of_mine"} <= set(mine)
        text = json.dumps(mine, ensure_ascii=False)
        for others in ("考试周可以请退休同志补上", "外出调研", "出国八个月", "点名时我在会场"):
            assert others not in text


async def test_log_links_and_devices_are_deleted_when_they_are_old_enough(tmp_path: Path) -> None:
    async with meeting_house(tmp_path) as house:
        there, now = house.inner.site, now_millis()
        await house.signed_in("member")
        await house.link((await house.scheduled()).meeting_id, "member")
        day = 86_400_000
        assert await delete_old(there.database, Ages(), now) == 0
        assert await delete_old(there.database, Ages(0, 0, 0), now + 5000 * day) == 0
        later = now + 91 * day
        assert await delete_old(there.database, Ages(), later) > 0
        assert await there.accounts.links_of(house.pid("member")) == ()
        assert await there.access_log.about(house.pid("member"))
        assert await delete_old(there.database, Ages(), now + 1096 * day) > 0
        assert await there.access_log.about(house.pid("member")) == ()
