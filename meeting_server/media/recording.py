"""The worker's side of recording: which tracks are being recorded, and the pipe of clear packets to the recorder process."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from msgspec import Struct

from .api import Kind, MediaRefused, TrackRecorded
from .control import WorkerEvent
from .peer import Stream, Track
from .rtp import Packet

PACKET = struct.Struct("!cIdIHIB")  # "P", feed, arrival (Unix s), ssrc, sequence, timestamp, marker
PIPE_BUFFER = 8 << 20
FINISH_WITHIN_S = 20.0


class OpenTrack(Struct, frozen=True, tag="open"):
    """Record the packets of ``feed`` into ``path``."""

    feed: int
    path: str
    codec: str
    rate: int


class CloseTrack(Struct, frozen=True, tag="close"):
    """The file of ``feed`` is to be completed."""

    feed: int


class Completed(Struct, frozen=True, tag="completed"):
    """A file is complete; ``path`` is empty when nothing was written."""

    feed: int
    path: str
    started_at_ms: int
    ended_at_ms: int


class KeyFrameWanted(Struct, frozen=True, tag="key"):
    """Pictures of ``feed`` cannot be decoded before the next key frame."""

    feed: int


ToRecorder = OpenTrack | CloseTrack
FromRecorder = Completed | KeyFrameWanted
_encoder = msgspec.msgpack.Encoder()
to_recorder: msgspec.msgpack.Decoder[ToRecorder] = msgspec.msgpack.Decoder(ToRecorder)
from_recorder: msgspec.msgpack.Decoder[FromRecorder] = msgspec.msgpack.Decoder(FromRecorder)


@dataclass(eq=False)
class _Take:
    """One file in the making."""

    feed: int
    room: str
    source: str
    kind: Kind
    track: Track | None
    path: str
    started_at_ms: int
    done: asyncio.Event = field(default_factory=asyncio.Event)


class Recording:
    """Rooms being recorded and their takes. A dead recorder is started again; the files it had are complete up to their last second."""

    def __init__(self, emit: Callable[[WorkerEvent], None], wants_key: Callable[[int], None]) -> None:
        self._emit = emit
        self._wants_key = wants_key
        self._folders: dict[str, Path] = {}
        self._takes: dict[int, _Take] = {}
        self._of_track: dict[Track, _Take] = {}
        self._next = 1
        self._process: asyncio.subprocess.Process | None = None
        self._pipe: socket.socket | None = None
        self._restart: asyncio.Task[None] | None = None
        self._started_at = -1e9
        self.unsent = 0

    def active(self, room: str) -> bool:
        return room in self._folders

    async def begin(self, room: str, folder: Path) -> None:
        """Raises MediaRefused recording_failed when the folder cannot be written."""
        try:
            _make_writable(folder)
        except OSError as reason:
            raise MediaRefused("recording_failed", str(reason)) from reason
        await self._start_recorder()
        self._folders[room] = folder

    async def end(self, room: str) -> None:
        """Complete every file of the room."""
        self._folders.pop(room, None)
        open_takes = [t for t in self._takes.values() if t.room == room]
        for take in open_takes:
            self._close(take)
        try:
            await asyncio.wait_for(asyncio.gather(*(t.done.wait() for t in open_takes)), FINISH_WITHIN_S)
        except TimeoutError:
            for take in open_takes:
                self._gone(take)

    def follow(self, track: Track) -> None:
        """Record what this track sends now, into the file it already has or a new one."""
        folder = self._folders.get(track.peer.room)
        if folder is None:
            return
        streams = track.streams()
        if not streams:
            return
        take = self._of_track.get(track)
        if take is None:
            name = re.sub(r"[^A-Za-z0-9]+", "-", track.source).strip("-")[:40] or "source"
            feed, self._next = self._next, self._next + 1
            now = int(time.time() * 1000)
            path = folder / f"{track.kind}-{name}-{now}-{feed}.{'mkv' if track.codec in ('h264', 'av1') else 'webm'}"
            take = _Take(feed, track.peer.room, track.source, track.kind, track, str(path), now)
            self._takes[feed] = take
            self._of_track[track] = take
            self._tell(OpenTrack(feed, str(path), track.codec, streams[0].rate))
        self._choose(track, take)

    def _choose(self, track: Track, take: _Take) -> None:
        """Of a simulcast track, the best layer that flows."""
        usable = track.usable_layers(time.monotonic())
        best = track.layers[usable[-1]] if usable else None
        for stream in track.streams():
            if stream is best and not stream.feed:
                stream.feed, stream.feed_needs_key = take.feed, stream.track.kind != "audio"
            elif stream is not best:
                stream.feed = 0

    def pause(self, track: Track) -> None:
        """The track sends nothing for now; its file stays open and keeps the gap."""
        for stream in track.streams():
            stream.feed = 0

    def finish(self, track: Track) -> None:
        """The track is gone: complete its file."""
        take = self._of_track.get(track)
        self.pause(track)
        if take is not None:
            self._close(take)

    def _close(self, take: _Take) -> None:
        if take.track is not None:
            self._of_track.pop(take.track, None)
            self.pause(take.track)
            take.track = None
            self._tell(CloseTrack(take.feed))

    def keep(self, stream: Stream, packet: Packet, arrived: float) -> None:
        """``arrived`` is Unix time in seconds. Never blocks: what the recorder cannot take is counted and lost."""
        if self._pipe is None:
            return
        head = PACKET.pack(b"P", stream.feed, arrived, stream.ssrc, packet.seq, packet.timestamp, packet.marker)
        try:
            self._pipe.send(head + packet.payload)
        except BlockingIOError:
            self.unsent += 1
        except OSError:
            self._lost()

    def beat(self) -> None:
        """About ten times a second: follow layers, and start a lost recorder again."""
        for track, take in self._of_track.items():
            if track.shown and track.layer_count > 1:
                self._choose(track, take)
        if self._process is not None and self._process.returncode is not None:
            self._lost()

    def _lost(self) -> None:
        if self._pipe is None:
            return
        asyncio.get_running_loop().remove_reader(self._pipe.fileno())
        self._pipe.close()
        self._pipe = None
        self._process = None
        lost, self._of_track = list(self._takes.values()), {}
        tracks = [t.track for t in lost if t.track is not None]
        for take in lost:
            if take.track is not None:
                self.pause(take.track)
            self._gone(take)
        if self._folders:
            self._restart = asyncio.get_running_loop().create_task(self._resume(tracks))

    async def _resume(self, tracks: list[Track]) -> None:
        if time.monotonic() - self._started_at < 2.0:
            await asyncio.sleep(2.0)  # one that dies at once must not be started in a loop
        await self._start_recorder()
        for track in tracks:
            if track.shown:
                self.follow(track)

    def _gone(self, take: _Take) -> None:
        """A file whose recorder died: it is playable up to its last second, and reported as it is."""
        if self._takes.pop(take.feed, None) is None:
            return
        take.done.set()
        if Path(take.path).exists():
            self._emit(TrackRecorded(take.room, take.source, take.kind, take.path, take.started_at_ms, int(time.time() * 1000)))

    async def _start_recorder(self) -> None:
        if self._pipe is not None:
            return
        self._started_at = time.monotonic()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        for end in (ours, theirs):
            for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
                end.setsockopt(socket.SOL_SOCKET, option, PIPE_BUFFER)
        with theirs:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "meeting_server.media.recorder", str(theirs.fileno()), pass_fds=(theirs.fileno(),)
            )
        self._pipe = ours
        asyncio.get_running_loop().add_reader(ours.fileno(), self._hear)

    def _tell(self, message: ToRecorder) -> None:
        if self._pipe is None:
            return
        try:
            self._pipe.send(b"C" + _encoder.encode(message))
        except BlockingIOError:  # full of packets: a command must not be lost
            self._pipe.setblocking(True)
            self._pipe.settimeout(2.0)
            try:
                self._pipe.send(b"C" + _encoder.encode(message))
            except OSError:
                self._lost()
            else:
                self._pipe.setblocking(False)
        except OSError:
            self._lost()

    def _hear(self) -> None:
        if self._pipe is None:
            return
        for _ in range(50):
            try:
                data = self._pipe.recv(65536)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self._lost()
                return
            message = from_recorder.decode(data)
            if isinstance(message, KeyFrameWanted):
                self._wants_key(message.feed)
                continue
            take = self._takes.pop(message.feed, None)
            if take is None:
                continue
            take.done.set()
            if message.path:
                self._emit(TrackRecorded(take.room, take.source, take.kind, message.path, message.started_at_ms, message.ended_at_ms))

    async def close(self) -> None:
        """Complete everything and end the recorder."""
        if self._restart is not None:
            self._restart.cancel()
        for room in list(self._folders):
            await self.end(room)
        if self._pipe is not None:
            asyncio.get_running_loop().remove_reader(self._pipe.fileno())
            self._pipe.close()
            self._pipe = None
        if self._process is not None:
            process, self._process = self._process, None
            try:
                await asyncio.wait_for(process.wait(), 5.0)
            except TimeoutError:
                process.kill()
                await process.wait()


def _make_writable(folder: Path) -> None:
    """Raises OSError when files cannot be made there."""
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / f".probe-{os.getpid()}"
    probe.write_bytes(b"")
    probe.unlink()
