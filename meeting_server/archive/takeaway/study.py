"""The content of a download of one meeting or micro-lesson, in whatever format: title, chapters, transcript, results, questions.

Times are playing time in milliseconds. Group-room talk, chat, attendance and individual votes are never in it. A passage that was
redacted from the record is a gap without text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from meeting_server.archive.minutes.document_model import Words, counts_said, verdict_said
from meeting_server.archive.minutes.minutes import Minutes
from meeting_server.archive.minutes.results import is_open
from meeting_server.archive.record.timeline import Timeline
from meeting_server.archive.record.transcript import Stretch, Transcript
from meeting_server.domain.ids import HALL, Millis
from meeting_server.store.learning import quizzes
from meeting_server.store.record.publications import Publication

QuestionKind = Literal["single", "multiple", "cloze"]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One item of the agenda. ``title`` is empty for what belongs to no item."""

    title: str
    start: Millis
    end: Millis


@dataclass(frozen=True, slots=True)
class Utterance:
    """One line of the transcript. ``who`` is empty for a shared microphone."""

    start: Millis
    end: Millis
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A passage redacted from sound and text."""

    start: Millis
    end: Millis


@dataclass(frozen=True, slots=True)
class Decision:
    """The result of an open vote, in words and without names."""

    title: str
    said: str


@dataclass(frozen=True, slots=True)
class Choice:
    text: str
    right: bool


@dataclass(frozen=True, slots=True)
class Question:
    """One approved quiz item. The choices of a cloze are the words that fill its gap, all of them correct."""

    question_id: str
    text: str
    choices: tuple[Choice, ...]
    kind: QuestionKind = "single"
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Study:
    """``resource_id`` names meeting or lesson. ``approved``: a person approved summary and keywords; otherwise both are empty.

    ``length`` is 0 without sound.
    """

    resource_id: str
    language: str
    title: str
    branch_name: str
    held_at: Millis
    length: Millis
    summary: str = ""
    keywords: tuple[str, ...] = ()
    approved: bool = False
    chapters: tuple[Chapter, ...] = ()
    utterances: tuple[Utterance, ...] = ()
    gaps: tuple[Gap, ...] = ()
    decisions: tuple[Decision, ...] = ()
    questions: tuple[Question, ...] = ()

    def part(self, start: Millis, end: Millis, *, resource_id: str, title: str) -> Study:
        """Return the part from ``start`` to ``end`` as a resource of its own: a micro-lesson. Results stay with the meeting."""

        def within(times: Iterable[tuple[Millis, Millis]]) -> list[tuple[Millis, Millis]]:
            return [(max(since, start) - start, min(until, end) - start) for since, until in times]

        chapters = [c for c in self.chapters if c.start < end and c.end > start]
        spoken = [u for u in self.utterances if u.start < end and u.end > start]
        gaps = [g for g in self.gaps if g.start < end and g.end > start]
        return replace(
            self,
            resource_id=resource_id,
            title=title,
            length=end - start if self.length else 0,
            summary="",
            keywords=(),
            approved=False,
            chapters=tuple(Chapter(c.title, *t) for c, t in zip(chapters, within((c.start, c.end) for c in chapters), strict=True)),
            utterances=tuple(Utterance(*t, u.who, u.text) for u, t in zip(spoken, within((u.start, u.end) for u in spoken), strict=True)),
            gaps=tuple(Gap(*t) for t in within((g.start, g.end) for g in gaps)),
            decisions=(),
            questions=(),
        )

    @property
    def lines(self) -> Sequence[Utterance | Gap]:
        """Return utterances and gaps in order."""
        return sorted((*self.utterances, *self.gaps), key=lambda line: (line.start, line.end))


def study_of(
    timeline: Timeline,
    transcript: Transcript | None,
    minutes: Minutes | None,
    publication: Publication | None,
    words: Words,
    *,
    sounding: bool,
    questions: Sequence[Question] = (),
    taken_out: Sequence[Stretch] = (),
) -> Study:
    """Return what may be downloaded of a meeting. ``sounding``: there is playable sound. ``taken_out``: redacted passages, from which the
    transcript may not have been rebuilt yet."""
    approved = publication is not None and publication.approved_at is not None
    length = timeline.end - timeline.zero
    at = _axis(timeline.zero, length)
    stretches = (*taken_out, *(() if transcript is None else transcript.redactions))
    said = [line for line in (() if transcript is None else transcript.spoken) if line.room_id == HALL]
    gone = {line.cue_id: line for line in said if line.state == "redacted" or any(s.covers(line.since, line.until) for s in stretches)}
    return Study(
        resource_id=timeline.meeting_id,
        language=transcript.language if transcript is not None and transcript.language else "zh-CN",
        title=publication.title if publication is not None and approved else timeline.title,
        branch_name=timeline.branch_name,
        held_at=timeline.opened_at,
        length=length if sounding else 0,
        summary=publication.summary if publication is not None and approved else "",
        keywords=publication.keywords if publication is not None and approved else (),
        approved=approved,
        chapters=tuple(Chapter(c.title, at(c.since), at(c.until)) for c in timeline.chapters if at(c.until) > at(c.since)),
        utterances=tuple(
            Utterance(at(line.since), at(line.until), line.who, line.text) for line in said if line.cue_id not in gone and line.text.strip()
        ),
        gaps=_gaps([*((s.since, s.until) for s in stretches), *((line.since, line.until) for line in gone.values())], at),
        decisions=() if minutes is None else tuple(_decisions(minutes, words)),
        questions=tuple(questions),
    )


def question_of(kept: quizzes.Question) -> Question:
    """Return an approved question as it goes into packages. True or false is a choice of two."""
    choices = tuple(Choice(choice.text, choice.right) for choice in kept.choices)
    return Question(kept.item_id, kept.text, choices, "single" if kept.kind == "true_false" else kept.kind, kept.explanation)


def _axis(zero: Millis, length: Millis) -> Callable[[Millis], Millis]:
    return lambda moment: min(max(0, moment - zero), length)


def _gaps(taken: Iterable[tuple[Millis, Millis]], at: Callable[[Millis], Millis]) -> tuple[Gap, ...]:
    """Return redacted passages and redacted lines, joined into one gap if adjacent."""
    gaps: list[Gap] = []
    for since, until in sorted((at(since), at(until)) for since, until in taken):
        if gaps and since <= gaps[-1].end:
            gaps[-1] = Gap(gaps[-1].start, max(gaps[-1].end, until))
        elif until > since:
            gaps.append(Gap(since, until))
    return tuple(gaps)


def _decisions(minutes: Minutes, words: Words) -> Iterable[Decision]:
    """Return motions and polls with counts only. Secret votes and votes about people stay in the minutes."""
    for item in minutes.items:
        for result in item.results:
            if is_open(result):
                yield Decision(result.title, f"{counts_said(result, words)}{verdict_said(result, words)}")
