"""By when something is to be done, as people say it (下周五前, 月底前, 12月15日前, by next Friday), as a day of the calendar.

A day is read from where the meeting stood: its own date on the wall clock of the house. What can't be read for sure is no date.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

LONGEST_DAYS = 400
"""What lies further away than this, or before the meeting, was not meant as the day of a task."""

_ONES = {character: number for number, character in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_N = r"[0-9〇零一二两三四五六七八九十]{1,4}"
_NO_NUMBER = r"(?<![0-9〇零一二两三四五六七八九十月])"
_BEFORE = r"(?:下班前|上午|下午|晚上|中午)?(?:之前|以前|前|之内|以内|内|截止|为止)?"
_WEEK = r"(?:周|星期|礼拜)"
_OUT_OF_SIGHT = r"[^，。；,;]{0,6}"

_EN_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EN_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
_EN_NUMBERS = {n: k for k, n in enumerate(("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"))} | {
    "a": 1
}


@dataclass(frozen=True, slots=True)
class Due:
    """``day`` is ``None`` for a moment that has no date (下次支部大会前); ``words``: as it was said."""

    day: date | None
    words: str


def due_in(text: str, today: date) -> Due | None:
    """The day a sentence names, one with a 前 or 内 (by, within) before one without; ``None`` when it names none."""
    found: list[tuple[bool, int, int, Due]] = []
    for pattern, read in _RULES:
        for match in pattern.finditer(text):
            day = _near(_tried(read, match, today), today)
            words = match[0].strip(" ，,")
            found.append((not _is_limit(words), match.start(), -len(words), Due(day, words)))
    whole = [one for one in found if not any(_inside(one, other) for other in found)]
    return min(whole, key=lambda one: (one[3].day is None, *one[:3]))[3] if whole else None


def number_of(written: str) -> int | None:
    """A number up to 99, or four digits of a year, in Chinese or Arabic digits."""
    if written.isascii() and written.isdigit():
        return int(written)
    if "十" in written:
        tens, _, ones = written.partition("十")
        if len(tens) > 1 or len(ones) > 1 or any(c not in _ONES for c in tens + ones):
            return None
        return (_ONES[tens] if tens else 1) * 10 + (_ONES[ones] if ones else 0)
    digits = [_ONES.get(character) for character in written]
    if not digits or None in digits or len(digits) not in (1, 4):
        return None
    return int("".join(str(digit) for digit in digits))


def _inside(one: tuple[bool, int, int, Due], other: tuple[bool, int, int, Due]) -> bool:
    """Whether a longer reading of the same words holds this one: 下周五 holds 周五."""
    (_, start, length, _), (_, begin, reach, _) = one, other
    return reach < length and begin <= start and start - length <= begin - reach


def _is_limit(words: str) -> bool:
    return words.endswith(("前", "内", "截止", "为止")) or words.lower().startswith(("by ", "within ", "before "))


def _near(day: date | None, today: date) -> date | None:
    return day if day is not None and today <= day <= today + timedelta(days=LONGEST_DAYS) else None


def _tried(read: Callable[[re.Match[str], date], date | None], match: re.Match[str], today: date) -> date | None:
    try:
        return read(match, today)
    except (ValueError, OverflowError):  # the 30th of February, a million days
        return None


def _last(year: int, month: int) -> date:
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, calendar.monthrange(year, month)[1])


def _next_of(month: int, day: int, today: date, year: int | None = None) -> date:
    """That day of this year; of the next when it was long ago. One that was lately is over, and no due date."""
    named = date(today.year if year is None else year, month, day)
    return named if year is not None or (today - named).days < 90 else date(today.year + 1, month, day)


def _year(match: re.Match[str], today: date) -> int | None:
    said = match["year"]
    if not said:
        return None
    if said in ("今年", "本年"):
        return today.year
    return today.year + 1 if said == "明年" else number_of(said.rstrip("年"))


def _month_day(match: re.Match[str], today: date) -> date | None:
    month, day = number_of(match["month"]), number_of(match["day"])
    return None if month is None or day is None else _next_of(month, day, today, _year(match, today))


def _part_of_month(match: re.Match[str], today: date) -> date | None:
    month = number_of(match["month"])
    if month is None:
        return None
    year = _year(match, today) or (today.year if month >= today.month else today.year + 1)
    return {"上旬": date(year, month, 10), "中旬": date(year, month, 20)}.get(match["part"], _last(year, month))


def _of_this_month(match: re.Match[str], today: date) -> date | None:
    ahead, day = match["which"].count("下"), number_of(match["day"])
    month = _last(today.year, today.month + ahead)
    if day is None:
        return None
    named = month.replace(day=day)
    return named if match["which"] or named >= today else _last(month.year, month.month + 1).replace(day=day)


def _end_of_month(match: re.Match[str], today: date) -> date:
    return _last(today.year, today.month + match["which"].count("下"))


def _weekday(match: re.Match[str], today: date) -> date:
    which, day = match["which"], "一二三四五六日".find(match["day"].replace("天", "日"))
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=which.count("下"))
    named = monday + timedelta(days=day)
    return named if which or named >= today else named + timedelta(weeks=1)


def _end_of_week(match: re.Match[str], today: date) -> date:
    return today - timedelta(days=today.weekday()) + timedelta(weeks=match["which"].count("下"), days=6)


def _after(match: re.Match[str], today: date) -> date | None:
    unit, many = match["unit"], 0 if match["n"] == "半" else number_of(match["n"])
    if many is None:
        return None
    if unit.endswith("月"):
        if match["n"] == "半":
            return today + timedelta(days=15)
        last = _last(today.year, today.month + many)
        return last.replace(day=min(today.day, last.day))
    return today + timedelta(days=many * (7 if unit.endswith(("周", "星期", "礼拜")) else 1))


def _soon(match: re.Match[str], today: date) -> date:
    return today + timedelta(days={"今": 0, "明": 1, "后": 2, "大": 3}[match["soon"][0]])


def _en_weekday(match: re.Match[str], today: date) -> date:
    day = _EN_DAYS.index(match["day"].lower())
    monday = today - timedelta(days=today.weekday())
    if (match["which"] or "").strip().lower() == "next":
        return monday + timedelta(weeks=1, days=day)
    return monday + timedelta(days=day + (7 if day < today.weekday() else 0))


def _en_month_day(match: re.Match[str], today: date) -> date:
    month = next(number for number, name in enumerate(_EN_MONTHS, 1) if name.startswith(match["month"].lower()[:3]))
    return _next_of(month, int(match["day"]), today, int(match["year"]) if match["year"] else None)


def _en_end(match: re.Match[str], today: date) -> date:
    ahead = 1 if (match["which"] or "").strip().lower() == "next" else 0
    match match["unit"].lower():
        case "week":
            return today - timedelta(days=today.weekday()) + timedelta(weeks=ahead, days=6)
        case "month":
            return _last(today.year, today.month + ahead)
        case _:
            return date(today.year + ahead, 12, 31)


def _en_after(match: re.Match[str], today: date) -> date:
    said = match["n"].lower()
    many = int(said) if said.isdigit() else _EN_NUMBERS[said]
    if match["unit"].lower().startswith("month"):
        last = _last(today.year, today.month + many)
        return last.replace(day=min(today.day, last.day))
    return today + timedelta(days=many * (7 if match["unit"].lower().startswith("week") else 1))


def _iso(match: re.Match[str], _: date) -> date:
    return date(int(match["y"]), int(match["m"]), int(match["d"]))


_YEAR = r"(?P<year>今年|本年|明年|[0-9〇零一二三四五六七八九]{4}年)?"
_EN_MONTH = rf"(?P<month>(?:{'|'.join(name[:3] for name in _EN_MONTHS)})[a-z]*)\.?"
_EN_DAY = r"(?P<day>\d{1,2})(?:[a-z]{2})?"
_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], date | None]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), read)
    for pattern, read in (
        (rf"{_YEAR}(?P<month>{_N})月(?P<day>{_N})[日号]{_BEFORE}", _month_day),
        (rf"{_YEAR}(?P<month>{_N})月(?:份)?(?P<part>底|末|上旬|中旬|下旬){_BEFORE}", _part_of_month),
        (
            rf"(?<![0-9〇零一二两三四五六七八九十月])(?P<which>(?:本月|这个月|下个?月)?)的?(?P<day>{_N})[日号](?!之内|以内|内){_BEFORE}",
            _of_this_month,
        ),
        (rf"(?<![0-9一二三四五六七八九十])(?P<which>(?:本|这个|这|下个|下)?)月(?:底|末){_BEFORE}", _end_of_month),
        (r"(?P<which>本|这个|这|下)月(?:之内|以内|内)", _end_of_month),
        (rf"(?P<which>(?:本|这个|这|下下个|下下|下个|下)?){_WEEK}(?P<day>[一二三四五六日天]){_BEFORE}", _weekday),
        (rf"(?P<which>本|这个|这|下个|下){_WEEK}(?:末|之内|以内|内|底)(?:之前|以前|前)?", _end_of_week),
        (rf"(?P<n>{_N}|半)个?(?P<unit>天|日|周|星期|礼拜|月)(?:之内|以内|内)", _after),
        (rf"(?P<soon>今天|今日|今晚|明天|明日|后天|大后天){_BEFORE}", _soon),
        (rf"(?P<year>今年|本年|明年)?(?:年|(?<=年))[底末]{_BEFORE}", lambda match, today: date(_year(match, today) or today.year, 12, 31)),
        (rf"(?:下一?次|学期|学年|放假|开学|寒假|暑假|考试){_OUT_OF_SIGHT}(?:之前|以前|前)", lambda _match, _today: None),
        (rf"\b(?:by |before |on |(?=next|this))(?P<which>next |this )?(?P<day>{'|'.join(_EN_DAYS)})\b", _en_weekday),
        (rf"(?:by |before |on )?(?:the )?{_EN_DAY}(?: of)? {_EN_MONTH}(?:,? (?P<year>\d{{4}}))?\b", _en_month_day),
        (rf"(?:by |before |on )?\b{_EN_MONTH} {_EN_DAY}(?:,? (?P<year>\d{{4}}))?\b", _en_month_day),
        (r"(?:by |before )?the end of (?:the |this )?(?P<which>next )?(?P<unit>week|month|year)\b", _en_end),
        (rf"within (?P<n>\d{{1,3}}|{'|'.join(_EN_NUMBERS)}) (?P<unit>days?|weeks?|months?)\b", _en_after),
        (r"(?:by |before )?\btomorrow\b", lambda _match, today: today + timedelta(days=1)),
        (r"(?:by |before |on )?(?P<y>20\d\d)-(?P<m>\d\d)-(?P<d>\d\d)", _iso),
    )
)
