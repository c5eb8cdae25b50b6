"""Deletes expired data: log lines, unusable links, signed-out devices."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, delete, or_
from sqlalchemy.exc import SQLAlchemyError

from meeting_server.domain.ids import Millis
from meeting_server.store.database import Database
from meeting_server.store.people.access_log import access_log
from meeting_server.store.people.accounts import sign_in_links, sign_ins
from meeting_server.store.people.knocks import knocks
from meeting_server.store.schedule.calendar_links import calendar_links
from meeting_server.store.schedule.hall_devices import hall_devices
from meeting_server.store.schedule.invitations import invitations
from meeting_server.store.sharing.feeds import feeds

log = logging.getLogger(__name__)

DAY_MS: Millis = 86_400_000
LOOK_EVERY_S = 6 * 3600.0


@dataclass(frozen=True, slots=True)
class Ages:
    """How many days data is kept; 0: for ever. ``log``: lines of the access log; ``links``: links to sign in and to meetings, after their
    end; ``devices``: sign-ins, devices of halls and devices that asked to come in, after their end."""

    log: int = 1095
    links: int = 90
    devices: int = 180


async def delete_old(database: Database, ages: Ages, now: Millis) -> int:
    """Delete what is older and return the number of rows. Idempotent. Raises SQLAlchemyError, OSError."""
    since = {days: now - days * DAY_MS for days in (ages.log, ages.links, ages.devices)}
    old: list[tuple[int, Table, ColumnElement[bool]]] = [
        (ages.log, access_log, access_log.c.at < since[ages.log]),
        (ages.links, sign_in_links, _ended(sign_in_links, "expires_at", "revoked_at", since[ages.links])),
        (ages.links, invitations, _ended(invitations, "expires_at", "revoked_at", since[ages.links])),
        (ages.links, calendar_links, calendar_links.c.revoked_at < since[ages.links]),
        (ages.links, feeds, feeds.c.revoked_at < since[ages.links]),
        (ages.devices, sign_ins, sign_ins.c.expires_at < since[ages.devices]),
        (ages.devices, hall_devices, _ended(hall_devices, "expires_at", "revoked_at", since[ages.devices])),
        (ages.devices, knocks, knocks.c.expires_at < since[ages.devices]),
    ]
    count = 0
    async with database.write() as conn:
        for days, table, which in old:
            if days:
                count += (await conn.execute(delete(table).where(which))).rowcount
    if count:
        await database.forget_deleted(*(table.name for _, table, _ in old))
    return count


def _ended(table: Table, expires: str, revoked: str, before: Millis) -> ColumnElement[bool]:
    return or_(table.c[expires] < before, table.c[revoked] < before)


class Aging:
    """Delete expired data a few times a day until cancelled."""

    def __init__(self, database: Database, ages: Ages, clock: Callable[[], Millis]) -> None:
        self._database = database
        self._ages = ages
        self._clock = clock

    async def run(self) -> None:
        while True:
            try:
                count = await delete_old(self._database, self._ages, self._clock())
                if count:
                    log.info("deleted %d old lines of log, links and devices", count)
            except (SQLAlchemyError, OSError) as error:
                log.warning("old log lines, links and devices are not deleted yet: %s", type(error).__name__)
            await asyncio.sleep(LOOK_EVERY_S)
