"""Voices as they come from the network: packets of one microphone in, utterances with their moments (Unix s) out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import av
import numpy as np
from av.audio.resampler import AudioResampler

from meeting_server.archive.record.sound import Samples
from meeting_server.archive.speech.transcriber import RATE
from meeting_server.archive.speech.voice_activity import WINDOW, Ear, Gate, Utterance
from meeting_server.media.depacketize import Arrived, Reorder
from meeting_server.media.listening import Heard

OPUS_RATE = 48_000
DRIFT_S = 0.5
"""Between the sender's clock and the arrival: more is a gap or a new clock."""
SILENT_S = 0.5
"""Without a packet for this long an utterance is over."""
LONG, LONGEST = int(5.0 * RATE / WINDOW), int(8.0 * RATE / WINDOW)
"""Windows after which a weak moment, or any, ends an utterance: nobody waits longer for a caption."""


@dataclass(frozen=True, slots=True)
class Said:
    """An utterance that began at ``since`` (Unix s)."""

    since: float
    samples: Samples

    @property
    def until(self) -> float:
        return self.since + len(self.samples) / RATE


class LiveVoice:
    """One microphone."""

    def __init__(self, gate: Gate) -> None:
        self._ear = Ear(gate, LONG, LONGEST)
        self._reorder = Reorder()
        self._decoder: Any = av.CodecContext.create("opus", "r")
        self._resampler = AudioResampler(format="flt", layout="mono", rate=RATE)
        self._anchor: tuple[float, int] | None = None
        self._at = 0
        self._rest: Samples = np.zeros(0, np.float32)
        self.last = 0.0

    def put(self, heard: Heard) -> Iterator[Said]:
        """One packet; what it ended. A packet that cannot be decoded is left out."""
        self.last = heard.at
        for packet, _ in self._reorder.put(Arrived(heard.at, heard.seq, heard.timestamp, 0, heard.payload)):
            try:
                frames = self._decoder.decode(av.Packet(packet.payload))
                ready = [part for frame in frames for part in self._resampler.resample(frame)]
            except av.FFmpegError:
                continue
            at = round(self._time(packet) * RATE)
            for part in ready:
                samples = np.frombuffer(bytes(part.planes[0]), np.float32, part.samples)
                yield from self._hear(at, samples)
                at += len(samples)

    def rest(self, now: float) -> Iterator[Said]:
        """What is over because nothing came any more."""
        if now - self.last > SILENT_S:
            yield from self._end()

    def _time(self, packet: Arrived) -> float:
        if self._anchor is not None:
            at, timestamp = self._anchor
            moved = (packet.timestamp - timestamp + 0x80000000 & 0xFFFFFFFF) - 0x80000000
            time = at + moved / OPUS_RATE
            if abs(time - packet.at) <= DRIFT_S:
                self._anchor = (time, packet.timestamp)
                return time
        self._anchor = (packet.at, packet.timestamp)
        return packet.at

    def _hear(self, at: int, samples: Samples) -> Iterator[Said]:
        if abs(at - self._at - len(self._rest)) > RATE // 5:
            yield from self._end()
            self._at, self._rest = at, self._rest[:0]
        self._rest = np.concatenate((self._rest, samples))
        while len(self._rest) >= WINDOW:
            found = self._ear.put(self._at, self._rest[:WINDOW].copy())
            self._at += WINDOW
            self._rest = self._rest[WINDOW:]
            if found is not None:
                yield _said(found)

    def _end(self) -> Iterator[Said]:
        last = self._ear.finish()
        if last is not None:
            yield _said(last)


def _said(utterance: Utterance) -> Said:
    return Said(utterance.start / RATE, utterance.samples)
