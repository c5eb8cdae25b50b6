"""Cameras and screens of a hall that come without a person."""

from __future__ import annotations

from meeting_server.acts.context import By, Context
from meeting_server.domain.ids import Millis, RoomId
from meeting_server.store.people.access_log import Act, Entry
from meeting_server.store.schedule.hall_devices import DeviceKind, HallDevice
from meeting_server.store.schedule.schedule import Scheduled

MOST = 20
"""Devices of one meeting that are let in at a time."""
AFTER_END: Millis = 86_400_000
"""Tokens end a day after the planned end, as links do."""


async def let_device_in(
    at: Context, by: By, scheduled: Scheduled, room_id: RoomId, kind: DeviceKind, name: str, now: Millis
) -> tuple[HallDevice, str] | None:
    """A new device and its token, which nobody can be shown again; ``None`` when there are too many."""
    async with at.database.act():
        devices = await at.hall_devices.of_meeting(scheduled.meeting_id)
        if sum(device.revoked_at is None for device in devices) >= MOST:
            return None
        device, token = await at.hall_devices.issue(
            scheduled.meeting_id,
            room_id,
            kind,
            name,
            issued_by=by.member_id,
            now=now,
            expires_at=max(scheduled.plan.ends_at, now) + AFTER_END,
        )
        plan = scheduled.plan
        entry = Entry(now, Act.HALL_DEVICE_LET_IN, by.member_id, by.name, scheduled.meeting_id, device.name, plan.branch_id, plan.title)
        await at.access_log.note(entry)
        return device, token
