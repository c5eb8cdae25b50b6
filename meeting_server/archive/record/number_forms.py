"""How spoken Mandarin numbers are written: counts, money, dates, times and percent in figures (GB/T 15835), as the minutes write them.

Words that only look like numbers stay words: set phrases (``protected_numbers.txt``), ordinals (第二十条), congresses (二十大),
fractions (三分之二) and guesses (七八个, 十几). A single digit becomes a figure only before a unit that counts or measures.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

VERSION = 1
"""Raised whenever the same words are written otherwise: transcripts are made anew then."""

_DIGITS = {"零": 0, "〇": 0, "一": 1, "幺": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_STEPS = {"十": 10, "百": 100, "千": 1000}
_D = "零〇一二两三四五六七八九"
_N = f"[{_D}十百千万亿]+"
_SAID = "[零〇一二三四五六七八九幺]"
_UNIT = "元|块钱|小时|分钟|秒|岁|公里|千米|米|公斤|千克|吨|平方米|亩|倍"
_COUNTED = "应到|实到|到会|请假|缺席|出席|列席|参加"
_VOTED = "赞成|同意|反对|弃权|无效|有效|得|获|共|发出|收回"
_HOUR = "凌晨|清晨|早上|上午|中午|下午|傍晚|晚上|今晚|今早|明早|明晚"

Reading = Callable[[re.Match[str]], str | None]
"""What a match is written as; ``None``: as it was said."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in a text: its place and what stands there."""

    since: int
    until: int
    text: str


def value(said: str) -> int | None:
    """The whole number that a numeral says (一千二百四十: 1240; 三万五: 35000); ``None`` when it says none, as 七八 or 万一."""
    if not said or said[0] in "百千万亿" or "幺" in said:
        return None
    total = section = 0
    digit: int | None = None
    unit = 0  # of the step before a bare last digit: 三万五
    last = 10**9
    for place, letter in enumerate(said):
        if letter in _DIGITS:
            if digit is not None:
                return None  # 七八, and digits read one by one
            if _DIGITS[letter] == 0:
                if place == 0 and len(said) > 1:
                    return None
                unit = 0
                continue
            digit = _DIGITS[letter]
        elif letter in _STEPS:
            step = _STEPS[letter]
            if step >= last or (digit is None and not (step == 10 and section == 0)):
                return None
            section += (1 if digit is None else digit) * step
            digit, unit, last = None, step, step
        else:
            big = 10_000 if letter == "万" else 100_000_000
            section += digit or 0
            if section == 0 or (total and total % (big * 10_000)) or (total and big != 10_000):
                return None
            total += section * big
            section, digit, unit, last = 0, None, big, 10**9
    if digit is not None:
        section += digit * (unit // 10 if unit > 10 else 1)
    return total + section


def figures(text: str) -> str:
    """``text`` with its numbers in figures. Writing it twice changes nothing, and no protected phrase is ever changed."""
    while (written := _once(text)) != text:
        text = written
    return text


def numbers_in(text: str) -> tuple[Figure, ...]:
    """The numbers a person should read again, in order: figures, fractions, and small counts of people, votes and items."""
    safe = _protected(text)
    return tuple(
        Figure(found.start(), found.end(), found[0])
        for found in _SEEN.finditer(text)
        if found[0][0].isascii() or "分之" in found[0] or not _touches(safe, found.span())
    )


def _once(text: str) -> str:
    """Every form once, the first that fits."""
    for pattern, reading in _FORMS:
        if pattern.search(text) is None:
            continue
        safe = _protected(text)

        def written(found: re.Match[str], reading: Reading = reading, safe: tuple[tuple[int, int], ...] = safe) -> str:
            if _touches(safe, found.span("n") if "n" in found.re.groupindex else found.span()):
                return found[0]
            return reading(found) or found[0]

        text = pattern.sub(written, text)
    return text


def _touches(safe: tuple[tuple[int, int], ...], span: tuple[int, int]) -> bool:
    return any(since < span[1] and span[0] < until for since, until in safe)


def _protected(text: str) -> tuple[tuple[int, int], ...]:
    return tuple(found.span() for found in _protection().finditer(text))


@cache
def protected_phrases() -> tuple[str, ...]:
    """The set phrases, the longest first."""
    lines = Path(__file__).with_name("protected_numbers.txt").read_text("utf-8").splitlines()
    return tuple(sorted({word for line in lines if not line.startswith("#") for word in line.split()}, key=lambda word: (-len(word), word)))


@cache
def _protection() -> re.Pattern[str]:
    return re.compile(
        "|".join(
            (
                rf"第{_N}",
                r"[一二三四五六七八九十]{1,3}(?:届|大)(?:[一二三四五六七八九]中全会)?",
                rf"(?![百千万]分之){_N}分之{_N}",
                rf"(?<![点减扣加打百千{_D}])十分(?!钟)",
                *map(_standing_alone, protected_phrases()),
            )
        )
    )


def _standing_alone(phrase: str) -> str:
    """A phrase that is no part of a longer numeral: 二十一起 holds no 一起, and 七一〇 no 七一."""
    begins, ends = re.match(_N, phrase), re.search(f"{_N}$", phrase)
    return f"{_NO_N if begins else ''}{re.escape(phrase)}{_END if begins and ends else ''}"


def _plain(said: str) -> str | None:
    """A numeral in figures: 1240, 35008, 120万, 3亿."""
    number = value(said)
    if number is None:
        return None
    if number >= 10_000 and said[-1] in "万亿":
        big = 100_000_000 if said[-1] == "亿" else 10_000
        return f"{number // big}{said[-1]}"
    return str(number)


def _digits(said: str) -> str:
    return "".join(str(_DIGITS[letter]) for letter in said)


def _decimal(said: str) -> str | None:
    whole, point, rest = said.partition("点")
    number = _plain(whole)
    return None if number is None else f"{number}.{_digits(rest)}" if point else number


def _number(found: re.Match[str]) -> str | None:
    number = _decimal(found["n"])
    return None if number is None else found.groupdict().get("before", "") + number


def _compound(found: re.Match[str]) -> str | None:
    return _plain(found["n"]) if len(found["n"]) > 1 else None


def _one_by_one(found: re.Match[str]) -> str:
    return _digits(found["n"])


def _telephone(found: re.Match[str]) -> str | None:
    said = [letter for letter in found[0] if letter in _DIGITS]
    return re.sub(f"[{_D}幺]", lambda digit: _digits(digit[0]), found[0]) if len(said) > 6 or {"零", "〇", "幺"} & set(said) else None


def _percent(found: re.Match[str]) -> str | None:
    number = "100" if found["n"] == "百" else _decimal(found["n"])
    return None if number is None else f"{found['to'] or ''}{number}%"


def _time(found: re.Match[str]) -> str | None:
    hour, said = value(found["n"]), found["m"].lstrip("零〇")
    minute = value(said) if said else 0
    if hour is None or minute is None or hour > 24 or minute > 59:
        return None
    return f"{hour}点{minute:02}{found['unit'] or ''}"


_NO_N = f"(?<![{_D}十百千万亿])"
_END = f"(?![{_D}十百千万亿几])"
_BEGIN = rf"(?<![{_D}十百千万亿几\d.点])(?!(?<=数)[十百千万亿])"
_POINT = f"{_N}(?:点[{_D}]+)?"
_FORMS: tuple[tuple[re.Pattern[str], Reading], ...] = (
    (re.compile(rf"(?:百分之|(?<=%)(?P<to>[到至])(?:百分之)?)(?P<n>{_POINT}){_END}(?!分之)"), _percent),
    (re.compile(rf"(?<!\d)(?P<n>{_SAID}{{4}})(?=(?:[到至和、]{_SAID}{{4}})?年)"), _one_by_one),
    (re.compile(rf"{_BEGIN}(?P<n>[零〇][{_D}])(?=年(?![以来]))"), _one_by_one),
    (re.compile(rf"{_BEGIN}{_SAID}{{3,4}}(?:[，、 ]?{_SAID}{{3,4}}){{1,3}}{_END}"), _telephone),
    (re.compile(rf"{_BEGIN}(?P<n>{_N})点(?P<m>[零〇]?{_N})(?P<unit>分)(?!之)"), _time),
    (re.compile(rf"{_BEGIN}(?P<n>{_N})点(?P<m>[零〇][{_D}])(?P<unit>){_END}"), _time),
    (re.compile(rf"(?P<before>{_HOUR})(?P<n>{_N})(?=点)"), _number),
    (re.compile(rf"{_BEGIN}(?P<n>{_N})(?=点(?:半|钟|整|[一三]刻|\d+分))"), _number),
    (re.compile(rf"{_BEGIN}(?P<n>{_POINT})(?=万|亿|个百分点|个?小时|{_UNIT})"), _number),
    (re.compile(rf"{_BEGIN}(?P<n>{_N})(?=月(?:[{_D}十]|\d){{1,3}}[日号]|月份)"), _number),
    (re.compile(rf"(?<=月)(?P<n>{_N})(?=[日号])"), _number),
    (re.compile(rf"(?P<before>(?:{_COUNTED})[^，。；、{_D}十百千\d]{{0,8}})(?P<n>{_N})(?=[人名位])"), _number),
    (re.compile(rf"(?P<before>(?:{_VOTED})[^，。；、{_D}十百千\d]{{0,4}})(?P<n>{_N})(?=票)"), _number),
    (re.compile(rf"(?<=元)(?P<n>[{_D}])(?=[角毛])"), _number),
    (re.compile(rf"(?<=角)(?P<n>[{_D}])(?=分)"), _number),
    (re.compile(rf"{_BEGIN}(?P<n>十)(?=[人名位个票项件条次天年周台册本份])"), _number),
    (re.compile(rf"{_BEGIN}(?P<n>{_N}){_END}"), _compound),
)
"""Each form and how it is written; one that stands further down never sees what one above it wrote."""

_SEEN = re.compile(
    r"(?<![A-Za-z0-9.])\d+(?:[.:,]\d+)*(?:[%％万亿])?(?![A-Za-z0-9])"
    rf"|{_N}分之{_N}"
    r"|(?<![一二三四五六七八九十几])[二两三四五六七八九](?=[人名票位项])|一(?=票)"
)
