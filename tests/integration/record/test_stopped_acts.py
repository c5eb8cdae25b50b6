"""Acts of record, schedule, learning and me, stopped before each of their statements: all of an act is there afterwards, or nothing."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from meeting_server.acts.context import By
from meeting_server.acts.learning.lesson_words import retell_line
from meeting_server.acts.learning.lessons import remove_lesson
from meeting_server.acts.learning.questions import propose_questions
from meeting_server.acts.learning.study import answer_questions, declare_read, report_playing
from meeting_server.acts.learning.traces import agree_to_telling, delete_learning, stop_telling
from meeting_server.acts.meeting.invitations import invite_group, invite_members, renew_invitation, revoke_invitation
from meeting_server.acts.people.erasing import erase_message, erase_person
from meeting_server.acts.people.signing_in import change_password, sign_out_elsewhere
from meeting_server.acts.record.approve import approve_minutes
from meeting_server.acts.record.correct import correct_sentence
from meeting_server.acts.record.decide import judge_item
from meeting_server.acts.record.hold import lift_hold, set_hold
from meeting_server.acts.record.publish import publish_record, withdraw_record
from meeting_server.acts.record.redact import redact_passage
from meeting_server.acts.schedule.absence import decide_absence, request_absence, withdraw_absence
from meeting_server.acts.schedule.calendars import make_calendar, revoke_calendar
from meeting_server.acts.schedule.change import cancel_meeting, change_meeting
from meeting_server.acts.schedule.documents import remove_document
from meeting_server.archive.record.digest import Cloze
from meeting_server.archive.record.record_files import RecordFiles
from meeting_server.archive.record.transcript import Spoken, Stretch
from meeting_server.domain.commands import AdjournMeeting, OpenMeeting
from meeting_server.domain.ids import HALL, MeetingId, ParticipantId
from meeting_server.journal.erasing import OF_CHAT
from meeting_server.store.learning.lesson_lines import LessonLine
from meeting_server.store.record.decided_items import DecidedItem, Kind, Source, State
from meeting_server.store.record.publications import Publication
from meeting_server.store.schedule.schedule import Scheduled
from tests.kit.houses import acts_world
from tests.kit.houses.acts_world import GAP, LESSON, NOW, World, opened, submit
from tests.kit.work.whole_acts import Outcomes, Scene, failed, stopped_everywhere

pytestmark = pytest.mark.night

Done = Callable[[World], Awaitable[object]]
Meeting = Callable[[World], Scheduled]


@pytest.fixture
async def start() -> Path:
    return await acts_world.start()


def mine(world: World) -> By:
    return By(world.pid("member"), "丁文静")


def coming(world: World) -> Scheduled:
    return world.coming


def going_on(world: World) -> Scheduled:
    return world.going_on


async def _remake(_meeting_id: MeetingId) -> None:
    """No files are made of these journals."""


async def _erase_message(world: World) -> None:
    (chat,) = await world.registry.records(world.over.meeting_id, kinds=OF_CHAT)
    await erase_message(world.at, world.by, world.over, chat, _remake, NOW)


async def _revoke_invitation(world: World) -> None:
    issued = next(i for i in await world.at.invitations.of_meeting(world.coming.meeting_id) if i.member_id)
    await revoke_invitation(world.at, world.by, world.coming, issued.invitation_id, issued.member_id, NOW)


async def _remove_document(world: World) -> None:
    for document in await world.at.documents.of_meeting(world.coming.meeting_id):
        await remove_document(world.at, world.coming.meeting_id, document.document_id)


async def _remove_lesson(world: World) -> None:
    (lesson,) = await world.at.learning.lessons.of_meeting(world.over.meeting_id)
    await remove_lesson(world.at, RecordFiles(world.files / "recordings"), lesson)


SPOKEN = Spoken("c-1", NOW + 1_000, NOW + 4_000, ParticipantId("li"), "李明", HALL, "每年八百小时")

TIMES = NOW + 1_000, NOW + 4_000, NOW, NOW + 5_000
SETTLED = DecidedItem(MeetingId("m"), "b", Source.SPEECH, "c.c-1.0", Kind.TASK, "由李明负责", "由李明负责", "李明", *TIMES)

ACTS: dict[str, Done] = {
    "record: correct": lambda w: correct_sentence(w.at, w.by, w.over, "c-2", "前", "后", "0:02.0", NOW),
    "record: redact": lambda w: redact_passage(w.at, w.by, w.over, Stretch(NOW, NOW + 5_000), "个人信息", [SPOKEN], "0:00.0", NOW),
    "record: judge": lambda w: judge_item(w.at, w.by, w.over, SETTLED, State.APPROVED, "0:01", NOW),
    "record: approve": lambda w: approve_minutes(w.at, w.by, w.over, 7, "ab" * 32, "1.1.0", NOW),
    "record: publish": lambda w: publish_record(w.at, w.by, w.over, Publication(w.over.meeting_id, "b", "志愿服务"), NOW),
    "record: withdraw": lambda w: withdraw_record(w.at, w.by, w.over, NOW),
    "record: set hold": lambda w: set_hold(w.at, w.by, w.over, "审计", NOW),
    "record: lift hold": lambda w: lift_hold(w.at, w.by, w.going_on, "不再需要", NOW),
    "record: erase message": _erase_message,
    "record: erase person": lambda w: erase_person(w.at, w.by, w.people["member"], _remake, NOW),
    "schedule: invite members": lambda w: invite_members(w.at, w.by, w.coming, [w.pid("secretary"), w.pid("probationary")], NOW),
    "schedule: invite group": lambda w: invite_group(w.at, w.by, w.coming, "guests", NOW, 5),
    "schedule: renew invitation": lambda w: renew_invitation(w.at, w.by, w.coming, w.pid("member"), "丁文静", NOW),
    "schedule: revoke invitation": _revoke_invitation,
    "schedule: make calendar": lambda w: make_calendar(w.at, mine(w), "b", NOW),
    "schedule: revoke calendar": lambda w: revoke_calendar(w.at, By(w.pid("probationary"), "林晓雨"), "b", NOW),
    "learning: report": lambda w: report_playing(w.at, w.studying(), 60_000, [(50_000, 60_000)], 60_000, "2025-11"),
    "learning: read": lambda w: declare_read(w.at, w.studying(), "2025-11"),
    "learning: answer": lambda w: answer_questions(w.at, w.studying(), [GAP], {"q-1": ("八百",)}),
    "learning: propose questions": lambda w: propose_questions(
        w.at, LESSON, [Cloze(0, "一____", "二", "一二"), Cloze(0, "三____", "四", "三四")], NOW
    ),
    "learning: reword": lambda w: retell_line(w.at, w.by, w.over, LessonLine("l-1", "c-1", "前", "后", "he", "何雨桐", NOW), "0:01", NOW),
    "learning: remove lesson": _remove_lesson,
    "learning: delete": lambda w: delete_learning(w.at, mine(w), "b", NOW),
    "learning: agree to telling": lambda w: agree_to_telling(w.at, w.by, "b", NOW),
    "learning: stop telling": lambda w: stop_telling(w.at, mine(w), "b", NOW),
    "me: change password": lambda w: change_password(w.at, w.people["member"], "hashed", NOW, but=""),
    "me: sign out elsewhere": lambda w: sign_out_elsewhere(w.at, w.people["member"], NOW),
}

TOLD: dict[str, tuple[Meeting, Done]] = {
    "schedule: change": (coming, lambda w: change_meeting(w.at, w.coming.meeting_id, replace(w.coming.plan, title="改期的会"), 1, NOW)),
    "schedule: cancel": (coming, lambda w: cancel_meeting(w.at, w.by, w.coming.meeting_id, "改期", NOW)),
    "schedule: request absence": (coming, lambda w: request_absence(w.at, w.coming.meeting_id, w.pid("probationary"), "病假", NOW)),
    "schedule: decide absence": (
        going_on,
        lambda w: decide_absence(w.at, w.going_on.meeting_id, w.pid("probationary"), "approved", w.by, "好", NOW),
    ),
    "schedule: withdraw absence": (going_on, lambda w: withdraw_absence(w.at, w.going_on.meeting_id, w.pid("probationary"))),
    "schedule: remove document": (coming, _remove_document),
}
"""Acts that a meeting is told of when they are committed, with the meeting."""


def scene_of(
    start: Path, act: Done, meeting: Callable[[World], Scheduled] | None = None
) -> Callable[[Path], AbstractAsyncContextManager[Scene]]:
    @asynccontextmanager
    async def make(folder: Path) -> AsyncIterator[Scene]:
        await asyncio.to_thread(shutil.copytree, start, folder, dirs_exist_ok=True)
        async with opened(folder) as world:
            if meeting is not None:
                await world.registry.state(meeting(world).meeting_id)

            async def again() -> None:
                await world.stop()
                await world.start()
                if meeting is not None:
                    await world.registry.state(meeting(world).meeting_id)

            yield Scene(world.database, lambda: act(world), again, world.files)

    return make


@pytest.mark.parametrize("name", ACTS)
async def test_an_act_killed_anywhere_leaves_all_or_nothing(name: str, start: Path, tmp_path: Path) -> None:
    outcomes = await stopped_everywhere(scene_of(start, ACTS[name]), tmp_path)
    report(name, outcomes)
    assert outcomes.nothing == outcomes.statements  # one transaction: nothing is left until it is committed


@pytest.mark.parametrize("name", TOLD)
async def test_a_meeting_hears_of_what_was_committed_wherever_storage_failed(name: str, start: Path, tmp_path: Path) -> None:
    meeting, act = TOLD[name]
    outcomes = await stopped_everywhere(scene_of(start, act, meeting), tmp_path, failed, everyone=True)
    report(name, outcomes)
    assert outcomes.nothing
    assert outcomes.finished  # a start makes good what stopped the telling alone


async def test_the_schedule_hears_at_the_next_start_what_a_meeting_did_when_the_server_died(start: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(start, folder)
    async with opened(folder) as world:
        world.registry._on_phase = None  # it dies between the two writes
        await submit(world.registry, world.going_on, world.pid("secretary"), AdjournMeeting())
        await submit(world.registry, world.coming, world.pid("secretary"), OpenMeeting())
    async with opened(folder) as world:
        found = [await world.at.schedule.meeting(m.meeting_id) for m in (world.going_on, world.coming)]
        assert [(m.status, m.opened_at is not None, m.adjourned_at is not None) for m in found if m] == [
            ("adjourned", True, True),
            ("open", True, False),
        ]
        assert world.registry.known_state(world.coming.meeting_id) is not None  # its deadlines pass without anybody looking


def report(name: str, outcomes: Outcomes) -> None:
    """The kill matrix, for who runs this with ``-s``."""
    counted = f"nothing {outcomes.nothing}, all {outcomes.all}, finished {outcomes.finished}"
    print(f"{name}: {outcomes.statements} statements: {counted}")  # noqa: T201
