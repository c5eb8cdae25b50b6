"""Words with times made into lines that can be read: cut after sentences, at pauses, and before they grow too long."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from meeting_server.archive.record.cues import Change, rewritten
from meeting_server.archive.speech.transcriber import Word

PAUSE_S = 0.9
"""Silence that ends a line even without punctuation."""
WIDEST = 30.0
"""Chinese characters of a line; Latin letters take 3/8 of one, so that 80 of them fit."""
LATIN = 30 / 80
FEW = 8.0
"""A line is not cut at a comma that leaves less than this of it."""
_ENDS = frozenset("。！？!?…；")
_COMMA = frozenset("，,、：:")
_FULL_WIDTH = str.maketrans(",?!:;", "，？！：；")
_HAN = "\u4e00-\u9fff"
_AFTER_HAN = re.compile(f"(?<=[{_HAN}])\\s*([,?!:;])\\s*")
_STOP_AFTER_HAN = re.compile(f"(?<=[{_HAN}])\\.(?![A-Za-z0-9])")
_SPACE_IN_HAN = re.compile(f"(?<=[{_HAN}，。！？：；、])\\s+(?=[{_HAN}])")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line; seconds as its words have them. ``changes``: what was put right in it."""

    since: float
    until: float
    text: str
    words: tuple[Word, ...]
    changes: tuple[Change, ...] = ()


def width(text: str) -> float:
    return sum(1.0 if unicodedata.east_asian_width(letter) in "WF" else LATIN for letter in text)


def sentences(
    words: Sequence[Word], written: Callable[[str], str], put_right: Callable[[str], tuple[Change, ...]] = lambda line: ()
) -> list[Sentence]:
    """Lines of at most ``WIDEST``. ``written`` turns what the engine wrote into the script that is shown; ``put_right`` tells
    what is to be changed in a line, when it is whole."""
    lines: list[Sentence] = []
    for clause in _clauses([word for word in words if word.text.strip()]):
        for part in _cut(clause):
            line = _line(part, written, put_right)
            if any(letter.isalnum() for letter in line.text):
                lines.append(line)
    return lines


def _clauses(words: Sequence[Word]) -> list[list[Word]]:
    """Cut where a sentence ends or somebody pauses."""
    found: list[list[Word]] = [[]]
    for word in words:
        if found[-1] and (_ends(found[-1][-1], word) or word.since - found[-1][-1].until >= PAUSE_S):
            found.append([])
        found[-1].append(word)
    return [clause for clause in found if clause]


def _ends(word: Word, following: Word) -> bool:
    last = word.text.rstrip()[-1:]
    return last in _ENDS or (last == "." and following.text[:1].isspace() and not word.text.strip()[:-1].isdigit())


def _cut(words: list[Word]) -> list[list[Word]]:
    """Parts that are not too wide: at the last comma, else at the longest pause, else where a word ends."""
    if width("".join(word.text for word in words).strip()) <= WIDEST or len(words) < 2:
        return [words]
    best, worth = 1, -1.0
    before = 0.0
    for number, word in enumerate(words[:-1], 1):
        before += width(word.text)
        if before > WIDEST and number > 1:
            break
        comma = word.text.rstrip()[-1:] in _COMMA and before >= FEW
        pause = words[number].since - word.until
        value = (2.0 if comma else 0.0) + min(pause, 0.8) + before / WIDEST
        if value >= worth and words[number].text.strip()[:1].isalnum():
            best, worth = number, value
    return [words[:best], *_cut(words[best:])]


def _line(words: list[Word], written: Callable[[str], str], put_right: Callable[[str], tuple[Change, ...]]) -> Sentence:
    raw = "".join(word.text for word in words)
    script = written(raw)
    text = _punctuated(script)
    changes = put_right(text)
    text = rewritten(text, changes)
    shown = _spaced(script, text)
    if len(shown) == len(raw):  # then every word is where it was
        at, parts = 0, []
        for word in words:
            parts.append(replace(word, text=shown[at : at + len(word.text)].strip()))
            at += len(word.text)
        words = parts
    else:
        words = [replace(word, text=word.text.strip()) for word in words]
    return Sentence(words[0].since, words[-1].until, text, tuple(words), changes)


def _spaced(script: str, text: str) -> str:
    """``text`` with the spaces that ``script`` had: punctuating takes away nothing else."""
    written = iter(letter for letter in text if not letter.isspace())
    return "".join(letter if letter.isspace() else next(written) for letter in script)


def _punctuated(text: str) -> str:
    """Chinese punctuation in Chinese text, and no spaces between its characters."""
    text = _AFTER_HAN.sub(lambda found: found[1].translate(_FULL_WIDTH), text)
    text = _STOP_AFTER_HAN.sub("。", text)
    return _SPACE_IN_HAN.sub("", text).strip()


@functools.cache
def _converter() -> Callable[[str], str]:
    from opencc import OpenCC

    converter = OpenCC("t2s")
    return lambda text: str(converter.convert(text))


def simplified(text: str) -> str:
    """Simplified characters for traditional ones. Raises ImportError without the package of the extras."""
    return _converter()(text)
