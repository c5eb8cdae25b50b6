"""Names that offices, keyboards and mischief produce, and how each is kept: driven through every door and every export."""

from __future__ import annotations

from typing import NamedTuple


class Nasty(NamedTuple):
    """``kept`` is empty for what is no name."""

    typed: str
    kept: str


NAMES: dict[str, Nasty] = {
    "padded": Nasty("张\u3000三", "张三"),
    "dotted with a bullet": Nasty("买买提•艾力", "买买提·艾力"),
    "dotted in Japanese": Nasty("买买提・艾力", "买买提·艾力"),
    "dotted in full width": Nasty("买买提．艾力", "买买提·艾力"),
    "dotted with a hyphenation point": Nasty("买买提‧艾力", "买买提·艾力"),
    "dotted with spaces": Nasty("买买提 · 艾力", "买买提·艾力"),
    "beyond the basic plane": Nasty("王𠮷", "王𠮷"),
    "a radical in place of a character": Nasty("⾼原", "高原"),
    "full width": Nasty("Ｌｉ Ping", "Ｌｉ Ping"),
    "an accent in two parts": Nasty("Zoe\u0308", "Zoë"),
    "a noncharacter": Nasty("张\ufffe三\uffff", "张三"),
    "a noncharacter of another plane": Nasty("张三\U0001fffe", "张三"),
    "controls": Nasty("张\x01三\x7f\x9b", "张三"),
    "turned around": Nasty("\u202e张三\u2066", "张三"),
    "a mark of bytes": Nasty("\ufeff张三", "张三"),
    "joined by nothing": Nasty("张\u200d三\u200b", "张三"),
    "a filler": Nasty("张三\u3164", "张三"),
    "only a zero-width space": Nasty("\u200b", ""),
    "only a filler": Nasty("\u3164\u2800", ""),
    "only noncharacters": Nasty("\ufffe\uffff", ""),
    "only an override": Nasty("\u202e", ""),
}
"""What a frame of JSON, a form and a file can carry; half a surrogate pair is none of it."""
