"""Redacting a record: a stretch is taken out of it for good, and out of what was said about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from meeting_server.acts.context import By, Context
from meeting_server.acts.record.log import entry_of
from meeting_server.archive.record.number_forms import figures
from meeting_server.archive.record.transcript import Spoken, Stretch
from meeting_server.domain.ids import Millis
from meeting_server.store.learning.studied import Studied
from meeting_server.store.people.access_log import Act
from meeting_server.store.record.publications import Publication
from meeting_server.store.record.record_edits import Redaction
from meeting_server.store.schedule.schedule import Scheduled


async def redact_passage(
    at: Context, by: By, scheduled: Scheduled, stretch: Stretch, reason: str, gone: Sequence[Spoken], clock: str, now: Millis
) -> None:
    """Take a stretch of the meeting (Unix ms) out for good: its corrections, what was settled in its words, what lessons say in their
    place, questions that rest on them, and what the description says of it, go with it.

    ``gone``: the sentences in it; ``clock``: its playing times, for the log. Sound and pictures follow from the row that is kept here:
    the archive worker finds it whenever it looks, so that nothing is lost if it dies.
    """
    made = Redaction(scheduled.meeting_id, stretch.since, stretch.until, reason, by.member_id, by.name, now)
    async with at.database.act():
        await at.record_edits.redact(made, [line.cue_id for line in gone])
        await at.decided_items.forget_said(scheduled.meeting_id, stretch.since, stretch.until)
        lesson_ids = [lesson.lesson_id for lesson in await at.learning.lessons.of_meeting(scheduled.meeting_id)]
        await at.learning.lines.forget(lesson_ids, [line.cue_id for line in gone])
        studied = [Studied("meeting", scheduled.meeting_id), *(Studied("lesson", lesson_id) for lesson_id in lesson_ids)]
        await at.learning.quizzes.forget_said(studied, stretch.since, stretch.until)
        described = await at.publications.of(scheduled.meeting_id)
        if described is not None:
            cleared = without(described, [line.text for line in gone])
            if cleared != described:
                await at.publications.save(cleared)
                await at.database.forget_deleted("publications")
        await at.access_log.note(entry_of(Act.PASSAGE_TAKEN_OUT, by, scheduled, now, clock))


def without(publication: Publication, texts: Sequence[str]) -> Publication:
    """A publication without the sentences that say something of what was taken out; then it is a draft again."""
    gone = [text.strip(" ，。！？,.!?") for text in texts]
    gone = [text for text in gone if len(text) > 1]

    def says(text: str) -> bool:
        written = figures(text)  # a description may be older than the figures of its transcript
        return any(words in text or figures(words) in written for words in gone)

    sentences = re.split(r"(?<=[。！？!?\n])|(?<=\. )", publication.summary)
    summary = "".join(sentence for sentence in sentences if not says(sentence))
    title = "…" if says(publication.title) else publication.title
    keywords = tuple(
        word
        for word in publication.keywords
        if not (len(word) > 1 and any(word in words or figures(word) in figures(words) for words in gone))
    )
    if (summary, title) == (publication.summary, publication.title):
        return publication
    description = replace(publication, title=title, summary=summary, keywords=keywords)
    return replace(description, state="draft", approved_by="", approved_name="", approved_at=None, published_at=None)
