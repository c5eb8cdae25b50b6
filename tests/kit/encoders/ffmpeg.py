"""FFmpeg's own WHIP muxer, from PyAV's wheel: ``python -m tests.kit.encoders.ffmpeg URL TOKEN PROFILE SECONDS``.

Sends a moving picture (H264 of the profile given) and a tone, in real time. Its DTLS role is passive, its certificate of a small curve.
"""

from __future__ import annotations

import sys
import time
from fractions import Fraction

import av
import numpy as np

RATE, SOUND, CHUNK = 15, 48_000, 960


def publish(url: str, token: str, profile: str, seconds: float) -> None:
    """Raises av.FFmpegError when the address refuses or the way breaks."""
    with av.open(url, "w", format="whip", options={"authorization": token, "handshake_timeout": "8000"}) as out:
        options = {"preset": "ultrafast", "tune": "zerolatency", "profile": profile, "bf": "0"}
        video = out.add_stream("libx264", rate=RATE, options=options)
        video.width, video.height, video.pix_fmt, video.bit_rate, video.gop_size = 320, 240, "yuv420p", 300_000, RATE
        audio = out.add_stream("libopus", rate=SOUND, layout="stereo")
        tone = np.sin(2 * np.pi * 440 * np.arange(SOUND) / SOUND)
        pictures = heard = 0
        begin = time.monotonic()
        while (now := time.monotonic() - begin) < seconds:
            if pictures <= now * RATE:
                grey = np.full((360, 320), 128, np.uint8)
                grey[:240] = np.roll(np.arange(320, dtype=np.uint8), pictures * 4)
                frame = av.VideoFrame.from_ndarray(grey, format="yuv420p")
                frame.pts, frame.time_base = pictures, Fraction(1, RATE)
                out.mux(video.encode(frame))
                pictures += 1
            if heard <= now * SOUND:
                part = (np.take(tone, range(heard, heard + CHUNK), mode="wrap") * 8_000).astype(np.int16)
                sound = av.AudioFrame.from_ndarray(np.repeat(part, 2)[None], format="s16", layout="stereo")
                sound.sample_rate, sound.pts, sound.time_base = SOUND, heard, Fraction(1, SOUND)
                out.mux(audio.encode(sound))
                heard += CHUNK
            time.sleep(0.005)


if __name__ == "__main__":
    publish(sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]))
