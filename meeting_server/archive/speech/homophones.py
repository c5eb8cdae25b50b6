"""Words that sound alike: where an engine wrote one that makes little sense, and a likely one sounds the same, that one is put there.

Sounds are pinyin without tones. What is likely: people who were called, titles of the agenda and of documents, terms and
sentences of branches (``branch_sentences.txt``); what makes sense: those, and Chinese at large. All readings of a line are
compared as wholes, so that a word's neighbours on both sides count. A machine's wrong change is worse than its spelling:
a change must be likelier by ``SURER``, and a word of the language gives way only beside a neighbour the other was seen with.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from meeting_server.archive.record.cues import Change
from meeting_server.archive.record.glossary import Glossary, branch_terms
from meeting_server.archive.speech.characters import (
    BOUNDARY,
    NAME,
    Characters,
    at_large,
    branch_sentences,
    is_han,
    standing_alone,
    symbols,
    words_in,
)

SURER = 5.0
"""What a change costs (natural logarithm): it must make the line a hundred and fifty times likelier."""
OWN_WEIGHT = 3.0
"""A title of this very meeting counts as much as so many sentences of branches."""
COMMON = frozenset("不的了是在有和就都也很之这那要会我你他她它们与及或但而又再才到说去来上下中个着过被把让对从为以已")
"""A pair with one of these is more likely two words than a misspelt one."""
LONGEST = 5
"""Characters of a word of the language."""
BEAM = 6
"""Readings that are followed at once."""


def put_right(text: str, glossary: Glossary) -> tuple[Change, ...]:
    """What is to be changed in a line, in order; every change is as long as what it replaces."""
    return _ear(glossary).changes(text)


@dataclass(frozen=True, slots=True)
class _Reading:
    """The cheapest way to write a line up to some place. ``last``: its two last symbols."""

    cost: float
    last: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """What an engine wrote, and for each of its characters the syllable, the symbol and whether it is part of no longer word."""

    text: str
    sounds: list[str]
    symbols: str
    alone: list[bool]


@dataclass(frozen=True, slots=True)
class _Ear:
    """Everything that is likely in one meeting. ``by_sound``: words by their syllables, ``lengths``: how many they have."""

    characters: Characters
    by_sound: Mapping[tuple[str, ...], tuple[str, ...]]
    lengths: tuple[int, ...]
    people: frozenset[str]

    def changes(self, text: str) -> tuple[Change, ...]:
        line = _Line(text, _sounds(text), symbols(text), standing_alone(text))
        ends: list[dict[str, _Reading]] = [{} for _ in range(len(text) + 1)]
        ends[0][BOUNDARY * 2] = _Reading(0.0, BOUNDARY * 2, ())
        for at in range(len(text)):
            for reading in sorted(ends[at].values(), key=lambda one: one.cost)[:BEAM]:
                for length, following in itertools.chain(self._as_heard(line, at, reading), self._changed(line, at, reading)):
                    there = ends[at + length]
                    if following.last not in there or following.cost < there[following.last].cost:
                        there[following.last] = following
        return min(ends[-1].values(), key=lambda one: one.cost).changes

    def _as_heard(self, line: _Line, at: int, reading: _Reading) -> Iterator[tuple[int, _Reading]]:
        """The next word as it was written, however long it may be."""
        if not is_han(line.text[at]):
            yield 1, _Reading(reading.cost, reading.last[-1] + line.symbols[at], reading.changes)
            return
        for length in range(1, min(LONGEST, len(line.text) - at) + 1):
            word = line.text[at : at + length]
            if not is_han(word[-1]):
                break
            if word in self.people or at_large(word) < math.inf:
                yield length, self._with(reading, word, ())

    def _changed(self, line: _Line, at: int, reading: _Reading) -> Iterator[tuple[int, _Reading]]:
        """The next word as others that sound the same."""
        for length in (length for length in self.lengths if at + length <= len(line.text)):
            heard, sounds = line.text[at : at + length], tuple(line.sounds[at : at + length])
            words = self.by_sound.get(sounds, ())
            if not words or heard in self.people or _parts_of_others(line, at, length):
                continue
            after = line.symbols[at + length : at + length + 1] or BOUNDARY
            for word in words:
                if word != heard and self._fits(word, heard, reading.last[-1], after):
                    yield length, self._with(reading, word, (Change(at, heard, word),))

    def _with(self, reading: _Reading, word: str, change: tuple[Change, ...]) -> _Reading:
        if word in self.people:
            cost = self.characters.cost(reading.last, NAME) + math.log(len(self.people))
            last = reading.last[-1] + NAME
        else:
            cost, last = 0.0, reading.last
            for symbol in word:
                cost += self.characters.cost(last, symbol)
                last = last[-1] + symbol
            cost = min(cost, at_large(word))
        return _Reading(reading.cost + cost + (SURER if change else 0.0), last, reading.changes + change)

    def _fits(self, word: str, heard: str, before: str, after: str) -> bool:
        """Whether the word was seen with its neighbours as far as it must have been: the more sense ``heard`` makes, the more."""
        name = word in self.people
        first, last = (NAME, NAME) if name else (word[0], word[-1])
        left = before != BOUNDARY and self.characters.follows(before, first)
        right = after != BOUNDARY and self.characters.follows(last, after)
        is_word = at_large(heard) < math.inf
        if name and is_word:
            return right and (left or before == BOUNDARY)
        if len(heard) == 2 and COMMON & set(heard):
            return (left or right) and (left or before == BOUNDARY) and (right or after == BOUNDARY)
        return left or right or not (is_word or (name and len(heard) == 2))


def _parts_of_others(line: _Line, at: int, length: int) -> bool:
    """Whether two characters are no word, and one of them belongs to another that makes sense."""
    return length == 2 and at_large(line.text[at : at + 2]) == math.inf and not all(line.alone[at : at + 2])


@functools.cache
def _branches() -> Characters:
    return Characters().learned(branch_sentences(), 1.0).learned(branch_terms(), 1.0)


@functools.cache
def _branch_words() -> frozenset[str]:
    return frozenset(words_in(branch_sentences())) | {term for term in branch_terms() if all(map(is_han, term))}


@functools.lru_cache(maxsize=8)
def _ear(glossary: Glossary) -> _Ear:
    people = frozenset(name for name in glossary.people if len(name) > 1 and all(map(is_han, name)))
    titles = tuple(term for term in glossary.own if term not in people)
    whole = {term for term in titles if len(term) > 1 and all(map(is_han, term))}
    by_sound: dict[tuple[str, ...], list[str]] = {}
    for word in sorted(_branch_words() | words_in(titles) | whole | people):
        by_sound.setdefault(tuple(_sounds(word)), []).append(word)
    kept = {sound: tuple(words) for sound, words in by_sound.items() if sum(word in people for word in words) < 2}
    lengths = tuple(sorted({len(sounds) for sounds in kept}))
    return _Ear(_branches().learned(titles, OWN_WEIGHT), kept, lengths, people)


def _sounds(text: str) -> list[str]:
    """A syllable for each Chinese character, nothing for each other one."""
    from pypinyin import lazy_pinyin  # half a second of dictionary, only for those who put words right

    sounds: list[str] = []
    for han, run in itertools.groupby(text, is_han):
        part = list(run)
        syllables = lazy_pinyin("".join(part)) if han else []
        sounds += syllables if len(syllables) == len(part) else [""] * len(part)
    return sounds
