"""What someone issued, and what was issued to them, does not outlast their right to it.

A meeting gives and takes roles while it runs, and a branch may take a role back at any time. ``catch_up`` compares what
stands of a meeting (links, hall devices, sign-ins, roles on the schedule) with who holds which right now, and takes back the
rest. It may run at any time and twice: what a stopped server left undone is done when the meeting is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass

from meeting_server.domain.commands import Actor, RemoveParticipant
from meeting_server.domain.ids import MeetingId, Millis, ParticipantId
from meeting_server.domain.state import MeetingState
from meeting_server.store.people.access_log import Act, Entry
from meeting_server.store.people.branch_tree import BranchTree
from meeting_server.store.people.people import Grant
from meeting_server.store.schedule.hall_devices import HallDevice
from meeting_server.store.schedule.invitations import Invitation
from meeting_server.store.schedule.schedule import Scheduled
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.house import House
from meeting_server.web.site.permissions import Action, given_in, is_removed, permits, runs_at


@dataclass(frozen=True, slots=True)
class Rights:
    """Who may do what at one meeting now. ``grants``: the branch roles of whoever the questions are about."""

    scheduled: Scheduled
    state: MeetingState | None
    tree: BranchTree
    grants: dict[str, tuple[Grant, ...]]

    def runs(self, who: str) -> bool:
        return runs_at(self.scheduled, self.state, who)

    def manages(self, who: str) -> bool:
        """Whether someone may invite and let devices in: who runs the meeting or plans those of its branch, and was not shown out."""
        given = given_in(self.tree, self.grants.get(who, ()), self.scheduled.plan.branch_id)
        if is_removed(self.state, who):
            return permits(given, Action.APPOINT)
        return self.runs(who) or permits(given, Action.SCHEDULE)

    def may_hand_out(self, who: str, to: str) -> bool:
        """Whether someone may have the link of another, who comes in by it with all they may do in this meeting.

        A link is a key: nobody gets one that opens more than their own. Who runs the meeting is handled by the branch's
        secretary, who holds a role in the branch by those who could have given it.
        """
        if who == to:
            return True
        branch_id = self.scheduled.plan.branch_id
        mine = self.grants.get(who, ())
        held_above = all(permits(given_in(self.tree, mine, grant.branch_id), Action.APPOINT) for grant in self.grants.get(to, ()))
        if is_removed(self.state, who) or not held_above:
            return False
        return self.manages(who) and (not self.runs(to) or permits(given_in(self.tree, mine, branch_id), Action.SCHEDULE))


async def rights_at(house: House, scheduled: Scheduled, *others: str) -> Rights:
    """The rights at a meeting of everyone on its list and of ``others``."""
    people = {str(person.participant_id) for person in scheduled.plan.people if not person.is_guest} | set(others)
    registry = house.registry
    state = registry.known_state(scheduled.meeting_id) if registry is not None else None
    return Rights(scheduled, state, await house.directory.tree(), await house.directory.grants_among(people))


async def catch_up(house: House, meeting_id: MeetingId, by: ParticipantId | None = None) -> None:
    """Take back what nobody has a right to any more. ``by``: whose act it follows from, for the meeting's record."""
    scheduled = await house.desk.schedule.meeting(meeting_id)
    if scheduled is None or scheduled.status not in ("convened", "open"):
        return
    issued = [i for i in await house.invitations.of_meeting(meeting_id) if i.revoked_at is None]
    devices = [d for d in await house.hall_devices.of_meeting(meeting_id) if d.revoked_at is None]
    rights = await rights_at(house, scheduled, *(i.issued_by for i in issued), *(str(d.issued_by) for d in devices))
    now = now_millis()
    await _keep_roles(house, rights)
    gone = [i for i in issued if not _stands(rights, i)]
    if await house.invitations.revoke_these((i.invitation_id for i in gone), now):
        await _note(house, scheduled, Act.INVITATION_REVOKED, now, scheduled.plan.title)
    for device in devices:
        if not rights.manages(device.issued_by):
            await stop_device(house, scheduled, device, now, by)
    if rights.state is not None:
        removed = [str(who) for who, person in rights.state.participants.items() if person.removed]
        house.sign_outs.announce(await house.accounts.end_at_meeting(meeting_id, removed))


async def catch_up_with(house: House, issuer: str) -> None:
    """After someone lost a role in the branch or left it: the same for every meeting in which they issued anything."""
    meetings = {*await house.invitations.meetings_of_issuer(issuer), *await house.hall_devices.meetings_of_issuer(issuer)}
    for meeting_id in sorted(meetings):
        await catch_up(house, meeting_id)


async def stop_device(house: House, scheduled: Scheduled, device: HallDevice, now: Millis, by: ParticipantId | None) -> None:
    """Take a hall device's token back and end its session; a camera is out of the room where somebody can have it removed."""
    if await house.hall_devices.revoke(scheduled.meeting_id, device.device_id, now) is None:
        return
    await house.whip.end(device.device_id)
    await house.whep.end(device.device_id)
    state = house.registry.known_state(scheduled.meeting_id) if house.registry is not None else None
    if by is not None and state is not None and ParticipantId(device.device_id) in state.participants:
        await house.registry.submit(scheduled.meeting_id, Actor(by), RemoveParticipant(ParticipantId(device.device_id), ""))
    await _note(house, scheduled, Act.HALL_DEVICE_STOPPED, now, device.name)


def _stands(rights: Rights, invitation: Invitation) -> bool:
    """Whether a link may still be used: its member is on the list, and who made it could make it now."""
    to = invitation.member_id
    if to is None:
        return rights.manages(invitation.issued_by)
    if rights.scheduled.listed(to) is None:
        return False
    # one that its member's browser holds waits for the day they are let in again: until then the door is shut by the meeting itself
    return invitation.bound_to is not None or rights.may_hand_out(invitation.issued_by, to)


async def _keep_roles(house: House, rights: Rights) -> None:
    """Write the roles a meeting gave into the schedule: it is convened from there again, and read when it is over."""
    if rights.state is None:
        return
    for person in rights.scheduled.plan.people:
        there = rights.state.participants.get(person.participant_id)
        if there is not None and not person.is_guest and there.role is not person.role:
            await house.desk.schedule.set_role(rights.scheduled.meeting_id, person.participant_id, there.role)


async def _note(house: House, scheduled: Scheduled, act: Act, now: Millis, name: str) -> None:
    plan = scheduled.plan
    await house.access_log.note(Entry(now, act, "", "", scheduled.meeting_id, name, plan.branch_id, plan.title))
