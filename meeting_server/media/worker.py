"""The media worker process: one forwarding unit driven over a local Unix socket.

    python -m meeting_server.media.worker --socket PATH [--bind ADDRESS] [--port 0] [--host ADDRESS ...] [--attended] [--keep 20]

``--attended`` ends the worker when the process that drives it goes away; without it, the worker keeps media running while the
web process restarts: clients that are neither joined again nor resumed within ``--keep`` seconds are let go.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import ipaddress
import os
import signal
from pathlib import Path
from typing import Any

import msgspec
import uvloop

from .addresses import advertised_hosts, bound_to
from .api import ClientsKept, MediaRefused
from .control import (
    Answered,
    Command,
    Detailed,
    Details,
    Done,
    Join,
    Leave,
    Listen,
    Measured,
    Metrics,
    Move,
    Permit,
    Ping,
    Ready,
    Record,
    Refused,
    Resume,
    Want,
    WorkerEvent,
    frame,
    read_frame,
    requests,
)
from .probing import Probe, probe_path, publish
from .sfu import Sfu

ORPHANS_WAIT_S = 20.0
MAX_UNSENT = 16 << 20


class Worker:
    """Serves one driver at a time; a new connection takes over from the old."""

    def __init__(self, path: Path, bind: str, port: int, hosts: tuple[str, ...], *, attended: bool, keep: float = ORPHANS_WAIT_S) -> None:
        self._path = path
        self._keep = keep
        self._attended = attended
        self._writer: asyncio.StreamWriter | None = None
        bind = bound_to(bind)
        self._heard_at = "127.0.0.1" if ipaddress.ip_address(bind).is_unspecified else bind
        self._sfu = Sfu(bind, port, advertised_hosts(bind, hosts), self._emit)
        self._adopted: set[str] = set()
        self._ended = asyncio.Event()
        self._driving: asyncio.Task[None] | None = None

    async def run(self) -> None:
        self._sfu.start()
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._fell)
        ice = self._sfu.forwarder.paths.ice
        publish(self._path, Probe(os.getpid(), self._heard_at, self._sfu.forwarder.port, ice.probe.ufrag, ice.probe.password))
        server = await asyncio.start_unix_server(self._driven, self._path)
        self._path.chmod(0o600)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._ended.set)
        gc.collect()
        gc.freeze()  # what is alive now lives as long as the worker: no need to look at it again
        await self._ended.wait()
        server.close()
        await self._sfu.stop()  # first, so that the driver still hears of the last files
        if self._driving is not None:
            self._driving.cancel()
            await asyncio.wait({self._driving})
        for path in (self._path, probe_path(self._path)):
            with contextlib.suppress(FileNotFoundError):
                path.unlink()

    def _fell(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """A callback or a task has failed: the loop goes on, and the log stays readable."""
        try:
            raise context.get("exception") or RuntimeError(context.get("message", ""))
        except Exception:  # noqa: BLE001  to be logged with its trace, at a limited rate
            self._sfu.forwarder.fault("loop", None)

    def _emit(self, event: WorkerEvent) -> None:
        self._send(event)

    def _send(self, message: msgspec.Struct) -> None:
        writer = self._writer
        if writer is None or writer.is_closing():
            return
        if writer.transport.get_write_buffer_size() > MAX_UNSENT:
            writer.close()  # the driver has stopped reading; it will connect again and learn the state anew
            return
        try:
            data = frame(message)
        except Exception:  # noqa: BLE001  what cannot be said must not end the conversation
            self._sfu.forwarder.fault("frame", None)
            return
        writer.write(data)

    def _driven(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._driving = asyncio.create_task(self._drive(reader, writer))

    async def _drive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer = writer
        self._adopted = set()
        orphans = asyncio.create_task(self._let_orphans_go(set(self._sfu.peers)))
        self._send(Ready(self._sfu.forwarder.port, os.getpid()))
        if self._sfu.peers:
            self._send(ClientsKept(self._sfu.kept()))
        try:
            while True:
                request = await read_frame(reader, requests)
                if isinstance(request.command, Record):  # it waits for files: others must not wait with it
                    asyncio.create_task(self._answer(request.number, request.command))  # noqa: RUF006 - replies by itself
                else:
                    await self._answer(request.number, request.command)
        except (asyncio.IncompleteReadError, ConnectionResetError, msgspec.DecodeError, ValueError):
            pass  # the driver went away or speaks nonsense: it may connect again
        finally:
            writer.close()
            if self._writer is writer:
                self._writer = None
                if self._attended:
                    self._ended.set()
            else:
                orphans.cancel()

    async def _let_orphans_go(self, before: set[str]) -> None:
        await asyncio.sleep(self._keep)
        for client in before - self._adopted:
            self._sfu.let_go(client)

    async def _answer(self, number: int, command: Command) -> None:
        sfu = self._sfu
        try:
            reply: msgspec.Struct = Done(number)
            match command:
                case Join(room, client, source, offer, audio_only, video_slots):
                    reply = Answered(number, sfu.join(room, client, source, offer, audio_only, video_slots))
                    self._adopted.add(client)
                case Leave(client):
                    sfu.let_go(client)
                case Resume(client):
                    sfu.details(client)  # raises when it has gone meanwhile
                    self._adopted.add(client)
                case Move(client, room):
                    sfu.move(client, room)
                case Permit(client, audio, video, screen):
                    sfu.permit(client, audio, video, screen)
                case Want(client, video, pinned, screen, layer):
                    sfu.want(client, video, pinned, screen, layer)
                case Record(room, folder):
                    await sfu.record(room, folder)
                case Listen(room, socket):
                    sfu.listen(room, socket)
                case Details(client):
                    reply = Detailed(number, sfu.details(client))
                case Metrics():
                    reply = Measured(number, sfu.figures(), sfu.forwarder.counters.rejected)
                case Ping():
                    pass
        except MediaRefused as refusal:
            reply = Refused(number, refusal.code, refusal.detail)
        except Exception:  # noqa: BLE001  one client's command must not end the worker
            self._sfu.forwarder.fault("command", None)
            reply = Refused(number, "bad_sdp" if isinstance(command, Join) else "media_unavailable", "a fault of ours")
        self._send(reply)


def main(arguments: list[str] | None = None) -> None:
    """Entry of the process; ``arguments`` as on the command line."""
    parser = argparse.ArgumentParser(prog="meeting-server media", description="Forward sound and pictures of meetings.")
    parser.add_argument("--socket", type=Path, required=True, help="control socket to listen on")
    parser.add_argument("--bind", default="", help="address of the UDP port; empty: all of IPv4 and IPv6")
    parser.add_argument("--port", type=int, default=0, help="UDP port, 0 for any")
    parser.add_argument("--host", action="append", default=[], help="address told to clients (repeat for more)")
    parser.add_argument("--attended", action="store_true", help="end when the driving process goes away")
    parser.add_argument("--keep", type=float, default=ORPHANS_WAIT_S, help="seconds to go on with clients of a process that went away")
    options = parser.parse_args(arguments)

    async def serve() -> None:
        hosts = tuple(options.host)
        await Worker(options.socket, options.bind, options.port, hosts, attended=options.attended, keep=options.keep).run()

    uvloop.run(serve())


if __name__ == "__main__":
    main()
