"""How a name is kept (``spelled``), and how two spellings of a name are compared (``folded``).

Offices pad names (张　三), write a dozen dots (买买提·艾力) and leave radicals of a PDF in place of characters (⾼). A name is kept as it
was written, without what differs only so. Every comparison of names goes through ``folded``: import, sign-in, guests, write-ins.
"""

from __future__ import annotations

import re
import unicodedata

from meeting_server.domain.characters import INVISIBLE, clean

DOT = "·"
"""The separator of a name in parts (GB/T 15834: 间隔号, U+00B7)."""
_DOTS = "\u00b7•‧∙⋅・･᛫\u0387●○∘⸱ꞏ𐄁ᐧ˙"
"""U+00B7 first, then what input methods, spreadsheets and scanners put in its place."""
_RADICALS = {
    0x2E81: "厂",
    0x2E92: "巳",
    0x2E93: "幺",
    0x2E9F: "母",
    0x2EA0: "民",
    0x2EA9: "王",
    0x2EC1: "虎",
    0x2EC4: "西",
    0x2EC5: "见",
    0x2EC6: "角",
    0x2EC9: "贝",
    0x2ECB: "车",
    0x2ED1: "長",
    0x2ED3: "长",
    0x2ED4: "门",
    0x2ED7: "雨",
    0x2ED8: "青",
    0x2ED9: "韦",
    0x2EDA: "页",
    0x2EDB: "风",
    0x2EDC: "飞",
    0x2EDD: "食",
    0x2EE2: "马",
    0x2EE3: "骨",
    0x2EE4: "鬼",
    0x2EE5: "鱼",
    0x2EE6: "鸟",
    0x2EE7: "卤",
    0x2EE8: "麦",
    0x2EE9: "黄",
    0x2EEB: "斉",
    0x2EEC: "齐",
    0x2EED: "歯",
    0x2EEE: "齿",
    0x2EEF: "竜",
    0x2EF0: "龙",
    0x2EF1: "龜",
    0x2EF2: "亀",
    0x2EF3: "龟",
}
"""Of the radicals' supplement those that are characters of names (Unicode's EquivalentUnifiedIdeograph); NFKC knows only two of them."""

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_SPACE_INSIDE = re.compile(f"(?<=[{_HAN}{DOT}])\\s+(?=[{_HAN}{DOT}])")
_ANY_DOT = re.compile(f"\\s*[{_DOTS}]\\s*")
_FULL_STOP = re.compile(f"(?<=[{_HAN}])\\s*[.．。﹒｡․]\\s*(?=[{_HAN}])")


def spelled(name: str) -> str:
    """A name as it is kept: nothing that cannot be shown, one kind of dot, characters for radicals, no padding between characters.

    Width and case stay as they were written. ``spelled(spelled(name)) == spelled(name)``.
    """
    text = "".join(
        c for c in INVISIBLE.sub("", clean(name)).translate(_RADICALS) if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf", "Cs")
    )
    text = "".join(unicodedata.normalize("NFKC", c) if "\u2f00" <= c <= "\u2fdf" else " " if c.isspace() else c for c in text)
    text = _FULL_STOP.sub(DOT, _ANY_DOT.sub(DOT, unicodedata.normalize("NFC", text)))
    return " ".join(_SPACE_INSIDE.sub("", text).split())


def folded(name: str) -> str:
    """What of a name is compared: two spellings with one fold are one name, and whoever bears it is one person or a namesake.

    Width, case, spaces between Chinese characters and every kind of dot make no difference (NFKC, case folding). Accents do, and so does
    the traditional form of a character: people are told apart by them; ``person_names.skeleton`` goes further, for the eye.
    ``folded(folded(name)) == folded(name)``.
    """
    before = None
    while name != before:  # a dot that goes may bring together what is folded only then
        before, name = name, spelled(unicodedata.normalize("NFKC", spelled(name)).casefold()).replace(DOT, "")
    return name


def is_same_name(one: str, other: str) -> bool:
    """Whether two spellings are one name. Never true of a name that shows nothing."""
    return bool(fold := folded(one)) and fold == folded(other)
