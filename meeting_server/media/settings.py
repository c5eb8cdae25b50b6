"""Settings of the media plane, given by the composition root; the media plane reads no environment."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class MediaSettings:
    """What a media worker needs to know.

    ``bind``      address the UDP sockets listen on; empty = every address of IPv4 and, where this machine has it, IPv6.
    ``port``      UDP port of the first worker, the next worker takes the next one; 0 = any free port.
    ``hosts``     addresses advertised to clients; empty = every address of this machine that a client could use.
    ``workers``   number of worker processes; rooms are pinned to them by the part of their name before the first "/".
    ``turn_urls`` for example ("turns:turn.example.org:443?transport=tcp",); with ``turn_secret`` (coturn's static-auth-secret).
    ``folder``    where control sockets are made; None = a temporary folder.
    ``sockets``   control sockets of workers that run on their own (``python -m meeting_server.media.worker``); then none is started.
    """

    bind: str = ""
    port: int = 0
    hosts: tuple[str, ...] = ()
    workers: int = 1
    turn_urls: tuple[str, ...] = ()
    turn_secret: str = field(default="", repr=False)
    folder: Path | None = None
    sockets: tuple[Path, ...] = ()
