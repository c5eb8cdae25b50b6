"""A media worker with a fault planted in it, that a client named "guest" or "guest-…" trips over: the place is the first argument.

python -m tests.kit.media.faulty_media_worker PLACE [options of the worker]
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from meeting_server.media import copying, forwarding, peer, reports, rooms, routing, sfu, worker


class Planted(Exception):
    """What nobody foresaw."""


def trip(place: str, owner: Any, name: str, client_of: Callable[..., str]) -> None:
    """Let the function fail whenever it is about the client of this name."""
    real = getattr(owner, name)

    def faulty(*arguments: Any, **words: Any) -> Any:
        if client_of(*arguments) == place:
            raise Planted(place)
        return real(*arguments, **words)

    setattr(owner, name, faulty)


def _second(_: Any, who: Any, *__: Any) -> str:
    client: str = who.client
    return client


PLACES: dict[str, tuple[Any, str, Callable[..., str]]] = {
    "in a datagram": (peer.Peer, "learn", lambda who, *_: str(who.client)),
    "in a report": (forwarding.Forwarder, "_rtcp", _second),
    "in a handshake": (forwarding.Forwarder, "_handshake", _second),
    "every 20 ms": (routing.Router, "ask_missing", _second),
    "every second": (reports.Reports, "about_publishing", _second),
    "in places being given": (rooms.Room, "_arrange", _second),
    "in a place that begins": (peer.Slot, "begin", lambda slot, *_: str(slot.peer.client)),
    "in a copy": (copying.Copier, "_copy", lambda _, __, routes: "in a copy" if any(r.peer.client == "in a copy" for r in routes) else ""),
    "when let go": (sfu.Sfu, "leave", lambda _, client: str(client)),
}


def main() -> None:
    for place, (owner, name, client_of) in PLACES.items():
        trip(place, owner, name, client_of)
    worker.main(sys.argv[1:])


if __name__ == "__main__":
    main()
