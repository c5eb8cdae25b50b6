"""Whether a media worker still hears: whoever watches over it asks through the UDP port that the phones use, and takes no other sign
for an answer. A worker can be alive, and answer on its control socket, while nothing reaches it any more.

The worker writes how to ask it beside its control socket, readable by its own user only.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import msgspec
from msgspec import Struct

EVERY_S = 0.5
DEAF_AFTER = 7  # questions in a row without an answer: with the pause before the first, under four seconds
SUFFIX = ".probe"


class Probe(Struct, frozen=True):
    """Where a worker listens, and the credentials (STUN, short-term) that it answers at any time."""

    pid: int
    host: str
    port: int
    ufrag: str
    password: str


def probe_path(control: Path) -> Path:
    """Where the worker with this control socket says how to ask it."""
    return control.with_name(control.name + SUFFIX)


def publish(control: Path, probe: Probe) -> None:
    """Raises OSError."""
    path = probe_path(control)
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(probe))
    fresh.replace(path)


def published(control: Path) -> Probe | None:
    """What the worker with this control socket has said, None while it has said nothing."""
    try:
        return msgspec.json.decode(probe_path(control).read_bytes(), type=Probe)
    except (OSError, msgspec.DecodeError):
        return None


class _Asking(asyncio.DatagramProtocol):
    """Questions to one worker, and how many in a row it has left without an answer."""

    def __init__(self, probe: Probe) -> None:
        self._probe = probe
        self._asked: set[bytes] = set()

    @property
    def unanswered(self) -> int:
        return len(self._asked)

    def ask(self, transport: asyncio.DatagramTransport) -> None:
        from aioice import stun  # a fifth of a second with all that comes with it, only for those who watch over a worker

        question = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        question.attributes["USERNAME"] = f"{self._probe.ufrag}:watch"
        question.add_message_integrity(self._probe.password.encode())
        self._asked.add(question.transaction_id)
        transport.sendto(bytes(question))

    def datagram_received(self, data: bytes, addr: object) -> None:
        from aioice import stun

        try:
            answer = stun.parse_message(data)
        except ValueError:
            return
        if answer.transaction_id in self._asked and answer.check_message_integrity(self._probe.password.encode()):
            self._asked.clear()


async def until_deaf(control: Path, pid: int) -> None:
    """Returns when the worker of process ``pid`` with this control socket has left DEAF_AFTER questions in a row without an answer.

    Questions begin once that process has said how to ask it; whether it comes up at all is not looked at here.
    """
    while (probe := published(control)) is None or probe.pid != pid:  # noqa: ASYNC110  it is another process that will write it
        await asyncio.sleep(EVERY_S)
    transport, asking = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Asking(probe), remote_addr=(probe.host, probe.port)
    )
    try:
        while asking.unanswered < DEAF_AFTER:
            asking.ask(transport)
            await asyncio.sleep(EVERY_S)
    finally:
        transport.close()
