"""Taking people out of a resource before it leaves the institution: names, ways of address, numbers, addresses.

Who spoke becomes 发言人甲, 乙, … (Speaker A, B, …), the same person the same letter. It is a machine's work: a person looks at
the result before it leaves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from pypinyin import lazy_pinyin

from meeting_server.archive.takeaway.study import Study

_COMPOUND = ("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "端木", "夏侯", "南宫")
_NO_FAMILY = frozenset("时组师年党路麦米区家金车学")
"""小时, 小组, 老师, …: 老 and 小 before these make a word."""
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_TITLES = "书记|副书记|主任|副主任|老师|教授|副教授|同志|同学|院长|副院长|处长|部长|委员|组长|校长|先生|女士|师傅|辅导员|班长|学长|学姐"
_NUMBER = re.compile(r"(?<![\d.])(?:\d[ -]?){7,}\d(?![\d.])")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_LINK = re.compile(r"https?://[^\s，。；）)]+", re.ASCII)
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Nameless:
    """``study`` without people; ``replaced`` counts what was put in place of names, numbers and addresses."""

    study: Study
    replaced: int
    speakers: int


def nameless(study: Study, names: Iterable[str], places: Iterable[str] = ()) -> Nameless:
    """``study`` with everybody in ``names`` and every speaker taken out, and the branches and faculties in ``places``; nor when it was."""
    speakers = list(dict.fromkeys(u.who for u in study.utterances if u.who))
    chinese = study.language.startswith("zh")
    labels = {who: label_of(number, chinese=chinese) for number, who in enumerate(speakers)}
    others = "某同志" if chinese else "a member"
    everyone = sorted({name.strip() for name in (*names, *speakers) if len(name.strip()) >= 2}, key=lambda name: (-len(name), name))
    scrub = _Scrub({name: labels.get(name, others) for name in everyone}, others, "［略］" if chinese else "[omitted]")
    of_places = _Scrub({name: "某支部" if chinese else "a branch" for name in (*places, study.branch_name) if name}, "", "", people=False)

    def clean(text: str) -> str:
        return scrub.text(of_places.text(text))

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
    return Nameless(plain, scrub.replaced + of_places.replaced, len(speakers))


def label_of(number: int, *, chinese: bool) -> str:
    """发言人甲, …, 发言人癸, 发言人11; Speaker A, …, Speaker Z, Speaker 27."""
    if chinese:
        return f"发言人{_STEMS[number]}" if number < len(_STEMS) else f"发言人{number + 1}"
    return f"Speaker {chr(65 + number)}" if number < 26 else f"Speaker {number + 1}"


class _Scrub:
    """Replaces, and counts what it replaced. ``labels`` by full name; ``people``: their ways of address and sounds too."""

    def __init__(self, labels: Mapping[str, str], others: str, number: str, *, people: bool = True) -> None:
        self.replaced = 0
        self._others, self._number = others, number
        given, surnames = _parts(labels) if people else ({}, frozenset())
        self._labels = {**given, **{name.casefold(): label for name, label in labels.items()}}
        words = sorted(self._labels, key=lambda word: (-len(word), word))
        self._names = re.compile("|".join(_whole(word) for word in words), re.IGNORECASE) if words else None
        family, after = _any_of(surnames), _any_of(surnames - _NO_FAMILY)
        forms = ([f"(?:{family})(?:{_TITLES})"] if family else []) + ([f"[老小](?:{after})"] if after else [])
        self._address = re.compile("|".join(forms)) if forms else None
        long = (name for name in labels if people and len(name) >= 3 and _all_han(name))
        self._sounds = {tuple(lazy_pinyin(name)): labels[name] for name in long}

    def text(self, text: str) -> str:
        for pattern in (_LINK, _MAIL, _NUMBER) if self._number else ():
            text = self._count(pattern, text, self._number)
        if self._names is not None:
            text, times = self._names.subn(lambda found: self._labels[found[0].casefold()], text)
            self.replaced += times
        if self._address is not None:
            text = self._count(self._address, text, self._others)
        return self._by_sound(text)

    def _count(self, pattern: re.Pattern[str], text: str, into: str) -> str:
        text, times = pattern.subn(into, text)
        self.replaced += times
        return text

    def _by_sound(self, text: str) -> str:
        """Names that a machine heard in other characters: three or more syllables in a row that sound like one."""
        if not self._sounds:
            return text
        sounds = [lazy_pinyin(character)[0] if _HAN.match(character) else "" for character in text]
        for name, label in self._sounds.items():
            at = 0
            while at + len(name) <= len(sounds):
                if tuple(sounds[at : at + len(name)]) == name:
                    text = text[:at] + label + text[at + len(name) :]
                    sounds[at : at + len(name)] = [""] * len(label)
                    self.replaced += 1
                at += 1
        return text


def _parts(labels: Mapping[str, str]) -> tuple[dict[str, str], frozenset[str]]:
    """Given names of two characters (建华同志) with their label, and all surnames."""
    given: dict[str, str] = {}
    surnames: set[str] = set()
    for name, label in labels.items():
        if not _all_han(name) or not 2 <= len(name) <= 4:
            continue
        surname = name[:2] if len(name) > 2 and name[:2] in _COMPOUND else name[:1]
        surnames.add(surname)
        if len(name) - len(surname) == 2:
            given[name[len(surname) :]] = label
    return given, frozenset(surnames)


def _any_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


def _all_han(name: str) -> bool:
    return all(_HAN.match(character) for character in name)


def _whole(word: str) -> str:
    """A name in letters is replaced as a whole word only."""
    return re.escape(word) if _HAN.search(word) else rf"\b{re.escape(word)}\b"
