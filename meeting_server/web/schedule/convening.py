"""What a meeting starts with, read at one moment: schedule, roster, granted leave, rule and documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from meeting_server.domain.agenda import planned_id
from meeting_server.domain.ids import MeetingId, ParticipantId
from meeting_server.domain.person_names import resembled
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.terms import Convening, Invited
from meeting_server.store.people.directory import Directory
from meeting_server.store.people.people import Member
from meeting_server.store.schedule.branch_presets import BranchPresets
from meeting_server.store.schedule.documents import Documents
from meeting_server.store.schedule.leave import Leave, LeaveBook
from meeting_server.store.schedule.schedule import Listed, Plan, Schedule
from meeting_server.web.site.catalogue import DEFAULT, text


class Convener:
    """Reads the stores without changing anything."""

    def __init__(
        self,
        schedule: Schedule,
        directory: Directory,
        leaves: LeaveBook,
        documents: Documents,
        presets: BranchPresets,
    ) -> None:
        self._schedule = schedule
        self._directory = directory
        self._leaves = leaves
        self._documents = documents
        self._presets = presets

    async def convening(self, meeting_id: MeetingId) -> Convening | None:
        """Return the meeting with the current roster and leave requests; None if it is not scheduled or was cancelled."""
        found = await self.on_schedule(meeting_id)
        return None if found is None or found.cancelled else found

    async def on_schedule(self, meeting_id: MeetingId) -> Convening | None:
        """Return the same, also for a cancelled meeting."""
        scheduled = await self._schedule.meeting(meeting_id)
        if scheduled is None:
            return None
        plan = scheduled.plan
        await self._presets.refresh()
        branch = await self._directory.branch(plan.branch_id)
        members = await self._directory.members_by_id(p.participant_id for p in plan.people if not p.is_guest)
        leaves = await self._leaves.of_meeting(meeting_id)
        known = await self._known(plan, members.values())
        people = (self._invited(p, members.get(p.participant_id), leaves.get(p.participant_id), known) for p in plan.people)
        return Convening(
            meeting_id=meeting_id,
            title=plan.title,
            kind=plan.kind,
            branch_id=plan.branch_id,
            branch_name=branch.name if branch else "",
            starts_at=plan.starts_at,
            ends_at=plan.ends_at,
            place=plan.place,
            participants=tuple(person for person in people if person is not None),
            agenda=plan.agenda,
            preset=self._presets[plan.preset_id],
            documents=tuple(document.ref for document in await self._documents.of_meeting(meeting_id)),
            recording_planned=plan.recording_planned,
            full_members=sum(member.standing is Standing.FULL for member in await self._directory.roster(plan.branch_id)),
            cancelled=scheduled.status == "cancelled",
        )

    async def _known(self, plan: Plan, members: Iterable[Member]) -> dict[ParticipantId, str]:
        """Return whom a guest on the list could be mistaken for: the members on it, and the branch's roster."""
        if not any(person.is_guest for person in plan.people):
            return {}
        roster = await self._directory.roster(plan.branch_id)
        return {ParticipantId(member.member_id): member.name for member in (*members, *roster)}

    def _invited(self, person: Listed, member: Member | None, leave: Leave | None, known: Mapping[ParticipantId, str]) -> Invited | None:
        if person.is_guest:
            looks_like = resembled(person.guest_name, known)
            return Invited(person.participant_id, person.guest_name, Standing.GUEST, Role.GUEST, voting=False, resembles=looks_like)
        if member is None or member.removed_at is not None:
            return None
        return invited(member, person.role, leave, person.items)


def invited(member: Member, role: Role, leave: Leave | None = None, items: tuple[int, ...] = ()) -> Invited:
    """Return a member of the directory as an entry of a meeting's list. ``items``: places on the agenda, from 1."""
    return Invited(
        participant_id=ParticipantId(member.member_id),
        name=member.name,
        standing=member.standing,
        role=role,
        voting=member.may_vote,
        committee=member.committee,
        excluded_reason=exclusion_words(member),
        leave_reason=leave.reason if leave else "",
        leave_approved=leave is not None and leave.status == "approved",
        items=tuple(planned_id(place) for place in items),
        exclusion_needs_vote=bool(member.exclusion),
    )


def exclusion_words(member: Member) -> str:
    """Return why a member does not count in 应到, with the approval reference, in the language of the record; empty if they count."""
    if not member.exclusion:
        return ""
    reason = text(DEFAULT, f"schedule.reason.{member.exclusion.value}")
    return text(DEFAULT, "schedule.reason_with_reference", reason=reason, reference=member.exclusion_reference)
