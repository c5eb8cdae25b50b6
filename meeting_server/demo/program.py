"""What the demo's meetings have in common: their people, who is on leave, and how a plan comes on the schedule."""

from __future__ import annotations

from collections.abc import Collection

from meeting_server.demo.branch import People
from meeting_server.demo.scripted_meeting import MINUTE, ScriptClock, ScriptedMeeting
from meeting_server.domain.ids import Millis, ParticipantId
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.terms import ItemPlan, MeetingKind
from meeting_server.store.schedule.schedule import Listed, Plan, Scheduled
from meeting_server.web.site.dates import local, millis
from meeting_server.web.site.site import Site

DAY: Millis = 24 * 60 * MINUTE
ON_LEAVE = {"王志远": "外出调研", "郑凯": "病假", "冯晓": "出国访问"}


class Program:
    """The house, the branch, and the moment of seeding (``now``)."""

    def __init__(self, site: Site, clock: ScriptClock, people: People, now: Millis) -> None:
        self.site, self.people, self.now = site, people, now
        self._clock = clock

    def id(self, name: str) -> ParticipantId:
        return ParticipantId(self.people[name].member_id)

    def evening(self, days: int, hour: int = 19) -> Millis:
        """``hour`` o'clock on the wall of the house, ``days`` from now."""
        return millis(local(self.now + days * DAY).replace(hour=hour, minute=0, second=0, microsecond=0))

    def plan(
        self,
        kind: MeetingKind,
        title: str,
        preset: str,
        start: Millis,
        minutes: int,
        agenda: tuple[ItemPlan, ...],
        *,
        recorded: bool = False,
    ) -> Plan:
        roles = {"周建华": Role.CHAIR, "何雨桐": Role.SECRETARY}
        listed = tuple(
            Listed(ParticipantId(member.member_id), roles.get(member.name, Role.MEMBER))
            for member in self.people.by_name.values()
            if member.number.startswith("D2") and member.standing in (Standing.FULL, Standing.PROBATIONARY, Standing.APPLICANT)
        )
        ends = start + minutes * MINUTE
        return Plan(self.people.branch_id, kind, title, "教学楼 A305，线上同时进行", start, ends, preset, recorded, agenda, listed)

    def play(self, scheduled: Scheduled, start: Millis) -> ScriptedMeeting:
        return ScriptedMeeting(self.site.registry, self._clock, scheduled.meeting_id, start)

    async def leave(self, scheduled: Scheduled, at: Millis) -> None:
        for name, reason in ON_LEAVE.items():
            await self.site.leaves.ask(scheduled.meeting_id, self.id(name), reason, at)
            await self.site.leaves.decide(scheduled.meeting_id, self.id(name), "approved", self.id("周建华"), "", at + 60 * MINUTE)

    async def gather(self, play: ScriptedMeeting, in_hall: Collection[str]) -> list[str]:
        """Everyone who is not on leave comes, by phone or (``in_hall``) into the hall; the names."""
        came = [name for name, member in self.people.by_name.items() if member.number.startswith("D2") and name not in ON_LEAVE]
        for position, name in enumerate(came):
            minute = -6 + position * 0.15
            if name in in_hall:
                await play.seen_in_hall(minute, self.id(name), self.id("何雨桐"))
            else:
                await play.arrive(minute, self.id(name))
        return came
