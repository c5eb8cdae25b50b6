"""What someone issued, and what was issued to them, does not outlast their right to it.

A meeting gives and takes roles while it runs, and a branch may take a role back at any time. ``catch_up`` compares what
stands of a meeting (links, hall devices, sign-ins, roles on the schedule) with who holds which right now, and takes back the
rest. It may run at any time and twice: what a stopped server left undone is done when the meeting is loaded.
"""

from __future__ import annotations

from functools import partial

from meeting_server.acts.context import By, Context
from meeting_server.acts.people.rights import Rights, rights_at
from meeting_server.domain.commands import Actor, RemoveParticipant
from meeting_server.domain.ids import MeetingId, Millis, ParticipantId
from meeting_server.store.people.access_log import Act, Entry
from meeting_server.store.schedule.hall_devices import HallDevice
from meeting_server.store.schedule.invitations import Invitation
from meeting_server.store.schedule.schedule import Scheduled

SERVER = By()


async def catch_up(at: Context, meeting_id: MeetingId, now: Millis, remover: ParticipantId | None = None) -> None:
    """Take back what nobody has a right to any more. ``remover``: whose act it follows from, for the meeting's record."""
    async with at.database.act():
        scheduled = await at.schedule.meeting(meeting_id)
        if scheduled is None or scheduled.status not in ("convened", "open"):
            return
        issued = [i for i in await at.invitations.of_meeting(meeting_id) if i.revoked_at is None]
        devices = [d for d in await at.hall_devices.of_meeting(meeting_id) if d.revoked_at is None]
        rights = await rights_at(at, scheduled, *(i.issued_by for i in issued), *(str(d.issued_by) for d in devices))
        await _keep_roles(at, rights)
        gone = [i.invitation_id for i in issued if not _stands(rights, i)]
        if gone and await at.invitations.revoke_these(gone, now):
            await _note(at, SERVER, scheduled, Act.INVITATION_REVOKED, now, scheduled.plan.title)
        for device in devices:
            if not rights.manages(device.issued_by):
                await stop_device(at, SERVER, scheduled, device.device_id, now, remover)
        if rights.state is not None:
            removed = [str(who) for who, person in rights.state.participants.items() if person.removed]
            if removed:
                ended = await at.accounts.end_at_meeting(meeting_id, removed)
                await at.database.after_commit(partial(at.sign_outs.announce, ended))


async def catch_up_with(at: Context, issuer: str, now: Millis) -> None:
    """After someone lost a role in the branch or left it: the same for every meeting in which they issued anything."""
    meetings = {*await at.invitations.meetings_of_issuer(issuer), *await at.hall_devices.meetings_of_issuer(issuer)}
    for meeting_id in sorted(meetings):
        await catch_up(at, meeting_id, now)


async def stop_device(
    at: Context, by: By, scheduled: Scheduled, device_id: str, now: Millis, remover: ParticipantId | None
) -> HallDevice | None:
    """Take a hall device's token back; ``None`` when there is none. Its session ends, and a camera is out of the room where
    somebody (``remover``) can have it removed."""
    async with at.database.act():
        device = await at.hall_devices.revoke(scheduled.meeting_id, device_id, now)
        if device is not None:
            await _note(at, by, scheduled, Act.HALL_DEVICE_STOPPED, now, device.name)
            await at.database.after_commit(partial(_end_session, at, scheduled, device, remover))
        return device


async def _end_session(at: Context, scheduled: Scheduled, device: HallDevice, remover: ParticipantId | None) -> None:
    await at.whip.end(device.device_id)
    await at.whep.end(device.device_id)
    state, camera = at.registry.known_state(scheduled.meeting_id), ParticipantId(device.device_id)
    if remover is not None and state is not None and camera in state.participants:
        await at.registry.submit(scheduled.meeting_id, Actor(remover), RemoveParticipant(camera, ""))


def _stands(rights: Rights, invitation: Invitation) -> bool:
    """Whether a link may still be used: its member is on the list, and who made it could make it now."""
    to = invitation.member_id
    if to is None:
        return rights.manages(invitation.issued_by)
    if rights.scheduled.listed(to) is None:
        return False
    # one that its member's browser holds waits for the day they are let in again: until then the door is shut by the meeting itself
    return invitation.bound_to is not None or rights.may_hand_out(invitation.issued_by, to)


async def _keep_roles(at: Context, rights: Rights) -> None:
    """Write the roles a meeting gave into the schedule: it is convened from there again, and read when it is over."""
    if rights.state is None:
        return
    for person in rights.scheduled.plan.people:
        there = rights.state.participants.get(person.participant_id)
        if there is not None and not person.is_guest and there.role is not person.role:
            await at.schedule.set_role(rights.scheduled.meeting_id, person.participant_id, there.role)


async def _note(at: Context, by: By, scheduled: Scheduled, act: Act, now: Millis, name: str) -> None:
    plan = scheduled.plan
    await at.access_log.note(Entry(now, act, by.member_id, by.name, scheduled.meeting_id, name, plan.branch_id, plan.title))
