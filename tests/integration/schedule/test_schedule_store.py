"""The schedule, leave requests and documents on a real database file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from meeting_server.demo.slides import slides
from meeting_server.domain.ids import MeetingId, ParticipantId
from meeting_server.domain.phases import MeetingPhase
from meeting_server.domain.roles import Role
from meeting_server.domain.terms import ItemPlan
from meeting_server.drawing import drawer as page_drawer
from meeting_server.drawing.drawer import folder_of
from meeting_server.store.database import Database
from meeting_server.store.schedule.documents import LARGEST, DocumentRefused, Documents, media_type_of, title_of
from meeting_server.store.schedule.leave import LeaveBook, LeaveError
from meeting_server.store.schedule.schedule import Listed, Plan, Schedule, ScheduleError

PDF = slides()[0][1]
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 20
PLAN = Plan(
    branch_id="b1",
    kind="general",
    title="2026年11月支部党员大会",
    place="教学楼 A305",
    starts_at=1_795_690_800_000,
    ends_at=1_795_696_200_000,
    preset_id="general_meeting",
    recording_planned=True,
    agenda=(ItemPlan("学习", 30, "周建华"), ItemPlan("表决", 15)),
    people=(
        Listed(ParticipantId("p1"), Role.CHAIR),
        Listed(ParticipantId("p2"), Role.SECRETARY),
        Listed(ParticipantId("p3")),
        Listed(ParticipantId("g1"), Role.GUEST, "林晓雨"),
    ),
)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'meetings.sqlite3'}")
    await database.create_all()
    yield database
    await database.close()


async def test_a_meeting_is_read_back_as_it_was_planned(database: Database) -> None:
    schedule = Schedule(database)
    added = await schedule.add(PLAN, "p2", 5)
    assert await schedule.meeting(added.meeting_id) == added
    assert added.plan == PLAN
    assert await schedule.meeting("mnone") is None


async def test_sequence_rises_only_when_calendars_must_hear_of_it(database: Database) -> None:
    schedule = Schedule(database)
    added = await schedule.add(PLAN, "p2", 5)
    renamed = await schedule.change(added.meeting_id, replace(PLAN, recording_planned=False), 1, 6)
    assert (renamed.sequence, renamed.version) == (0, 2)
    moved = await schedule.change(added.meeting_id, replace(PLAN, starts_at=PLAN.starts_at + 60_000), 2, 7)
    assert (moved.sequence, moved.version) == (1, 3)
    assert await schedule.meeting(added.meeting_id) == moved


async def test_the_second_of_two_editors_is_told_and_overwrites_nothing(database: Database) -> None:
    schedule = Schedule(database)
    added = await schedule.add(PLAN, "p2", 5)
    first = await schedule.change(added.meeting_id, replace(PLAN, place="B101"), 1, 6)
    with pytest.raises(ScheduleError) as caught:
        await schedule.change(added.meeting_id, replace(PLAN, place="C202"), 1, 7)
    assert caught.value.code == "changed_meanwhile"
    assert await schedule.meeting(added.meeting_id) == first


async def test_a_cancelled_meeting_stays_and_can_not_change(database: Database) -> None:
    schedule = Schedule(database)
    added = await schedule.add(PLAN, "p2", 5)
    cancelled = await schedule.cancel(added.meeting_id, "改期另行通知", "p2", 8)
    assert (cancelled.status, cancelled.sequence, cancelled.cancel_reason) == ("cancelled", 1, "改期另行通知")
    assert await schedule.meeting(added.meeting_id) == cancelled
    with pytest.raises(ScheduleError) as caught:
        await schedule.change(added.meeting_id, PLAN, cancelled.version, 9)
    assert caught.value.code == "not_changeable"


async def test_an_open_meeting_can_not_be_rescheduled_or_cancelled(database: Database) -> None:
    schedule = Schedule(database)
    added = await schedule.add(PLAN, "p2", 5)
    await schedule.set_phase(added.meeting_id, MeetingPhase.OPEN, 100)
    await schedule.set_phase(added.meeting_id, MeetingPhase.OPEN, 200)
    opened = await schedule.meeting(added.meeting_id)
    assert opened is not None
    assert (opened.status, opened.opened_at) == ("open", 100)
    with pytest.raises(ScheduleError, match="not_changeable"):
        await schedule.cancel(added.meeting_id, "", "p2", 9)


async def test_a_person_finds_the_meetings_they_are_listed_for(database: Database) -> None:
    schedule = Schedule(database)
    later = await schedule.add(PLAN, "p2", 5)
    sooner = await schedule.add(replace(PLAN, starts_at=PLAN.starts_at - 1000, branch_id="b2", people=PLAN.people[:1]), "p2", 5)
    assert [m.meeting_id for m in await schedule.concerning("p1")] == [sooner.meeting_id, later.meeting_id]
    assert [m.meeting_id for m in await schedule.concerning("p3")] == [later.meeting_id]
    assert [m.meeting_id for m in await schedule.concerning(None, ["b2"])] == [sooner.meeting_id]
    assert await schedule.concerning(None) == ()


async def test_a_guest_who_came_by_link_is_listed_once(database: Database) -> None:
    schedule = Schedule(database)
    added = await schedule.add(PLAN, "p2", 5)
    guest = Listed(ParticipantId("g2"), Role.GUEST, "高原")
    await schedule.admit(added.meeting_id, guest)
    await schedule.admit(added.meeting_id, guest)
    await schedule.admit(added.meeting_id, Listed(ParticipantId("p1"), Role.GUEST, "周建华"))
    after = await schedule.meeting(added.meeting_id)
    assert after is not None
    assert after.plan.people == (*PLAN.people, guest)
    assert after.version == added.version, "an editor who is at work is not disturbed"


async def test_leave_is_asked_refused_asked_again_and_approved(database: Database) -> None:
    meeting = (await Schedule(database).add(PLAN, "p2", 5)).meeting_id
    book, member = LeaveBook(database), ParticipantId("p3")
    await book.ask(meeting, member, "出差", 10)
    assert await book.waiting([meeting]) == {meeting: 1}
    refused = await book.decide(meeting, member, "refused", "p2", "这次要选举", 11)
    assert (refused.status, refused.answer) == ("refused", "这次要选举")
    again = await book.ask(meeting, member, "住院", 12)
    assert (again.status, again.answer, again.reason) == ("asked", "", "住院")
    approved = await book.decide(meeting, member, "approved", "p2", "", 13)
    assert await book.of_meeting(meeting) == {member: approved}
    assert await book.of_person(member) == {meeting: approved}
    with pytest.raises(LeaveError, match="already_approved"):
        await book.ask(meeting, member, "住院", 14)


async def test_withdrawn_leave_is_no_leave(database: Database) -> None:
    meeting = (await Schedule(database).add(PLAN, "p2", 5)).meeting_id
    book, member = LeaveBook(database), ParticipantId("p3")
    with pytest.raises(LeaveError, match="no_request"):
        await book.withdraw(meeting, member)
    await book.ask(meeting, member, "出差", 10)
    await book.withdraw(meeting, member)
    assert await book.of_meeting(meeting) == {}
    assert await book.waiting([meeting]) == {}
    with pytest.raises(LeaveError, match="no_request"):
        await book.decide(meeting, member, "approved", "p2", "", 11)


async def test_a_document_is_stored_under_a_random_name_and_found_only_with_its_meeting(database: Database, tmp_path: Path) -> None:
    meeting = (await Schedule(database).add(PLAN, "p2", 5)).meeting_id
    store = Documents(database, tmp_path / "documents")
    added = await store.add(meeting, "../../etc/方案.pdf", PDF, "p2", 10)
    assert (added.title, added.file_name, added.media_type) == ("方案", "方案.pdf", "application/pdf")
    assert "方案" not in added.path.name
    assert added.path.read_bytes() == PDF
    assert added.pages == 3
    assert len(list(folder_of(added.path).iterdir())) == 6
    assert await store.document(meeting, added.document_id) == added
    assert await store.document("mother", added.document_id) is None
    assert await store.remove(MeetingId("mother"), added.document_id) is False
    assert await store.remove(meeting, added.document_id) is True
    assert not added.path.exists()
    assert list((tmp_path / "documents").iterdir()) == []
    assert await store.of_meeting(meeting) == ()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "wrong_type"),
        (b"<!doctype html><script>", "wrong_type"),
        (b"MZ\x90\x00", "wrong_type"),
        (b"GIF89a", "wrong_type"),
        (b"%PDF-1.7\n" + b"0" * (LARGEST - 8), "too_large"),
    ],
    ids=["empty", "svg", "html", "exe", "gif", "one byte over"],
)
async def test_a_file_of_another_kind_or_size_is_refused_and_nothing_kept(
    database: Database, tmp_path: Path, content: bytes, code: str
) -> None:
    meeting = (await Schedule(database).add(PLAN, "p2", 5)).meeting_id
    store = Documents(database, tmp_path / "documents")
    with pytest.raises(DocumentRefused, match=code):
        await store.add(meeting, "方案.pdf", content, "p2", 10)
    assert await store.of_meeting(meeting) == ()
    assert not (tmp_path / "documents").exists()


async def test_a_document_whose_pages_take_too_long_to_draw_is_kept_without_them(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_drawer, "SECONDS", 0.001)
    meeting = (await Schedule(database).add(PLAN, "p2", 5)).meeting_id
    store = Documents(database, tmp_path / "documents")
    added = await store.add(meeting, "方案.pdf", PDF, "p2", 10)
    assert (added.pages, added.why_unpaged) == (0, "slow")
    assert await store.document(meeting, added.document_id) == replace(added, why_unpaged="")
    assert list((tmp_path / "documents").iterdir()) == [added.path]


def test_the_bytes_tell_the_media_type() -> None:
    assert media_type_of(PNG) == "image/png"
    assert media_type_of(b"\xff\xd8\xff\xe0\x00\x10JFIF") == "image/jpeg"
    assert media_type_of(b"RIFF\x10\x00\x00\x00WEBPVP8 ") == "image/webp"
    assert media_type_of(b"RIFF\x10\x00\x00\x00WAVEfmt ") is None


@pytest.mark.parametrize(
    ("file_name", "title"),
    [
        ("工作总结.pdf", "工作总结"),
        ("C:\\Users\\he\\总结.v2.PDF", "总结.v2"),
        ("../../../etc/passwd", "passwd"),
        ("a\u202egpj.exe", "agpj"),
        ("\x00\r\nSet-Cookie: x.png", "Set-Cookie x"),
        ("   ...   ", "document"),
        ("长" * 200 + ".pdf", "长" * 80),
    ],
)
def test_a_file_name_becomes_a_title_that_can_be_shown(file_name: str, title: str) -> None:
    assert title_of(file_name) == title
