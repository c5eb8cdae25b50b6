"""The worker's side of recording: which tracks are being recorded, and by which recorder. Every meeting has a recorder process of its
own, so that what one of its tracks does to it is no other meeting's affair."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from .api import Kind, MediaRefused, TrackRecorded
from .control import WorkerEvent
from .peer import Stream, Track
from .recorder_link import PACKET, REPORT, CloseTrack, FromRecorder, KeyFrameWanted, OpenTrack, RecorderLink
from .rtcp import SenderReport
from .rtp import Packet

FINISH_WITHIN_S = 20.0
BREATH_S = 2.0  # between two beginnings of what fails at once


SUFFIX = {"h264": "mp4", "av1": "mkv"}
"""Where WebM does not carry a codec: what every browser plays it from."""


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
    recorder: _Recorder
    done: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(eq=False)
class _Recorder:
    """The recorder of one meeting, for as long as one of its rooms is recorded; ``link`` is None while it is being started again."""

    meeting: str
    rooms: set[str] = field(default_factory=set)
    link: RecorderLink | None = None
    started_at: float = -1e9
    starting: asyncio.Lock = field(default_factory=asyncio.Lock)
    restart: asyncio.Task[None] | None = None


def meeting_of(room: str) -> str:
    """What the rooms of one meeting share."""
    return room.split("/", 1)[0]


class Recording:
    """Rooms being recorded and their takes. A dead recorder is started again; the files it had are complete up to their last second.

    ``unix(now)`` gives the Unix time in seconds of a monotonic one.
    """

    def __init__(self, emit: Callable[[WorkerEvent], None], wants_key: Callable[[int], None], unix: Callable[[float], float]) -> None:
        self._emit = emit
        self._wants_key = wants_key
        self._unix = unix
        self._folders: dict[str, Path] = {}
        self._recorders: dict[str, _Recorder] = {}
        self._takes: dict[int, _Take] = {}
        self._of_track: dict[Track, _Take] = {}
        self._next = 1
        self.unsent = 0

    def active(self, room: str) -> bool:
        return room in self._folders

    async def begin(self, room: str, folder: Path) -> None:
        """Raises MediaRefused recording_failed when the folder cannot be written, or no recorder be started."""
        recorder = self._recorders.setdefault(meeting_of(room), _Recorder(meeting_of(room)))
        recorder.rooms.add(room)
        try:
            _make_writable(folder)
            await self._start(recorder)
        except OSError as reason:
            await self._let_go(recorder, room)
            raise MediaRefused("recording_failed", str(reason)) from reason
        self._folders[room] = folder

    async def end(self, room: str) -> None:
        """Complete every file of the room."""
        self._folders.pop(room, None)
        open_takes = [t for t in self._takes.values() if t.room == room]
        for take in open_takes:
            self._close(take)
        try:
            async with asyncio.timeout(FINISH_WITHIN_S):
                await asyncio.gather(*(t.done.wait() for t in open_takes))
        except TimeoutError:
            for take in open_takes:
                self._gone(take)
        recorder = self._recorders.get(meeting_of(room))
        if recorder is not None:
            await self._let_go(recorder, room)

    async def _let_go(self, recorder: _Recorder, room: str) -> None:
        """The room needs its recorder no more; the last one ends it."""
        if room in self._folders:
            return  # it has been begun again meanwhile
        recorder.rooms.discard(room)
        if recorder.rooms or self._recorders.get(recorder.meeting) is not recorder:
            return
        del self._recorders[recorder.meeting]
        if recorder.restart is not None:
            recorder.restart.cancel()
        link, recorder.link = recorder.link, None
        if link is not None:
            await link.close()

    def follow(self, track: Track) -> None:
        """Record what this track sends now, into the file it already has or a new one."""
        folder = self._folders.get(track.peer.room)
        recorder = self._recorders.get(meeting_of(track.peer.room))
        streams = track.streams()
        if folder is None or recorder is None or recorder.link is None or not streams:
            return
        take = self._of_track.get(track)
        if take is None:
            name = re.sub(r"[^A-Za-z0-9]+", "-", track.source).strip("-")[:40] or "source"
            feed, self._next = self._next, self._next + 1
            now = int(time.time() * 1000)
            path = folder / f"{track.kind}-{name}-{now}-{feed}.{SUFFIX.get(track.codec, 'webm')}"
            take = _Take(feed, track.peer.room, track.source, track.kind, track, str(path), now, recorder)
            self._takes[feed] = take
            self._of_track[track] = take
            recorder.link.tell(OpenTrack(feed, str(path), track.codec, streams[0].rate, track.peer.client))
        self._choose(track, take)

    def _choose(self, track: Track, take: _Take) -> None:
        """Of a simulcast track, the best layer that flows."""
        usable = track.usable_layers(time.monotonic())
        best = track.layers[usable[-1]] if usable else None
        for stream in track.streams():
            if stream is best and not stream.feed:
                stream.feed, stream.feed_needs_key = take.feed, stream.track.kind != "audio"
                if stream.report is not None:
                    self.report(stream, stream.report, stream.report_at)
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
        track, take.track = take.track, None
        if track is not None:
            self._of_track.pop(track, None)
            self.pause(track)
            if take.recorder.link is not None:
                take.recorder.link.tell(CloseTrack(take.feed))

    def keep(self, stream: Stream, packet: Packet, now: float) -> None:
        """A packet of a stream that is recorded. Never blocks: what the recorder cannot take is counted and lost."""
        take = self._takes.get(stream.feed)
        if take is None or take.recorder.link is None:
            return
        head = PACKET.pack(b"P", stream.feed, self._unix(now), stream.ssrc, packet.seq, packet.timestamp, packet.marker)
        if not take.recorder.link.send(head + packet.payload):
            self.unsent += 1

    def report(self, stream: Stream, report: SenderReport, now: float) -> None:
        """A sender report about a stream that is recorded: which moment of the sender's clock an RTP time is."""
        take = self._takes.get(stream.feed)
        if take is not None and take.recorder.link is not None:
            take.recorder.link.send(REPORT.pack(b"S", stream.feed, self._unix(now), stream.ssrc, report.ntp, report.rtp))

    def beat(self) -> None:
        """About ten times a second: follow layers, and start a lost recorder again."""
        for track, take in self._of_track.items():
            if track.shown and track.layer_count > 1:
                self._choose(track, take)
        now = time.monotonic()
        for recorder in list(self._recorders.values()):
            if recorder.link is not None:
                recorder.link.beat(now)

    def _lost(self, recorder: _Recorder) -> None:
        recorder.link = None
        lost = [take for take in self._takes.values() if take.recorder is recorder]
        tracks = [take.track for take in lost if take.track is not None]
        for track in tracks:
            self._of_track.pop(track, None)
            self.pause(track)
        for take in lost:
            self._gone(take)
        if recorder.rooms:
            recorder.restart = asyncio.get_running_loop().create_task(self._resume(recorder, tracks))

    async def _resume(self, recorder: _Recorder, tracks: list[Track]) -> None:
        while recorder.link is None:
            if time.monotonic() - recorder.started_at < BREATH_S:
                await asyncio.sleep(BREATH_S)
            try:
                await self._start(recorder)
            except OSError:
                continue  # no memory, no descriptors: they may come back
        for track in tracks:
            self._again(track)

    def _again(self, track: Track) -> None:
        if track.shown and track.peer.tracks.get(track.mid) is track:
            self.follow(track)

    def _gone(self, take: _Take) -> None:
        """A file whose recorder died: it is playable up to its last second, and reported as it is."""
        if self._takes.pop(take.feed, None) is None:
            return
        take.done.set()
        if Path(take.path).exists():
            self._emit(TrackRecorded(take.room, take.source, take.kind, take.path, take.started_at_ms, int(time.time() * 1000)))

    async def _start(self, recorder: _Recorder) -> None:
        """Raises OSError."""
        async with recorder.starting:
            if recorder.link is not None:
                return
            recorder.started_at = time.monotonic()
            link = RecorderLink(self._hear, lambda: self._lost(recorder))
            await link.start()
            recorder.link = link

    def _hear(self, message: FromRecorder) -> None:
        if isinstance(message, KeyFrameWanted):
            self._wants_key(message.feed)
            return
        take = self._takes.pop(message.feed, None)
        if take is None:
            return
        take.done.set()
        if message.path:
            self._emit(TrackRecorded(take.room, take.source, take.kind, message.path, message.started_at_ms, message.ended_at_ms))
        track = take.track
        if track is not None:  # its file ended before we asked for that: something of it could not be written
            self._of_track.pop(track, None)
            self.pause(track)
            asyncio.get_running_loop().call_later(BREATH_S, self._again, track)

    async def close(self) -> None:
        """Complete everything and end the recorders."""
        for room in list(self._folders):
            await self.end(room)


def _make_writable(folder: Path) -> None:
    """Raises OSError when files cannot be made there."""
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / f".probe-{os.getpid()}"
    probe.write_bytes(b"")
    probe.unlink()
