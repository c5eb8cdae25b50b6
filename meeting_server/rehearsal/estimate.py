"""From what was measured at some numbers of phones to how many this server carries, and what would be full first. Pure.

The cost of a meeting has two forms. What each phone costs by itself (its packets, memory, sockets) grows with their number. What all
phones say and all others hear (chat, ballots, hands) grows with its square, because we let each phone speak as often as the next.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Resource = Literal["web", "media", "cores", "memory", "files", "network"]
Symptom = Literal["refused", "messages_late", "server_late", "sound_gaps", "lost"]

PROCESS_FULL = 0.9
"""Of one core: web and media are one thread each, and the last tenth is waiting time for everybody."""
CORES_FULL = 0.9
OTHERS_BUSY = 0.25
"""Of all cores: from here on other programs blur what is measured."""
FILES_FULL = MEMORY_FULL = 0.9
NETWORK_FULL = 0.8
MESSAGE_LATE_MS = 1_000.0
SERVER_LATE_MS = 250.0
SOUND_GAP_MS = 400.0
"""Concealment and jitter buffers hide gaps up to about this; longer ones are heard by everybody."""
LOST_SHARE = 0.02
"""Opus in our client conceals single lost packets; from about this share on speech suffers."""
LATE_PHONES_MS = 150.0
BUSY_PHONES = 0.9
"""Of one core: the generator of the phones is one process."""
FURTHEST = 10
"""Nothing is promised beyond so many times what was measured."""


@dataclass(frozen=True, slots=True)
class Level:
    """What was measured while so many phones were in the meeting; processors in cores, times in ms, shares of 1.

    ``None``: there was nothing to measure it by.
    """

    phones: int
    seconds: float
    web: float
    media: float
    others: float
    """What other programs took of the server's cores, all together."""
    memory: float
    """Bytes of web and media process."""
    files: float
    """Open descriptors of the process that has most."""
    out_mbit_s: float
    message_p95: float | None
    answer_p95: float | None
    server_late_p95: float
    lost: float | None
    sound_gap_p99: float | None
    """Of the longest pauses of all phones, second by second."""
    sound_gap_most: float | None
    sound_delay_p95: float | None
    refused: int
    phones_late_p95: float
    """How late the phones' own process was."""
    phones_busy: float
    """What the phones' own process took of a core."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """Of the machine. ``network_mbit_s`` ``None``: unknown, or the phones were on the same machine."""

    cores: int
    memory: float
    """Bytes that web and media may take together: theirs and what is free."""
    files: float
    network_mbit_s: float | None


@dataclass(frozen=True, slots=True)
class Limit:
    """``full_at`` phones, the resource has ``share`` 1 of what it may use. ``share``: measured at the highest level."""

    resource: Resource
    share: float
    full_at: int | None
    """``None``: further away than can be told."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """``carried``: the most phones at which nothing gave way; 0: not even the fewest. ``gave_way``: what did, at ``gave_way_at``.

    ``phones_were_the_limit``: the generator of the phones was late or busy itself, so delays, gaps and losses are partly its own.
    ``limits`` are ordered, the first to be full first.
    """

    carried: int
    gave_way_at: int | None
    gave_way: tuple[Symptom, ...]
    limits: tuple[Limit, ...]
    phones_were_the_limit: bool
    estimated: bool
    """Two numbers of phones or more were measured: one tells nothing about how the load grows, and no limit is foretold."""
    others_were_busy: bool
    """Other programs took so much of the processors that the figures may be worse than they would be alone."""

    @property
    def first(self) -> Limit | None:
        """What would be full first, and where; ``None`` when everything is far away."""
        return self.limits[0] if self.limits and self.limits[0].full_at is not None else None


def symptoms(level: Level) -> tuple[Symptom, ...]:
    """What people would have noticed at this level, the gravest first."""
    noticed: list[tuple[Symptom, bool]] = [
        ("refused", level.refused > 0),
        ("messages_late", (level.message_p95 or 0.0) > MESSAGE_LATE_MS or (level.answer_p95 or 0.0) > MESSAGE_LATE_MS),
        ("server_late", level.server_late_p95 > SERVER_LATE_MS),
        ("sound_gaps", (level.sound_gap_p99 or 0.0) > SOUND_GAP_MS),
        ("lost", (level.lost or 0.0) > LOST_SHARE),
    ]
    return tuple(symptom for symptom, so in noticed if so)


def phones_limit(level: Level) -> bool:
    """Whether the generator of the phones had no processor left for them."""
    return level.phones_late_p95 > LATE_PHONES_MS or level.phones_busy > BUSY_PHONES


def judge(levels: Sequence[Level], capacity: Capacity) -> Verdict:
    """``levels``: at least one, the first may be of an empty meeting. Raises ValueError without any."""
    if not levels:
        raise ValueError("nothing was measured")
    played = [level for level in levels if level.phones > 0]
    failed = next((level for level in played if symptoms(level)), None)
    estimated = len({level.phones for level in played}) > 1
    good = [level.phones for level in played if failed is None or level.phones < failed.phones]
    return Verdict(
        carried=max(good, default=0),
        gave_way_at=failed.phones if failed is not None else None,
        gave_way=symptoms(failed) if failed is not None else (),
        limits=_limits(levels, capacity, estimated=estimated),
        phones_were_the_limit=any(phones_limit(level) for level in played),
        estimated=estimated,
        others_were_busy=any(level.others > OTHERS_BUSY * capacity.cores for level in played),
    )


def _limits(levels: Sequence[Level], capacity: Capacity, *, estimated: bool) -> tuple[Limit, ...]:
    measured: list[tuple[Resource, list[float], float, bool]] = [
        ("web", [level.web for level in levels], PROCESS_FULL, True),
        ("media", [level.media for level in levels], PROCESS_FULL, False),
        ("cores", [level.web + level.media for level in levels], CORES_FULL * capacity.cores, True),
        ("memory", [level.memory for level in levels], MEMORY_FULL * capacity.memory, False),
        ("files", [level.files for level in levels], FILES_FULL * capacity.files, False),
    ]
    if capacity.network_mbit_s is not None:
        measured.append(("network", [level.out_mbit_s for level in levels], NETWORK_FULL * capacity.network_mbit_s, False))
    phones = [level.phones for level in levels]
    most = max(phones)
    limits = []
    for resource, used, full, squares in measured:
        share = used[phones.index(most)] / full if full > 0 else 0.0
        limits.append(Limit(resource, share, full_at(phones, used, full, squares=squares) if estimated else None))
    far = max(1, most) * FURTHEST + 1
    return tuple(sorted(limits, key=lambda limit: (limit.full_at if limit.full_at is not None else far, -limit.share)))


def full_at(phones: Sequence[int], used: Sequence[float], full: float, *, squares: bool) -> int | None:
    """At how many phones ``used`` reaches ``full``; ``None``: beyond ``FURTHEST`` times the most measured, or it does not grow.

    ``squares``: it may grow with the square of the number.
    """
    most = max(phones)
    if most <= 0 or full <= 0:
        return None
    base, each, pair = fitted(phones, used, squares=squares)
    if base >= full:
        return 0
    if pair > 1e-12:
        reached = (-each + math.sqrt(each * each + 4 * pair * (full - base))) / (2 * pair)
    elif each > 1e-12:
        reached = (full - base) / each
    else:
        return None
    return None if reached > FURTHEST * most else math.floor(reached)


def fitted(phones: Sequence[int], used: Sequence[float], *, squares: bool) -> tuple[float, float, float]:
    """``base + each·n + pair·n²`` through the measured points, none of the three below zero (least squares).

    Two points give one slope: of squares where these are allowed, which promises too little rather than too much, else of phones.
    """
    points = sorted(zip(phones, used, strict=True))
    forms: list[tuple[int, ...]]
    if len({n for n, _ in points}) == 2:
        forms = [(0, 2)] if squares else [(0, 1)]
    else:
        forms = [(0, 1, 2), (0, 2), (0, 1), (1, 2), (2,), (1,), (0,)] if squares else [(0, 1), (1,), (0,)]
    best: tuple[float, tuple[float, float, float]] | None = None
    for powers in forms:
        found = _least_squares(points, powers)
        if found is None:
            continue
        terms = [0.0, 0.0, 0.0]
        for power, term in zip(powers, found, strict=True):
            terms[power] = term
        if min(terms) < -1e-9:
            continue
        error = sum((terms[0] + terms[1] * n + terms[2] * n * n - value) ** 2 for n, value in points)
        if best is None or error < best[0] - 1e-12:
            best = error, (max(0.0, terms[0]), max(0.0, terms[1]), max(0.0, terms[2]))
    return best[1] if best is not None else (max(value for _, value in points), 0.0, 0.0)


def _least_squares(points: Sequence[tuple[int, float]], powers: Sequence[int]) -> list[float] | None:
    """The factors of these powers by the normal equations; ``None`` when the points do not tell."""
    size = len(powers)
    rows = [[sum(float(n) ** (p + q) for n, _ in points) for q in powers] + [sum(v * float(n) ** p for n, v in points)] for p in powers]
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(rows[row][column]))
        if abs(rows[pivot][column]) < 1e-12:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for row in range(size):
            if row != column:
                factor = rows[row][column] / rows[column][column]
                rows[row] = [a - factor * b for a, b in zip(rows[row], rows[column], strict=True)]
    return [rows[i][size] / rows[i][i] for i in range(size)]
