"""Refuses JSON that parsers read differently or that would do harm later. Runs before typing and names the field."""

from __future__ import annotations

import json
from typing import NoReturn

from meeting_server.domain.characters import refused

MAX_DEPTH = 16
MAX_ITEMS = 256
"""Entries in one array or object."""
MAX_STRING = 8_000
MAX_SDP = 60_000
LARGEST = 2**53 - 1
"""JavaScript can't represent larger integers exactly."""


class NotStrict(Exception):
    """``field`` is the path to what is wrong (empty: the frame as a whole), ``reason`` says it in English for the log."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{reason} at {field}" if field else reason)
        self.field = field
        self.reason = reason


class _Repeated(ValueError):
    """A duplicate key in one object."""


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise _Repeated(next(name for name in names if names.count(name) > 1))
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_decoder = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_constant)


def parse(text: str) -> dict[str, object]:
    """The object in ``text``. Raises NotStrict: no JSON, no object, NaN, nested deeper than 16, a key twice, a lone
    surrogate, control or noncharacter, a string, array or number beyond the limits."""
    try:
        tree = _decoder.decode(text)
    except RecursionError:
        raise NotStrict("", "nested too deeply") from None
    except _Repeated as error:
        raise NotStrict(_printable(str(error)), "key given twice") from None
    except ValueError as error:
        raise NotStrict("", str(error)) from None
    if not isinstance(tree, dict):
        raise NotStrict("", "not an object")
    _inspect(tree)
    return tree


def _inspect(tree: dict[str, object]) -> None:
    waiting: list[tuple[str, object, int]] = [("", tree, 1)]
    while waiting:
        path, value, depth = waiting.pop()
        if isinstance(value, str):
            _inspect_string(path, value)
        elif isinstance(value, bool) or value is None:
            continue
        elif isinstance(value, int):
            if abs(value) > LARGEST:
                raise NotStrict(path, "number out of range")
        elif isinstance(value, float):
            if value - value != 0:  # infinite: what 1e999 becomes
                raise NotStrict(path, "number out of range")
        elif isinstance(value, dict | list):
            if depth > MAX_DEPTH:
                raise NotStrict(path, "nested too deeply")
            if len(value) > MAX_ITEMS:
                raise NotStrict(path, "too many entries")
            if isinstance(value, dict):
                for name, inner in value.items():
                    _inspect_string(path, name)
                    waiting.append((f"{path}.{name}" if path else name, inner, depth + 1))
            else:
                waiting.extend((f"{path}.{index}", inner, depth + 1) for index, inner in enumerate(value))


def _inspect_string(path: str, value: str) -> None:
    if len(value) > (MAX_SDP if path == "sdp" else MAX_STRING):
        raise NotStrict(path, "string too long")
    if value.isascii() and value.isprintable():
        return
    character = refused(value)
    if character is not None:
        raise NotStrict(path, f"no character: U+{ord(character):04X}")


def _printable(name: str) -> str:
    """A key made safe to send back, because it came from outside and may contain anything."""
    return "".join(ch for ch in name[:64] if ch.isprintable() and not 0xD800 <= ord(ch) <= 0xDFFF)
