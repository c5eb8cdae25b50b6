"""How text is tokenised for searching: one token per Chinese character, one per word of letters or digits, each with its sound.

A query in Chinese is a phrase of adjacent tokens, so that any two characters are found inside any sentence.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby

from meeting_server.domain.characters import is_han

LONGEST_SYLLABLE = 6


@dataclass(frozen=True, slots=True)
class Token:
    """One unit of text: as matched, its sound (toneless pinyin, or itself), and its position."""

    text: str
    sound: str
    start: int
    end: int
    is_han: bool


@lru_cache(8192)
def _plain(character: str) -> str:
    """Return the character without width, case or accents; empty if it does not count (spaces, punctuation)."""
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", character).casefold())
    return "".join(part for part in spread if part.isalnum())


def _pinyin(text: str, errors: str = "default") -> list[str]:
    from pypinyin import lazy_pinyin  # loads a dictionary for half a second, so only searching and indexing import it

    sounds: list[str] = lazy_pinyin(text, errors=errors)
    return sounds


def tokens_of(text: str, *, with_sounds: bool = True) -> list[Token]:
    """Return all tokens in order, without the spaces and punctuation between them.

    ``with_sounds=False`` leaves ``sound`` equal to the text, which is much faster.
    """
    units = [(position, _plain(character)) for position, character in enumerate(text)]
    tokens: list[Token] = []

    def kind(unit: tuple[int, str]) -> str:
        plain = unit[1]
        return "" if not plain else "han" if len(plain) == 1 and is_han(plain) else "word"

    for what, run in groupby(units, kind):
        found = list(run)
        if what == "han" and not with_sounds:
            tokens += [Token(plain, plain, position, position + 1, True) for position, plain in found]
        elif what == "han":
            sounds = _pinyin("".join(plain for _, plain in found))
            if len(sounds) != len(found):  # an unknown character merged with its neighbours
                sounds = [_pinyin(plain)[0] for _, plain in found]
            tokens += [
                Token(plain, _sound(sound), position, position + 1, True) for (position, plain), sound in zip(found, sounds, strict=True)
            ]
        elif what == "word":
            word = "".join(plain for _, plain in found)
            tokens.append(Token(word, word, found[0][0], found[-1][0] + 1, False))
    return tokens


@lru_cache(2048)
def _sound(syllable: str) -> str:
    return "".join(part for part in unicodedata.normalize("NFKD", syllable.casefold()) if part.isalnum()) or "x"


def spaced(tokens: list[Token]) -> str:
    """Return the tokens as they are indexed, separated by one space."""
    return " ".join(token.text for token in tokens)


def sounded(tokens: list[Token]) -> str:
    """Return the sounds as they are indexed."""
    return " ".join(token.sound for token in tokens)


@cache
def syllables() -> frozenset[str]:
    """All toneless syllables of Mandarin."""
    common = "".join(chr(code) for code in range(0x4E00, 0x9FA6))
    return frozenset(_sound(sound) for sound in _pinyin(common, errors="ignore") if len(sound) <= LONGEST_SYLLABLE)


def split_pinyin(word: str) -> list[str] | None:
    """Split ``zhibu`` into ``["zhi", "bu"]``, with the fewest syllables; ``None`` if that is impossible."""
    if not word.isascii() or not word.isalpha():
        return None
    best: list[list[str] | None] = [[]] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - LONGEST_SYLLABLE), end):
            before, syllable = best[start], word[start:end]
            if before is None or syllable not in syllables():
                continue
            here = best[end]
            if here is None or len(before) + 1 < len(here):
                best[end] = [*before, syllable]
    return best[-1]
