"""Questions about what is studied, as a machine proposes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from meeting_server.acts.context import Context
from meeting_server.archive.record.digest import Cloze
from meeting_server.domain.ids import Millis
from meeting_server.store.learning.quizzes import Choice, Question
from meeting_server.store.learning.studied import Studied


async def propose_questions(at: Context, studied: Studied, clozes: Sequence[Cloze], now: Millis) -> int:
    """Keep sentences with a gap as drafts, none that is there already; how many are new."""
    async with at.database.act():
        there = {question.text for question in await at.learning.quizzes.questions(studied, drafts=True)}
        fresh = [cloze for cloze in clozes if cloze.text not in there]
        for number, cloze in enumerate(fresh):
            choices = (Choice(cloze.answer, True),)
            explained = "" if cloze.cue_id else cloze.sentence
            question = Question("", studied, "cloze", cloze.text, choices, explained, origin="machine", made_at=now + number)
            if cloze.cue_id:
                said = replace(question, source=cloze.sentence, source_cue=cloze.cue_id)
                question = replace(said, source_at=cloze.at, source_until=cloze.until)
            await at.learning.quizzes.save(question)
    return len(fresh)
