"""Removes people from a resource before it leaves the institution: names, forms of address, numbers, addresses.

Speakers become 发言人甲, 乙, … (Speaker A, B, …), the same letter for the same person. A program can make mistakes, so a person checks
the result before it leaves.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from meeting_server.archive.takeaway.spellings import Spellings, heard_as, plain_name, sounds_of
from meeting_server.archive.takeaway.study import Study

_STEMS = "甲乙丙丁戊己庚辛壬癸"
_NUMBER = re.compile(r"(?<![\d.])(?:\d[ -]?){7,}\d(?![\d.])")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_LINK = re.compile(r"https?://[^\s，。；）)]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Nameless:
    """``study`` without people. ``replaced`` counts the replaced names, numbers and addresses.

    ``left``: everyday words that are also somebody's given name (建设, 国庆), with how often they were left as words. The person who
    checks the result sees them.
    """

    study: Study
    replaced: int
    speakers: int
    left: tuple[tuple[str, int], ...] = ()


def nameless(study: Study, names: Iterable[str], places: Iterable[str] = ()) -> Nameless:
    """Return ``study`` without everybody in ``names``, every speaker, the branches and faculties in ``places``, and the date."""
    speakers = list(dict.fromkeys(u.who for u in study.utterances if u.who))
    chinese = study.language.startswith("zh")
    labels = {who: label_of(number, chinese=chinese) for number, who in enumerate(speakers)}
    others = "某同志" if chinese else "a member"
    everyone = [name.strip() for name in dict.fromkeys((*speakers, *names)) if len(plain_name(name)) >= 2]
    people = _People({name: labels.get(name, others) for name in everyone}, others)
    numbers = _Marks("［略］" if chinese else "[omitted]")
    of_places = _Places([*places, study.branch_name], "某支部" if chinese else "a branch")

    def clean(text: str) -> str:
        return people.text(of_places.text(numbers.text(text)))

    plain = replace(
        study,
        title=clean(study.title),
        branch_name="",
        held_at=0,
        summary=clean(study.summary),
        keywords=tuple(word for word in study.keywords if clean(word) == word),
        chapters=tuple(replace(c, title=clean(c.title)) for c in study.chapters),
        utterances=tuple(replace(u, who=labels.get(u.who, ""), text=clean(u.text)) for u in study.utterances),
        decisions=tuple(replace(d, title=clean(d.title), said=clean(d.said)) for d in study.decisions),
        questions=tuple(
            replace(
                q,
                text=clean(q.text),
                explanation=clean(q.explanation),
                choices=tuple(replace(choice, text=clean(choice.text)) for choice in q.choices),
            )
            for q in study.questions
        ),
    )
    replaced = people.replaced + numbers.replaced + of_places.replaced
    return Nameless(plain, replaced, len(speakers), tuple(people.left.most_common()))


def label_of(number: int, *, chinese: bool) -> str:
    """发言人甲, …, 发言人癸, 发言人11; Speaker A, …, Speaker Z, Speaker 27."""
    if chinese:
        return f"发言人{_STEMS[number]}" if number < len(_STEMS) else f"发言人{number + 1}"
    return f"Speaker {chr(65 + number)}" if number < 26 else f"Speaker {number + 1}"


class _People:
    """Replaces people and counts. ``labels``: by full name; ``others``: used if several people may be meant."""

    def __init__(self, labels: Mapping[str, str], others: str) -> None:
        self.replaced = 0
        self.left: Counter[str] = Counter()
        self._labels, self._others = labels, others
        self._spellings = Spellings(labels)
        self._sounds = [(sounds, labels[name]) for name in labels if (sounds := sounds_of(name))]

    def text(self, text: str) -> str:
        search = self._spellings.search(text)
        self.left.update(search.left)
        text = self._put(text, [(f.start, f.end, self._labels.get(f.name, self._others)) for f in search.found])
        for sounds, label in self._sounds:
            text = self._put(text, [(start, end, label) for start, end in heard_as(text, sounds)])
        return text

    def _put(self, text: str, places: Iterable[tuple[int, int, str]]) -> str:
        for start, end, label in reversed(list(places)):
            text = text[:start] + label + text[end:]
            self.replaced += 1
        return text


class _Places:
    """Replaces the names of branches and faculties, however they are spaced."""

    def __init__(self, names: Iterable[str], into: str) -> None:
        self.replaced = 0
        spelt = sorted({name.strip() for name in names if name.strip()}, key=lambda name: (-len(name), name))
        forms = (r"\s*".join(re.escape(character) for character in name if not character.isspace()) for name in spelt)
        self._pattern = re.compile("|".join(forms), re.IGNORECASE) if spelt else None
        self._into = into

    def text(self, text: str) -> str:
        if self._pattern is None:
            return text
        text, times = self._pattern.subn(self._into, text)
        self.replaced += times
        return text


class _Marks:
    """Replaces links, mail addresses and long numbers."""

    def __init__(self, into: str) -> None:
        self.replaced = 0
        self._into = into

    def text(self, text: str) -> str:
        for pattern in (_LINK, _MAIL, _NUMBER):
            text, times = pattern.subn(self._into, text)
            self.replaced += times
        return text
