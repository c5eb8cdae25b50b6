"""A branch to try the house with: seeded once on a database that holds nothing, never on real data."""

from __future__ import annotations

from meeting_server.config import Settings
from meeting_server.demo.branch import FACES, seed_branch
from meeting_server.demo.meetings import seed_meetings
from meeting_server.demo.rehearsal import StageClock
from meeting_server.web.auth import now_millis
from meeting_server.web.catalogue import Language, text
from meeting_server.web.house import House

LINK_SECONDS = 24 * 3600


async def seed(house: House, clock: StageClock) -> bool:
    """Seed branch and meetings when the house is empty; whether it did. ``clock``: the one the house's registry runs by."""
    tree = await house.directory.tree()
    if any(True for _ in tree.walk()):
        return False
    now = now_millis()
    people = await seed_branch(house, now)
    await seed_meetings(house, clock, people, now)
    return True


async def links(house: House, base_url: str, language: Language) -> list[tuple[str, str, str]]:
    """A fresh one-time link per role: role, name, address. Nobody but the demo branch's own people gets one."""
    made: list[tuple[str, str, str]] = []
    for face in FACES:
        member = await house.directory.member_by_number(face.number)
        if member is None or member.name != face.name:
            continue
        token = await house.accounts.issue_link(member.member_id, issued_by=None, now=now_millis(), seconds=LINK_SECONDS)
        made.append((text(language, f"cli.role.{face.role}"), face.name, f"{base_url}/sign-in/{token}"))
    return made


async def links_for(settings: Settings, language: Language) -> list[tuple[str, str, str]]:
    """Bring the database up to date and, in a demo, seed it; the links to print."""
    from meeting_server.app import open_house

    clock = StageClock(now_millis())
    async with open_house(settings, clock=clock) as house:
        if not settings.demo:
            return []
        await seed(house, clock)
        return await links(house, settings.public_url, language)
