"""The minutes in words, once for both page and document: a heading, a ruled table of facts, numbered sections."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from meeting_server.archive.minutes.minutes import Item, Minutes, Person
from meeting_server.archive.minutes.results import HallCount, Result
from meeting_server.domain.ids import Millis
from meeting_server.domain.terms import ReportSheet
from meeting_server.domain.vote_terms import AppraisalSheet, MotionForce, Stance, VerdictReason, VoteMethod

COUNTED_ONLY = (MotionForce.POLL, MotionForce.SURVEY)
"""Kinds without force, which are counted but decide nothing."""
_DIGITS = "〇一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Words:
    """The wording of one language: texts of the catalogue (``minutes.*``), dates, clock times."""

    say: Callable[..., str]
    date: Callable[[Millis], str]
    clock: Callable[[Millis], str]
    chinese: bool

    def listed(self, parts: Iterable[str]) -> str:
        return ("、" if self.chinese else ", ").join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text, then its decisive part in bold."""

    text: str
    strong: str = ""


@dataclass(frozen=True, slots=True)
class Points:
    """Numbered lines of what was said."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A subheading."""

    text: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A ruled table whose first row is its head."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Speech:
    """One line of a transcript: playing time as shown, speaker (empty: unknown), text."""

    clock: str
    who: str
    text: str


Block = Paragraph | Points | Heading | Grid | Speech


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """The minutes in words, ready for layout."""

    organisation: str
    title: str
    status: Literal["draft", "final"]
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    signs: tuple[tuple[str, str], ...]
    hash_line: str


def paper_of(minutes: Minutes, words: Words) -> Paper:
    """Return the minutes in the language of ``words``."""
    say = words.say
    items = [item for item in minutes.items if item.title or not item.empty]
    return Paper(
        organisation=minutes.branch_name,
        title=say("minutes.title", title=minutes.title),
        status="final" if minutes.final else "draft",
        facts=tuple(facts_of(minutes, words)),
        sections=tuple(
            Section(_numbered(number, title_of(item, words), words), tuple(_blocks(item, words))) for number, item in enumerate(items, 1)
        ),
        signs=(
            (say("minutes.chair"), words.listed(minutes.chairs)),
            (say("minutes.recorder"), words.listed(minutes.recorders)),
            (say("minutes.issued_by"), ""),
        ),
        hash_line=say("minutes.hash", seq=minutes.head_seq, hash=grouped(minutes.head_hash)),
    )


def facts_of(minutes: Minutes, words: Words) -> Iterable[tuple[str, str]]:
    """Return time, place, who presided, who attended and who did not, as labels and texts."""
    say = words.say
    yield say("minutes.time"), _time(minutes, words)
    yield say("minutes.place"), minutes.place
    yield say("minutes.chair"), words.listed(minutes.chairs)
    yield say("minutes.recorder"), words.listed(minutes.recorders)
    quorum = minutes.quorum
    said = say("minutes.quorum_said", entitled=quorum.entitled, present=quorum.present)
    if minutes.members is not None:
        said = say("minutes.members_said", expected=minutes.members.expected, attended=minutes.members.attended)
        said += say("minutes.voting_said", entitled=quorum.entitled, present=quorum.present)
    if quorum.needed:
        met = "minutes.quorum_met" if quorum.met else "minutes.quorum_not_met"
        said += say(met, needed=quorum.needed)
    yield say("minutes.quorum"), said
    yield say("minutes.absent"), _absent(minutes, words)
    if minutes.excluded:
        yield say("minutes.excluded"), words.listed(_with_reason(person, words) for person in minutes.excluded)
    if minutes.without_vote:
        yield say("minutes.without_vote"), words.listed(_with_standing(person, words) for person in minutes.without_vote)
    yield say("minutes.attending"), words.listed(_with_standing(person, words) for person in minutes.attending) or say("minutes.none")
    if minutes.documents:
        yield say("minutes.documents"), words.listed(minutes.documents)
    if minutes.recordings:
        spans = (f"{words.clock(since)}–{words.clock(until) if until is not None else ''}" for since, until in minutes.recordings)
        yield say("minutes.recorded"), words.listed(spans)


def _time(minutes: Minutes, words: Words) -> str:
    if minutes.opened_at is None:
        return f"{words.date(minutes.starts_at)} {words.clock(minutes.starts_at)}"
    end = words.clock(minutes.adjourned_at) if minutes.adjourned_at is not None else ""
    return f"{words.date(minutes.opened_at)} {words.clock(minutes.opened_at)}–{end}"


def _absent(minutes: Minutes, words: Words) -> str:
    on_leave = [_with_reason(person, words) for person in minutes.on_leave]
    absent = [person.name for person in minutes.absent]
    parts = []
    if on_leave:
        parts.append(words.say("minutes.on_leave", names=words.listed(on_leave)))
    if absent:
        parts.append(words.say("minutes.without_leave", names=words.listed(absent)))
    return ("；" if words.chinese else "; ").join(parts) or words.say("minutes.none")


def _with_reason(person: Person, words: Words) -> str:
    return words.say("minutes.with_reason", name=person.name, reason=person.reason) if person.reason else person.name


def _with_standing(person: Person, words: Words) -> str:
    standing = words.say(f"minutes.standing.{person.standing.value}")
    return words.say("minutes.with_reason", name=person.name, reason=standing)


def title_of(item: Item, words: Words) -> str:
    """Return an item's title with its speaker."""
    if not item.title:
        return words.say("minutes.no_item")
    return words.say("minutes.item_by", title=item.title, speaker=item.speaker) if item.speaker else item.title


def _blocks(item: Item, words: Words) -> Iterable[Block]:
    say = words.say
    if item.title and item.started_at is None:
        yield Paragraph(say("minutes.not_treated"))
    if item.recused:
        yield Paragraph(say("minutes.recused", names=words.listed(item.recused)))
    lines = [said_by(point.name, point.text, words) for point in item.points]
    lines += [say("minutes.dissent", text=said_by(point.name, point.text, words)) for point in item.dissent]
    if lines:
        yield Points(tuple(lines))
    elif item.speakers:
        spoke = (say("minutes.spoke_for", name=speaker.name, minutes=max(1, round(speaker.duration / 60_000))) for speaker in item.speakers)
        yield Paragraph(say("minutes.spoke", names=words.listed(spoke)))
    elif item.started_at is not None and item.empty:
        yield Paragraph(say("minutes.nothing_noted"))
    for result in item.results:
        yield from _result_blocks(result, words)
    if item.resolutions:
        yield Heading(say("minutes.resolution"))
        for resolution in item.resolutions:
            yield Paragraph(resolution)


def said_by(name: str, text: str, words: Words) -> str:
    """Return who said what; without a name, only what."""
    return words.say("minutes.said", name=name, text=text) if name else text


def _result_blocks(result: Result, words: Words) -> Iterable[Block]:
    say = words.say
    yield Heading(say(f"minutes.{_kind(result)}", title=result.title))
    if result.text:
        yield Paragraph(result.text)
    if result.outcome == "withdrawn":
        yield Paragraph(say("minutes.withdrawn", reason=result.withdrawn_reason or say("minutes.none")))
        return
    if result.outcome == "unpublished":
        yield Paragraph(say("minutes.unpublished", returned=result.returned))
        return
    if result.based_on:
        yield Paragraph(say("minutes.based_on", sheets=words.listed(result.based_on)))
    if result.excellent_reason:
        yield Paragraph(say("minutes.excellent_reason", reason=result.excellent_reason))
    if result.approval_reference:
        yield Paragraph(say("minutes.approval", reference=result.approval_reference))
    if result.officers:
        yield Paragraph(say("minutes.officers", names=words.listed(result.officers)))
    if result.former_officers:
        yield Paragraph(say("minutes.former_officers", names=words.listed(result.former_officers)))
    yield Paragraph(counts_said(result, words), verdict_said(result, words))
    if result.report is not None:
        yield Paragraph(report_said(result, result.report, words))
    if result.reduced_to:
        yield Paragraph(say("minutes.reduced", seats=result.reduced_to, motion=result.reduced_by))
    if result.contenders:
        yield _contenders(result, words)
    for contender in result.contenders:
        if contender.reason:
            yield Paragraph(say("minutes.stands_because", name=contender.name, reason=contender.reason))
    if result.named:
        labels = {choice: label for choice, label, _ in result.counts}
        yield Grid(
            say("minutes.named_caption"),
            (say("minutes.choice_head"), say("minutes.names_head")),
            tuple((choice_said(named.choice_id, labels, words), words.listed(named.names)) for named in result.named),
        )


def _kind(result: Result) -> str:
    """Return its name in the catalogue: each sheet of an appraisal has its own."""
    return result.force if result.force != MotionForce.APPRAISAL or result.sheet == AppraisalSheet.MUTUAL else f"appraisal_{result.sheet}"


def _contenders(result: Result, words: Words) -> Grid:
    say = words.say
    marks = list(dict.fromkeys(mark for contender in result.contenders for mark, _ in contender.counts))
    own = (say("minutes.own_words_head"),) if result.sheet == AppraisalSheet.SELF else ()
    if own:  # each line holds only one grade, their own
        marks = []
    rows = []
    for contender in result.contenders:
        given = dict(contender.counts)
        outcome = say(f"minutes.contender.{contender.outcome}") if contender.outcome else ""
        wrote = (contender.text,) if own else ()
        rows.append((contender.name, *(str(given.get(mark, 0)) for mark in marks), outcome, *wrote))
    head = (say("minutes.candidate_head"), *(say(f"minutes.choice.{mark}") for mark in marks), say("minutes.outcome_head"), *own)
    return Grid(say(f"minutes.{_kind(result)}_caption"), head, tuple(rows))


def counts_said(result: Result, words: Words) -> str:
    """Return how the vote was taken and what was counted, every number with its base."""
    say = words.say
    parts = [say(f"minutes.method.{result.method}")] if result.force not in COUNTED_ONLY or result.method == VoteMethod.SECRET else []
    if result.method == VoteMethod.SECRET:
        parts.append(say("minutes.issued", issued=result.issued))
    if result.force in COUNTED_ONLY:
        counts = words.listed(say("minutes.poll_count", label=label or choice, number=number) for choice, label, number in result.counts)
        parts.append(say("minutes.poll_counts", returned=result.returned, counts=counts or say("minutes.none")))
        if result.hall is not None:
            parts.append(hall_said(result.hall, words, papers=result.method == VoteMethod.SECRET))
        return "".join(parts)
    figures = {"entitled": result.entitled, "present": result.present, "returned": result.returned, "void": result.void}
    if result.contenders and not result.counts:
        parts.append(say("minutes.contest_counts", valid=result.returned - result.void, **figures))
        if result.force == MotionForce.ELECTION and result.returned <= result.issued:
            parts.append(say("minutes.election_valid"))
    else:
        votes = {
            "votes_for": result.count(Stance.FOR),
            "against": result.count(Stance.AGAINST),
            "abstain": result.count(Stance.ABSTAIN),
        }
        parts.append(say("minutes.motion_counts", **figures, **votes))
    if result.written:
        parts.append(say("minutes.written", written=result.written))
    if result.hall is not None:
        parts.append(hall_said(result.hall, words, papers=result.method == VoteMethod.SECRET))
    elif result.by_hand:
        parts.append(say("minutes.by_hand", by_hand=result.by_hand))
    if result.present_at_close is not None:
        parts.append(say("minutes.still_there", present=result.present_at_close))
    return "".join(parts)


def report_said(result: Result, report: ReportSheet, words: Words) -> str:
    """Return what the scrutineer reported: 发出, 收回, 有效, 无效, whether the election is valid, and who signed."""
    figures = {"issued": report.issued, "returned": report.returned, "valid": report.valid, "void": report.void}
    said = words.say("vote.report_holds" if report.holds else "vote.report_fails", **figures)
    by = result.report_signed_by
    signed = words.say("vote.report_signed_by", names=words.listed(by)) if by else words.say("minutes.report_unsigned")
    return said + ("" if words.chinese else " ") + signed


def hall_said(hall: HallCount, words: Words, *, papers: bool) -> str:
    """Return what was counted in the hall, and who signed it."""
    return words.say(
        "minutes.hall_papers" if papers else "minutes.hall_hands",
        registered=hall.registered,
        returned=hall.returned,
        void=hall.void,
        scrutineer=hall.scrutineer,
        teller=hall.teller,
    )


def _is_counted_only(result: Result) -> bool:
    return result.force == MotionForce.APPRAISAL and result.sheet != AppraisalSheet.ORGANISATION


def verdict_said(result: Result, words: Words) -> str:
    """Return the result in one sentence: what was needed, of which base, what was reached, and whether it is carried."""
    verdict, say = result.verdict, words.say
    if verdict is None or result.force in COUNTED_ONLY or _is_counted_only(result):
        return ""
    if verdict.reason == VerdictReason.NO_FORCE:
        return say("minutes.verdict.no_force")
    base = say(f"minutes.base.{verdict.base}", number=verdict.base_count)
    if verdict.reason == VerdictReason.NO_QUORUM_AT_CLOSE and result.quorum_at_close is not None:
        quorum = result.quorum_at_close
        key = "no_quorum_election" if result.force == MotionForce.ELECTION else "no_quorum_at_close"
        return say(f"minutes.verdict.{key}", entitled=quorum.entitled, present=quorum.present, needed=quorum.needed)
    if verdict.reason == VerdictReason.MORE_THAN_ISSUED:
        return say("minutes.verdict.more_than_issued", returned=result.returned, issued=result.issued)
    if result.force == MotionForce.ELECTION:
        elected = words.listed(c.name for c in result.contenders if c.outcome == "elected") or say("minutes.none")
        key = "tied" if verdict.reason == VerdictReason.TIED else "short" if verdict.short else "elected"
        holes = {"seats": result.seats, "base": base, "needed": verdict.needed, "names": elected, "short": verdict.short}
        return say(f"minutes.verdict.run_off_{key}" if result.run_off else f"minutes.verdict.{key}", **holes)
    outcome = "carried" if verdict.carried else "not_carried"
    if verdict.needed == verdict.base_count // 2 + 1:
        outcome += "_half"
    return say(f"minutes.verdict.{outcome}", base=base, needed=verdict.needed, votes_for=verdict.votes_for)


def choice_said(choice_id: str, labels: dict[str, str], words: Words) -> str:
    """Return a choice's label, its own or the catalogue's."""
    return labels.get(choice_id) or words.say(f"minutes.choice.{choice_id}")


def _numbered(number: int, title: str, words: Words) -> str:
    return f"{chinese_number(number)}、{title}" if words.chinese else f"{number}. {title}"


def chinese_number(number: int) -> str:
    """1 → 一, 10 → 十, 21 → 二十一; 1 to 99."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones else "")


def grouped(digits: str) -> str:
    """Return a check code in groups of four."""
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))
