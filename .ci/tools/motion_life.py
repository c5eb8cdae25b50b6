"""The life of a motion as a diagram, drawn from the table at the head of ``domain/votes/motions.py``."""

from __future__ import annotations

import re

from meeting_server.domain.votes import motions

ORDER = ("drafted", "moved", "discussed", "preparing", "collecting", "voting", "sealing", "closed", "published", "withdrawn")
"""Every phase, in the order of a motion's life."""
_ROW = re.compile(r"^\| ([^|]+?) +\| ([^|]+?) +\| ([^|]+?) +\|$", re.MULTILINE)


def _phases(text: str) -> tuple[str, ...]:
    """``drafted, moved``; a word in brackets says which kind of vote and is no phase. Raises ValueError for another word."""
    names = tuple(re.sub(r" \(.*\)", "", text).split(", "))
    if not set(names) <= {*ORDER, "–"}:
        raise ValueError(text)
    return names


def transitions() -> tuple[tuple[str, str, str], ...]:
    """From, what leads on, to; ``–`` is before there is a motion."""
    rows = _ROW.findall(motions.__doc__ or "")[1:]
    found = [
        (before, f"{how}, {kind}" if (kind := "secret" if "(secret)" in start else "") else how, after)
        for start, how, end in rows
        if not set(start) <= {"-"}
        for before in _phases(start)
        for after in _phases(end)
    ]
    return tuple(found)


def diagram() -> str:
    """A Mermaid state diagram; GitHub and most editors draw it."""
    lines = ["```mermaid", "stateDiagram-v2"]
    for before, how, after in transitions():
        lines.append(f"    {'[*]' if before == '–' else before} --> {after}: {how}")
    lines += ["    published --> [*]", "    withdrawn --> [*]", "```"]
    return "\n".join(lines)


def table() -> str:
    """The same as a table, for readers without the drawing."""
    rows = [f"| {before} | {how} | {after} |" for before, how, after in transitions()]
    return "\n".join(["| from | what leads on | to |", "|---|---|---|", *rows])
