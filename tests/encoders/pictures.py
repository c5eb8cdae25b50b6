"""Encoded pictures for encoders that are given them: a few seconds of plain H264, each picture after its length (32 bits)."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np

RATE = 15


def plain_h264(path: Path, seconds: int = 2) -> Path:
    """Constrained baseline, as OBS sends it with the profile "baseline": parameter sets before every key frame, one a second."""
    codec = av.CodecContext.create("libx264", "w")
    assert isinstance(codec, av.VideoCodecContext)
    codec.width, codec.height, codec.pix_fmt, codec.bit_rate, codec.gop_size = 320, 240, "yuv420p", 300_000, RATE
    codec.framerate, codec.options = RATE, {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline", "bf": "0"}  # type: ignore[assignment]
    with path.open("wb") as out:
        for n in range(seconds * RATE):
            grey = np.full((360, 320), 128, np.uint8)
            grey[:240] = np.roll(np.arange(320, dtype=np.uint8), n * 4)
            frame = av.VideoFrame.from_ndarray(grey, format="yuv420p")
            frame.pts = n
            for packet in codec.encode(frame):
                data = bytes(packet)
                out.write(len(data).to_bytes(4, "big") + data)
    return path
