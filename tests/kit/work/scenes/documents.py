"""Acts of documents, and of people from the command line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from meeting_server import users
from meeting_server.acts.context import Context
from meeting_server.acts.schedule.documents import add_document, finish_documents
from meeting_server.drawing.drawer import Count, Page, PageDrawer, folder_of, picture_of
from meeting_server.store.people.people import BranchRole
from meeting_server.store.schedule.documents import Documents
from tests.kit.houses.meeting_house import MeetingHouse
from tests.kit.work.scenes.staging import NOW, Deed, by_of


class QuickDrawer(PageDrawer):
    """Two pages at once, without a process of their own."""

    async def draw(self, meeting_id: str, source: Path, count: Count | None = None) -> tuple[Page, ...]:
        folder_of(source).mkdir()
        if count is not None:
            await count(0, 2)
        for number in (1, 2):
            for size in ("small", "large"):
                picture_of(source, number, size).write_bytes(b"a picture")
        return tuple(Page(number, 10, 14, "a" * 64, "b" * 64) for number in (1, 2))


def with_documents(house: MeetingHouse) -> Context:
    """The site with documents that are drawn at once."""
    site = house.inner.site
    return replace(site, documents=Documents(site.database, site.settings.data_dir / "documents", QuickDrawer()))


async def document_added(house: MeetingHouse) -> Deed:
    scheduled = await house.scheduled()
    return partial(add_document, with_documents(house), scheduled.meeting_id, "工作总结.pdf", b"%PDF-1.7 a plan", by_of(house), NOW)


async def start_with_documents(house: MeetingHouse) -> Deed:
    """What the next start does for documents."""
    at = with_documents(house)

    async def start() -> None:
        await at.documents.tidy()
        await finish_documents(at)

    return start


async def person_created(house: MeetingHouse) -> Deed:
    return partial(users.add_person, house.inner.site, "马丽娟", "2026777", BranchRole.SECRETARY, house.inner.branch.name)


async def link_by_command(house: MeetingHouse) -> Deed:
    await users.renew_link(house.inner.site, "丁文静")
    return partial(users.renew_link, house.inner.site, "丁文静")


async def password_by_command(house: MeetingHouse) -> Deed:
    return partial(users.set_password, house.inner.site, "丁文静", "长江之水天上来 2026")


SCENES: dict[str, Callable[[MeetingHouse], Awaitable[Deed]]] = {
    "document added": document_added,
    "person created by command": person_created,
    "link made by command": link_by_command,
    "password set by command": password_by_command,
}
AGAIN: dict[str, Callable[[MeetingHouse], Awaitable[Deed]]] = {"document added": start_with_documents}
"""What finishes an act that has pictures to draw."""
FILES = {"document added": "documents"}
"""Folders that an act writes to."""
