"""Live captions: a process of its own at low priority that listens to rooms and writes what is said, line by line.

Voices come over one local socket from the media worker, wishes and lines go over another one with the web process. While the
meeting is recorded, what is written is kept beside the recording, for when no engine hears it afterwards: words kept without
that would be a recording nobody was told of. Under load it ends by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import structlog

from meeting_server.archive.record.artefacts import CAPTIONS
from meeting_server.archive.record.cues import Cue
from meeting_server.archive.record.giving_way import BUSY, OthersShare
from meeting_server.archive.record.glossary import Glossary
from meeting_server.archive.record.manifest import inside
from meeting_server.archive.speech.apart import CanNotHear, EngineApart
from meeting_server.archive.speech.engines import SpeechSettings, problem, resolved
from meeting_server.archive.speech.homophones import put_right
from meeting_server.archive.speech.sentences import Sentence, sentences, simplified
from meeting_server.archive.speech.transcriber import Transcriber, Word
from meeting_server.archive.speech.voice_activity import Gate, open_gate
from meeting_server.archive.speech.voices import LiveVoice, Said
from meeting_server.domain.ids import ParticipantId, RoomId
from meeting_server.domain.terms import CaptionsEnd
from meeting_server.media.caption_lines import Ended, Line, Wish
from meeting_server.media.listening import Heard, heard_packets

log = structlog.get_logger(__name__)

TICK_S = 0.1
BUSY_FOR_S = 5.0
"""A machine that is busy for this long is too busy."""
TOO_LATE_S = 8.0
"""Lines this far behind help nobody."""
VOICE_IDLE_S = 60.0


_wish = msgspec.json.Decoder(Wish)
_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class _Room:
    glossary: Glossary
    keep: bool
    voices: dict[tuple[str, int], LiveVoice] = field(default_factory=dict)


class Captions:
    """Serves one web process. ``voices`` and ``lines`` are the paths of the two sockets."""

    def __init__(
        self,
        settings: SpeechSettings,
        recordings: Path,
        voices: Path,
        lines: Path,
        *,
        open_engine: Callable[[SpeechSettings], Transcriber] = EngineApart,
        gate: Callable[[], Gate] = open_gate,
        others: Callable[[], float] | None = None,
    ) -> None:
        self._settings = msgspec.structs.replace(settings, beam=1)
        self._recordings = recordings
        self._voices, self._lines = voices, lines
        self._open = open_engine
        self._gate = gate
        self._others = others if others is not None else OthersShare()
        self._rooms: dict[str, _Room] = {}
        self._said: asyncio.Queue[tuple[str, str, Said]] = asyncio.Queue()
        self._engine: Transcriber | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._busy_since: float | None = None
        self._stop = asyncio.Event()

    @property
    def rooms(self) -> frozenset[str]:
        """Rooms that are being written, engine and all: what was said there before is not heard."""
        return frozenset(self._rooms)

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``."""
        self._stop = stop
        for path in (self._voices, self._lines):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as door:
            door.bind(str(self._voices))
            self._voices.chmod(0o600)
            door.listen(8)
            door.setblocking(False)
            server = await asyncio.start_unix_server(self._asked, self._lines)
            self._lines.chmod(0o600)
            work = [asyncio.create_task(task) for task in (self._accept(door), self._tick(), self._write())]
            ending = asyncio.create_task(stop.wait())
            try:
                done, _ = await asyncio.wait({*work, ending}, return_when=asyncio.FIRST_COMPLETED)
                for task in done - {ending}:
                    task.result()
            finally:
                server.close()
                for task in (*work, ending):
                    task.cancel()
                await asyncio.gather(*work, ending, return_exceptions=True)
                if self._engine is not None:
                    await asyncio.to_thread(self._engine.close)
                if self._writer is not None:
                    self._writer.close()
                for path in (self._voices, self._lines):
                    path.unlink(missing_ok=True)

    # --- voices ---------------------------------------------------------------------------------------------------

    async def _accept(self, door: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        readers: set[asyncio.Task[None]] = set()
        try:
            while True:
                pipe, _ = await loop.sock_accept(door)
                pipe.setblocking(False)
                pipe.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2 << 20)
                task = asyncio.create_task(self._listen(pipe))
                readers.add(task)
                task.add_done_callback(readers.discard)
        finally:
            for reader in readers:
                reader.cancel()
            await asyncio.gather(*readers, return_exceptions=True)

    async def _listen(self, pipe: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        with pipe:
            while data := await loop.sock_recv(pipe, 65536):
                try:
                    self._hear(heard_packets.decode(data))
                except msgspec.DecodeError as error:
                    log.warning("not a packet of a voice", reason=str(error))

    def _hear(self, heard: Heard) -> None:
        room = self._rooms.get(heard.room)
        if room is None:
            return
        voice = room.voices.get((heard.source, heard.ssrc))
        if voice is None:
            voice = room.voices[(heard.source, heard.ssrc)] = LiveVoice(self._gate())
        for said in voice.put(heard):
            self._said.put_nowait((heard.room, heard.source, said))

    async def _tick(self) -> None:
        """Ends what is over, looks how busy the machine is."""
        next_look = 0.0
        while True:
            await asyncio.sleep(TICK_S)
            now = time.time()
            for name, room in self._rooms.items():
                for (source, ssrc), voice in list(room.voices.items()):
                    for said in voice.rest(now):
                        self._said.put_nowait((name, source, said))
                    if now - voice.last > VOICE_IDLE_S:
                        del room.voices[(source, ssrc)]
            if self._rooms and time.monotonic() >= next_look:
                next_look = time.monotonic() + 1.0
                self._look(time.monotonic())

    def _look(self, now: float) -> None:
        if self._others() < BUSY:
            self._busy_since = None
        elif self._busy_since is None:
            self._busy_since = now
        elif now - self._busy_since >= BUSY_FOR_S:
            self._end_all("busy")

    # --- words ----------------------------------------------------------------------------------------------------

    async def _write(self) -> None:
        while True:
            name, source, said = await self._said.get()
            room, engine = self._rooms.get(name), self._engine
            if room is None or engine is None:
                continue
            if time.time() - said.until > TOO_LATE_S:
                self._end_all("busy")
                continue
            try:
                words = await asyncio.to_thread(engine.hear, said.samples, room.glossary.prompt)
            except RuntimeError as error:
                log.error("the speech engine broke", reason=str(error))
                self._engine = None
                await asyncio.to_thread(engine.close)
                self._end_all("unavailable")
                continue
            if name in self._rooms:
                self._tell(name, source, said, words, room)

    def _tell(self, name: str, source: str, said: Said, words: list[Word], room: _Room) -> None:
        placed = [Word(said.since + word.since, said.since + word.until, word.text) for word in words]
        for line in sentences(placed, simplified, lambda said: put_right(said, room.glossary)):
            since, until = round(line.since * 1000), round(line.until * 1000)
            behind = round((time.time() - said.until) * 1000)
            if room.keep:
                self._keep(name, source, since, until, line)
            self._send(Line(name, source, since, until, line.text, behind))

    def _keep(self, name: str, source: str, since: int, until: int, line: Sentence) -> None:
        meeting, _, room = name.rpartition("/")
        folder = inside(self._recordings, meeting)
        if folder is None:
            return
        cue = Cue(
            f"caption.{source}.{since}", since, until, ParticipantId(source), "", RoomId(room), line.text, (), "caption", line.changes
        )
        folder.mkdir(parents=True, exist_ok=True)
        with (CAPTIONS.path(folder)).open("ab") as file:
            file.write(_encode(cue) + b"\n")

    # --- the web process --------------------------------------------------------------------------------------------

    async def _asked(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer = writer
        self._rooms.clear()  # what is wished for is said anew
        try:
            while line := await reader.readline():
                await self._wished(_wish.decode(line))
        except (ConnectionError, msgspec.DecodeError, ValueError) as error:
            log.warning("the web process went away", reason=str(error))
        finally:
            writer.close()
            if self._writer is writer:
                self._writer = None
                self._rooms.clear()

    async def _wished(self, wish: Wish) -> None:
        if not wish.on:
            self._rooms.pop(wish.room, None)
            return
        room = self._rooms.get(wish.room)
        if room is not None:
            room.keep = wish.keep
            return
        if self._engine is None:
            try:
                settings = resolved(self._settings)
                code = await asyncio.to_thread(problem, settings)
                if code:
                    raise CanNotHear(code, "")
                self._engine = await asyncio.to_thread(self._open, settings)
            except CanNotHear as error:
                log.error("no captions: the speech engine cannot be used", code=error.code, reason=error.reason)
                self._send(Ended(wish.room, "unavailable"))
                return
        self._busy_since = None
        glossary = Glossary(tuple(dict.fromkeys((*wish.people, *wish.terms))), frozenset(wish.people))
        await asyncio.to_thread(put_right, "会议", glossary)  # its dictionaries are read now, so that the first line is not late
        self._rooms[wish.room] = _Room(glossary, wish.keep)

    def _end_all(self, reason: CaptionsEnd) -> None:
        log.warning("captions ended by themselves", reason=reason, rooms=list(self._rooms))
        for name in list(self._rooms):
            self._send(Ended(name, reason))
        self._rooms.clear()
        while not self._said.empty():
            self._said.get_nowait()

    def _send(self, message: Line | Ended) -> None:
        if self._writer is not None and not self._writer.is_closing():
            with contextlib.suppress(ConnectionError):
                self._writer.write(_encode(message) + b"\n")


def kept_captions(folder: Path) -> list[Cue]:
    """Captions kept of a meeting; a line that was cut off is left out."""
    try:
        lines = (CAPTIONS.path(folder)).read_bytes().splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return []
    cues: list[Cue] = []
    for line in lines:
        with contextlib.suppress(msgspec.DecodeError):
            cues.append(msgspec.json.decode(line, type=Cue))
    return cues


def run(settings: SpeechSettings, recordings: Path, sockets: tuple[Path, Path]) -> None:
    """Write captions until SIGTERM or SIGINT. ``sockets``: for the web process, and for voices."""

    async def work() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await Captions(settings, recordings, sockets[1], sockets[0]).run(stop)

    asyncio.run(work())
