"""What virtual phones say and show, encoded once: a few seconds of Opus and VP8 that play round and round."""

from __future__ import annotations

import functools
import struct
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np

SAMPLE_RATE = 48_000
VOICE_SECONDS = 2
VOICE_RATE = 50
"""Opus packets a second."""
VOICE_BITS = 24_000
PICTURE_SECONDS = 4
PICTURE_RATE = 15
WIDTH, HEIGHT = 640, 360
PICTURE_BITS = 400_000
"""Of one camera: what our client sends in the middle one of its three layers."""
PAYLOAD_BYTES = 1_100

MARK = b"TICK"
_STAMP_BYTES = len(MARK) + 8


@dataclass(frozen=True, slots=True)
class Picture:
    """One frame of VP8, cut into RTP payloads without their descriptors (RFC 7741 section 4.2)."""

    key: bool
    parts: tuple[bytes, ...]


@functools.cache
def voice() -> tuple[bytes, ...]:
    """Opus packets of 20 ms each: a hum whose pitch and loudness move as speech does."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.format, encoder.layout = SAMPLE_RATE, av.AudioFormat("s16"), av.AudioLayout("mono")
    encoder.bit_rate = VOICE_BITS
    encoder.options = {"application": "voip", "frame_duration": "20"}
    seconds = np.arange(VOICE_SECONDS * SAMPLE_RATE) / SAMPLE_RATE
    loudness = 0.25 + 0.2 * np.sin(2 * np.pi * 3 * seconds)
    tone = sum(np.sin(2 * np.pi * n * (140 * seconds + 3 * np.sin(2 * np.pi * seconds))) / n for n in range(1, 6))
    samples = (8_000 * loudness * tone).astype(np.int16)
    packets = []
    step = SAMPLE_RATE // VOICE_RATE
    for at in range(0, len(samples), step):
        frame = av.AudioFrame.from_ndarray(samples[None, at : at + step], format="s16", layout="mono")
        frame.sample_rate, frame.pts = SAMPLE_RATE, at
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return tuple(packets)


@functools.cache
def camera() -> tuple[Picture, ...]:
    """Frames of VP8, the first one a key frame: a field of colour with something that moves."""
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.time_base, encoder.bit_rate = Fraction(1, PICTURE_RATE), PICTURE_BITS
    encoder.gop_size = PICTURE_SECONDS * PICTURE_RATE
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "auto-alt-ref": "0"}
    across, down = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
    noise = np.random.default_rng(1).integers(0, 24, (HEIGHT, WIDTH))
    pictures = []
    for number in range(PICTURE_SECONDS * PICTURE_RATE):
        wave = 96 + 60 * np.sin((across + 6 * number) / 40) + 40 * np.cos((down - 4 * number) / 30) + np.roll(noise, number, 1)
        grey = np.clip(wave, 16, 235).astype(np.uint8)
        frame = av.VideoFrame.from_ndarray(np.repeat(grey[:, :, None], 3, axis=2), format="rgb24").reformat(format="yuv420p")
        frame.pts = number
        for packet in encoder.encode(frame):
            content = bytes(packet)
            parts = tuple(content[at : at + PAYLOAD_BYTES] for at in range(0, len(content), PAYLOAD_BYTES))
            pictures.append(Picture(packet.is_keyframe, parts))
    return tuple(pictures)


def stamped(opus: bytes, now_ns: int) -> bytes:
    """The same sound with a moment in its padding, which every decoder skips (RFC 6716 section 3.2.5: one frame, code 3)."""
    if opus[0] & 3:
        raise ValueError("more than one frame in the packet")
    return bytes((opus[0] | 3, 0x41, _STAMP_BYTES)) + opus[1:] + MARK + struct.pack("!Q", now_ns)


def stamp_of(payload: bytes) -> int | None:
    """The moment in a payload's padding; ``None``: there is none."""
    if payload[-_STAMP_BYTES : -_STAMP_BYTES + len(MARK)] != MARK:
        return None
    moment: int = struct.unpack("!Q", payload[-8:])[0]
    return moment
