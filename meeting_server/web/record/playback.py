"""The player's drawing: a recorded meeting laid out on one axis, as figures a template can put into SVG attributes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from meeting_server.archive.record.timeline import Chapter, Lane, Mark, Timeline
from meeting_server.domain.ids import Millis

WIDTH = 100.0
"""Width of a lane's viewBox."""
SCRUB = 520.0
"""Width of the scrubber's viewBox."""
_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d{2})")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch on the axis, in the units of its drawing."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Piece:
    """One chapter: title, when it began (Unix ms) and lasted, where it starts and ends in playing time, where it is drawn.

    ``heard``: some of it lies on the axis.
    """

    title: str
    speaker: str
    at: Millis
    lasted: Millis
    start: Millis
    end: Millis
    heard: bool
    lane: Span
    scrub: Span


@dataclass(frozen=True, slots=True)
class Voice:
    """One lane: who, how long altogether, where."""

    name: str
    total: Millis
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Flag:
    """A motion, poll or roll call on the axis: ``start`` in playing time, ``x`` on the scrubber."""

    mark: Mark
    start: Millis
    x: float


@dataclass(frozen=True, slots=True)
class Playback:
    """The axis from ``zero`` for ``length`` ms. ``played``: whether there is sound or picture at all."""

    zero: Millis
    length: Millis
    pieces: tuple[Piece, ...]
    voices: tuple[Voice, ...]
    flags: tuple[Flag, ...]

    def at(self, moment: Millis) -> Millis:
        """Playing time of a moment of the meeting; 0 and ``length`` for what lies outside."""
        return min(max(0, moment - self.zero), self.length)

    def start_of(self, moment: Millis) -> Millis | None:
        """Playing time of a moment, ``None`` when nothing was recorded then."""
        return moment - self.zero if 0 <= moment - self.zero < self.length else None


def playback_of(timeline: Timeline) -> Playback:
    """The drawing of a record."""
    zero, length = timeline.zero, max(1, timeline.end - timeline.zero)

    def span(since: Millis, until: Millis, width: float) -> Span:
        start, end = max(0, since - zero), min(length, until - zero)
        return Span(round(start / length * width, 2), round(max(0, end - start) / length * width, 2))

    def voice(lane: Lane) -> Voice:
        spans = (span(turn.since, turn.until, WIDTH) for turn in lane.turns)
        return Voice(lane.name, lane.total, tuple(Span(s.x, max(s.width, 0.3)) for s in spans if s.width > 0))

    def piece(chapter: Chapter) -> Piece:
        start, end = (min(max(0, moment - zero), length) for moment in (chapter.since, chapter.until))
        drawn = (span(chapter.since, chapter.until, WIDTH), span(chapter.since, chapter.until, SCRUB))
        lasted = chapter.until - chapter.since
        return Piece(chapter.title, chapter.speaker, chapter.since, lasted, start, end, end > start, *drawn)

    pieces = tuple(piece(chapter) for chapter in timeline.chapters)
    flags = tuple(
        Flag(mark, mark.since - zero, round((mark.since - zero) / length * SCRUB, 1))
        for mark in timeline.marks
        if 0 <= mark.since - zero < length
    )
    return Playback(zero, length, pieces, tuple(voice(lane) for lane in timeline.lanes), flags)


def clock_of(duration: Millis) -> str:
    """Playing time as it is read: ``0:07``, ``34:21``, ``1:12:40``."""
    minutes, seconds = divmod(duration // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def millis_of(clock: str) -> Millis | None:
    """Playing time from a link (``?t=``): ``34:21``, ``1:12:40`` or seconds; ``None`` for anything else."""
    if clock.isascii() and clock.isdigit() and len(clock) <= 6:
        return int(clock) * 1000
    found = _CLOCK.fullmatch(clock)
    if found is None or not clock.isascii():
        return None
    return (int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3])) * 1000
