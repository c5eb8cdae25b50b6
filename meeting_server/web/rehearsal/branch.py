"""The branch, people and meeting of a rehearsal. They are made in a site of its own and disappear with it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from meeting_server.domain.ids import MeetingId, Millis, ParticipantId
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.terms import ItemPlan
from meeting_server.store.people.branch_tree import BranchKind
from meeting_server.store.people.people import BranchRole, Member
from meeting_server.store.schedule.schedule import Listed, Plan
from meeting_server.web.site.catalogue import Language, text
from meeting_server.web.site.site import Site

HOUR: Millis = 3_600_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """A meeting that can be joined now. ``links``: one path per member, the chair's first. ``guest_link``: for a person who watches."""

    meeting_id: MeetingId
    links: tuple[str, ...]
    guest_link: str


async def prepare(site: Site, members: int, language: Language, now: Millis) -> Prepared:
    """Add ``members`` people and a meeting that begins now to an empty site.

    Its rule has no quorum, so that a vote works while phones are still joining.
    """
    name = text(language, "rehearsal.branch")
    branch = await site.directory.create_branch(name, BranchKind.BRANCH, None, now)
    roster = [
        Member("", branch.branch_id, text(language, "rehearsal.member", n=f"{n:03}"), f"R{n:04}", Standing.FULL)
        for n in range(1, members + 1)
    ]
    people = await site.directory.save_roster(roster, now)
    chair = people[0]
    await site.directory.grant(chair.member_id, branch.branch_id, BranchRole.SECRETARY, now)
    agenda = tuple(ItemPlan(text(language, f"rehearsal.item_{item}"), 10) for item in ("report", "votes"))
    listed = tuple(Listed(ParticipantId(p.member_id), Role.CHAIR if p is chair else Role.MEMBER) for p in people)
    title = text(language, "rehearsal.title")
    rule = replace(site.presets.shipped["general_meeting"], title_zh=title, title_en=title, quorum=None)
    rule = await site.presets.save(branch.branch_id, rule, copied_from="general_meeting", by=chair.member_id, now=now)
    plan = Plan(branch.branch_id, "general", title, name, now, now + 2 * HOUR, rule.preset_id, False, agenda, listed)
    scheduled = await site.schedule.add(plan, chair.member_id, now)

    async def link(member_id: str | None) -> str:
        issued = await site.invitations.issue(
            scheduled.meeting_id, issued_by=chair.member_id, now=now, expires_at=now + 3 * HOUR, member_id=member_id
        )
        return f"/j/{site.invitations.token(issued.invitation_id)}"

    return Prepared(scheduled.meeting_id, tuple([await link(p.member_id) for p in people]), await link(None))
