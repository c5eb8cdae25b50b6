"""Stores over one database, people and meetings: where acts are done in tests, without a page."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from meeting_server.acts.catching_up import catch_up
from meeting_server.acts.context import By
from meeting_server.acts.learning.deeds import Studying, Told
from meeting_server.domain.commands import Actor, AdjournMeeting, OpenMeeting, PostChat
from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.roles import Role
from meeting_server.domain.terms import ItemPlan
from meeting_server.journal.sql import SqlJournal
from meeting_server.live.outcome import Acked
from meeting_server.live.registry import Registry
from meeting_server.store.database import Database
from meeting_server.store.learning.lessons import Lesson, Lessons
from meeting_server.store.learning.progress import ProgressBook
from meeting_server.store.learning.quizzes import Attempt, Choice, Question, Quizzes
from meeting_server.store.learning.statements import Statements
from meeting_server.store.learning.studied import Studied
from meeting_server.store.people.accounts import Means
from meeting_server.store.people.knocks import Knocks
from meeting_server.store.people.people import Member
from meeting_server.store.record.holds import Hold, Holds
from meeting_server.store.record.publications import Publication, Publications
from meeting_server.store.record.record_edits import Correction, RecordEdits
from meeting_server.store.schedule.documents import Documents
from meeting_server.store.schedule.schedule import Listed, Plan, Schedule, Scheduled
from meeting_server.web.site.site import Site
from tests.kit.houses.houses import seed, site_on

NOW = 1_764_500_000_000
HOUR = 3_600_000
SECRET = b"s" * 32
LESSON = Studied("lesson", "l-1")
GAP = Question("q-1", LESSON, "cloze", "每年____小时", (Choice("八百", True),), approved_by="s", approved_at=NOW)
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)


@dataclass
class World:
    """The stores over one database, people, and three meetings: one to come, one that is open, one that is over."""

    files: Path
    database: Database
    people: dict[str, Member]
    meetings: tuple[Scheduled, ...]
    at: Site = field(init=False)
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def coming(self) -> Scheduled:
        return self.meetings[0]

    @property
    def going_on(self) -> Scheduled:
        return self.meetings[1]

    @property
    def over(self) -> Scheduled:
        return self.meetings[2]

    async def start(self) -> None:
        """What a server does before it takes requests."""
        journal, documents = SqlJournal(self.database), Documents(self.database, self.files / "documents")
        running = await catch_up(self.database, journal, documents, self.files / "recordings")
        await journal.close()
        self.at = await self.stack.enter_async_context(site_on(self.database, self.files))
        for meeting_id in running:
            await self.registry.state(meeting_id)

    async def stop(self) -> None:
        await self.stack.aclose()

    @property
    def registry(self) -> Registry:
        return self.at.registry

    def pid(self, who: str) -> ParticipantId:
        return ParticipantId(self.people[who].member_id)

    @property
    def by(self) -> By:
        return By(self.people["secretary"].member_id, "何雨桐")

    def studying(self) -> Studying:
        told = Told("http://house.test/", "http://house.test/learn/lessons/l-1", "微党课", "zh-CN")
        return Studying(self.pid("member"), LESSON, NOW, told)


@dataclass(frozen=True)
class Start:
    folder: Path
    people: dict[str, Member]
    meetings: tuple[Scheduled, ...]


@asynccontextmanager
async def opened(folder: Path, start: Start | None = None) -> AsyncIterator[World]:
    database = Database(f"sqlite+aiosqlite:///{folder / 'house.sqlite3'}")
    known = start or prepared[0]
    world = World(folder / "files", database, known.people, known.meetings)
    try:
        await world.start()
        yield world
        await world.stop()
    finally:
        await database.close()


prepared: list[Start] = []


async def submit(registry: Registry, meeting: Scheduled, who: ParticipantId, *commands: OpenMeeting | PostChat | AdjournMeeting) -> None:
    for command in commands:
        assert isinstance(await registry.submit(meeting.meeting_id, Actor(who), command), Acked)


async def seeded(folder: Path) -> Start:
    database = Database(f"sqlite+aiosqlite:///{folder / 'house.sqlite3'}")
    await database.create_all()
    (_, _, branch, _, _), people = await seed(database)
    await database.close()
    secretary, member = (ParticipantId(people[who].member_id) for who in ("secretary", "member"))
    listed = (Listed(secretary, Role.SECRETARY), Listed(member, Role.CHAIR), Listed(ParticipantId(people["probationary"].member_id)))
    plan = Plan(
        branch.branch_id, "general", "支部党员大会", "A305", NOW, NOW + HOUR, "general_meeting", False, (ItemPlan("学习", 30),), listed
    )
    async with opened(folder, Start(folder, people, ())) as world:
        schedule, registry = Schedule(world.database), world.registry
        coming, going_on, over = [await schedule.add(plan, secretary, NOW) for _ in range(3)]
        await registry.state(coming.meeting_id)
        await submit(registry, going_on, secretary, OpenMeeting())
        await submit(registry, over, secretary, OpenMeeting(), PostChat("删去这一句"), AdjournMeeting())
        await world.at.leaves.ask(going_on.meeting_id, ParticipantId(people["probationary"].member_id), "病假", NOW)
        await registry.reconvene(going_on.meeting_id)
        invitations, statements = world.at.invitations, Statements(world.database)
        for meeting_member in (member, None):
            await invitations.issue(coming.meeting_id, issued_by=secretary, now=NOW, expires_at=NOW + HOUR, member_id=meeting_member)
        await Knocks(world.database).ask(coming.meeting_id, member, "", device_hash="d", device="Chrome", household="127.0.0.1", now=NOW)
        for meeting_id in (coming.meeting_id, None, None):
            await world.at.accounts.begin_sign_in(
                member_id=member, meeting_id=meeting_id, device="", means=Means.LINK, now=NOW, seconds=HOUR
            )
        await world.at.documents.add(coming.meeting_id, "一页.png", DOT, secretary, NOW)
        described = Publication(over.meeting_id, branch.branch_id, "志愿服务", "每年八百小时。另一句。", state="published", approved_at=NOW)
        await Publications(world.database).save(described)
        await RecordEdits(world.database).correct(Correction(over.meeting_id, "c-1", "八百", "八百小时", secretary, "何雨桐", NOW))
        await Holds(world.database).set(Hold(going_on.meeting_id, "查阅", secretary, "何雨桐", NOW))
        lesson = Lesson("l-1", over.meeting_id, branch.branch_id, "微党课", NOW, NOW + 60_000, secretary, "何雨桐", NOW)
        await Lessons(world.database).save(lesson)
        await Quizzes(world.database).save(GAP)
        await statements.agree(member, NOW)
        await world.at.calendar_links.make(people["probationary"].member_id, NOW)
        await ProgressBook(world.database).report(member, LESSON, 60_000, [(0, 56_000)], 56_000, NOW - HOUR, "2025-11")
        await Quizzes(world.database).attempt(Attempt(member, LESSON, 0, 1, {"q-1": ("五百",)}, NOW - HOUR))
        clip = folder / "files" / "recordings" / over.meeting_id / "lessons" / "l-1.m4a"
        clip.parent.mkdir(parents=True, exist_ok=True)
        clip.write_bytes(b"sound")
    return Start(folder, people, (coming, going_on, over))


async def start() -> Path:
    """A folder with all of it, made once in a test run: acts are done on copies."""
    if not prepared:
        folder = Path(tempfile.mkdtemp(prefix="acts-")) / "start"
        folder.mkdir()
        atexit.register(shutil.rmtree, folder.parent, ignore_errors=True)
        prepared.append(await seeded(folder))
    return prepared[0].folder
