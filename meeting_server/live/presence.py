"""Turns signs of life into evidence: which devices respond, which are in the background, which are gone."""

from __future__ import annotations

from collections.abc import Iterable

from meeting_server.domain.commands import SERVER, ChangeResponsiveness
from meeting_server.domain.ids import Millis
from meeting_server.live.assembly import Assembly
from meeting_server.live.connection import Connection
from meeting_server.wire.close_codes import Close

SILENT_AFTER: Millis = 15_000
"""Three missed heartbeats of a page in the foreground (one every 5 s): it no longer counts as responsive."""
GONE_AFTER: Millis = 65_000
"""Three missed heartbeats of a page in the background (one every 20 s): the socket is dead, whatever TCP believes."""
SWEEP_SECONDS = 2.0


def heard(assembly: Assembly, connection: Connection, now: Millis) -> None:
    """Note a sign of life, which any frame is. From a page in the foreground it means that someone may be looking."""
    connection.last_heard = now
    if connection.visible and not connection.responsive:
        _change(assembly, connection, True)


def seen(assembly: Assembly, connection: Connection, visible: bool) -> None:
    """Note that the page came to the foreground or went to the background, where it still counts as connected."""
    connection.visible = visible
    if connection.responsive != visible:
        _change(assembly, connection, visible)


def sweep(assemblies: Iterable[Assembly], now: Millis) -> None:
    """Look for devices that have become silent."""
    for assembly in assemblies:
        for connection in list(assembly.connections.values()):
            silent = now - connection.last_heard
            if silent > GONE_AFTER:
                assembly.close([connection], Close.GOING_AWAY)
            elif silent > SILENT_AFTER and connection.responsive:
                _change(assembly, connection, False)


def _change(assembly: Assembly, connection: Connection, responsive: bool) -> None:
    connection.responsive = responsive
    command = ChangeResponsiveness(connection.participant_id, connection.connection_id, responsive)
    assembly.host.submit(SERVER, command, None, lambda outcome: None)
