"""Corrections of lines that another engine heard anew: each is carried over to where it still fits, or rests.

A correction names its line, and a line its track and moment (``cues.Cue``). Another engine cuts lines elsewhere and hears other words,
so a correction fits where the same track, within ``NEAR_MS``, still says what the person put right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from meeting_server.archive.record.cues import Cue
from meeting_server.store.record.record_edits import Correction

NEAR_MS = 2_000
"""Engines set the beginning of a line up to a second apart, and a line that one of them cuts in two lies behind the first half."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a person made of one line: ``heard`` is the machine's text then."""

    cue_id: str
    heard: str
    wanted: str


def corrected(cues: Sequence[Cue], corrections: Iterable[Correction]) -> Mapping[str, str]:
    """By cue id, the text that a person gave it; of lines that are there no more, carried over."""
    wishes: dict[str, _Wish] = {}
    for correction in corrections:
        first = wishes.get(correction.cue_id)
        wishes[correction.cue_id] = _Wish(correction.cue_id, first.heard if first else correction.before, correction.after)
    known = {cue.cue_id for cue in cues}
    found = {wish.cue_id: wish.wanted for wish in wishes.values() if wish.cue_id in known}
    for wish in wishes.values():
        if wish.cue_id in known or wish.wanted == wish.heard:
            continue
        for cue in cues:
            if cue.cue_id not in found and _near(cue, wish) and (text := _fitted(cue.text, wish)) is not None:
                found[cue.cue_id] = text
                break
    return found


def _near(cue: Cue, wish: _Wish) -> bool:
    (stem, at), (wished_stem, wished_at) = _place(cue.cue_id), _place(wish.cue_id)
    return stem == wished_stem and at - NEAR_MS <= wished_at <= at + (cue.until - cue.since) + NEAR_MS


def _place(cue_id: str) -> tuple[str, int]:
    stem, _, at = cue_id.rpartition(".")
    return (stem, int(at)) if at.isascii() and at.isdigit() else (cue_id, 0)


def _fitted(text: str, wish: _Wish) -> str | None:
    """The whole line when it says the same as then; else the words put right, where the line says the wrong ones exactly once."""
    if text == wish.heard:
        return wish.wanted
    before = _alike(wish.heard, wish.wanted)
    after = _alike(wish.heard[before:][::-1], wish.wanted[before:][::-1])
    if len(wish.heard) - after - before < 2:  # a letter alone stands in too many words: its neighbour must be the same too
        if before and wish.heard[before - 1].isalnum():
            before -= 1
        elif after and wish.heard[-after].isalnum():
            after -= 1
    wrong, right = wish.heard[before : len(wish.heard) - after], wish.wanted[before : len(wish.wanted) - after]
    return text.replace(wrong, right) if len(wrong) > 1 and text.count(wrong) == 1 else None


def _alike(one: str, other: str) -> int:
    """How many letters both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
