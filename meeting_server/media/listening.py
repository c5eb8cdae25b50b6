"""The worker's tap for machines that listen: a copy of every packet of a room's open microphones, to a local socket.

One datagram is one ``Heard``. Nothing here blocks: what the other side does not take is lost.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct

from .peer import Stream
from .rooms import Room
from .rtp import Packet

PIPE_BUFFER = 2 << 20


class Heard(Struct, frozen=True, array_like=True):
    """One Opus packet of ``source`` in ``room``; ``at`` is its arrival (Unix s), the rest is of its RTP header."""

    room: str
    source: str
    ssrc: int
    at: float
    seq: int
    timestamp: int
    payload: bytes


heard_packets = msgspec.msgpack.Decoder(Heard)


class Listening:
    """Rooms that are listened to, and the sockets (SEQPACKET) their voices go to."""

    def __init__(self) -> None:
        self._sockets: dict[str, Path] = {}
        self._pipes: dict[Path, socket.socket] = {}
        self._encoder = msgspec.msgpack.Encoder()

    @property
    def active(self) -> bool:
        return bool(self._sockets)

    def begin(self, room: str, path: Path) -> None:
        """Raises OSError when nobody waits at the socket."""
        self._sockets[room] = path
        self._pipe(path)

    def end(self, room: str) -> None:
        path = self._sockets.pop(room, None)
        if path is not None and path not in self._sockets.values() and path in self._pipes:
            self._pipes.pop(path).close()

    def mark(self, rooms: Iterable[Room]) -> None:
        """About ten times a second: which streams are to be copied."""
        for room in rooms:
            wanted = room.name in self._sockets
            for peer in room.peers.values():
                for stream in peer.streams.values():
                    stream.listened = wanted and stream.track.kind == "audio" and stream.track.shown

    def hear(self, stream: Stream, packet: Packet, arrived: float) -> None:
        """``arrived`` is Unix time in seconds."""
        track = stream.track
        path = self._sockets.get(track.peer.room)
        if path is None or not track.shown:
            return
        heard = Heard(track.peer.room, track.source, stream.ssrc, arrived, packet.seq, packet.timestamp, bytes(packet.payload))
        try:
            self._pipe(path).send(self._encoder.encode(heard))
        except BlockingIOError:
            return
        except OSError:  # nobody is there (any more); the next packet tries again
            lost = self._pipes.pop(path, None)
            if lost is not None:
                lost.close()

    def close(self) -> None:
        for pipe in self._pipes.values():
            pipe.close()
        self._pipes.clear()
        self._sockets.clear()

    def _pipe(self, path: Path) -> socket.socket:
        pipe = self._pipes.get(path)
        if pipe is None:
            pipe = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            try:
                pipe.setblocking(False)
                pipe.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, PIPE_BUFFER)
                pipe.connect(str(path))
            except OSError:
                pipe.close()
                raise
            self._pipes[path] = pipe
        return pipe
