"""Recorded tracks as the recorder writes them, made from nothing for tests; what is wanted again in the same process is copied."""

from __future__ import annotations

import io
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

RATE = 48_000
FRAME = RATE // 50


def voice(path: Path, spans: Sequence[tuple[float, float]], pitch: float = 440.0, loud: float = 0.3, glide: float = 0.0) -> Path:
    """A WebM as the recorder writes it: Opus frames with real times, nothing at all in the gaps between ``spans`` (s).

    With ``glide`` (Hz a second) the pitch rises, so that no two packets are the same.
    """
    path.write_bytes(_voice(tuple(spans), pitch, loud, glide))
    return path


@cache
def _voice(spans: tuple[tuple[float, float], ...], pitch: float, loud: float, glide: float) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="webm") as container:
        stream = container.add_stream("libopus", rate=RATE, layout="mono")
        assert isinstance(stream, AudioStream)
        encoder = stream.codec_context
        delay = None
        for since, until in spans:
            for number in range(round((until - since) * 50)):
                times = (np.arange(FRAME) + number * FRAME) / RATE
                samples = (loud * np.sin(2 * np.pi * (pitch + glide * times / 2) * times)).astype(np.float32)
                frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="flt", layout="mono")
                frame.sample_rate, frame.time_base = RATE, Fraction(1, RATE)
                frame.pts = round(since * RATE) + number * FRAME
                for packet in encoder.encode(frame):
                    if delay is None:
                        delay = packet.pts
                    packet.pts = packet.dts = (packet.pts or 0) - (delay or 0) + round(spans[0][0] * RATE)
                    packet.stream = stream
                    container.mux(packet)
    return file.getvalue()


def picture(path: Path, seconds: float, *, width: int = 320, height: int = 180, keys: int = 0) -> Path:
    """A WebM with a moving picture (VP8, 10 frames a second); ``keys``: a key frame every so many frames."""
    path.write_bytes(_picture(seconds, width, height, keys))
    return path


@cache
def _picture(seconds: float, width: int, height: int, keys: int) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="webm") as container:
        options = {"deadline": "realtime", "cpu-used": "8"} | ({"g": str(keys)} if keys else {})
        stream = container.add_stream("libvpx", rate=10, options=options)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt, stream.time_base = width, height, "yuv420p", Fraction(1, 1000)
        for number in range(round(seconds * 10)):
            image = np.full((height, width, 3), 60, np.uint8)
            image[:, (number * 8) % width : (number * 8) % width + 40] = (200, 80, 60)
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = number * 100, Fraction(1, 1000)
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return file.getvalue()
