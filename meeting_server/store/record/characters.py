"""How text is cut for searching: one token per Chinese character, one per word of letters or digits, with its sound.

A query in Chinese is then a phrase of neighbouring tokens, so that any two characters are found inside any sentence.
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
    """One unit of text: as it is matched, how it sounds (toneless pinyin, or itself), and where it stands."""

    text: str
    sound: str
    start: int
    end: int
    is_han: bool


@lru_cache(8192)
def _plain(character: str) -> str:
    """The character without width, case or accents; empty for what does not count (spaces, punctuation)."""
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", character).casefold())
    return "".join(part for part in spread if part.isalnum())


def _pinyin(text: str, errors: str = "default") -> list[str]:
    from pypinyin import lazy_pinyin  # half a second of dictionary, only for those who search or index

    sounds: list[str] = lazy_pinyin(text, errors=errors)
    return sounds


def tokens_of(text: str, *, with_sounds: bool = True) -> list[Token]:
    """All tokens in order; what stands between them (spaces, punctuation) is not kept.

    ``with_sounds=False`` leaves ``sound`` equal to the text, which is much quicker.
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
            if len(sounds) != len(found):  # an unknown character swallowed its neighbours
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
    """The tokens as they are indexed, one space between them."""
    return " ".join(token.text for token in tokens)


def sounded(tokens: list[Token]) -> str:
    """The sounds as they are indexed."""
    return " ".join(token.sound for token in tokens)


@cache
def syllables() -> frozenset[str]:
    """Every toneless syllable of Mandarin."""
    common = "".join(chr(code) for code in range(0x4E00, 0x9FA6))
    return frozenset(_sound(sound) for sound in _pinyin(common, errors="ignore") if len(sound) <= LONGEST_SYLLABLE)


def split_pinyin(word: str) -> list[str] | None:
    """``zhibu`` → ``["zhi", "bu"]``: the split into the fewest syllables; ``None`` when there is none."""
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
