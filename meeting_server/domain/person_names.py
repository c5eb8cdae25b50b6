"""What a person's name may look like, and whom it may be mistaken for.

Others know somebody by their name, so it must be visible, and people who type their own must not pass for somebody on the list.
``skeleton`` follows UTS 39 (confusables) as far as members' names need it: names that differ only in width, case, accents, spaces, dots,
the script of a letter, or between a simplified character and its traditional form look the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import TypeVar

from meeting_server.domain.spelling import folded, spelled

_Id = TypeVar("_Id")

GUEST_MARK = "（列席）"
"""Appended to the name of someone who attends without being a member here, in the language of the record."""

_MARK = "（列席）"
"""Appended to the name of someone who attends without being a member here, in the language of the record."""

_BLANK = re.compile("[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
"""Invisible characters, some of which Unicode classes as letters or symbols, and variation selectors."""
_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_MARKS = re.compile(f"({_MARK}{{2}}){_MARK}+")
"""Combining marks of Latin and Cyrillic letters and of symbols. More than two on a letter overlap the neighbouring lines."""

_LETTERS = "aаeеoоpрcсyуxхlіlїjјsѕdԁqԛwԝhһlӏkкmмtтbвhнaαbβyγeεlιkκoοpρtτuυxχwωnηuµcϲl1lio0aɑgɡvѵlı"
"""A letter, and a letter of another script or a digit that looks like it in lower case: i, l and 1 are the same."""
_CHARACTERS = (
    # simplified characters and their traditional or other forms: those of surnames, and common ones of given names
    "张張刘劉陈陳杨楊赵趙黄黃吴吳孙孫马馬谢謝郑鄭罗羅韩韓冯馮许許邓鄧肖萧肖蕭叶葉苏蘇卢盧蒋蔣贾賈阎閻阎闫谭譚陆陸龙龍钱錢汤湯"
    "严嚴温溫钟鍾钟鐘颜顏顾顧庄莊龚龔庞龐齐齊邹鄒邬鄔项項简簡单單华華国國国囯东東军軍强強云雲兰蘭丽麗凤鳳荣榮义義学學贵貴庆慶卫衛"
    "红紅晓曉杰傑伟偉涛濤飞飛静靜莹瑩宝寶鹏鵬辉輝岚嵐颖穎洁潔乐樂艺藝凯凱亚亞达達远遠进進丰豐鸿鴻连連莲蓮维維刚剛钢鋼铁鐵银銀锋鋒"
    "锐銳镇鎮万萬长長门門风風鱼魚鸟鳥车車贝貝见見语語诗詩诚誠谦謙书書广廣众眾会會传傳"
    # characters that are easily confused
    "口囗口ロ二ニ力カ夕タ工エ卜ト八ハ一ー土士日曰未末己已己巳戊戌戊戍人入天夭千干免兔侯候冶治洗冼"
)


def _pairs(text: str) -> dict[str, str]:
    """Each second character, and the first of its pair."""
    return dict(zip(text[1::2], text[::2], strict=True))


_SAME_TO_THE_EYE = _pairs(_LETTERS) | _pairs(_CHARACTERS)


def visible(name: str) -> str:
    """Return a name as it is stored and shown: ``spelling.spelled``, with at most two marks on a letter.

    Return an empty name if nothing readable is left, because a name has at least one letter or digit.
    """
    apart = unicodedata.normalize("NFD", spelled(name))
    shown = unicodedata.normalize("NFC", _MARKS.sub(r"\1", apart))
    shown = spelled(shown.lstrip(" " + "".join({c for c in shown if unicodedata.category(c).startswith("M")})))
    return shown if any(unicodedata.category(character)[0] in "LN" for character in shown) else ""


def skeleton(name: str) -> str:
    """Return what the eye makes of a name: two names with the same skeleton can be mistaken for each other."""
    plain = unicodedata.normalize("NFKD", visible(folded(name)))
    letters = (character for character in plain if unicodedata.category(character)[0] in "LN")
    return "".join(_SAME_TO_THE_EYE.get(character, character) for character in letters)


def resembled(name: str, others: Mapping[_Id, str]) -> _Id | None:
    """Return the id of the one of ``others`` whose name this name looks like or contains (何雨桐老师)."""
    seen = skeleton(name)
    for who, other in others.items():
        theirs = skeleton(other)
        if theirs == seen or (len(theirs) > 1 and theirs in seen):
            return who
    return None


def marked(name: str, *, guest: bool) -> str:
    """Return the name as a record shows it. ``guest``: its bearer attends without being a member here."""
    return name + GUEST_MARK if guest and name else name


def unmarked(name: str) -> str:
    """Return the name alone, as it was given."""
    return name.removesuffix(GUEST_MARK)
