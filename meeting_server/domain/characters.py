"""Which characters a text may contain, wherever it comes from and wherever it is written.

Text is cleaned where it enters and again where it is written, so that text stored before the first check existed does no harm.
``person_names`` decides what a name may look like and whom it may be mistaken for.
"""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

_T = TypeVar("_T")

_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(chr(plane + 0xFFFE) + chr(plane + 0xFFFF) for plane in range(0, 0x110000, 0x10000))
"""Noncharacters (Unicode 23.7). XML 1.0 (2.2) forbids the first two, and programs that read office files fail on them."""
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"
"""C0 and C1 except tab and line ends. XML forbids the former and discourages the latter."""
_TURNING = "\u202a-\u202e\u2066-\u2069"
"""Embeddings, overrides and isolates (UAX 9). They reverse neighbouring text, even beyond the text they are part of."""
_HAN = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF))

_REFUSED = re.compile(f"[{_CONTROLS}\x85\ud800-\udfff{_NONCHARACTERS}]")
_LINE_END = re.compile("\r\n?|[\x85\u2028\u2029]")
_LEFT_OUT = re.compile(f"[{_CONTROLS}\ud800-\udfff{_NONCHARACTERS}{_TURNING}\ufeff]")
_UNCLEAN = re.compile(f"[\r\x85\u2028\u2029{_CONTROLS}\ud800-\udfff{_NONCHARACTERS}{_TURNING}\ufeff]")

_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff"
)
"""Invisible characters, some of which Unicode classes as letters or symbols: joiners, fillers, variation selectors."""
INVISIBLE = re.compile(f"[{_INVISIBLE}]")
_SHOWS_NOTHING = re.compile(f"[\\s{_INVISIBLE}]+")


def is_han(character: str) -> bool:
    """Return whether this is a Chinese character."""
    code = ord(character)
    return any(first <= code <= last for first, last in _HAN)


def refused(text: str) -> str | None:
    """Return the first character that no ordinary program would send: a control, a noncharacter, half of a surrogate pair."""
    found = _REFUSED.search(text)
    return None if found is None else found[0]


def clean(text: str) -> str:
    """Return ``text`` as it may be stored, shown and written to XML: line ends are ``\\n``, and undisplayable characters are removed.

    Return an empty text if it has only invisible characters (a zero-width space, a filler); white space stays.
    """
    if _UNCLEAN.search(text) is not None:
        text = _LEFT_OUT.sub("", _LINE_END.sub("\n", text))
    return "" if _SHOWS_NOTHING.fullmatch(text) and not text.isspace() else text


def cleaned(value: _T) -> _T:
    """Return a value with every text in it cleaned, through dataclasses, tuples, lists and dicts. Return the same object if nothing had
    to be changed."""
    return _cleaned(value)  # type: ignore[no-any-return]


def _cleaned(value: Any) -> Any:
    if type(value) is str:
        return clean(value)
    if isinstance(value, tuple | list):
        parts = [_cleaned(part) for part in value]
        if all(new is old for new, old in zip(parts, value, strict=True)):
            return value
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(part) for key, part in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        changed = {
            field.name: new for field in fields(value) if field.init and (new := _cleaned(old := getattr(value, field.name))) is not old
        }
        return replace(value, **changed) if changed else value
    return value
