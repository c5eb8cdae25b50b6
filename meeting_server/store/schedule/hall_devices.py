"""Cameras and screens of a hall, without a person: a bearer token lets each publish into or watch one room.

A token is shown once, when it is made. Only its SHA-256 is stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, cast

from sqlalchemy import BigInteger, Column, String, Table, insert, select, update

from meeting_server.domain.ids import MeetingId, Millis, ParticipantId, RoomId
from meeting_server.store.database import Database, metadata
from meeting_server.store.tokens import new_id, new_token, token_hash

hall_devices = Table(
    "hall_devices",
    metadata,
    Column("device_id", String(64), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("meeting_id", String(64), nullable=False, index=True),
    Column("room_id", String(64), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("name", String(60), nullable=False),
    Column("issued_by", String(64), nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=True),
    Column("revoked_at", BigInteger, nullable=True),
)

DeviceKind = Literal["camera", "screen"]
"""camera: publishes sound and picture (WHIP) · screen: watches (WHEP)."""


@dataclass(frozen=True, slots=True)
class HallDevice:
    """``device_id`` is also a camera's participant id."""

    device_id: str
    meeting_id: MeetingId
    room_id: RoomId
    kind: DeviceKind
    name: str
    issued_by: ParticipantId
    issued_at: Millis
    expires_at: Millis
    used_at: Millis | None = None
    revoked_at: Millis | None = None

    def works(self, now: Millis) -> bool:
        """Return whether its token is valid now."""
        return self.revoked_at is None and now < self.expires_at


_COLUMNS = tuple(column for column in hall_devices.c if column.name != "token_hash")


class HallDevices:
    """All hall devices of the server."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def issue(
        self, meeting_id: MeetingId, room_id: RoomId, kind: DeviceKind, name: str, *, issued_by: str, now: Millis, expires_at: Millis
    ) -> tuple[HallDevice, str]:
        """Add a device and return it with its token, which can't be shown again."""
        token = new_token()
        device = HallDevice(new_id("hall"), meeting_id, room_id, kind, name, ParticipantId(issued_by), now, expires_at)
        async with self._database.write() as conn:
            await conn.execute(
                insert(hall_devices).values(
                    device_id=device.device_id,
                    token_hash=token_hash(token),
                    meeting_id=meeting_id,
                    room_id=room_id,
                    kind=kind,
                    name=name,
                    issued_by=issued_by,
                    issued_at=now,
                    expires_at=expires_at,
                )
            )
        return device, token

    async def by_token(self, token: str) -> HallDevice | None:
        """Return the device of a token, whatever its state."""
        async with self._database.read() as conn:
            row = (await conn.execute(select(*_COLUMNS).where(hall_devices.c.token_hash == token_hash(token)))).one_or_none()
        return _device(row) if row else None

    async def by_id(self, device_id: str) -> HallDevice | None:
        """Return the device with this id, whatever its state."""
        async with self._database.read() as conn:
            row = (await conn.execute(select(*_COLUMNS).where(hall_devices.c.device_id == device_id))).one_or_none()
        return _device(row) if row else None

    async def of_meeting(self, meeting_id: MeetingId) -> tuple[HallDevice, ...]:
        """Return all devices of a meeting, the oldest first."""
        query = select(*_COLUMNS).where(hall_devices.c.meeting_id == meeting_id)
        async with self._database.read() as conn:
            rows = await conn.execute(query.order_by(hall_devices.c.issued_at, hall_devices.c.device_id))
            return tuple(_device(row) for row in rows)

    async def meetings_of_issuer(self, issued_by: str) -> tuple[MeetingId, ...]:
        """Return the meetings in which someone admitted devices that are still valid."""
        mine = (hall_devices.c.issued_by == issued_by, hall_devices.c.revoked_at.is_(None))
        async with self._database.read() as conn:
            rows = await conn.execute(select(hall_devices.c.meeting_id).where(*mine).distinct())
            return tuple(MeetingId(row.meeting_id) for row in rows)

    async def used(self, device_id: str, now: Millis) -> None:
        """Note that the device was seen now."""
        async with self._database.write() as conn:
            await conn.execute(update(hall_devices).where(hall_devices.c.device_id == device_id).values(used_at=now))

    async def revoke(self, meeting_id: MeetingId, device_id: str, now: Millis) -> HallDevice | None:
        """Revoke one of this meeting's tokens. Return ``None`` if there is none to revoke."""
        mine = (hall_devices.c.meeting_id == meeting_id, hall_devices.c.device_id == device_id)
        async with self._database.write() as conn:
            gone = await conn.execute(update(hall_devices).where(*mine, hall_devices.c.revoked_at.is_(None)).values(revoked_at=now))
            if not gone.rowcount:
                return None
            return _device((await conn.execute(select(*_COLUMNS).where(*mine))).one())


def _device(row: Any) -> HallDevice:
    return HallDevice(
        row.device_id,
        MeetingId(row.meeting_id),
        RoomId(row.room_id),
        cast(DeviceKind, row.kind),
        row.name,
        ParticipantId(row.issued_by),
        row.issued_at,
        row.expires_at,
        row.used_at,
        row.revoked_at,
    )
