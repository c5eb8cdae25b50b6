"""How a name is stored (``spelled``), and how two spellings of a name are compared (``folded``).

Offices pad names (张 三), use a dozen different dots (买买提·艾力), and copy radicals instead of characters out of PDFs (⾼). A name is
stored as written, without such differences. Every comparison of names uses ``folded``: import, sign-in, guests, write-ins.
"""

from __future__ import annotations

import re
import unicodedata

from meeting_server.domain.characters import INVISIBLE, clean

DOT = "·"
"""The separator of a name in parts (GB/T 15834: 间隔号, U+00B7)."""
_DOTS = "\u00b7•‧∙⋅・･᛫\u0387●○∘⸱ꞏ𐄁ᐧ˙"
"""U+00B7 first, then what input methods, spreadsheets and scanners use instead."""
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
"""Those of the radicals' supplement that occur in names (Unicode's EquivalentUnifiedIdeograph). NFKC maps only two of them."""

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_SPACE_INSIDE = re.compile(f"(?<=[{_HAN}{DOT}])\\s+(?=[{_HAN}{DOT}])")
_ANY_DOT = re.compile(f"\\s*[{_DOTS}]\\s*")
_FULL_STOP = re.compile(f"(?<=[{_HAN}])\\s*[.．。﹒｡․]\\s*(?=[{_HAN}])")


def spelled(name: str) -> str:
    """Return a name as it is stored: no invisible characters, one kind of dot, characters instead of radicals, no padding between
    characters.

    Width and case stay as written. ``spelled(spelled(name)) == spelled(name)``.
    """
    text = "".join(
        c for c in INVISIBLE.sub("", clean(name)).translate(_RADICALS) if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf", "Cs")
    )
    text = "".join(unicodedata.normalize("NFKC", c) if "\u2f00" <= c <= "\u2fdf" else " " if c.isspace() else c for c in text)
    text = _FULL_STOP.sub(DOT, _ANY_DOT.sub(DOT, unicodedata.normalize("NFC", text)))
    return " ".join(_SPACE_INSIDE.sub("", text).split())


def folded(name: str) -> str:
    """Return the form of a name that is compared: spellings with the same fold are the same name, borne by one person or by namesakes.

    Width, case, spaces between Chinese characters and the kind of dot make no difference (NFKC, case folding). Accents and traditional
    forms do, because they distinguish people. ``person_names.skeleton`` goes further and compares what the eye sees.
    ``folded(folded(name)) == folded(name)``.
    """
    before = None
    while name != before:  # removing a dot may join what only then folds
        before, name = name, spelled(unicodedata.normalize("NFKC", spelled(name)).casefold()).replace(DOT, "")
    return name


def is_same_name(one: str, other: str) -> bool:
    """Return whether two spellings are the same name. Never true of an invisible name."""
    return bool(fold := folded(one)) and fold == folded(other)
