"""Encoded pictures for encoders that are given them: a few seconds of plain H264, each picture after its length (32 bits)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

from meeting_server.media.depacketize import Arrived

RATE, MTU = 15, 1100


def plain_h264(path: Path, seconds: int = 2) -> Path:
    """Constrained baseline, as OBS sends it with the profile "baseline": parameter sets before every key frame, one a second."""
    codec = av.CodecContext.create("libx264", "w")
    assert isinstance(codec, av.VideoCodecContext)
    codec.width, codec.height, codec.pix_fmt, codec.bit_rate, codec.gop_size = 320, 240, "yuv420p", 300_000, RATE
    codec.framerate, codec.options = RATE, {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline", "bf": "0"}  # type: ignore[assignment]
    with path.open("wb") as out:
        for n in range(seconds * RATE):
            image = np.full((240, 320, 3), 60, np.uint8)
            image[:, (n * 8) % 320 : (n * 8) % 320 + 40] = (200, 80, 60)
            frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format="yuv420p")
            frame.pts = n
            for packet in codec.encode(frame):
                data = bytes(packet)
                out.write(len(data).to_bytes(4, "big") + data)
    return path


def h264_packets(stored: bytes) -> Iterator[Arrived]:
    """RTP packets of pictures as an encoder sends them (RFC 6184: single units, and fragments of large ones)."""
    at = seq = number = 0
    while at < len(stored):
        size = int.from_bytes(stored[at : at + 4], "big")
        units = [unit.rstrip(b"\0") for unit in stored[at + 4 : at + 4 + size].split(b"\0\0\1") if unit.rstrip(b"\0")]
        payloads: list[bytes] = []
        for unit in units:
            if len(unit) <= MTU:
                payloads.append(unit)
                continue
            parts = [unit[i : i + MTU] for i in range(1, len(unit), MTU)]
            for i, part in enumerate(parts):
                edge = 0x80 * (i == 0) | 0x40 * (i == len(parts) - 1)
                payloads.append(bytes([unit[0] & 0xE0 | 28, edge | unit[0] & 0x1F]) + part)
        for i, payload in enumerate(payloads):
            marker = 0x80 * (i == len(payloads) - 1)
            yield Arrived(1_800_000_000 + number / RATE, seq & 0xFFFF, number * 90_000 // RATE, marker, payload)
            seq += 1
        number, at = number + 1, at + 4 + size
