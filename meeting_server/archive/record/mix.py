"""One sound of all recorded voices: every sample is put where its time says, so that gaps and late starts stay.

Filters that join streams (``amix``) close the gaps of a track that was silent or muted; here samples are added up at
their own positions instead, one second at a time, so that memory does not grow with the meeting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Self

import av
import numpy as np
from av.audio.stream import AudioStream
from av.stream import Stream

from meeting_server.archive.record.sound import Samples, Unreadable, runs

RATE = 48_000
CHUNK = RATE
BIT_RATE = 64_000
OPENING_S = 180
"""What can be listened to while the rest of a long meeting is still being mixed."""


@dataclass(frozen=True, slots=True)
class Source:
    """A recorded file and where its own zero lies in the mix (ms, not negative)."""

    path: Path
    starts_ms: int


class NothingToMix(Exception):
    """No source holds sound that can be read."""


class _Voice:
    """One source while it is read: samples in order, each run with its position in the mix (samples from zero)."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._runs = self._read()
        self._pending: tuple[int, Samples] | None = None
        self.over = False
        self.broken = False
        self.empty = True

    def add_to(self, chunk: Samples, start: int) -> None:
        """Add what lies between ``start`` and the end of ``chunk``."""
        end = start + len(chunk)
        while not self.over:
            if self._pending is None:
                self._pending = next(self._runs, None)
                if self._pending is None:
                    self.over = True
                    return
            at, samples = self._pending
            if at >= end:
                return
            if at < start:  # time went back: what is too late is left out
                samples, at = samples[start - at :], start
            part = samples[: end - at]
            chunk[at - start : at - start + len(part)] += part
            rest = samples[len(part) :]
            self._pending = (end, rest) if len(rest) else None

    def _read(self) -> Iterator[tuple[int, Samples]]:
        origin = self._source.starts_ms * RATE // 1000
        try:
            for at, samples in runs(self._source.path, RATE):
                self.empty = False
                yield max(origin + at, 0), samples
        except Unreadable:
            self.broken = True


def mix(
    sources: Sequence[Source], target: Path, opening: Path | None = None, breathe: Callable[[], None] = lambda: None
) -> tuple[int, list[Path]]:
    """Write the sum of ``sources`` to ``target`` (AAC in MP4, mono); the length in ms and the files that could not
    be read to their end. ``target`` appears when it is complete; ``opening`` holds the beginning of a long one until then.
    ``breathe`` is called about every second of sound. Raises NothingToMix, OSError.
    """
    waiting = sorted(sources, key=lambda source: source.starts_ms)
    voices: list[tuple[_Voice, Source]] = []
    broken: list[Path] = []
    length = start = 0
    silent = True
    with _Written(target, opening) as written:
        while waiting or voices:
            breathe()
            while waiting and waiting[0].starts_ms * RATE // 1000 < start + CHUNK:
                source = waiting.pop(0)
                voices.append((_Voice(source), source))
            chunk: Samples = np.zeros(CHUNK, np.float32)
            for voice, _ in voices:
                voice.add_to(chunk, start)
            broken += [source.path for voice, source in voices if voice.over and voice.broken]
            silent = silent and all(voice.empty for voice, _ in voices)
            over = [pair for pair in voices if pair[0].over]
            voices = [pair for pair in voices if not pair[0].over]
            if over and not voices and not waiting:
                chunk = _trimmed(chunk)
            written.put(chunk, start)
            length = start + len(chunk)
            start += CHUNK
        if silent:
            raise NothingToMix
    return length * 1000 // RATE, broken


class _Written:
    """The file that is being written, and the one with its beginning. Complete when the block ends without an error."""

    def __init__(self, target: Path, opening: Path | None) -> None:
        self._target, self._opening = target, opening
        self._part = target.with_name(target.name + ".part")
        self._container, self._stream = _open(self._part)
        self._first: list[av.Packet[Stream]] = []

    def __enter__(self) -> Self:
        return self

    def put(self, chunk: Samples, start: int) -> None:
        if not len(chunk):
            return
        frame = av.AudioFrame.from_ndarray(np.clip(chunk, -1.0, 1.0).reshape(1, -1), format="fltp", layout="mono")
        frame.sample_rate = RATE
        frame.time_base = Fraction(1, RATE)
        frame.pts = start
        self._mux(self._stream.encode(frame))
        if self._opening is not None and start + CHUNK >= OPENING_S * RATE:
            self._write_opening(self._opening)
            self._opening = None

    def _mux(self, packets: list[av.Packet[AudioStream]]) -> None:
        for packet in packets:
            if self._opening is not None:
                self._first.append(_copy(packet))
            self._container.mux(packet)

    def _write_opening(self, opening: Path) -> None:
        """The same packets once more, so that listening can begin before the whole is there."""
        part = opening.with_name(opening.name + ".part")
        with av.open(str(part), "w", format="mp4", options={"movflags": "+faststart"}) as container:
            stream = container.add_stream_from_template(self._stream)
            for packet in self._first:
                packet.stream = stream
                container.mux(packet)
        self._first.clear()
        part.replace(opening)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._mux(self._stream.encode(None))
            self._container.close()
            if kind is None:
                self._part.replace(self._target)
        finally:
            self._part.unlink(missing_ok=True)


def _open(path: Path) -> tuple[av.container.OutputContainer, AudioStream]:
    container = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
    stream = container.add_stream("aac", rate=RATE, layout="mono")
    assert isinstance(stream, AudioStream)
    stream.bit_rate = BIT_RATE
    return container, stream


def _copy(packet: av.Packet[AudioStream]) -> av.Packet[Stream]:
    twin = av.Packet(bytes(packet))
    twin.pts, twin.dts, twin.time_base, twin.duration = packet.pts, packet.dts, packet.time_base, packet.duration
    twin.is_keyframe = True
    return twin


def _trimmed(chunk: Samples) -> Samples:
    """The last chunk without the silence after the last sample."""
    heard = np.flatnonzero(chunk)
    return chunk[: int(heard[-1]) + 1] if len(heard) else chunk[:0]
