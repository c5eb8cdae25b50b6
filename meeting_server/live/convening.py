"""Applies the schedule to a meeting: everything before it opens, only absences while it is open."""

from __future__ import annotations

from meeting_server.domain.commands import SERVER, Command, ConveneMeeting, RecordLeave
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.terms import Convening
from meeting_server.journal.port import StorageUnavailable
from meeting_server.live.host import Host
from meeting_server.live.outcome import Unavailable


async def settle(host: Host, convening: Convening) -> None:
    """Tell a meeting what changed. What it already knows is not recorded again. Raises StorageUnavailable.

    Also called whenever a meeting is loaded, because a server may have died between a change of the schedule and this call.
    """
    if host.state is None and convening.cancelled:
        return  # nobody ever connected to it
    told = await _ask(host, ConveneMeeting(convening))
    if told is not None and told.code is Code.ALREADY_OPEN:
        for person in convening.participants:
            await _ask(host, RecordLeave(person.participant_id, person.leave_reason, person.leave_approved))


async def _ask(host: Host, command: Command) -> Rejected | None:
    outcome = await host.ask(SERVER, command)
    if isinstance(outcome, Unavailable):
        raise StorageUnavailable(outcome.code)
    return outcome if isinstance(outcome, Rejected) else None
