"""An institution's own server as it is run: its processes over folders of their own, with a branch whose members are signed in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from meeting_server.domain.ids import MeetingId, ParticipantId
from meeting_server.domain.roles import Role
from meeting_server.domain.terms import ItemPlan
from meeting_server.store.database import Database
from meeting_server.store.migrating import MEETINGS, migrate
from meeting_server.store.people.accounts import Accounts, Means
from meeting_server.store.people.directory import Directory
from meeting_server.store.people.people import Member
from meeting_server.store.schedule.schedule import Listed, Plan, Schedule
from meeting_server.web.site.auth import now_millis
from tests.kit.houses.houses import Browser, seed
from tests.kit.servers.running import Server

HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Institution:
    """``cookies``: by name of the person. ``people``: likewise, member ids."""

    server: Server
    branch_id: str
    people: Mapping[str, str]
    cookies: Mapping[str, str]
    meeting_id: MeetingId

    @property
    def folder(self) -> Path:
        return self.server.folder

    @property
    def database(self) -> str:
        return f"sqlite+aiosqlite:///{self.folder / 'var' / 'meetings.sqlite3'}"

    @property
    def recording(self) -> Path:
        """What was recorded of the meeting, and what is made of it."""
        return self.folder / "recordings" / self.meeting_id

    @property
    def socket(self) -> str:
        return f"ws://127.0.0.1:{self.server.port}/ws/{self.meeting_id}"

    def browser(self, who: str) -> Browser:
        """A browser on which ``who`` is signed in."""
        return Browser(base_url=self.server.url, cookies={"signin": self.cookies[who]}, trust_env=False, timeout=120)


@contextmanager
def institution(
    folder: Path, members: Mapping[str, Role], agenda: tuple[str, ...] = (), environment: Mapping[str, str] | None = None
) -> Iterator[Institution]:
    """Runs until the block ends. ``members``: who is called to the meeting, with their role in it; 何雨桐 is the branch's secretary."""
    settled = asyncio.run(_settled(folder, members, agenda))
    with Server(folder, port=None, **(environment or {})) as server:
        yield Institution(server, *settled)


async def _settled(
    folder: Path, members: Mapping[str, Role], agenda: tuple[str, ...]
) -> tuple[str, dict[str, str], dict[str, str], MeetingId]:
    url = f"sqlite+aiosqlite:///{folder / 'var' / 'meetings.sqlite3'}"
    await migrate(url, MEETINGS)
    database = Database(url)
    try:
        (_, _, branch, _, _), known = await seed(database)
        directory, accounts = Directory(database), Accounts(database)
        here = {member.name: member for member in known.values()}
        new = [Member("", branch.branch_id, name, f"S{number:04}") for number, name in enumerate(members) if name not in here]
        here |= {member.name: member for member in await directory.save_roster(new, now_millis(), "测试")}
        people = {name: member.member_id for name, member in here.items()}
        cookies = {
            name: await accounts.begin_sign_in(now=now_millis(), seconds=7200, means=Means.LINK, member_id=member_id)
            for name, member_id in people.items()
        }
        start = now_millis()
        plan = Plan(
            branch.branch_id,
            "general",
            "支部党员大会",
            "A305",
            start,
            start + HOUR_MS,
            "general_meeting",
            True,
            tuple(ItemPlan(title, 10) for title in agenda),
            tuple(Listed(ParticipantId(people[name]), role) for name, role in members.items()),
        )
        scheduled = await Schedule(database).add(plan, people["何雨桐"], start)
    finally:
        await database.close()
    return branch.branch_id, people, cookies, scheduled.meeting_id
