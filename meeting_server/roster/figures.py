"""A figure in a cell as its reader sees it: zeros in front come from the format, and digits beyond the fifteenth are lost."""

from __future__ import annotations

import re

from meeting_server.roster.sheets import Cell, Doubt

DIGITS_KEPT = 15
"""IEEE 754 doubles, and what a spreadsheet shows of them."""
_PLAIN = {"", "general", "@", "0", "#", "#,##0", "#0"}
_PIECE = re.compile(r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_.|\*.|(?P<zeros>0+)|(?P<hashes>#+)|(?P<bare>[-/ ()A-Z])')
_LOCALE = re.compile(r"\[[^\]]*\]")
_EXPONENT = re.compile(r"\d(\.\d+)?E\+?\d+", re.IGNORECASE)


def figure(value: float, form: str) -> Cell:
    """The cell of a number that is shown by the format ``form`` (ECMA-376 18.8.31)."""
    if value != value or value in (float("inf"), float("-inf")):
        return Cell(str(value), doubt=Doubt.FORMAT)
    if value != int(value):
        return Cell(repr(value))
    digits = str(int(value))
    if len(digits.lstrip("-")) > DIGITS_KEPT:
        return Cell(digits, doubt=Doubt.ROUNDED)
    shown = _shown(digits, _LOCALE.sub("", form.split(";")[0]))
    return Cell(digits, doubt=Doubt.FORMAT) if shown is None else Cell(shown)


def _shown(digits: str, form: str) -> str | None:
    """None: the format is one we cannot follow."""
    if form.lower() in _PLAIN:
        return digits
    places: list[str | int] = []
    at = 0
    while at < len(form):
        found = _PIECE.match(form, at)
        if found is None:
            return None
        at = found.end()
        if found["zeros"]:
            places += [1] * len(found["zeros"])
        elif found["hashes"]:
            places += [0] * len(found["hashes"])
        else:
            places.append(found["quoted"] or found["escaped"] or found["bare"] or "")
    if not any(isinstance(place, int) for place in places):
        return None
    return _placed(digits, places)


def _placed(digits: str, places: list[str | int]) -> str:
    """Digits into their places from the right; those left over stand before the first place."""
    left = list(digits)
    first = next(number for number, place in enumerate(places) if isinstance(place, int))
    out: list[str] = []
    for number in range(len(places) - 1, -1, -1):
        place = places[number]
        if isinstance(place, str):
            out.append(place)
            continue
        out.append(left.pop() if left else "0" if place else "")
        if number == first and left:
            out.append("".join(left))
            left = []
    return "".join(reversed(out))


def looks_rounded(text: str) -> bool:
    """Whether a text was once a figure that a spreadsheet shortened: ``1.10101E+17``."""
    return _EXPONENT.fullmatch(text) is not None


def may_be_rounded(text: str) -> bool:
    """Whether nothing but zeros stands after the fifteenth digit of a long number."""
    return len(text) > DIGITS_KEPT and text.isascii() and text.isdigit() and not text[DIGITS_KEPT:].strip("0")
