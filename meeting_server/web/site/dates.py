"""How moments are written: in the server's time zone (Asia/Shanghai), in Chinese or English."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from meeting_server.domain.ids import Millis
from meeting_server.web.site.catalogue import Language

ZONE = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has had one offset without summer time since 1991, so a fixed offset needs no time zone database."""

_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def local(at: Millis) -> datetime:
    """Return the moment in the server's time zone."""
    return datetime.fromtimestamp(at / 1000, ZONE)


def millis(moment: datetime) -> Millis:
    """Return a moment in Unix milliseconds. One without an offset is taken to be in the server's time zone."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=ZONE)
    return round(aware.astimezone(UTC).timestamp() * 1000)


def clock(at: Millis) -> str:
    """``19:05``"""
    return f"{local(at):%H:%M}"


def day(language: Language, at: Millis, now: Millis | None = None) -> str:
    """``11月26日 周四`` / ``Thu 26 Nov``; with the year when it is not the year of ``now``."""
    moment = local(at)
    elsewhen = now is not None and local(now).year != moment.year
    if language == "en":
        year = f" {moment.year}" if elsewhen else ""
        return f"{_WEEKDAYS_EN[moment.weekday()]} {moment.day} {_MONTHS_EN[moment.month - 1]}{year}"
    year = f"{moment.year}年" if elsewhen else ""
    return f"{year}{moment.month}月{moment.day}日 周{_WEEKDAYS_ZH[moment.weekday()]}"


def date(language: Language, at: Millis) -> str:
    """``2026年11月26日`` / ``26 November 2026``-style full date, without the weekday."""
    moment = local(at)
    if language == "en":
        return f"{moment.day} {_MONTHS_EN[moment.month - 1]} {moment.year}"
    return f"{moment.year}年{moment.month}月{moment.day}日"


def iso_day(at: Millis) -> str:
    """``2026-11-26``, in the server's time zone."""
    return local(at).date().isoformat()


def month(language: Language, at: Millis) -> str:
    """``12月`` / ``Dec``"""
    moment = local(at)
    return _MONTHS_EN[moment.month - 1] if language == "en" else f"{moment.month}月"


def moment(language: Language, at: Millis, now: Millis | None = None) -> str:
    """``11月26日 周四 19:00`` / ``Thu 26 Nov, 19:00``"""
    separator = ", " if language == "en" else " "
    return f"{day(language, at, now)}{separator}{clock(at)}"


def minutes(duration: Millis) -> int:
    """Return a duration in whole minutes, at least one unless it is zero."""
    return 0 if duration <= 0 else max(1, round(duration / 60_000))
