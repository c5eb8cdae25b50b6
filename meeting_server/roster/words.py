"""The words in the cells of a roster: standings, yes and no."""

from __future__ import annotations

import unicodedata

from meeting_server.domain.roles import Standing
from meeting_server.domain.spelling import spelled

STANDINGS: dict[Standing, tuple[str, ...]] = {
    Standing.FULL: ("正式党员", "中共党员", "党员", "正式", "中共正式党员", "full", "full member"),
    Standing.PROBATIONARY: ("预备党员", "中共预备党员", "预备", "probationary", "probationary member"),
    Standing.APPLICANT: ("积极分子", "入党积极分子", "发展对象", "入党申请人", "applicant"),
    Standing.GUEST: ("列席", "列席人员", "群众", "guest"),
}
"""The first word is the one we write in Chinese."""
ENGLISH_STANDINGS = {
    Standing.FULL: "Full member",
    Standing.PROBATIONARY: "Probationary member",
    Standing.APPLICANT: "Applicant",
    Standing.GUEST: "Guest",
}
_YES = {"是", "有", "√", "✓", "✔", "☑", "y", "yes", "true", "1", "对"}
_NO = {"", "否", "无", "没有", "×", "✗", "☐", "n", "no", "false", "0", "-", "—", "/"}


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", spelled(text)).lower()


_STANDING_OF = {_plain(word): standing for standing, words in STANDINGS.items() for word in words}


def standing_of(text: str) -> Standing | None:
    """None: no standing we know."""
    return _STANDING_OF.get(_plain(text))


def yes_or_no(text: str) -> bool | None:
    """None: neither."""
    word = _plain(text)
    return True if word in _YES else False if word in _NO else None


def standing_word(standing: Standing, language: str) -> str:
    """The word for a standing that reading understands again."""
    return ENGLISH_STANDINGS[standing] if language == "en" else STANDINGS[standing][0]


def yes_word(value: bool, language: str) -> str:
    """The word for yes or no that reading understands again."""
    return ("Yes" if value else "No") if language == "en" else ("是" if value else "否")
