"""Connections with an incomplete request, with limits for one household and for the server.

The connection that waited longest and sent least gives way, so that honest requests, which take a moment, always find a place.
"""

from __future__ import annotations

from itertools import islice
from typing import Protocol
from weakref import WeakKeyDictionary

from uvicorn.server import ServerState

MOST = 1_500
"""On the whole server. More files may be open (``processes.open_more_files``)."""
MOST_OF_A_HOUSEHOLD = 300
"""A hall behind one address opens several connections per phone at the same moment."""
LOOKED_AT = 8
"""Among this many oldest, the one that has sent least gives way, so a large file on a slow line is not the first to go."""


class Unfinished(Protocol):
    """A connection with an incomplete request."""

    @property
    def household(self) -> str: ...

    @property
    def received(self) -> int:
        """Return the bytes of the body received so far."""
        ...

    def give_way(self) -> None:
        """Close. The connection then leaves the ledger on its own."""
        ...


class Ledger:
    """The connections of one server, oldest first."""

    def __init__(self) -> None:
        self._all: dict[Unfinished, None] = {}
        self._of: dict[str, dict[Unfinished, None]] = {}

    def __len__(self) -> int:
        return len(self._all)

    def enter(self, connection: Unfinished) -> None:
        self._all[connection] = None
        mine = self._of.setdefault(connection.household, {})
        mine[connection] = None
        if len(mine) > MOST_OF_A_HOUSEHOLD:
            self._thin(mine)
        elif len(self._all) > MOST:
            self._thin(max(self._of.values(), key=len))

    def leave(self, connection: Unfinished) -> None:
        if self._all.pop(connection, connection) is not None:
            return
        mine = self._of[connection.household]
        del mine[connection]
        if not mine:
            del self._of[connection.household]

    def _thin(self, connections: dict[Unfinished, None]) -> None:
        last = min(islice(connections, LOOKED_AT), key=lambda connection: connection.received)
        self.leave(last)
        last.give_way()


_of_servers: WeakKeyDictionary[ServerState, Ledger] = WeakKeyDictionary()


def ledger_of(server: ServerState) -> Ledger:
    """Return the only ledger of this server."""
    ledger = _of_servers.get(server)
    if ledger is None:
        ledger = _of_servers[server] = Ledger()
    return ledger
