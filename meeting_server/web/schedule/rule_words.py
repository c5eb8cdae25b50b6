"""A rule preset in words, worked out for a number of people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from meeting_server.domain.terms import Preset
from meeting_server.domain.vote_terms import Electorate, RuleMethod
from meeting_server.domain.votes.rules import needed
from meeting_server.web.site.dates import date, millis

Say = Callable[..., str]


@dataclass(frozen=True, slots=True)
class RuleWords:
    """What a secretary needs to know before choosing a rule. ``since``, ``note``, ``replaced``, ``doubts``, ``disputed`` and ``opinions``
    may be empty."""

    title: str
    quorum: str
    passing: str
    method: str
    source: str
    """The regulation, its articles and the date of the text."""
    compared: str
    since: str
    note: str
    replaced: str
    """The replacement, and since when."""
    doubts: str
    disputed: str
    opinions: str
    secret: bool


def rule_words(preset: Preset, entitled: int, language: str, say: Say, replacement: Preset | None = None) -> RuleWords:
    """Return ``preset`` worked out for ``entitled`` people. ``say`` gives the texts under ``schedule.rule``. ``replacement``: the rule
    that replaces it now."""
    separator = say("schedule.rule.separator")
    fields = separator.join(say(f"schedule.rule.field.{name}") for name in preset.assumed)
    disputed = separator.join(say(f"schedule.rule.field.{name}") for name in preset.doubts)
    return RuleWords(
        title=title_of(preset, language),
        quorum=_quorum(preset, entitled, say),
        passing=_passing(preset, entitled, say),
        method=say(f"schedule.rule.method.{preset.method}"),
        source=say("schedule.rule.source", source=_cited(preset, language, say)),
        compared=_compared(preset, say),
        since=say("schedule.rule.since", day=_day(preset.valid_from, language)) if preset.valid_from else "",
        note=(preset.note_en if language == "en" else "") or preset.note_zh,
        replaced=replaced_words(replacement, language, say) if replacement is not None else "",
        doubts=say("schedule.rule.assumed", fields=fields) if fields else "",
        disputed=say("schedule.rule.disputed", fields=disputed) if disputed else "",
        opinions=say("schedule.rule.opinions") if preset.written_opinions else "",
        secret=preset.method == RuleMethod.SECRET,
    )


def title_of(preset: Preset, language: str) -> str:
    return (preset.title_en if language == "en" else "") or preset.title_zh


def replaced_words(replacement: Preset, language: str, say: Say) -> str:
    """Return the note that a rule was replaced, by which and since when."""
    title = title_of(replacement, language)
    if not replacement.valid_from:
        return say("schedule.rule.replaced", title=title)
    return say("schedule.rule.replaced_since", title=title, day=_day(replacement.valid_from, language))


def _cited(preset: Preset, language: str, say: Say) -> str:
    parts = [(preset.source_en if language == "en" else "") or preset.source]
    if preset.article:
        articles = preset.article.replace(", ", say("schedule.rule.separator"))
        parts.append(say("schedule.rule.article", articles=articles))
    if preset.text_date:
        parts.append(say("schedule.rule.dated", day=_day(preset.text_date, language)))
    return say("schedule.rule.comma").join(parts)


def _compared(preset: Preset, say: Say) -> str:
    if not preset.compared_with:
        return say("schedule.rule.compared.nothing")
    return say("schedule.rule.comma").join(say(f"schedule.rule.compared.{one}") for one in preset.compared_with)


def _day(day: str, language: str) -> str:
    return date("en" if language == "en" else "zh-CN", millis(datetime.fromisoformat(day)))


def _quorum(preset: Preset, entitled: int, say: Say) -> str:
    if preset.quorum is None:
        return say("schedule.rule.quorum_none")
    key = "quorum_committee" if preset.electorate == Electorate.COMMITTEE else "quorum"
    return say(f"schedule.rule.{key}", entitled=entitled, needed=needed(preset.quorum, entitled))


def _passing(preset: Preset, entitled: int, say: Say) -> str:
    if preset.passing is None:
        return say("schedule.rule.passing_none")
    return say(f"schedule.rule.passing_{preset.passing.base}", base=entitled, needed=needed(preset.passing, entitled))
