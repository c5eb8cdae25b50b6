"""The recorder process: writes each track of a meeting to its own file by stream copy, with real times and gaps kept.

Run as ``python -m meeting_server.media.recorder FD`` by the media worker, where FD is its end of a socket pair. It ends when
the other end closes, completing every file. Whatever happens, a file is playable up to about its last second.
"""

from __future__ import annotations

import io
import os
import signal
import socket
import sys
from fractions import Fraction
from pathlib import Path

import av
import msgspec

from .depacketize import Arrived, Frame, FrameBuilder, Reorder
from .recorder_link import PACKET, REPORT, CloseTrack, Completed, KeyFrameWanted, OpenTrack, to_recorder
from .rtcp import from_ntp
from .timing import Offset, TrackClock

MILLISECOND = Fraction(1, 1000)
MAX_CLOCKS = 8  # SSRCs of one track that we know the time of: three layers, and a few that came before

_CLUSTERS = {"cluster_time_limit": "1000", "flush_packets": "1"}
FORMS: dict[str, tuple[str, dict[str, str]]] = {
    ".webm": ("webm", _CLUSTERS),
    ".mkv": ("matroska", _CLUSTERS),
    ".mp4": ("mp4", {"movflags": "hybrid_fragmented+default_base_moof", "frag_duration": "1000000", "flush_packets": "1"}),
}
"""Format and options by suffix: each is written in pieces of a second, so that a file that was cut off plays up to the last."""


def picture_size(codec: str, data: bytes) -> tuple[int, int]:
    """(width, height) that a key frame names; a common size where reading it would need a decoder."""
    if codec == "vp8" and len(data) >= 10:
        width, height = int.from_bytes(data[6:8], "little") & 0x3FFF, int.from_bytes(data[8:10], "little") & 0x3FFF
        if width and height:
            return width, height
    return 640, 360


class TakeFile:
    """One file: opened with its first frame, time zero is that frame's arrival."""

    def __init__(self, order: OpenTrack, sender: Offset | None = None) -> None:
        """``sender`` is the clock that this track shares with others of its client."""
        self.order = order
        self._sender = sender or Offset()
        self._clocks: dict[int, TrackClock] = {}
        self.reorder = Reorder()
        self.frames = FrameBuilder(order.codec)
        self.started = self.ended = 0.0
        self._ssrc: int | None = None
        self._container: av.container.OutputContainer | None = None
        self._last_pts = -1
        self.asked_at = 0.0

    def put(self, ssrc: int, packet: Arrived) -> bool:
        """Returns whether a key frame must be asked for."""
        if ssrc != self._ssrc:
            if self._ssrc is not None:
                self.drain()
            self._ssrc = ssrc
            self.reorder = Reorder()
            self.frames.reset()
        for ready, lost in self.reorder.put(packet):
            self._one(ready, lost)
        if self.frames.needs_key and packet.at - self.asked_at > 0.5:
            self.asked_at = packet.at
            return True
        return False

    def drain(self) -> None:
        for ready, lost in self.reorder.rest():
            self._one(ready, lost)

    def _one(self, packet: Arrived, lost: bool) -> None:
        frame = self.frames.put(packet, lost)
        if frame is not None:
            self._write(frame)

    def _clock(self, ssrc: int) -> TrackClock:
        clock = self._clocks.get(ssrc)
        if clock is None:
            if len(self._clocks) >= MAX_CLOCKS:
                del self._clocks[next(iter(self._clocks))]
            clock = self._clocks[ssrc] = TrackClock(self.order.rate, self._sender)
        return clock

    def report(self, ssrc: int, timestamp: int, ntp: int, at: float) -> None:
        """A sender report; ``ntp`` as on the wire, 0 when the sender has no clock."""
        self._clock(ssrc).report(timestamp, from_ntp(ntp) if ntp else 0.0, at)

    def _write(self, frame: Frame) -> None:
        assert self._ssrc is not None
        time = self._clock(self._ssrc).unix(frame.timestamp, frame.at)
        if self._container is None:
            self._open(frame)
            self.started = time
        pts = max(round((time - self.started) * 1000), self._last_pts + 1)
        self._last_pts = pts
        self.ended = self.started + pts / 1000
        assert self._container is not None
        packet = av.Packet(frame.data)
        packet.stream = self._container.streams[0]
        packet.time_base = MILLISECOND
        packet.pts = packet.dts = pts
        packet.is_keyframe = frame.key
        self._container.mux_one(packet)

    def _open(self, frame: Frame) -> None:
        form, options = FORMS[Path(self.order.path).suffix]
        container = av.open(self.order.path, "w", format=form, options=options)
        codec = self.order.codec
        if codec == "opus":
            container.add_stream("libopus", rate=48000)  # its encoder is never used, but its header is the right one
        elif codec in ("h264", "av1"):  # containers want their parameters apart: read them from the key frame
            with av.open(io.BytesIO(frame.data), format="h264" if codec == "h264" else "obu") as elementary:
                container.add_stream_from_template(elementary.streams.video[0])
        else:
            width, height = picture_size(codec, frame.data)
            container.add_mux_stream(codec, width=width, height=height, time_base=MILLISECOND)
        self._container = container

    def complete(self) -> Completed:
        self.drain()
        if self._container is None:
            return Completed(self.order.feed, "", 0, 0)
        container, self._container = self._container, None
        container.close()
        return self.as_it_is()

    def as_it_is(self) -> Completed:
        """What there is of the file."""
        return Completed(self.order.feed, self.order.path, int(self.started * 1000), int(self.ended * 1000))


class Recorder:
    """Serves one socket until its other end closes."""

    def __init__(self, pipe: socket.socket) -> None:
        self._pipe = pipe
        self._takes: dict[int, TakeFile] = {}
        self._senders: dict[str, Offset] = {}
        self._encoder = msgspec.msgpack.Encoder()

    def run(self) -> None:
        while True:
            data = self._pipe.recv(65536)
            if not data:
                break
            if data[:1] == b"P":
                self._packet(data)
            elif data[:1] == b"S":
                _, feed, at, ssrc, ntp, timestamp = REPORT.unpack(data)
                if feed in self._takes:
                    self._takes[feed].report(ssrc, timestamp, ntp, at)
            else:
                self._command(data[1:])
        for take in self._takes.values():
            self._completed(take)

    def _packet(self, data: bytes) -> None:
        _, feed, at, ssrc, seq, timestamp, marker = PACKET.unpack_from(data)
        take = self._takes.get(feed)
        if take is None:
            return
        try:
            wanted = take.put(ssrc, Arrived(at, seq, timestamp, marker, data[PACKET.size :]))
        except Exception as reason:  # noqa: BLE001  one file that cannot be written must not end the others
            print(f"recorder: {take.order.path}: {reason!r}", file=sys.stderr)  # noqa: T201 - the worker's log
            del self._takes[feed]
            self._say(self._completed(take))
            return
        if wanted:
            self._say(KeyFrameWanted(feed))

    def _completed(self, take: TakeFile) -> Completed:
        try:
            return take.complete()
        except Exception as reason:  # noqa: BLE001  what there is of it is there
            print(f"recorder: {take.order.path}: {reason!r}", file=sys.stderr)  # noqa: T201 - the worker's log
            return take.as_it_is()

    def _command(self, data: bytes) -> None:
        message = to_recorder.decode(data)
        if isinstance(message, OpenTrack):
            used = {take.order.sender for take in self._takes.values()}
            self._senders = {name: offset for name, offset in self._senders.items() if name in used}
            self._takes[message.feed] = TakeFile(message, self._senders.setdefault(message.sender, Offset()))
        elif isinstance(message, CloseTrack):
            take = self._takes.pop(message.feed, None)
            self._say(self._completed(take) if take is not None else Completed(message.feed, "", 0, 0))

    def _say(self, message: Completed | KeyFrameWanted) -> None:
        try:
            self._pipe.send(self._encoder.encode(message))
        except (BrokenPipeError, ConnectionResetError):
            pass  # the worker is gone: what is left is to complete the files


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the worker ends us in order
    os.nice(5)
    with socket.socket(fileno=int(sys.argv[1])) as pipe:
        Recorder(pipe).run()


if __name__ == "__main__":
    main()
