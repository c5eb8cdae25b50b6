"""A whole house with running meetings, asked through ASGI: for tests of scheduling, joining and reports."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from meeting_server.domain.commands import Actor, AdjournMeeting, MarkPresent, OpenMeeting
from meeting_server.domain.ids import MeetingId, Millis, ParticipantId
from meeting_server.domain.phases import MeetingPhase
from meeting_server.domain.roles import Role
from meeting_server.domain.terms import ItemPlan
from meeting_server.live.outcome import Acked
from meeting_server.live.registry import Registry
from meeting_server.store.schedule.schedule import Listed, Plan, Scheduled
from meeting_server.web.routes import routes
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.dates import local
from meeting_server.web.site.site import Site
from tests.kit.houses.houses import Browser, TestHouse, people_house

HOUR: Millis = 3_600_000
LINK = re.compile(r"http://house\.test(/j/[A-Za-z0-9_-]{43})")


@dataclass
class MeetingHouse:
    """A test house in which meetings can be scheduled and held."""

    inner: TestHouse

    @property
    def site(self) -> Site:
        return self.inner.site

    @property
    def registry(self) -> Registry:
        return self.site.registry

    def pid(self, who: str) -> ParticipantId:
        return ParticipantId(self.inner.people[who].member_id)

    def browser(self) -> Browser:
        return self.inner.browser()

    async def signed_in(self, who: str) -> Browser:
        return await self.inner.signed_in(who)

    def plan(self, starts_in: Millis = HOUR // 2, **changes: object) -> Plan:
        """A general meeting of the branch: 何雨桐 keeps the record, 丁文静 chairs, 林晓雨 is called."""
        start = now_millis() + starts_in
        plan = Plan(
            self.inner.branch.branch_id,
            "general",
            "支部党员大会",
            "A305",
            start,
            start + HOUR,
            "general_meeting",
            False,
            (ItemPlan("学习", 30), ItemPlan("表决", 15)),
            (
                Listed(self.pid("secretary"), Role.SECRETARY),
                Listed(self.pid("member"), Role.CHAIR),
                Listed(self.pid("probationary")),
            ),
        )
        return replace(plan, **changes)  # type: ignore[arg-type]  # fields of Plan by name

    async def scheduled(self, starts_in: Millis = HOUR // 2, **changes: object) -> Scheduled:
        return await self.site.schedule.add(self.plan(starts_in, **changes), self.pid("secretary"), now_millis())

    async def link(self, meeting_id: MeetingId, who: str | None = None, *, max_uses: int = 0, lasts: Millis = HOUR) -> str:
        """The path of a fresh link: personal for ``who``, else for guests."""
        invitations = self.site.invitations
        issued = await invitations.issue(
            meeting_id,
            issued_by=self.pid("secretary"),
            now=now_millis(),
            expires_at=now_millis() + lasts,
            member_id=self.pid(who) if who else None,
            max_uses=max_uses,
        )
        return f"/j/{invitations.token(issued.invitation_id)}"

    async def do(self, meeting_id: MeetingId, who: str, command: OpenMeeting | AdjournMeeting | MarkPresent) -> None:
        """One accepted command of a live meeting."""
        outcome = await self.registry.submit(meeting_id, Actor(self.pid(who)), command)
        assert isinstance(outcome, Acked), outcome

    async def open(self, meeting_id: MeetingId) -> None:
        await self.do(meeting_id, "secretary", OpenMeeting())
        await self.site.schedule.set_phase(meeting_id, MeetingPhase.OPEN, now_millis())

    async def adjourn(self, meeting_id: MeetingId) -> None:
        await self.do(meeting_id, "secretary", AdjournMeeting())
        await self.site.schedule.set_phase(meeting_id, MeetingPhase.ADJOURNED, now_millis())


def form_fields(house: MeetingHouse, **changes: str | list[str]) -> dict[str, str | list[str]]:
    """What the form of a general meeting sends."""
    start = local(now_millis()) + timedelta(days=3)
    fields: dict[str, str | list[str]] = {
        "kind": "general",
        "version": "0",
        "title": "2026年11月支部党员大会",
        "date": f"{start:%Y-%m-%d}",
        "time": "19:00",
        "minutes": "90",
        "place": "教学楼 A305",
        "item-title": ["学习文件", "表决"],
        "item-minutes": ["30", ""],
        "item-speaker": ["何雨桐", ""],
        "chair": house.pid("member"),
        "secretary": house.pid("secretary"),
        "person": [house.pid("member"), house.pid("secretary"), house.pid("probationary")],
        "guests": "高原",
        "preset": "general_meeting",
        "do": "save",
    }
    return fields | changes


def start_of(fields: dict[str, str | list[str]]) -> datetime:
    return datetime.strptime(f"{fields['date']} {fields['time']}", "%Y-%m-%d %H:%M")  # noqa: DTZ007 read as Shanghai  # noqa: DTZ007 read as Shanghai


@asynccontextmanager
async def meeting_house(folder: Path, **adapters: Any) -> AsyncIterator[MeetingHouse]:
    """``adapters``: as for ``houses.site_on``."""
    async with people_house(folder, routes, **adapters) as inner:
        yield MeetingHouse(inner)
