"""The form for inspections of 三会一课 (三会一课记录表): one ruled table, filled in from the minutes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from meeting_server.archive.minutes.document_model import Words, counts_said, facts_of, grouped, said_by, title_of, verdict_said
from meeting_server.archive.minutes.minutes import Item, Minutes, Spoken
from meeting_server.archive.minutes.results import PUBLISHED, Result
from meeting_server.domain.terms import MeetingKind
from meeting_server.domain.vote_terms import MotionForce

RECORDED: frozenset[MeetingKind] = frozenset({"general", "committee", "group", "lesson"})
"""三会一课: 支部党员大会, 支部委员会, 党小组会, 党课."""


@dataclass(frozen=True, slots=True)
class Cell:
    label: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordForm:
    """The form in words: rows of one or two cells, and the lines for signatures."""

    organisation: str
    title: str
    rows: tuple[tuple[Cell, ...], ...]
    signs: tuple[str, ...]
    hash_line: str


def record_form_of(minutes: Minutes, words: Words) -> RecordForm:
    """Return the form filled from the minutes, in the language of ``words``. What nobody noted is marked as missing, never omitted."""
    say = words.say
    facts = dict(facts_of(minutes, words))
    items = [item for item in minutes.items if item.title or not item.empty]

    def cell(key: str, lines: Iterable[str], otherwise: str = "none") -> Cell:
        return Cell(say(f"minutes.form.{key}"), tuple(line for line in lines if line) or (say(f"minutes.{otherwise}"),))

    def fact(key: str) -> Cell:
        return Cell(say(f"minutes.{key}"), (facts[say(f"minutes.{key}")] or say("minutes.none"),))

    members = minutes.members
    return RecordForm(
        organisation=minutes.branch_name,
        title=say("minutes.form.title"),
        rows=(
            (cell("meeting", [minutes.title]), cell("kind", [say(f"schedule.kind.{minutes.kind}")])),
            (fact("time"), fact("place")),
            (fact("chair"), fact("recorder")),
            (
                cell("expected", [_people(members.expected if members else None, minutes.quorum.entitled, words)]),
                cell("attended", [_people(members.attended if members else None, minutes.quorum.present, words)]),
            ),
            (cell("absent", fact("absent").lines),),
            (Cell(say("minutes.attending"), tuple(_beside(facts, words))),),
            (cell("items", (f"{number}. {title_of(item, words)}" for number, item in enumerate(items, 1))),),
            (cell("points", _spoken(items, lambda item: item.points, words), "nothing_noted"),),
            (cell("dissent", _spoken(items, lambda item: item.dissent, words)),),
            (cell("votes", (line for item in items for result in item.results for line in _voted(result, words))),),
            (cell("resolutions", (line for item in items for line in item.resolutions)),),
        ),
        signs=(say("minutes.form.chair_signs"), say("minutes.form.recorder_signs"), say("minutes.issued_by")),
        hash_line=say("minutes.hash", seq=minutes.head_seq, hash=grouped(minutes.head_hash)),
    )


def _people(members: int | None, voting: int, words: Words) -> str:
    if members is None or members == voting:
        return words.say("minutes.form.people", number=voting)
    return words.say("minutes.form.people_voting", number=members, voting=voting)


def _beside(facts: dict[str, str], words: Words) -> Iterable[str]:
    """Return those who attended without being members here, then members who attended and have no vote."""
    yield facts[words.say("minutes.attending")]
    without = words.say("minutes.without_vote")
    if without in facts:
        yield said_by(without, facts[without], words)


def _spoken(items: list[Item], of: Callable[[Item], tuple[Spoken, ...]], words: Words) -> Iterable[str]:
    """Return what was said, below the title of its item if there are several."""
    told = [item for item in items if of(item)]
    for item in told:
        if len(told) > 1:
            yield words.say("minutes.form.under", title=title_of(item, words))
        yield from (said_by(one.name, one.text, words) for one in of(item))


def _voted(result: Result, words: Words) -> Iterable[str]:
    """Return a published result in one sentence, or for an election a line for each candidate."""
    if result.outcome not in PUBLISHED:
        return
    yield said_by(result.title, counts_said(result, words) + verdict_said(result, words), words)
    if result.force != MotionForce.ELECTION:
        return
    for one in result.contenders:
        counts = words.listed(f"{words.say(f'minutes.choice.{mark}')} {number}" for mark, number in one.counts)
        outcome = words.say(f"minutes.contender.{one.outcome}") if one.outcome else ""
        yield said_by(one.name, words.say("minutes.with_reason", name=counts, reason=outcome) if outcome else counts, words)
