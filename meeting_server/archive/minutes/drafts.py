"""Documents a secretary would otherwise write by hand, drafted from what the meeting holds: 选举办法, 选举报告单, 选举结果报告, 决议.

Each is a draft: what the meeting does not know (主要表现, the date of a signature) is left open to be filled in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from meeting_server.archive.minutes.document_model import Block, Grid, Paper, Paragraph, Section, Words, chinese_number, verdict_said
from meeting_server.archive.minutes.results import names_of, result_of
from meeting_server.domain.ids import MotionId
from meeting_server.domain.state import MeetingState, Motion
from meeting_server.domain.terms import Threshold
from meeting_server.domain.vote_terms import Base, Comparison, MotionForce, MotionPhase, Office, Stance
from meeting_server.domain.votes.electorate import electorate


class DraftKind(StrEnum):
    """A document that can be drafted; its title is ``drafts.<kind>.title`` in the catalogue."""

    ELECTION_RULES = "election_rules"  # 选举办法, before the meeting
    REPORT_SHEET = "report_sheet"  # 选举报告单, once an election is counted
    ELECTION_REPORT = "election_report"  # 选举结果报告, to the higher organisation
    RESOLUTION = "resolution"  # 决议 on one person's membership (发展党员工作细则 art. 21)


@dataclass(frozen=True, slots=True)
class Draft:
    """One document that can be had of one motion."""

    kind: DraftKind
    motion_id: MotionId
    title: str
    """The motion's own."""


def drafts_of(state: MeetingState) -> tuple[Draft, ...]:
    """What can be drafted of the meeting as it is now, in the order of its motions."""
    return tuple(
        Draft(kind, m.motion_id, m.title) for m in state.motions.values() if m.phase != MotionPhase.WITHDRAWN for kind in _kinds(m)
    )


def _kinds(motion: Motion) -> Iterable[DraftKind]:
    published = motion.phase == MotionPhase.PUBLISHED
    if motion.force == MotionForce.ELECTION:
        yield DraftKind.ELECTION_RULES
        if published:  # before that its figures are the scrutineer's
            yield DraftKind.REPORT_SHEET
            yield DraftKind.ELECTION_REPORT
    elif motion.force == MotionForce.MOTION and motion.preset.written_opinions and published:
        yield DraftKind.RESOLUTION  # rules that count written opinions are those on one person's membership


def drafted(state: MeetingState, draft: Draft, words: Words) -> Paper:
    """The document in the language of ``words``."""
    motion = state.motions[draft.motion_id]
    match draft.kind:
        case DraftKind.ELECTION_RULES:
            return _paper(state, draft, words, (), _election_rules(state, motion, words), (("chair", ""),))
        case DraftKind.REPORT_SHEET:
            signed = words.listed(names_of(state, motion.report_signed_by))
            return _paper(
                state, draft, words, _report_facts(state, motion, words), _report_sheet(state, motion, words), (("scrutineer", signed),)
            )
        case DraftKind.ELECTION_REPORT:
            return _paper(state, draft, words, (), _election_report(state, motion, words), (("secretary", ""),))
        case DraftKind.RESOLUTION:
            return _paper(state, draft, words, _resolution_facts(state, motion, words), _resolution(motion, words), (("secretary", ""),))


def _paper(
    state: MeetingState,
    draft: Draft,
    words: Words,
    facts: tuple[tuple[str, str], ...],
    sections: tuple[Section, ...],
    signs: tuple[tuple[str, str], ...],
) -> Paper:
    title = words.say(f"drafts.{draft.kind.value}.title", title=draft.title, branch=state.branch_name)
    named = tuple((words.say(f"drafts.sign_{who}"), name) for who, name in signs)
    return Paper(state.branch_name, title, "draft", facts, sections, (*named, (words.say("drafts.sign_date"), "")), "")


# --- 选举办法 ---


RULES = ("basis", "held_by", "seats", "quorum", "rights", "marks", "validity", "passing", "officers", "report", "hybrid", "force")
"""The articles, in order; each is ``drafts.election_rules.<name>``."""


def _election_rules(state: MeetingState, motion: Motion, words: Words) -> tuple[Section, ...]:
    terms, preset = motion.terms, motion.preset
    seats, standing = (terms.seats if terms is not None else 0), len(motion.candidates)
    blank = words.say("drafts.blank")
    holes = {
        "branch": state.branch_name,
        "approval": (terms.approval_reference if terms is not None else "") or blank,
        "seats": seats or blank,
        "candidates": standing or blank,
        "surplus": max(0, standing - seats),
        "names": words.listed(c.name for c in motion.candidates) or blank,
        "quorum": _threshold(preset.quorum, words),
        "passing": _threshold(preset.passing, words),
        "scrutineers": words.listed(names_of(state, (o.participant_id for o in state.officers if o.office == Office.SCRUTINEER))) or blank,
    }
    articles = [words.say(f"drafts.election_rules.{article}", **holes) for article in RULES]
    return tuple(Section(_article(n, words), (Paragraph(text),)) for n, text in enumerate(articles, 1))


def _threshold(threshold: Threshold | None, words: Words) -> str:
    """``超过实到会有选举权人数的二分之一``."""
    if threshold is None:
        return words.say("drafts.none_asked")
    key = "more_than" if threshold.comparison == Comparison.MORE_THAN else "at_least"
    share = words.say("drafts.share", numerator=_number(threshold.numerator, words), denominator=_number(threshold.denominator, words))
    base = words.say(f"drafts.base_{threshold.base.value}" if threshold.base in (Base.PRESENT, Base.ENTITLED) else "drafts.base_cast")
    return words.say(f"drafts.{key}", base=base, share=share)


def _number(number: int, words: Words) -> str:
    return chinese_number(number) if words.chinese else str(number)


def _article(number: int, words: Words) -> str:
    return words.say("drafts.article", number=_number(number, words))


# --- 选举报告单, 选举结果报告 ---


def _report_facts(state: MeetingState, motion: Motion, words: Words) -> tuple[tuple[str, str], ...]:
    report = motion.report
    result = result_of(state, motion)
    figures = {
        "entitled": result.entitled,
        "present": result.present,
        "issued": report.issued if report is not None else result.issued,
        "returned": result.returned,
        "valid": result.returned - result.void,
        "void": result.void,
    }
    holds = report.holds if report is not None else result.returned <= result.issued
    rows = [(words.say(f"drafts.report_sheet.{name}"), str(figure)) for name, figure in figures.items()]
    held = words.say("drafts.report_sheet.holds" if holds else "drafts.report_sheet.fails")
    return (*rows, (words.say("drafts.report_sheet.held"), held))


def _report_sheet(state: MeetingState, motion: Motion, words: Words) -> tuple[Section, ...]:
    return (Section(words.say("drafts.report_sheet.votes"), _votes(state, motion, words)),)


def _votes(state: MeetingState, motion: Motion, words: Words) -> tuple[Block, ...]:
    """Each candidate with 赞成, 不赞成 and 弃权, in the order of the paper; then those written in."""
    say = words.say
    head = (say("minutes.candidate_head"), *(say(f"minutes.choice.{stance.value}") for stance in Stance), say("minutes.outcome_head"))
    rows = []
    for one in result_of(state, motion).contenders:
        given = dict(one.counts)
        outcome = say(f"minutes.contender.{one.outcome}") if one.outcome else ""
        rows.append((one.name, *(str(given.get(stance.value, 0)) for stance in Stance), outcome))
    return (Grid(say("minutes.election_caption"), head, tuple(rows)),)


def _election_report(state: MeetingState, motion: Motion, words: Words) -> tuple[Section, ...]:
    say, result = words.say, result_of(state, motion)
    report, blank = motion.report, say("drafts.blank")
    elected = [one.name for one in result.contenders if one.outcome == "elected"]
    holes = {
        "branch": state.branch_name,
        "approval": result.approval_reference or blank,
        "date": words.date(motion.published_at or state.starts_at),
        "entitled": result.entitled,
        "present": result.present,
        "issued": report.issued if report is not None else result.issued,
        "returned": result.returned,
        "valid": result.returned - result.void,
        "void": result.void,
        "names": words.listed(elected) or say("minutes.none"),
        "n": len(elected),
        "scrutineers": words.listed(names_of(state, motion.report_signed_by)) or blank,
        "expected": len(electorate(state, motion.preset)),
    }
    counted = "counted" if report is None or report.holds else "counted_void"
    said = [Paragraph(say(f"drafts.election_report.{part}", **holes)) for part in ("to", "held", counted)]
    closing = [Paragraph(say(f"drafts.election_report.{part}", **holes)) for part in ("elected", "asks")]
    return (
        Section(say("drafts.election_report.what"), tuple(said)),
        Section(say("drafts.election_report.votes"), (*_votes(state, motion, words), Paragraph("", verdict_said(result, words)), *closing)),
    )


# --- 决议 ---


def _resolution_facts(state: MeetingState, motion: Motion, words: Words) -> tuple[tuple[str, str], ...]:
    """应到会和实到会有表决权的党员人数, 表决结果, 通过决议的日期 (发展党员工作细则 art. 21)."""
    say, result = words.say, result_of(state, motion)
    counts = {stance.value: result.count(stance) for stance in Stance}
    return (
        (say("drafts.resolution.entitled"), str(result.entitled)),
        (say("drafts.resolution.present"), str(result.present)),
        (
            say("drafts.resolution.votes"),
            say("drafts.resolution.counts", votes_for=counts["for"], **{k: counts[k] for k in ("against", "abstain")}),
        ),
        (say("drafts.resolution.written"), str(result.written)),
        (say("drafts.resolution.date"), words.date(motion.published_at or state.starts_at)),
    )


def _resolution(motion: Motion, words: Words) -> tuple[Section, ...]:
    say = words.say
    carried = motion.verdict is not None and motion.verdict.carried
    decision = say("drafts.resolution.carried" if carried else "drafts.resolution.not_carried", title=motion.title)
    return (
        Section(say("drafts.resolution.conduct"), (Paragraph(say("drafts.resolution.conduct_blank")),)),
        Section(
            say("drafts.resolution.decision"),
            (Paragraph(motion.text), Paragraph("", decision)) if motion.text else (Paragraph("", decision),),
        ),
    )
