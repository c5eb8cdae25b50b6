"""Lines over time as SVG that stands inside a page: no script, no font, no colour of its own (the page's style names them)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from markupsafe import Markup

WIDTH, HEIGHT = 340, 180
LEFT, RIGHT, TOP, BOTTOM = 40, 6, 8, 24
MOST_POINTS = 240


@dataclass(frozen=True, slots=True)
class Curve:
    """One line; ``None``: nothing was measured then, and the line goes on to the next point."""

    name: str
    values: Sequence[float | None]


def plot(seconds: Sequence[float], curves: Sequence[Curve], *, title: str, unit: str, clock: Callable[[int], str]) -> Markup:
    """The curves over ``seconds``, with both axes. ``clock``: how a moment is written; ``title`` and last values are read aloud."""
    end = max(seconds, default=0.0) or 1.0
    top = _nice(max((v for curve in curves for v in curve.values if v is not None), default=0.0))
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(at: float) -> float:
        return round(LEFT + wide * at / end, 1)

    def y(value: float) -> float:
        return round(TOP + high * (1 - value / top), 1)

    parts = []
    for step in range(5):
        value = top * step / 4
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(value)}" y2="{y(value)}"/>')
        if step % 2 == 0:
            parts.append(f'<text class="tick" x="{LEFT - 5}" y="{y(value) + 4}" text-anchor="end">{_number(value)}</text>')
    for at, anchor in ((0.0, "start"), (end / 2, "middle"), (end, "end")):
        moment = escape(clock(round(at)))
        parts.append(f'<text class="tick" x="{x(at)}" y="{HEIGHT - 6}" text-anchor="{anchor}">{moment}</text>')
    for number, curve in enumerate(curves):
        path = _path(seconds, curve.values, x, y)
        if path:
            parts.append(f'<path class="curve curve--{number}" d="{path}"/>')
    said = "; ".join(f"{curve.name}: {_number(_last(curve.values))} {unit}" for curve in curves if _last(curve.values) is not None)
    return Markup(
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}. {escape(said)}">' + "".join(parts) + "</svg>"
    )


def swatch(number: int) -> Markup:
    """A short piece of the line with this number, for a legend."""
    return Markup(
        '<svg class="swatch" viewBox="0 0 24 8" aria-hidden="true">'
        f'<line class="curve curve--{number}" x1="0" x2="24" y1="4" y2="4"/></svg>'
    )


def _path(seconds: Sequence[float], values: Sequence[float | None], x: Callable[[float], float], y: Callable[[float], float]) -> str:
    bundle = max(1, math.ceil(len(values) / MOST_POINTS))
    commands: list[str] = []
    for start in range(0, len(values), bundle):
        here = [v for v in values[start : start + bundle] if v is not None]
        if here:  # of several seconds the worst: a peak must not be smoothed away
            commands.append(f"{'L' if commands else 'M'}{x(seconds[start])} {y(max(here))}")
    if len(commands) == 1:
        commands.append("h0.1")  # a lone point is a dot
    return "".join(commands)


def _last(values: Sequence[float | None]) -> float | None:
    return next((value for value in reversed(values) if value is not None), None)


def _nice(value: float) -> float:
    """The next 1, 2, 4 or 8 times a power of ten above ``value``; 1 for nothing."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 8, 10, 20) if step * power >= value)


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if value >= 10 or value == round(value) else f"{value:.1f}" if value >= 1 else f"{value:.2g}"
