"""The port of a speech engine: samples go in, words with their times come out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from meeting_server.archive.record.sound import Samples

RATE = 16_000
"""Samples a second that every engine is given: mono, float32, -1 to 1."""
LONGEST_S = 29.5
"""No more than this is given at once: an engine that hears thirty seconds at a time is given few pieces, and full ones."""


@dataclass(frozen=True, slots=True)
class Word:
    """One token of the engine with the space before it and the punctuation after it; seconds from the first sample."""

    since: float
    until: float
    text: str


class Transcriber(Protocol):
    """A loaded engine. Not used by two threads at once."""

    @property
    def name(self) -> str:
        """Engine and model, as shown below a transcript."""

    def hear(self, samples: Samples, prompt: str) -> list[Word]:
        """What is said in at most ``LONGEST_S`` of speech; ``prompt`` names terms that are likely to come.

        Raises RuntimeError when the engine breaks.
        """

    def close(self) -> None:
        """Give back what it holds."""
