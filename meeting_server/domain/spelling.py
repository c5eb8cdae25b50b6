"""One spelling for the ways in which offices write one and the same name.

Padding (张　三), a dozen dots (买买提·艾力), radicals that a PDF left in place of characters (⾼): what differs only so is one name.
"""

from __future__ import annotations

import re
import unicodedata

from meeting_server.domain.characters import clean

DOT = "·"
"""The separator of a name in parts (GB/T 15834: 间隔号, U+00B7)."""
_DOTS = "·•‧∙⋅・･᛫·●○∘⸱ꞏ𐄁"
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
_FULL_STOP = re.compile(f"(?<=[{_HAN}])\\s*[.．。]\\s*(?=[{_HAN}])")


def spelled(name: str) -> str:
    """A name as it is kept: nothing that cannot be shown, one kind of dot, characters for radicals, no padding between characters."""
    text = unicodedata.normalize("NFC", clean(name).translate(_RADICALS))
    text = "".join(unicodedata.normalize("NFKC", c) if "\u2f00" <= c <= "\u2fdf" else " " if c.isspace() else c for c in text)
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    text = _FULL_STOP.sub(DOT, _ANY_DOT.sub(DOT, text))
    return " ".join(_SPACE_INSIDE.sub("", text).split())
