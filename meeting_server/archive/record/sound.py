"""The sound of one recorded file, every sample where its time says, so that gaps and late starts stay.

Readers that only count samples (filters that join streams, a speech engine given the file's name) close the gaps of a
microphone that was silent or muted.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

JITTER_MS = 40
"""Containers round times to milliseconds: a frame this close to where the last one ended follows it without a gap."""

Samples = NDArray[np.float32]


class Unreadable(Exception):
    """The file holds no sound, or none after what was read so far."""


def runs(path: Path, rate: int) -> Iterator[tuple[int, Samples]]:
    """Mono samples in order, each run with its position in samples at ``rate`` from the file's zero.

    Positions may go back where a sender's clock did. Raises Unreadable, also in the middle of a broken file.
    """
    start = position = 0
    frames: list[Samples] = []
    broken: Exception | None = None
    try:
        for named, samples in _frames(path, rate):
            leaps = named is not None and abs(named - position) > JITTER_MS * rate // 1000
            if frames and (leaps or position - start >= rate // 2):  # in runs of half a second: one at a time is slow
                yield start, np.concatenate(frames)
                frames = []
            if leaps and named is not None:
                position = named
            if not frames:
                start = position
            frames.append(samples)
            position += len(samples)
    except (av.FFmpegError, OSError, ValueError) as error:
        broken = error
    if frames:
        yield start, np.concatenate(frames)
    if broken is not None:
        raise Unreadable(path.name) from broken


def _frames(path: Path, rate: int) -> Iterator[tuple[int | None, Samples]]:
    """Decoded frames; the position that the first part of each names."""
    with av.open(str(path)) as container:
        if not container.streams.audio:
            raise ValueError("no sound in it")
        stream = container.streams.audio[0]
        resampler = AudioResampler(format="flt", layout="mono", rate=rate)
        per_tick, ticks = (stream.time_base.numerator * rate, stream.time_base.denominator) if stream.time_base else (0, 1)
        for frame in container.decode(stream):
            named = frame.pts * per_tick // ticks if per_tick and frame.pts is not None else None
            if frame.sample_rate == rate and frame.format.name in ("fltp", "flt") and frame.layout.nb_channels == 1:
                yield named, np.frombuffer(bytes(frame.planes[0]), np.float32, frame.samples)
                continue
            for ready in resampler.resample(frame):
                yield named, np.frombuffer(bytes(ready.planes[0]), np.float32, ready.samples)
                named = None
