"""A whole house in a temporary folder, asked through ASGI: for tests of pages, without a socket or a process."""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import event
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from meeting_server.app import application, site_over, stand_on
from meeting_server.ballots.box import BallotBox
from meeting_server.ballots.port import Box
from meeting_server.config import Settings
from meeting_server.domain.roles import Standing
from meeting_server.live.clock import Clock
from meeting_server.media.api import MediaPlane
from meeting_server.store.database import Database
from meeting_server.store.people.branch_tree import Branch, BranchKind
from meeting_server.store.people.directory import Directory
from meeting_server.store.people.passwords import Passwords
from meeting_server.store.people.people import BranchRole, Member
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.site import Site
from meeting_server.web.site.workshop import Workshop
from tests.kit.work.whole_acts import WholeActs

SECRET = b"s" * 32
ADDRESS = "http://house.test"
CSRF = re.compile(r'name="csrf" value="([^"]+)"')


class Browser(httpx.AsyncClient):
    """A client that keeps cookies and sends forms the way a page would."""

    async def token(self, page: str = "/sign-in") -> str:
        """The form token shown to this browser."""
        found = CSRF.search((await self.get(page, follow_redirects=True)).text)
        assert found is not None, f"no form on {page}"
        return found[1]

    async def submit(
        self,
        path: str,
        fields: Mapping[str, str | list[str]] | None = None,
        *,
        files: dict[str, tuple[str, bytes, str]] | None = None,
        page: str = "",
        status: int = 303,
    ) -> httpx.Response:
        """Post a form with the token of ``page`` (default: whatever page has one) and expect ``status``."""
        token = await self.token(page) if page else await self._any_token()
        answer = await self.post(path, data={"csrf": token, **(fields or {})}, files=files)
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text[:2000]}"
        return answer

    async def _any_token(self) -> str:
        return await self.token("/me" if self.cookies.get("signin") else "/sign-in")


async def read_numbers(browser: Browser, record: str) -> None:
    """Tick all numbers of a record, as who publishes it does after reading them. ``record``: the address of its page."""
    page = (await browser.get(f"{record}/numbers")).text
    for form in re.findall(r'(?s)<form[^>]*action="[^"]*/numbers">(.*?)</form>', page):
        await browser.submit(f"{record}/numbers", dict(re.findall(r'name="(cue|shown)" value="([^"]*)"', form)))


@dataclass
class TestHouse:
    """A site, its pages, and people to begin with."""

    __test__ = False

    site: Site
    app: Starlette
    university: Branch
    faculty: Branch
    branch: Branch
    group: Branch
    other_branch: Branch
    people: dict[str, Member] = field(default_factory=dict)

    def change(self, **parts: Any) -> None:
        """The pages answer for a site that differs in these parts from now on."""
        self.site = replace(self.site, **parts)
        stand_on(self.app, self.site)

    def browser(self, address: str = "127.0.0.1") -> Browser:
        """A browser nobody is signed in on. Mistakes of ours (500) show as answers, as they do to people."""
        transport = WholeActs(self.site.database, self.app, raise_app_exceptions=False, client=(address, 40000))
        return Browser(transport=transport, base_url=ADDRESS)

    async def signed_in(self, who: str) -> Browser:
        """A browser on which ``who`` (a key of ``people``) came in by a one-time link."""
        browser = self.browser()
        token = await self.site.accounts.issue_link(self.people[who].member_id, issued_by=None, now=now_millis(), seconds=600)
        await browser.submit(f"/sign-in/{token}", page=f"/sign-in/{token}")
        return browser

    async def add(self, who: str, name: str, branch: Branch, **fields: object) -> Member:
        """Someone more."""
        member = await self.site.directory.add_member(
            Member("", branch.branch_id, name, **fields),  # type: ignore[arg-type]  # fields of Member by name
            now_millis(),
            "测试",
        )
        self.people[who] = member
        return member


@dataclass(frozen=True)
class _Prepared:
    """A seeded database file, made once in a test run and copied for every house: seeding costs many commits."""

    file: Path
    branches: tuple[Branch, Branch, Branch, Branch, Branch]
    people: dict[str, Member]


_prepared: list[_Prepared] = []


def _quick(url: str) -> Database:
    """A database that does not wait for the disk: what a crash leaves behind is tested elsewhere."""
    database = Database(url)

    def hurry(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    event.listen(database.engine.sync_engine, "connect", hurry)
    return database


async def seed(database: Database) -> tuple[tuple[Branch, Branch, Branch, Branch, Branch], dict[str, Member]]:
    """A university, a faculty, a branch with a group, another branch; one person per role."""
    directory, now = Directory(database), now_millis()
    university = await directory.create_branch("江城大学党委", BranchKind.UNIVERSITY, None, now)
    faculty = await directory.create_branch("信息学院党委", BranchKind.FACULTY, university.branch_id, now)
    branch = await directory.create_branch("信息学院研究生第二党支部", BranchKind.BRANCH, faculty.branch_id, now)
    group = await directory.create_branch("第二党小组", BranchKind.GROUP, branch.branch_id, now)
    other = await directory.create_branch("信息学院教工党支部", BranchKind.BRANCH, faculty.branch_id, now)
    people = {
        "administrator": Member("", university.branch_id, "赵立新", "admin"),
        "secretary": Member("", branch.branch_id, "何雨桐", "2023001", committee=True),
        "reviewer": Member("", faculty.branch_id, "钱进", "T1001"),
        "member": Member("", branch.branch_id, "丁文静", "2023002"),
        "probationary": Member("", group.branch_id, "林晓雨", "2023003", Standing.PROBATIONARY),
        "stranger": Member("", other.branch_id, "孙国栋", "T1002"),
        "other_secretary": Member("", other.branch_id, "周建华", "T1003"),
    }
    saved = dict(zip(people, await directory.save_roster(list(people.values()), now, "测试"), strict=True))
    for who, role, where in (
        ("administrator", BranchRole.ADMINISTRATOR, university),
        ("secretary", BranchRole.SECRETARY, branch),
        ("reviewer", BranchRole.REVIEWER, branch),
        ("other_secretary", BranchRole.SECRETARY, other),
    ):
        await directory.grant(saved[who].member_id, where.branch_id, role, now)
    return (university, faculty, branch, group, other), saved


async def _seeded() -> _Prepared:
    if _prepared:
        return _prepared[0]
    file = Path(tempfile.mkdtemp(prefix="house-")) / "house.sqlite3"
    atexit.register(shutil.rmtree, file.parent, ignore_errors=True)
    database = _quick(f"sqlite+aiosqlite:///{file}")
    try:
        await database.create_all()
        branches, people = await seed(database)
    finally:
        await database.close()
    _prepared.append(_Prepared(file, branches, people))
    return _prepared[0]


@asynccontextmanager
async def site_on(
    database: Database,
    folder: Path,
    *,
    box: Box | None = None,
    media: MediaPlane | None = None,
    clock: Clock | None = None,
    client: Path | None = None,
    **settings: Any,
) -> AsyncIterator[Site]:
    """The site a server has over this database; what is made apart is made in a thread, and password hashing is made cheap."""
    ballots = Database(f"sqlite+aiosqlite:///{folder / 'ballot-box.sqlite3'}")
    try:
        async with site_over(
            database,
            Settings(data_dir=folder, recordings_dir=folder / "recordings", **settings),
            SECRET,
            box or BallotBox(ballots, SECRET),
            media=media,
            clock=clock,
            passwords=Passwords(time_cost=1, memory_kib=64),
            workshop=Workshop(apart=False),
            client=client or folder / "no-client",
        ) as site:
            yield site
    finally:
        await ballots.close()


@asynccontextmanager
async def people_house(folder: Path, routes: Sequence[BaseRoute], **adapters: Any) -> AsyncIterator[TestHouse]:
    """A seeded house with these pages; ``adapters``: as for ``site_on``."""
    seeded = await _seeded()
    shutil.copy(seeded.file, folder / "house.sqlite3")
    database = _quick(f"sqlite+aiosqlite:///{folder / 'house.sqlite3'}")
    try:
        async with site_on(database, folder, **adapters) as site:
            app = application(site.settings, routes)
            stand_on(app, site)
            yield TestHouse(site, app, *seeded.branches, people=dict(seeded.people))
    finally:
        await database.close()
