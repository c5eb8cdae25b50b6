"""What a rehearsal tells: sentences for a person, a page with plots in both languages, and one line of JSON for a script."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from meeting_server.rehearsal.estimate import FURTHEST
from meeting_server.rehearsal.plots import Curve, plot, swatch
from meeting_server.rehearsal.runner import Outcome, Second
from meeting_server.web.site.catalogue import LANGUAGES, Language, text

FORMAT = 1
"""Of the JSON line; grows when a field changes its meaning."""
_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def sentences(outcome: Outcome, language: Language) -> list[str]:
    """The result in plain words, the most important first."""

    def say(key: str, **holes: object) -> str:
        return text(language, f"rehearsal.{key}", **holes)

    verdict, top = outcome.verdict, outcome.levels[-1]
    told = []
    if outcome.ended != "finished":
        told.append(say(f"ended.{outcome.ended}", title=outcome.ended_detail))
    if verdict.carried:
        carried = next(level for level in outcome.levels if level.phones == verdict.carried)
        cameras = min(outcome.cameras, max(0, verdict.carried - 1))
        told.append(say("carried", phones=verdict.carried, cameras=cameras, time=duration(carried.seconds, language)))
    if verdict.gave_way_at is not None:
        what = say("comma").join(say(f"symptom.{symptom}") for symptom in verdict.gave_way)
        told.append(say("gave_way", phones=verdict.gave_way_at, what=what))
    if verdict.phones_were_the_limit:
        told.append(say("phones_were_the_limit"))
    if verdict.others_were_busy:
        told.append(say("others_were_busy", cores=f"{max(level.others for level in outcome.levels):.1f}", of=outcome.capacity.cores))
    if top.message_p95 is not None:
        told.append(say("messages", ms=round(top.message_p95)))
    if top.sound_gap_most is not None:
        told.append(say("sound_gap", ms=round(top.sound_gap_most)))
    if top.sound_delay_p95 is not None:
        told.append(say("sound_delay", ms=round(top.sound_delay_p95)))
    if top.lost is not None:
        told.append(say("lost", percent=f"{100 * top.lost:.2g}"))
    if outcome.votes:
        whole = all(cast == counted for _, cast, counted in outcome.votes)
        told.append(say("votes" if whole else "votes_wrong", n=len(outcome.votes), ballots=sum(cast for _, cast, _ in outcome.votes)))
    first = verdict.first
    if verdict.gave_way:
        most = max(verdict.limits, key=lambda limit: limit.share)
        told.append(say("nearest", what=say(f"resource.{most.resource}"), percent=round(100 * most.share)))
    elif first is not None:
        told.append(say("first", phones=first.full_at, what=say(f"resource.{first.resource}")))
    elif not verdict.estimated:
        told.append(say("short"))
    elif top.phones:
        told.append(say("far", phones=FURTHEST * top.phones))
    if outcome.order.local:
        told.append(say("local"))
    return told


def duration(seconds: float, language: Language) -> str:
    """``3 min`` or ``45 s``."""
    if seconds >= 90:
        return text(language, "rehearsal.minutes", n=f"{seconds / 60:.2g}")
    return text(language, "rehearsal.seconds", n=round(seconds))


def json_line(outcome: Outcome) -> str:
    """Everything that was measured, on one line."""
    verdict = outcome.verdict
    first = verdict.first
    return json.dumps(
        {
            "format": FORMAT,
            "ended": outcome.ended,
            "phones": outcome.came_in,
            "cameras": outcome.cameras,
            "carried": verdict.carried,
            "gave_way_at": verdict.gave_way_at,
            "gave_way": list(verdict.gave_way),
            "full_first": first.resource if first else None,
            "full_first_at": first.full_at if first else None,
            "phones_were_the_limit": verdict.phones_were_the_limit,
            "others_were_busy": verdict.others_were_busy,
            "local": outcome.order.local,
            "recording": outcome.order.recording,
            "cores": outcome.capacity.cores,
            "limits": [asdict(limit) for limit in verdict.limits],
            "levels": [_rounded(asdict(level)) for level in outcome.levels],
            "votes": [{"method": method, "cast": cast, "counted": counted} for method, cast, counted in outcome.votes],
            "refused": outcome.refused,
            "packets": {"sent": outcome.packets_sent, "received": outcome.packets_received, "lost": outcome.packets_lost},
            "server": {name: after - before for name, before, after in _counted(outcome)},
        },
        ensure_ascii=False,
    )


def _counted(outcome: Outcome) -> list[tuple[str, float, float]]:
    """What the media workers counted from the first to the last figures: name, before, after."""
    if outcome.server is None:
        return []
    before, after = (figures.media_counters for figures in outcome.server)
    return [(name, before.get(name, 0.0), value) for name, value in after.items() if name.endswith("_total")]


def _rounded(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in fields.items()}


def page(outcome: Outcome, language: Language, when: datetime) -> str:
    """The whole report as one HTML page; ``language`` comes first, the other one after it."""
    order = [language, *(other for other in LANGUAGES if other != language)]
    parts = [_part(outcome, one) for one in order]
    return _TEMPLATES.get_template("report.html").render(language=language, parts=parts, when=f"{when:%Y-%m-%d %H:%M}", swatch=swatch)


def _part(outcome: Outcome, language: Language) -> dict[str, Any]:
    say = partial(text, language)
    level_rows = [
        (
            str(level.phones),
            f"{100 * level.web:.0f} %",
            f"{100 * level.media:.0f} %",
            _ms(level.message_p95),
            _ms(level.sound_gap_most),
            "–" if level.lost is None else f"{100 * level.lost:.2g} %",
            f"{level.memory / 2**20:.0f} MiB",
            f"{level.files:.0f}",
            f"{level.out_mbit_s:.1f} Mbit/s",
        )
        for level in outcome.levels
    ]
    limit_rows = [
        (
            say(f"rehearsal.resource_name.{limit.resource}"),
            f"{100 * limit.share:.0f} %",
            _full_at(limit.full_at, outcome, language),
        )
        for limit in outcome.verdict.limits
    ]
    return {
        "language": language,
        "t": lambda key, **holes: say(f"rehearsal.{key}", **holes),
        "sentences": sentences(outcome, language),
        "plots": _plots(outcome.seconds, language),
        "levels": level_rows,
        "limits": limit_rows,
        "refused": sorted(outcome.refused.items(), key=lambda item: -item[1]),
        "recording": outcome.order.recording,
    }


def _full_at(phones: int | None, outcome: Outcome, language: Language) -> str:
    if phones is not None:
        return str(phones)
    return text(language, "rehearsal.more_than", n=FURTHEST * outcome.came_in) if outcome.verdict.estimated else "–"


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f} ms"


def _plots(seconds: Sequence[Second], language: Language) -> list[dict[str, Any]]:
    def say(key: str) -> str:
        return text(language, f"rehearsal.{key}")

    at = [second.at for second in seconds]
    drawn: list[tuple[str, str, list[tuple[str, list[float | None]]]]] = [
        ("phones", "", [("phones", [float(s.phones) for s in seconds])]),
        (
            "processor",
            "%",
            [
                ("web", [100 * s.web for s in seconds]),
                ("media", [100 * s.media for s in seconds]),
                ("phones_own", [100 * s.phones_busy for s in seconds]),
            ],
        ),
        ("delay", "ms", [("p95", [s.message_p95 for s in seconds]), ("p50", [s.message_p50 for s in seconds])]),
        ("late", "ms", [("server", [s.server_late for s in seconds]), ("phones_own", [s.phones_late for s in seconds])]),
        ("gaps", "ms", [("gap", [s.sound_gap for s in seconds])]),
        ("lost", "%", [("lost", [None if s.lost is None else 100 * s.lost for s in seconds])]),
        ("network", "Mbit/s", [("out", [s.out_mbit_s for s in seconds])]),
    ]
    plots = []
    for name, unit, curves in drawn:
        named = [Curve(say(f"curve.{key}"), values) for key, values in curves]
        title = say(f"plot.{name}")
        svg: Markup = plot(at, named, title=title, unit=unit, clock=lambda n: text(language, "rehearsal.clock", n=n))
        plots.append({"title": title, "svg": svg, "legend": [curve.name for curve in named]})
    return plots
