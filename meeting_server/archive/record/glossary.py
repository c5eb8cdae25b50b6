"""The words that are likely in one meeting: prompted to the engine, and put right where it heard their sound but wrote others.

A term is put in place of other characters only where they sound the same (without tones) and are not themselves a word:
a machine's wrong correction is worse than its spelling.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from meeting_server.archive.minutes.minutes import Minutes
from meeting_server.archive.record.timeline import Timeline
from meeting_server.domain.person_names import unmarked

PROMPT_LENGTH = 120
"""Characters of a prompt: engines read only the end of a long one."""
SURE = 4
"""A term this long is hardly ever hit by chance."""
COMMON = frozenset("不的了是在有和就都也很之这那要会我你他她它们与及或但而又再才到说去来上下中个着过被把让对从为以")
"""A pair with one of these is more likely two words than a misspelt one."""
_HAN = re.compile("[\u4e00-\u9fff]+")
_PART = re.compile("[\u4e00-\u9fffA-Za-z0-9]+")


@functools.cache
def branch_terms() -> tuple[str, ...]:
    """Terms of branch life, the most telling first."""
    return tuple((Path(__file__).with_name("party_terms.txt")).read_text(encoding="utf-8").split())


@dataclass(frozen=True, slots=True)
class Glossary:
    """``own``: terms of this very meeting, the most likely first."""

    own: tuple[str, ...]

    @property
    def prompt(self) -> str:
        """One sentence that names the terms; as many as have room."""
        named: list[str] = []
        room = PROMPT_LENGTH
        for term in dict.fromkeys((*self.own, *branch_terms())):
            if len(term) + 1 <= room:
                named.append(term)
                room -= len(term) + 1
        return f"会议用语：{'、'.join(named)}。"

    def corrected(self, text: str) -> str:
        """``text`` with terms in place of what sounds like them; as long as it was."""
        return _HAN.sub(lambda run: _corrected(run[0], self._by_sound()), text)

    def _by_sound(self) -> dict[tuple[str, ...], str]:
        return _by_sound(self.own)


def glossary_of(minutes: Minutes, timeline: Timeline) -> Glossary:
    """Names, agenda, motions and documents of a meeting."""
    titles = [item.title for item in minutes.items]
    titles += [result.title for item in minutes.items for result in item.results]
    titles += [minutes.title, minutes.branch_name, *(Path(document).stem for document in minutes.documents)]
    names = [unmarked(name) for name in (*(t.name for t in timeline.tracks), *(lane.name for lane in timeline.lanes))]
    names += [*minutes.chairs, *minutes.recorders, *(item.speaker for item in minutes.items)]
    names += [person.name for people in (minutes.attending, minutes.on_leave, minutes.absent) for person in people]
    return Glossary(tuple(dict.fromkeys([*filter(None, names), *_parts(titles)])))


def _parts(titles: Iterable[str]) -> list[str]:
    """Titles cut where something ends; what is left of them has 2 to 12 characters."""
    return [part for title in titles for part in _PART.findall(title) if 2 <= len(part) <= 12 and not part.isdigit()]


def _sounds(text: str) -> list[str]:
    from pypinyin import lazy_pinyin  # half a second of dictionary, only for those who put words right

    sounds: list[str] = lazy_pinyin(text)
    return sounds


@functools.lru_cache(maxsize=8)
def _by_sound(own: tuple[str, ...]) -> dict[tuple[str, ...], str]:
    terms = [term for term in (*own, *branch_terms()) if len(term) >= 2 and _HAN.fullmatch(term)]
    return {tuple(_sounds(term)): term for term in reversed(terms)}  # of two that sound the same, the earlier wins


def _corrected(run: str, by_sound: dict[tuple[str, ...], str]) -> str:
    sounds = _sounds(run)
    if len(sounds) != len(run):
        return run
    lengths = sorted({len(key) for key in by_sound}, reverse=True)
    alone = _standing_alone(run)
    written = list(run)
    at = 0
    while at < len(run):
        for length in lengths:
            span = run[at : at + length]
            term = by_sound.get(tuple(sounds[at : at + length])) if len(span) == length else None
            if term is not None and (span == term or _may_be(span, alone[at : at + length])):
                written[at : at + length] = term
                at += length
                break
        else:
            at += 1
    return "".join(written)


def _may_be(span: str, alone: list[bool]) -> bool:
    """Whether these characters make so little sense that a term which sounds the same was meant."""
    import rjieba

    if len(span) >= SURE:
        return True
    if rjieba.has_word(span):
        return False
    return all(alone) and not COMMON & set(span) if len(span) == 2 else True


def _standing_alone(run: str) -> list[bool]:
    """For each character whether it is part of no longer word."""
    import rjieba

    return [len(word) == 1 for word in rjieba.cut(run, False) for _ in word]
