"""Whisper by ``faster-whisper`` (extra ``speech``): hears ninety languages, writes punctuation, takes a prompt."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from meeting_server.archive.record.sound import Samples
from meeting_server.archive.speech.transcriber import RATE, Word

COMPUTE = {"cpu": "int8", "cuda": "int8_float16", "auto": "auto"}
"""The numbers a device computes with: 8 bits are quickest on a CPU, and hear as well; a graphics card has its own halves for the rest."""
TOKENS_A_SECOND, MOST_TOKENS = 9, 220
"""More than this nobody says: an engine that lost its way is stopped."""
LOOPS = 4.0
"""A text that compresses better than this says one thing over and over: the engine lost its way (good rhetoric stays below 3)."""
NOBODY, NOTHING_LIKELY = 0.5, -1.0
"""Where the model thinks it at least this probable that nobody speaks, and without hints finds its own text less likely than this
(mean natural logarithm of its tokens), it was given laughter or noise: there it is below -1.6, and on real speech above -0.8."""
SURER = 0.04
"""By so much likelier (the same unit) the reading without hints must be: it has no punctuation, which costs the other some."""
IN_HASTE = 1
"""Readings followed at once by live captions: they hear without hints only what hints led astray."""
UNHEARD_S = 1.5
"""It is given speech with pauses below a second: where it writes nothing for this long, it left out what was said."""
_STOPS = re.compile("[，。：]")
_SLIPPED = re.compile("[０-９Ａ-Ｚａ-ｚ]")


@dataclass(frozen=True, slots=True)
class Reading:
    """What was heard with a prompt or without. ``likelihood``: mean natural logarithm of its tokens' probabilities; ``loops``: it
    lost its way; ``silence``: how probable the model thinks it that nobody speaks.
    """

    words: tuple[Word, ...]
    likelihood: float = 0.0
    loops: bool = False
    silence: float = 0.0

    @property
    def text(self) -> str:
        return "".join(word.text for word in self.words)

    @property
    def made_up(self) -> bool:
        """Of a reading without hints: whether there was no speech."""
        return self.silence >= NOBODY and self.likelihood < NOTHING_LIKELY


class Whisper:
    """A CTranslate2 model in a folder. ``language``: a code of Whisper, or ``auto`` to let it find out. ``device``: of ``COMPUTE``.

    Raises ImportError without the package, RuntimeError or ValueError when the folder holds no such model.
    """

    def __init__(self, model: Path, language: str, threads: int, beam: int = 5, device: str = "cpu") -> None:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")  # a model is never fetched from anywhere
        from faster_whisper import BatchedInferencePipeline, WhisperModel

        inner: Any = WhisperModel(str(model), device=device, compute_type=COMPUTE[device], cpu_threads=threads, num_workers=1)
        inner.encode = _Remembered(inner.encode)
        # the pipeline hears each piece once; the model's own loop hears the last tenths of a second again, and invents words
        self._model: Any = BatchedInferencePipeline(inner)
        self._beam = beam
        self._language = None if language == "auto" else language
        self._name = f"faster-whisper {model.name}"

    @property
    def name(self) -> str:
        return self._name

    def hear(self, samples: Samples, prompt: str) -> list[Word]:
        """Given a prompt it sometimes begins in the middle: what it left out it hears once more by itself."""
        words = list(self._whole(samples, prompt))
        for since, until in unheard(words, len(samples) / RATE):
            left_out = self._whole(samples[int(since * RATE) : int(until * RATE)], prompt)
            words += [Word(since + word.since, since + word.until, word.text) for word in left_out]
        return sorted(words, key=lambda word: word.since)

    def close(self) -> None:
        pass

    def _whole(self, samples: Samples, prompt: str) -> tuple[Word, ...]:
        if not prompt:
            return heard_alone(self._once(samples, "")).words
        hinted = self._once(samples, prompt)
        led_astray = hinted.loops or not hinted.words or hinted.silence >= NOBODY or is_echo(hinted.text, prompt)
        if self._beam == IN_HASTE and not led_astray:
            return hinted.words
        return likelier(hinted, self._once(samples, ""), prompt, len(samples) / RATE).words

    def _once(self, samples: Samples, prompt: str) -> Reading:
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
        sound = [segment for segment in heard if segment.compression_ratio <= LOOPS]
        return Reading(
            tuple(Word(float(word.start), float(word.end), commas(word.word)) for segment in sound for word in segment.words or ()),
            sum(segment.avg_logprob for segment in sound) / max(1, len(sound)),
            any(segment.compression_ratio > LOOPS for segment in heard),
            max((segment.no_speech_prob for segment in heard), default=0.0),
        )


class _Remembered:
    """The encoder, which takes most of the time: the same sound is not encoded twice in a row."""

    def __init__(self, encode: Callable[[Any], Any]) -> None:
        self._encode = encode
        self._features: Any = None
        self._encoded: Any = None

    def __call__(self, features: Any) -> Any:
        if self._features is None or not np.array_equal(features, self._features):
            self._features, self._encoded = features, self._encode(features)
        return self._encoded


def commas(word: str) -> str:
    """A word with “，” where the model slipped: it writes the comma byte by byte, and with another third byte it is “０” or “Ｇ”,
    which it never means (its digits and letters are of half the width)."""
    return _SLIPPED.sub("，", word)


def likelier(hinted: Reading, plain: Reading, prompt: str, lasted: float) -> Reading:
    """Of what was heard with a prompt and without: the one that lost its way or only said the prompt again gives way, then the one
    that left more out, then the less likely one. Nothing, when there was no speech."""
    plain = heard_alone(plain)
    if not plain.words and not plain.loops and hinted.silence >= NOBODY:
        return plain
    if hinted.loops or is_echo(hinted.text, prompt):
        return plain
    if plain.loops or not plain.words:
        return hinted
    more = _left_out(hinted, lasted) - _left_out(plain, lasted)
    if abs(more) >= UNHEARD_S:
        return plain if more > 0 else hinted
    return plain if plain.likelihood > hinted.likelihood + SURER else hinted


def heard_alone(plain: Reading) -> Reading:
    """What was heard without hints; nothing, when there was no speech."""
    return replace(plain, words=()) if plain.made_up else plain


def is_echo(text: str, prompt: str) -> bool:
    """Whether a text is nothing but a piece of the prompt that goes over the end of one of its terms, punctuation left aside."""
    terms = ["".join(filter(str.isalnum, term)) for term in _STOPS.split(prompt)]
    said = "".join(filter(str.isalnum, text))
    return bool(said) and said in "".join(terms) and not any(said in term for term in terms)


def _left_out(reading: Reading, lasted: float) -> float:
    return sum(until - since for since, until in unheard(reading.words, lasted))


def unheard(words: Sequence[Word], lasted: float) -> list[tuple[float, float]]:
    """Stretches (s) of at least ``UNHEARD_S`` without a word."""
    stretches, at = [], 0.0
    for word in (*words, Word(lasted, lasted, "")):
        if word.since - at >= UNHEARD_S:
            stretches.append((at, word.since))
        at = max(at, word.until)
    return stretches
