"""A branch to try the house with: seeded once on a database that holds nothing, never on real data."""

from __future__ import annotations

import time

from sqlalchemy import make_url

from meeting_server.config import Settings
from meeting_server.demo.branch import FACES
from meeting_server.store.database import Database
from meeting_server.store.people.accounts import Accounts
from meeting_server.store.people.directory import Directory
from meeting_server.web.site.catalogue import Language, text

LINK_SECONDS = 24 * 3600


def may_be_empty(settings: Settings) -> bool:
    """Whether the house may never have been used; a database that is no file is asked."""
    url = make_url(settings.database)
    return url.get_backend_name() != "sqlite" or not (settings.data_dir / str(url.database)).exists()


async def seed(settings: Settings) -> bool:
    """Bring the database up to date, and seed branch and meetings when the house is empty; whether it did."""
    from meeting_server.app import open_site  # the whole house, for the first start only
    from meeting_server.demo.branch import seed_branch
    from meeting_server.demo.meetings import seed_meetings
    from meeting_server.demo.scripted_meeting import ScriptClock

    now = time.time_ns() // 1_000_000
    clock = ScriptClock(now)
    async with open_site(settings, clock=clock) as site:
        tree = await site.directory.tree()
        if any(True for _ in tree.walk()):
            return False
        people = await seed_branch(site, now)
        await seed_meetings(site, clock, people, now)
        return True


async def links(settings: Settings, language: Language) -> list[tuple[str, str, str]]:
    """A fresh link per role: role, name, address. Nobody but the demo branch's own people gets one.

    In a demo (``settings.demo``) each opens any number of browsers for a day, because a demo is opened twice.
    """
    made: list[tuple[str, str, str]] = []
    database = Database(settings.database)
    try:
        directory, accounts = Directory(database), Accounts(database, demo=settings.demo)
        for face in FACES:
            member = await directory.member_by_number(face.number)
            if member is None or member.name != face.name:
                continue
            now = time.time_ns() // 1_000_000
            token = await accounts.issue_link(member.member_id, issued_by=None, now=now, seconds=LINK_SECONDS, reusable=settings.demo)
            made.append((text(language, f"cli.role.{face.role}"), face.name, f"{settings.public_url}/sign-in/{token}"))
    finally:
        await database.close()
    return made
