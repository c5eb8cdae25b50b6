"""Sentences of a transcript that the record contradicts: who was expected and came, votes, outcomes, who was elected, date and clock.

A machine mishears what the journal knows exactly (“十到二十九人” where 26 came). A sentence is compared with what the record says and
never changed: the speaker may have misspoken, and only a person knows. Mandarin only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

from meeting_server.archive.minutes.minutes import Minutes
from meeting_server.archive.minutes.results import PUBLISHED, Result
from meeting_server.archive.record.number_forms import figures
from meeting_server.archive.record.transcript import Spoken
from meeting_server.domain.ids import Millis
from meeting_server.domain.vote_terms import MotionForce, Stance

ANNOUNCED_MS = 600_000
"""How long after its closing a sentence about votes is taken to be about that vote; later ones may be about any."""
CLOCK_MINUTES = 10
HOUR_MINUTES = 40
"""How far a clock that somebody reads out may be off, with minutes and in whole hours (“现在七点”, at half past)."""


class Known(StrEnum):
    """What the record knows exactly."""

    EXPECTED = "expected"
    PRESENT = "present"
    ON_LEAVE = "on_leave"
    FOR = "for"
    AGAINST = "against"
    ABSTAIN = "abstain"
    CARRIED = "carried"
    NOT_CARRIED = "not_carried"
    ELECTED = "elected"
    CLOCK = "clock"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Facts:
    """What sentences are compared with. A count has several values where the record counts in several ways (with and without a
    vote, at the opening of each vote)."""

    counts: Mapping[Known, frozenset[int]]
    results: tuple[Result, ...]
    """Published, by their opening."""
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class Contradiction:
    """``said`` in a sentence, where the record has ``record``; ``about`` names the motion or the person; ``at`` is the moment of
    the record that shows it (Unix ms), ``None`` where the whole meeting does."""

    cue_id: str
    known: Known
    said: str
    record: tuple[str, ...]
    about: str = ""
    at: Millis | None = None


def facts_of(minutes: Minutes, zone: tzinfo) -> Facts:
    """What the minutes know. ``zone``: whose clock was read out."""
    results = [result for item in minutes.items for result in item.results if result.outcome in PUBLISHED]
    quorums = [minutes.quorum, *(q for result in results for q in (result.quorum_at_open, result.quorum_at_close) if q is not None)]
    members = minutes.members
    counts = {
        Known.EXPECTED: frozenset({*(quorum.entitled for quorum in quorums), *([members.expected] if members else [])}),
        Known.PRESENT: frozenset({*(quorum.present for quorum in quorums), *([members.attended] if members else [])}),
        Known.ON_LEAVE: frozenset({len(minutes.on_leave)}),
    }
    return Facts(counts, tuple(sorted(results, key=lambda result: result.opened_at or 0)), zone)


def contradictions(spoken: Iterable[Spoken], facts: Facts) -> tuple[Contradiction, ...]:
    """Every statement that the record contradicts, in the order of the sentences."""
    found: list[Contradiction] = []
    for line in spoken:
        if line.text:
            text = figures(line.text)
            for check in (_attendance, _votes, _outcome, _people, _clock):
                found += check(line, text, facts)
    return tuple(found)


_ATTENDED = (
    (Known.EXPECTED, re.compile(r"应到[^，。；、\d]{0,8}(\d+)[人名位]")),
    (Known.PRESENT, re.compile(r"(?:实到|实际到会|(?:^|(?<=[，。；、]))(?:十|10|时|石|是)到)[^，。；、\d]{0,8}(\d+)[人名位]")),
    (Known.ON_LEAVE, re.compile(r"请假(?:的|了)?(?:有|共|党员)?(\d+)[人名位]")),
)
_STANCES = {
    "赞成": Known.FOR,
    "同意": Known.FOR,
    "反对": Known.AGAINST,
    "不赞成": Known.AGAINST,
    "不同意": Known.AGAINST,
    "弃权": Known.ABSTAIN,
}
_STANCE = "|".join(sorted(_STANCES, key=len, reverse=True))
_VOTED = re.compile(rf"(?P<one>{_STANCE})(?:的|票|是|有|共|：)*(?P<a>\d+)(?=[票人名])|(?P<b>\d+)[票人名](?P<other>{_STANCE})")
_REJECTED = re.compile(r"(?:不|未|没有?|未能|没能)(?:获得?)?通过")
_CARRIED = re.compile(r"(?:^|[，。；])通过(?=[，。；！]|$)|(?:表决|一致|获得?|正式)通过")
_TIME = re.compile(
    r"现在(?:的?时间)?(?:是|为)?[^，。；\d]{0,4}(?P<hour>\d{1,2})点(?:(?P<minute>\d{1,2})分?|(?P<part>半|一刻|三刻)|(?P<whole>整))?(?!多)"
)
_PARTS = {"半": 30, "一刻": 15, "三刻": 45}
_TODAY = re.compile(r"今天是(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]")


def _attendance(line: Spoken, text: str, facts: Facts) -> Iterator[Contradiction]:
    for known, pattern in _ATTENDED:
        right = facts.counts[known]
        for found in pattern.finditer(text):
            if int(found[1]) not in right:
                yield Contradiction(line.cue_id, known, found[1], tuple(str(number) for number in sorted(right)))


def _votes(line: Spoken, text: str, facts: Facts) -> Iterator[Contradiction]:
    """Of the vote before the sentence; a number that an earlier vote had is a look back."""
    before = [result for result in facts.results if result.takes_three and result.counts and (result.opened_at or 0) <= line.since]
    if not before or not _fresh(before[-1], line):
        return
    latest = before[-1]
    for found in _VOTED.finditer(text):
        known, said = _STANCES[found["one"] or found["other"]], found["a"] or found["b"]
        if all(result.count(Stance(known.value)) != int(said) for result in before):
            yield Contradiction(line.cue_id, known, said, (str(latest.count(Stance(known.value))),), latest.title, latest.opened_at)


def _outcome(line: Spoken, text: str, facts: Facts) -> Iterator[Contradiction]:
    motions = [r for r in facts.results if r.force == MotionForce.MOTION and r.closed_at is not None and r.closed_at <= line.since]
    if not motions or not _fresh(motions[-1], line):
        return
    latest = motions[-1]
    rejected = _REJECTED.search(text)
    found = rejected or _CARRIED.search(text)
    said = Known.NOT_CARRIED if rejected else Known.CARRIED
    if found and said.value != latest.outcome:
        yield Contradiction(line.cue_id, said, found[0].strip("，。；"), (latest.outcome,), latest.title, latest.opened_at)


def _people(line: Spoken, text: str, facts: Facts) -> Iterator[Contradiction]:
    """Votes of candidates by name, and who is said to be elected."""
    elections = [r for r in facts.results if r.force == MotionForce.ELECTION and (r.closed_at or 0) <= line.since]
    stood: dict[str, list[tuple[Result, int, bool]]] = {}
    for result in elections:
        for contender in result.contenders:
            votes = dict(contender.counts).get(Stance.FOR.value, 0)
            stood.setdefault(contender.name, []).append((result, votes, contender.outcome == "elected"))
    for name, rounds in stood.items():
        latest = rounds[-1][0]
        for found in re.finditer(rf"{re.escape(name)}(?:同志)?(?:，)?(?:共)?(?:得|获)(?:得|票|赞成)*(\d+)票?", text):
            if all(int(found[1]) != votes for _, votes, _ in rounds):
                yield Contradiction(line.cue_id, Known.FOR, found[1], (str(rounds[-1][1]),), name, latest.opened_at)
        if not any(elected for _, _, elected in rounds) and re.search(rf"{re.escape(name)}(?:同志)?当选", text):
            right = tuple(contender.name for contender in latest.contenders if contender.outcome == "elected")
            yield Contradiction(line.cue_id, Known.ELECTED, name, right, latest.title, latest.opened_at)


def _clock(line: Spoken, text: str, facts: Facts) -> Iterator[Contradiction]:
    then = datetime.fromtimestamp(line.since / 1000, facts.zone)
    for found in _TIME.finditer(text):
        exact = found["minute"] or found["part"]
        minutes = int(found["hour"]) * 60 + int(found["minute"] or _PARTS.get(found["part"] or "", 0))
        away = abs(minutes - then.hour * 60 - then.minute) % 720  # people read out twelve hours as well as twenty-four
        if min(away, 720 - away) > (CLOCK_MINUTES if exact or found["whole"] else HOUR_MINUTES):
            yield Contradiction(line.cue_id, Known.CLOCK, found[0], (f"{then:%H:%M}",), "", line.since)
    for found in _TODAY.finditer(text):
        right = (then.year if found["year"] else None, then.month, then.day)
        if (int(found["year"]) if found["year"] else None, int(found["month"]), int(found["day"])) != right:
            yield Contradiction(line.cue_id, Known.DATE, found[0], (f"{then.year}-{then.month:02}-{then.day:02}",), "", line.since)


def _fresh(result: Result, line: Spoken) -> bool:
    return result.closed_at is None or line.since <= result.closed_at + ANNOUNCED_MS
