"""Utterances put together for an engine that costs the same for two seconds as for thirty, and the way back to their times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from meeting_server.archive.record.sound import Samples
from meeting_server.archive.speech.transcriber import LONGEST_S, RATE, Word
from meeting_server.archive.speech.voice_activity import Utterance

BETWEEN = RATE // 2
"""Most silence between two utterances; a shorter pause stays as long as it was."""
FULL = int(LONGEST_S * RATE)
APART = 60 * RATE
"""Utterances further apart than this do not belong together."""


@dataclass(frozen=True, slots=True)
class Piece:
    """An utterance in a pack: begins at ``at`` there and at ``start`` in the file, both in samples."""

    at: int
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Pack:
    """What is heard at once. ``end``: samples from the file's zero, where its last utterance ends."""

    samples: Samples
    pieces: tuple[Piece, ...]

    @property
    def end(self) -> int:
        return self.pieces[-1].start + self.pieces[-1].length

    def placed(self, word: Word) -> Word:
        """The word at its time in the file (seconds from the file's zero)."""
        begins, ends = round(word.since * RATE), round(word.until * RATE)
        middle = (begins + ends) // 2
        piece = min(self.pieces, key=lambda p: max(p.at - middle, middle - p.at - p.length, 0))
        since, until = (min(max(moment - piece.at, 0), piece.length) for moment in (begins, ends))
        return Word((piece.start + since) / RATE, (piece.start + until) / RATE, word.text)


def packs(spoken: Iterable[Utterance]) -> Iterator[Pack]:
    """Utterances in order, as many in a pack as go into ``LONGEST_S``."""
    held: list[Utterance] = []
    size = 0
    for utterance in spoken:
        pause = min(utterance.start - held[-1].end, BETWEEN) if held else 0
        far = bool(held) and utterance.start - held[-1].end > APART
        if held and (far or size + pause + len(utterance.samples) > FULL):
            yield _packed(held)
            held, size, pause = [], 0, 0
        held.append(utterance)
        size += pause + len(utterance.samples)
    if held:
        yield _packed(held)


def _packed(held: list[Utterance]) -> Pack:
    parts: list[Samples] = []
    pieces: list[Piece] = []
    at = 0
    for number, utterance in enumerate(held):
        if number:
            pause = max(0, min(utterance.start - held[number - 1].end, BETWEEN))
            parts.append(np.zeros(pause, np.float32))
            at += pause
        pieces.append(Piece(at, utterance.start, len(utterance.samples)))
        parts.append(utterance.samples)
        at += len(utterance.samples)
    return Pack(np.concatenate(parts), tuple(pieces))
