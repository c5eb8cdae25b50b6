"""Whisper by ``faster-whisper`` (extra ``speech``): hears ninety languages, writes punctuation, takes a prompt."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from meeting_server.archive.record.sound import Samples
from meeting_server.archive.speech.transcriber import RATE, Word

COMPUTE = {"cpu": "int8", "cuda": "int8_float16", "auto": "auto"}
"""The numbers a device computes with: 8 bits are quickest on a CPU, and hear as well; a graphics card has its own halves for the rest."""
TOKENS_A_SECOND, MOST_TOKENS = 9, 220
"""More than this nobody says: an engine that lost its way is stopped."""
LOOPS = 4.0
"""A text that compresses better than this says one thing over and over: the engine lost its way (good rhetoric stays below 3)."""
UNHEARD_S = 1.5
"""It is given speech with pauses below a second: where it writes nothing for this long, it left out what was said."""


class Whisper:
    """A CTranslate2 model in a folder. ``language``: a code of Whisper, or ``auto`` to let it find out. ``device``: of ``COMPUTE``.

    Raises ImportError without the package, RuntimeError or ValueError when the folder holds no such model.
    """

    def __init__(self, model: Path, language: str, threads: int, beam: int = 5, device: str = "cpu") -> None:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")  # a model is never fetched from anywhere
        from faster_whisper import BatchedInferencePipeline, WhisperModel

        # the pipeline hears each piece once; the model's own loop hears the last tenths of a second again, and invents words
        self._model: Any = BatchedInferencePipeline(
            WhisperModel(str(model), device=device, compute_type=COMPUTE[device], cpu_threads=threads, num_workers=1)
        )
        self._beam = beam
        self._language = None if language == "auto" else language
        self._name = f"faster-whisper {model.name}"

    @property
    def name(self) -> str:
        return self._name

    def hear(self, samples: Samples, prompt: str) -> list[Word]:
        """Given a prompt it sometimes begins in the middle: what it left out it hears once more by itself."""
        words = self._whole(samples, prompt)
        for since, until in unheard(words, len(samples) / RATE):
            part = samples[int(since * RATE) : int(until * RATE)]
            left_out = self._whole(part, prompt) or self._whole(part, "")
            words += [Word(since + word.since, since + word.until, word.text) for word in left_out]
        return sorted(words, key=lambda word: word.since)

    def close(self) -> None:
        pass

    def _whole(self, samples: Samples, prompt: str) -> list[Word]:
        words, loops = self._once(samples, prompt)
        return self._once(samples, "")[0] if loops else words

    def _once(self, samples: Samples, prompt: str) -> tuple[list[Word], bool]:
        # one temperature: the same sound gives the same words again
        lasted = len(samples) / RATE
        segments, _ = self._model.transcribe(
            samples,
            language=self._language,
            beam_size=self._beam,
            temperature=0.0,
            initial_prompt=prompt or None,
            word_timestamps=True,
            clip_timestamps=[{"start": 0.0, "end": lasted}],
            max_new_tokens=min(MOST_TOKENS, 20 + int(TOKENS_A_SECOND * lasted)),
        )
        heard = list(segments)
        loops = any(segment.compression_ratio > LOOPS for segment in heard)
        sound = [segment for segment in heard if segment.compression_ratio <= LOOPS]
        return [Word(float(word.start), float(word.end), word.word) for segment in sound for word in segment.words or ()], loops


def unheard(words: Sequence[Word], lasted: float) -> list[tuple[float, float]]:
    """Stretches (s) of at least ``UNHEARD_S`` without a word."""
    stretches, at = [], 0.0
    for word in (*words, Word(lasted, lasted, "")):
        if word.since - at >= UNHEARD_S:
            stretches.append((at, word.since))
        at = max(at, word.until)
    return stretches
