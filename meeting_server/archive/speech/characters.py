"""How likely characters follow one another: in what branches say, by sentences written for it, and in Chinese at large, by its words.

Costs are natural logarithms of one over a probability: 0 is certain, 7 is one in a thousand.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

NAME: Final = "＠"
"""Stands for the name of anybody who was called."""
_NUMBER: Final = "#"
_NUMERALS: Final = "一二三四五六七八九十0"
_NUMBER_WEIGHT: Final = 0.25
"""A sentence with a number is counted once for each numeral: together as nearly three sentences."""
BOUNDARY: Final = "|"
"""Stands for punctuation, for Latin letters, and for what is before and after a line."""
_DIGIT: Final = "0"
_TRUST: Final = 1.0
"""Sightings of a context that weigh as much as all that is known without it."""
_STRANGER: Final = 0.2
"""Share of its frequency that is left to a character in a context in which it was never seen."""
_WORDS_AT_LARGE: Final = 60_101_967
"""Words behind the frequencies of jieba's dictionary."""
_UNKNOWN: Final = 25.0


class Characters:
    """Counts of one, two and three characters in a row."""

    def __init__(self) -> None:
        self._counts: dict[str, float] = {}
        self._contexts: dict[str, float] = {}
        self._all = 0.0

    def learned(self, lines: Iterable[str], weight: float) -> Characters:
        """Another one that knows ``lines`` as well, each as often as ``weight`` says."""
        other = Characters()
        other._counts, other._contexts, other._all = self._counts.copy(), self._contexts.copy(), self._all
        for line in lines:
            variants = [line.replace(_NUMBER, numeral) for numeral in _NUMERALS] if _NUMBER in line else [line]
            for variant in variants:
                other._learn(symbols(variant), weight if len(variants) == 1 else weight * _NUMBER_WEIGHT)
        return other

    def _learn(self, line: str, weight: float) -> None:
        line = f"{BOUNDARY}{BOUNDARY}{line}{BOUNDARY}"
        for at in range(2, len(line)):
            self._all += weight
            for length in (1, 2, 3):
                counted = line[at + 1 - length : at + 1]
                self._counts[counted] = self._counts.get(counted, 0.0) + weight
                if context := counted[:-1]:
                    self._contexts[context] = self._contexts.get(context, 0.0) + weight

    def cost(self, before: str, symbol: str) -> float:
        """Of ``symbol`` after the two symbols ``before``."""
        share = _STRANGER * self._counts.get(symbol, 0.0) / self._all if self._all else 0.0
        for context in (before[-1:], before[-2:]):
            seen = self._contexts.get(context, 0.0)
            share = (self._counts.get(context + symbol, 0.0) + _TRUST * share) / (seen + _TRUST)
        return -math.log(share) if share else _UNKNOWN

    def follows(self, before: str, symbol: str) -> bool:
        """Whether the one was ever seen right after the other."""
        return before + symbol in self._counts


@functools.cache
def branch_sentences() -> tuple[str, ...]:
    """How branches speak. ``#`` stands for any number and ``＠`` for anybody's name."""
    return tuple(Path(__file__).with_name("branch_sentences.txt").read_text(encoding="utf-8").split("\n")[:-1])


def is_han(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


def symbols(text: str) -> str:
    """One symbol for each character of ``text``."""
    return "".join(c if is_han(c) or c == NAME else _DIGIT if c.isdigit() else BOUNDARY for c in text)


@functools.lru_cache(maxsize=1 << 14)
def at_large(word: str) -> float:
    """The cost of a word in Chinese at large, wherever it stands; infinite for what is more than one character and no word."""
    import rjieba  # a tenth of a second of dictionary, only for those who put words right

    if len(word) > 1 and not rjieba.has_word(word):
        return math.inf
    return math.log(_WORDS_AT_LARGE / max(1, rjieba.suggest_freq(word)))


def words_in(texts: Sequence[str]) -> set[str]:
    """Words of at least two Chinese characters."""
    import rjieba

    return {word for text in texts for word in rjieba.cut(text, False) if len(word) > 1 and all(map(is_han, word))}


def standing_alone(text: str) -> list[bool]:
    """For each character whether it is part of no longer word."""
    import rjieba

    return [len(word) == 1 for word in rjieba.cut(text, False) for _ in word]
