"""One recorder process and the pipe to it: clear packets, reports and commands go there, files that are complete come back."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
import time
from collections import deque
from collections.abc import Callable

import msgspec
from msgspec import Struct

PACKET = struct.Struct("!cIdIHIB")  # "P", feed, arrival (Unix s), ssrc, sequence, timestamp, marker
REPORT = struct.Struct("!cIdIQI")  # "S", feed, arrival (Unix s), ssrc, the sender's clock (NTP), RTP time
PIPE_BUFFER = 8 << 20
STUCK_AFTER_S = 5.0  # a recorder that takes nothing for so long is as good as dead


class OpenTrack(Struct, frozen=True, tag="open"):
    """Record the packets of ``feed`` into ``path``. Tracks with the same ``sender`` share a clock."""

    feed: int
    path: str
    codec: str
    rate: int
    sender: str = ""


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


class RecorderLink:
    """The worker's end. Nothing here waits for the recorder: commands stand in line, and packets that it does not take are lost.

    ``heard`` gets what it says; ``lost`` is called once when it has died or is stuck, never after ``close``.
    """

    def __init__(self, heard: Callable[[FromRecorder], None], lost: Callable[[], None]) -> None:
        self._heard = heard
        self._lost = lost
        self._process: asyncio.subprocess.Process | None = None
        self._pipe: socket.socket | None = None
        self._waiting: deque[bytes] = deque()
        self._full_since = 0.0  # when it took nothing for the first time since it last took something; 0: it takes all

    async def start(self) -> None:
        """Raises OSError."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        for end in (ours, theirs):
            for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
                end.setsockopt(socket.SOL_SOCKET, option, PIPE_BUFFER)
        try:
            with theirs:
                self._process = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "meeting_server.media.recorder", str(theirs.fileno()), pass_fds=(theirs.fileno(),)
                )
        except OSError:
            ours.close()
            raise
        self._pipe = ours
        asyncio.get_running_loop().add_reader(ours.fileno(), self._readable)

    def send(self, datagram: bytes) -> bool:
        """A packet or a report; returns whether the recorder took it."""
        if self._pipe is None or self._waiting:
            return False
        try:
            self._pipe.send(datagram)
        except BlockingIOError:
            self._full_since = self._full_since or time.monotonic()
            return False
        except OSError:
            self._gone()
            return False
        self._full_since = 0.0
        return True

    def tell(self, message: ToRecorder) -> None:
        if self._pipe is None:
            return
        if not self._waiting:
            asyncio.get_running_loop().add_writer(self._pipe.fileno(), self._writable)
        self._waiting.append(b"C" + _encoder.encode(message))
        self._writable()

    def _writable(self) -> None:
        pipe = self._pipe
        if pipe is None:
            return
        while self._waiting:
            try:
                pipe.send(self._waiting[0])
            except BlockingIOError:
                self._full_since = self._full_since or time.monotonic()
                return
            except OSError:
                self._gone()
                return
            self._waiting.popleft()
            self._full_since = 0.0
        asyncio.get_running_loop().remove_writer(pipe.fileno())

    def beat(self, now: float) -> None:
        """About ten times a second; ``now`` of time.monotonic()."""
        ended = self._process is not None and self._process.returncode is not None
        if ended or (self._full_since and now - self._full_since > STUCK_AFTER_S):
            self._gone()

    def _readable(self) -> None:
        for _ in range(50):
            if self._pipe is None:
                return
            try:
                data = self._pipe.recv(65536)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            try:
                message = from_recorder.decode(data)  # at the end of the pipe nothing, which is no message either
            except msgspec.DecodeError:
                self._gone()
                return
            self._heard(message)

    def _unplug(self) -> None:
        pipe, self._pipe = self._pipe, None
        if pipe is not None:
            loop = asyncio.get_running_loop()
            loop.remove_reader(pipe.fileno())
            loop.remove_writer(pipe.fileno())
            pipe.close()
        self._waiting.clear()
        self._full_since = 0.0

    def _gone(self) -> None:
        if self._pipe is None:
            return
        self._unplug()
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()  # asyncio's child watcher reaps it
        self._lost()

    async def close(self, within: float = 5.0) -> None:
        """Let it complete its files and end."""
        self._unplug()
        process, self._process = self._process, None
        if process is None:
            return
        try:
            async with asyncio.timeout(within):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
