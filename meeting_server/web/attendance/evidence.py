"""The geometry of attendance drawings: bands of evidence, the curve of those present, a member's columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from meeting_server.domain.ids import Millis
from meeting_server.domain.state import Interval
from meeting_server.domain.terms import EvidenceLevel, QuorumCheck
from meeting_server.web.site.dates import clock

_TOP: dict[EvidenceLevel, int] = {"connected": 12, "responsive": 6, "confirmed": 0}
BAND_HEIGHT = 18
"""Heights by level: stronger evidence is taller as well as of another colour."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One interval in a band of 100 × ``BAND_HEIGHT``."""

    level: EvidenceLevel
    x: float
    width: float
    y: int
    height: int


def bars(intervals: Sequence[Interval], since: Millis, until: Millis) -> tuple[Bar, ...]:
    """Return the evidence between ``since`` and ``until`` as bars. One shorter than a thousandth is drawn that long."""
    length = max(1, until - since)
    drawn: list[Bar] = []
    for interval in intervals:
        start = max(interval.since, since)
        end = min(interval.until if interval.until is not None else until, until)
        if start >= end:
            continue
        x, width = (start - since) * 100 / length, max(0.1, (end - start) * 100 / length)
        top = _TOP[interval.level]
        drawn.append(Bar(interval.level, round(x, 2), round(width, 2), top, BAND_HEIGHT - top))
    return tuple(drawn)


@dataclass(frozen=True, slots=True)
class Tick:
    """A label on an axis."""

    x: float
    label: str
    anchor: str


def ticks(since: Millis, until: Millis, *, left: float = 0, right: float = 100, parts: int = 3) -> tuple[Tick, ...]:
    """Return clock times at both ends and in between, each once."""
    span = until - since
    found: list[Tick] = []
    for part in range(parts + 1):
        label = clock(since + span * part // parts)
        if found and found[-1].label == label:
            continue
        anchor = "start" if part == 0 else "end" if part == parts else "middle"
        found.append(Tick(round(left + (right - left) * part / parts, 1), label, anchor))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Flag:
    """A moment marked on the curve. ``label_y`` separates neighbours."""

    x: float
    label: str
    label_x: float
    label_y: float


@dataclass(frozen=True, slots=True)
class Plot:
    """The curve of those present in a box of ``width`` × ``height``. ``need_y`` None: no quorum line."""

    width: int
    height: int
    left: int
    right: int
    bottom: int
    area: str
    line: str
    need_y: float | None
    needed: int
    grid: tuple[tuple[int, float], ...]
    flags: tuple[Flag, ...]
    ticks: tuple[Tick, ...]


def plot(
    steps: Sequence[tuple[Millis, int]],
    since: Millis,
    until: Millis,
    quorum: QuorumCheck,
    flags: Sequence[tuple[Millis, str]],
    *,
    width: int,
    height: int,
    left: int,
) -> Plot:
    """Return the curve. ``steps``: how many are present from each moment on. The scale goes from nobody to everyone entitled."""
    right, top, bottom = width - (16 if width > 500 else 4), 26, height - 24
    span, most = max(1, until - since), max(1, quorum.entitled, *(count for _, count in steps))

    def x(at: Millis) -> float:
        return round(left + (right - left) * (min(max(at, since), until) - since) / span, 1)

    def y(count: int) -> float:
        return round(bottom - (bottom - top) * count / most, 1)

    points = list(steps) or [(since, 0)]
    line = f"M{x(points[0][0])} {y(points[0][1])}" + "".join(f"H{x(at)}V{y(count)}" for at, count in points[1:]) + f"H{right}"
    needed = quorum.needed
    marked = sorted({0, most} | ({needed} if 0 < needed < most and abs(y(needed) - y(most)) > 14 and bottom - y(needed) > 14 else set()))
    return Plot(
        width=width,
        height=height,
        left=left,
        right=right,
        bottom=bottom,
        area=f"{line}V{bottom}H{left}Z",
        line=line,
        need_y=y(needed) if needed else None,
        needed=needed,
        grid=tuple((count, y(count)) for count in marked),
        flags=_flags(flags, x, right, bottom),
        ticks=ticks(since, until, left=left, right=right, parts=4 if width > 500 else 2),
    )


def _flags(flags: Sequence[tuple[Millis, str]], x: Callable[[Millis], float], right: int, bottom: int) -> tuple[Flag, ...]:
    placed: list[Flag] = []
    for at, label in flags:
        here = x(at)
        room = 70.0
        close = [flag for flag in placed if abs(flag.x - here) < room]
        label_x = here + 5 if here < right - 60 else here - 5 - 14 * len(label)
        placed.append(Flag(here, label, round(label_x, 1), bottom - 8 - 18 * (len(close) % 3)))
    return tuple(placed)


@dataclass(frozen=True, slots=True)
class Column:
    """One meeting in a member's year; ``kind`` is empty, ``part`` or ``leave``."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    label_x: float
    label: str
    percent: int


def columns(shares: Sequence[tuple[str, float, str]], *, width: int, height: int) -> tuple[Column, ...]:
    """Return columns from kind, share of the meeting (0 to 1) and label of each meeting."""
    top, bottom = 22, height - 24
    room = width / max(8, len(shares))
    wide = min(18.0, room * 0.62)
    drawn: list[Column] = []
    for number, (kind, share, label) in enumerate(shares):
        tall = (bottom - top) * (1.0 if kind == "leave" else max(0.02, share))
        x = room * number + (room - wide) / 2
        box = round(x, 1), round(bottom - tall, 1), round(wide, 1), round(tall, 1)
        drawn.append(Column(kind, *box, round(x + wide / 2, 1), label, round(share * 100)))
    return tuple(drawn)
