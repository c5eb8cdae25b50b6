"""The transcript as a document model like that of the minutes, once for Markdown, Word and PDF."""

from __future__ import annotations

from collections.abc import Iterator

from meeting_server.archive.minutes.document_model import Block, Paper, Paragraph, Section, Speech, Words
from meeting_server.archive.takeaway.study import Gap, Study, Utterance
from meeting_server.domain.ids import Millis


def transcript_paper(study: Study, words: Words) -> Paper:
    """Return facts, summary, decisions, then the transcript under its chapters."""
    say = words.say
    sections: list[Section] = []
    if study.summary:
        sections.append(Section(say("take.summary"), tuple(Paragraph(part) for part in study.summary.split("\n") if part.strip())))
    if study.decisions:
        decided = (Paragraph(f"{decision.title}{say('archive.colon')}", decision.said) for decision in study.decisions)
        sections.append(Section(say("take.decisions"), tuple(decided)))
    sections += _speech(study, words)
    return Paper(
        organisation=study.branch_name,
        title=study.title,
        status="final",
        facts=tuple(_facts(study, words)),
        sections=tuple(sections),
        signs=(),
        hash_line=say("take.made_by"),
    )


def _facts(study: Study, words: Words) -> Iterator[tuple[str, str]]:
    say = words.say
    yield say("take.held"), f"{words.date(study.held_at)} {words.clock(study.held_at)}" if study.held_at else say("minutes.none")
    yield say("take.speakers"), words.listed(dict.fromkeys(u.who for u in study.utterances)) or say("minutes.none")
    if study.keywords:
        yield say("take.keywords"), words.listed(study.keywords)
    yield say("take.how_made"), say("take.how_made_said")


def _speech(study: Study, words: Words) -> Iterator[Section]:
    """Return chapters as sections. What was said before the first has a heading of its own."""
    lines = list(study.lines)
    if not lines:
        yield Section(words.say("take.transcript"), (Paragraph(words.say("take.nothing_said")),))
        return
    starts: list[tuple[Millis, str]] = [(c.start, c.title or words.say("archive.no_item")) for c in study.chapters]
    if not starts or lines[0].start < starts[0][0]:
        starts.insert(0, (0, words.say("take.transcript")))
    for number, (start, title) in enumerate(starts):
        end = starts[number + 1][0] if number + 1 < len(starts) else None
        blocks = tuple(_line(line, words) for line in lines if line.start >= start and (end is None or line.start < end))
        if blocks:
            yield Section(title, blocks)


def _line(line: Utterance | Gap, words: Words) -> Block:
    if isinstance(line, Gap):
        return Speech(clock_of(line.start), "", words.say("take.gap"))
    return Speech(clock_of(line.start), line.who, line.text)


def clock_of(at: Millis) -> str:
    """Return playing time as shown: ``0:07``, ``34:21``, ``1:12:40``."""
    minutes, seconds = divmod(at // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
