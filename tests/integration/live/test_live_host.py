"""A host and its journal: restarts, failing storage, other writers, time, and commands nobody foresaw."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from meeting_server.domain.commands import (
    SERVER,
    Actor,
    AdjournMeeting,
    CastBallot,
    Command,
    DraftMotion,
    OpenConnection,
    OpenMeeting,
    OpenMotion,
    PostChat,
)
from meeting_server.domain.errors import Rejected
from meeting_server.domain.events import ChatPosted, Event
from meeting_server.domain.ids import CommandId, ConnectionId, MeetingId, Millis, MotionId, ParticipantId
from meeting_server.domain.meeting import decide
from meeting_server.domain.state import MeetingState
from meeting_server.domain.terms import Convening
from meeting_server.journal.port import Draft, Head, JournalConflict, Record, StorageUnavailable
from meeting_server.journal.sql import SqlJournal
from meeting_server.live import presence
from meeting_server.live.connection import Connection
from meeting_server.live.outcome import Acked, UnknownMeeting
from meeting_server.live.registry import IDLE_MS, Registry
from meeting_server.store.database import Database
from meeting_server.wire.close_codes import Close
from meeting_server.wire.frames import Frames
from tests.kit.houses.live_house import CHAIR, MEETING, PRESET, convening

CHAIR_ACTOR = Actor(ParticipantId(CHAIR))
M1 = ParticipantId("m1")


class Time:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now: Millis = 1_800_000_000_000

    def __call__(self) -> Millis:
        return self.now


class Silent:
    """A phone's way out that keeps what was written."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.code: Close | None = None

    def write(self, frames: Frames) -> None:
        self.written += frames.payloads

    def waiting(self) -> int:
        return 0

    def close(self, code: Close) -> None:
        self.code = code


class Failing(SqlJournal):
    """A journal that fails on demand. ``after_commit``: it fails to say that it succeeded."""

    failures = 0
    after_commit = False
    conflicts = 0

    async def append(self, meeting_id: MeetingId, after: Head, drafts: Sequence[Draft], fence: int = 0) -> list[Record]:
        if self.conflicts:
            self.conflicts -= 1
            raise JournalConflict("somebody else")
        if self.failures and not self.after_commit:
            self.failures -= 1
            raise StorageUnavailable("disk full")
        records = await super().append(meeting_id, after, drafts, fence)
        if self.failures:
            self.failures -= 1
            raise StorageUnavailable("no answer")
        return records


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'meetings.sqlite3'}")
    await database.create_all()
    yield database
    await database.close()


@pytest.fixture
async def journal(database: Database) -> AsyncIterator[Failing]:
    journal = Failing(database)
    yield journal
    await journal.close()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def registry(journal: Failing, time: Time) -> AsyncIterator[Registry]:
    registry = a_registry(journal, time)
    await registry.start()
    yield registry
    await registry.stop()


def a_registry(journal: SqlJournal, time: Time, **options: Any) -> Registry:
    async def schedule(meeting_id: MeetingId) -> Convening | None:
        return convening(3) if meeting_id == MEETING else None

    return Registry(journal, {PRESET.preset_id: PRESET}, schedule, clock=time, **options)


async def ask(registry: Registry, command: Command, actor: Actor = CHAIR_ACTOR, command_id: str | None = None) -> Acked | Rejected:
    return await registry.submit(MEETING, actor, command, CommandId(command_id) if command_id else None)


async def stated(registry: Registry) -> MeetingState:
    state = await registry.state(MEETING)
    assert state is not None
    return state


async def entered(registry: Registry, who: str = "m1") -> tuple[Connection, Silent]:
    assembly = await registry.assembly(MEETING)
    assert assembly is not None
    outlet = Silent()
    connection = assembly.enter(ParticipantId(who), "phone", None, outlet, media=False)
    assert isinstance(connection, Connection)
    await ask(registry, PostChat("进来了"), Actor(ParticipantId(who)))  # after it the connection is recorded
    return connection, outlet


async def kinds(registry: Registry) -> list[str]:
    return [record.kind for record in await registry.records(MEETING)]


async def test_a_meeting_nobody_scheduled_is_unknown(registry: Registry) -> None:
    assert await registry.state(MeetingId("other")) is None
    with pytest.raises(UnknownMeeting):
        await registry.submit(MeetingId("other"), CHAIR_ACTOR, OpenMeeting())
    assert await registry.records(MeetingId("other")) == []


async def test_a_meeting_is_convened_when_it_is_first_asked_for_and_only_once(registry: Registry) -> None:
    await asyncio.gather(*(registry.state(MEETING) for _ in range(20)))
    assert await kinds(registry) == ["MeetingConvened"]


async def test_a_restarted_host_knows_what_it_acknowledged(registry: Registry, journal: Failing, time: Time) -> None:
    first = await ask(registry, PostChat("一次"), command_id="only-once")
    await registry.stop()
    again = a_registry(journal, time)
    await again.start()
    assert await ask(again, PostChat("一次"), command_id="only-once") == first
    assert (await kinds(again)).count("ChatPosted") == 1
    await again.stop()


async def test_a_meeting_that_is_being_loaded_is_whole_before_the_registry_has_stopped(journal: Failing, time: Time) -> None:
    asked, answers = asyncio.Event(), asyncio.Event()

    async def schedule(meeting_id: MeetingId) -> Convening:
        asked.set()
        await answers.wait()
        return convening(3)

    registry = Registry(journal, {PRESET.preset_id: PRESET}, schedule, clock=time)
    await registry.start()
    asking = asyncio.create_task(registry.state(MEETING))
    await asked.wait()
    asking.cancel()  # who asked has left
    stopping = asyncio.create_task(registry.stop())
    answers.set()
    await stopping
    assert [task.get_name() for task in asyncio.all_tasks() if task.get_name() in (f"load-{MEETING}", f"host-{MEETING}")] == []
    assert [record.kind for record in await journal.read(MEETING)] == ["MeetingConvened"]


async def test_a_restarted_host_closes_the_sockets_of_before_at_their_last_record(journal: Failing, time: Time) -> None:
    before = a_registry(journal, time)
    await entered(before)
    last = (await before.records(MEETING))[-1].recorded_at
    time.now += 5_000
    # killed: nobody stops it
    after = a_registry(journal, time)
    state = await stated(after)
    await ask(after, PostChat("重启后"))
    state = await stated(after)
    assert state.participants[M1].connections == {}
    assert state.participants[M1].gone_since == last
    assert state.participants[M1].present
    assembly = await after.assembly(MEETING)
    assert assembly is not None
    await after.stop()
    await before.stop()


async def test_full_storage_acknowledges_nothing_and_recovers_without_restart(registry: Registry, journal: Failing) -> None:
    await ask(registry, OpenMeeting())
    _, outlet = await entered(registry)
    journal.failures = 1
    with pytest.raises(StorageUnavailable):
        await ask(registry, PostChat("丢了吗"), command_id="while-full")
    assert not any("丢了吗" in text.decode() for text in outlet.written)
    assert isinstance(await ask(registry, PostChat("丢了吗"), command_id="while-full"), Acked)
    assert (await kinds(registry)).count("ChatPosted") == 2
    assert sum("丢了吗" in text.decode() for text in outlet.written) == 1


async def test_a_commit_whose_answer_was_lost_is_found_told_once_and_acknowledged(registry: Registry, journal: Failing) -> None:
    _, outlet = await entered(registry)
    journal.failures, journal.after_commit = 1, True
    with pytest.raises(StorageUnavailable):
        await ask(registry, PostChat("在不在"), command_id="doubtful")
    answer = await ask(registry, PostChat("在不在"), command_id="doubtful")
    assert isinstance(answer, Acked)
    assert (await kinds(registry)).count("ChatPosted") == 2
    assert sum("在不在" in text.decode() for text in outlet.written) == 1


async def test_another_writer_is_noticed_and_its_records_are_told(registry: Registry, database: Database, time: Time) -> None:
    _, outlet = await entered(registry)
    head = await registry.head(MEETING)
    other = SqlJournal(database)
    foreign: Event = ChatPosted("c99", "hall", M1, "别的主机", ())  # type: ignore[arg-type]  # ids are plain text here
    await other.append(MEETING, head, [Draft(foreign, M1, None, time.now)])
    await other.close()
    answer = await ask(registry, PostChat("然后"))
    assert answer == Acked(head.seq + 2)
    assert sum("别的主机" in text.decode() for text in outlet.written) == 1


async def test_a_host_that_never_gets_its_turn_gives_up_without_a_false_acknowledgement(registry: Registry, journal: Failing) -> None:
    await registry.state(MEETING)
    journal.conflicts = 3
    with pytest.raises(StorageUnavailable):
        await ask(registry, PostChat("冲突"), command_id="conflicting")
    assert isinstance(await ask(registry, PostChat("冲突"), command_id="conflicting"), Acked)


async def test_a_command_nobody_foresaw_takes_no_other_with_it(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    await registry.state(MEETING)

    def fragile(state: Any, command: Command, actor: Actor, now: Millis, presets: Any) -> Any:
        if isinstance(command, PostChat) and command.text == "毒":
            raise RuntimeError("a bug")
        return decide(state, command, actor, now, presets)

    monkeypatch.setattr("meeting_server.live.host.decide", fragile)
    answers = await asyncio.gather(
        ask(registry, PostChat("前")), ask(registry, PostChat("毒")), ask(registry, PostChat("后")), return_exceptions=True
    )
    assert isinstance(answers[0], Acked)
    assert isinstance(answers[1], StorageUnavailable)
    assert answers[1].args == ("internal",)
    assert isinstance(answers[2], Acked)


async def test_commands_that_queued_share_one_commit(registry: Registry, journal: Failing, monkeypatch: pytest.MonkeyPatch) -> None:
    await registry.state(MEETING)
    sizes: list[int] = []
    append = journal.append

    async def counted(meeting_id: MeetingId, after: Head, drafts: Sequence[Draft], fence: int = 0) -> list[Record]:
        sizes.append(len(drafts))
        return await append(meeting_id, after, drafts, fence)

    monkeypatch.setattr(journal, "append", counted)
    await asyncio.gather(*(ask(registry, PostChat(str(number))) for number in range(100)))
    assert sum(sizes) == 100
    assert len(sizes) < 10


async def test_a_vote_closes_at_its_time_and_a_late_ballot_is_refused(registry: Registry, time: Time) -> None:
    await ask(registry, OpenMeeting())
    for who in ("m1", "m2", "m3"):
        await entered(registry, who)
    await ask(registry, DraftMotion("表决"))
    await ask(registry, OpenMotion(MotionId("m1"), 60))
    time.now += 59_999
    assert isinstance(await ask(registry, CastBallot(MotionId("m1"), ("for",)), Actor(M1)), Acked)
    time.now += 1
    late = await ask(registry, CastBallot(MotionId("m1"), ("against",)), Actor(ParticipantId("m2")))
    assert isinstance(late, Rejected)
    assert late.code == "poll_closed"
    async with asyncio.timeout(5):
        while "MotionClosed" not in await kinds(registry):  # noqa: ASYNC110  the timer writes it, nobody says so here
            await asyncio.sleep(0.01)


async def test_who_does_not_come_back_within_the_grace_left_at_the_last_sign_of_life(registry: Registry, time: Time) -> None:
    await ask(registry, OpenMeeting())
    connection, _ = await entered(registry)
    assembly = await registry.assembly(MEETING)
    assert assembly is not None
    heard = time.now
    time.now += 7_000
    assembly.leave(connection)
    await ask(registry, PostChat("还在"))
    time.now += 46_000
    await ask(registry, PostChat("时间到"))
    async with asyncio.timeout(5):
        while (await stated(registry)).participants[M1].present:  # noqa: ASYNC110  the timer does it, nobody says so here
            await asyncio.sleep(0.01)
    assert (await stated(registry)).participants[M1].left_at == heard


async def test_time_in_the_journal_never_runs_backwards(registry: Registry, time: Time) -> None:
    await ask(registry, PostChat("现在"))
    time.now -= 3_600_000
    await ask(registry, PostChat("一小时前"))
    moments = [record.recorded_at for record in await registry.records(MEETING)]
    assert moments == sorted(moments)


async def test_a_silent_phone_stops_being_responsive_and_then_is_gone(registry: Registry, time: Time) -> None:
    connection, outlet = await entered(registry)
    assembly = await registry.assembly(MEETING)
    assert assembly is not None
    heard = time.now
    time.now += presence.SILENT_AFTER + 1
    presence.sweep([assembly], time.now)
    await ask(registry, PostChat("一"))
    there = (await stated(registry)).participants[M1]
    assert [c.responsive for c in there.connections.values()] == [False]
    presence.heard(assembly, connection, time.now)
    await ask(registry, PostChat("二"))
    there = (await stated(registry)).participants[M1]
    assert [c.responsive for c in there.connections.values()] == [True]
    heard = time.now
    time.now += presence.GONE_AFTER + 1
    presence.sweep([assembly], time.now)
    await ask(registry, PostChat("三"))
    there = (await stated(registry)).participants[M1]
    assert outlet.code == Close.GOING_AWAY
    assert there.connections == {}
    assert there.gone_since == heard


async def test_a_phone_in_the_background_does_not_become_responsive_by_its_beats(registry: Registry, time: Time) -> None:
    connection, _ = await entered(registry)
    assembly = await registry.assembly(MEETING)
    assert assembly is not None
    presence.seen(assembly, connection, False)
    presence.heard(assembly, connection, time.now)
    await ask(registry, PostChat("后台"))
    there = (await stated(registry)).participants[M1]
    assert [c.responsive for c in there.connections.values()] == [False]


async def test_phases_are_told_to_the_rest_of_the_house(journal: Failing, time: Time) -> None:
    told: list[tuple[str, str]] = []

    async def on_phase(meeting_id: MeetingId, phase: str, at: Millis) -> None:
        told.append((meeting_id, phase))

    registry = a_registry(journal, time, on_phase=on_phase)
    await ask(registry, OpenMeeting())
    await ask(registry, AdjournMeeting())
    await registry.stop()
    assert told == [(MEETING, "open"), (MEETING, "adjourned")]


async def test_an_idle_meeting_leaves_memory_and_comes_back_the_same(registry: Registry, time: Time) -> None:
    await ask(registry, PostChat("记住"))
    before = await stated(registry)
    assert list(registry._assemblies) == [MEETING]
    time.now += IDLE_MS + 1
    await registry._put_away(time.now)
    assert list(registry._assemblies) == []
    assert await stated(registry) == before


async def test_an_open_meeting_stays_however_idle(registry: Registry, time: Time) -> None:
    await ask(registry, OpenMeeting())
    time.now += IDLE_MS + 1
    await registry._put_away(time.now)
    assert list(registry._assemblies) == [MEETING]


async def test_a_stopping_server_closes_its_sockets_and_answers_nobody_falsely(journal: Failing, time: Time) -> None:
    registry = a_registry(journal, time)
    await registry.start()
    _, outlet = await entered(registry)
    await registry.stop()
    assert outlet.code == Close.RESTARTING
    with pytest.raises(StorageUnavailable):
        await ask(registry, PostChat("太晚"))


async def test_an_erased_message_gives_its_number_to_nobody_else(registry: Registry, journal: Failing, time: Time) -> None:
    erased = await ask(registry, PostChat("删掉我"))
    assert isinstance(erased, Acked)
    await journal.erase(MEETING, erased.seq)
    await registry.stop()
    again = a_registry(journal, time)
    await ask(again, PostChat("新的"))
    state = await stated(again)
    assert [(m.message_id, m.text) for m in state.chat] == [("c2", "新的")]
    await again.stop()


async def test_the_server_itself_may_not_be_impersonated(registry: Registry) -> None:
    command = OpenConnection(M1, ConnectionId("x"), "phone")
    refused = await ask(registry, command, Actor(M1))
    assert isinstance(refused, Rejected)
    assert refused.code == "forbidden"
    assert isinstance(await ask(registry, command, SERVER), Acked)
