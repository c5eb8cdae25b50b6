"""Answering the questions of a lesson or meeting: checked here, told at once, as often as one likes; the best one counts."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.learning.study import answer_questions
from meeting_server.archive.record.digest import GAP
from meeting_server.store.learning.quizzes import ANSWER_LONGEST, PASS_SHARE, Attempt, Question
from meeting_server.web.learning.study import Learner, Study, learner_at, standings, studying_of
from meeting_server.web.record.playback import clock_of
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import form_of
from meeting_server.web.site.pages import render, see
from meeting_server.web.site.site import site_of


@dataclass(frozen=True, slots=True)
class Asked:
    """One question on the page. ``given``: what was answered, in an attempt that is shown; ``right`` ``None`` before that."""

    question: Question
    given: tuple[str, ...] = ()
    right: bool | None = None

    @property
    def before(self) -> str:
        """The sentence up to the gap."""
        return self.question.text.partition(GAP)[0]

    @property
    def after(self) -> str:
        return self.question.text.partition(GAP)[2]


def jump_of(study: Study, question: Question) -> str:
    """Where the sentence a question rests on is heard; empty for one that rests on none."""
    if not question.source:
        return ""
    if study.lesson is None:
        return f"/archive/{study.meeting_id}?at={question.source_at}"
    return f"{study.address}?t={clock_of(max(0, question.source_at - study.lesson.since))}"


async def quiz_page(request: Request) -> Response:
    """The questions; with ``?attempt=`` how one's own attempt went."""
    learner = await learner_at(request)
    learning = site_of(request).learning
    questions = await learning.quizzes.questions(learner.study.studied)
    attempts = await learning.quizzes.attempts(learner.member_id, learner.study.studied)
    number = request.query_params.get("attempt", "")
    shown = next((attempt for attempt in attempts if str(attempt.attempt_id) == number), None)
    return await _show(request, learner, questions, attempts, shown)


async def answer(request: Request) -> Response:
    """Every question that was asked counts, answered or not."""
    learner = await learner_at(request)
    form = await form_of(request)
    learning = site_of(request).learning
    questions = await learning.quizzes.questions(learner.study.studied)
    if not questions:
        raise Refused(WebCode.NOT_FOUND)
    given: dict[str, tuple[str, ...]] = {}
    for question in questions:
        sent = form.getlist(question.item_id)
        if len(sent) > len(question.choices) + 1 or not all(isinstance(one, str) and len(one) <= 10 * ANSWER_LONGEST for one in sent):
            raise Refused(WebCode.BAD_FORM, field=question.item_id)
        given[question.item_id] = tuple(str(one).strip()[:ANSWER_LONGEST] for one in sent if str(one).strip())
    attempt = await answer_questions(site_of(request), studying_of(request, learner), questions, given)
    return see(f"{learner.study.address}/quiz?attempt={attempt.attempt_id}")


async def _show(
    request: Request, learner: Learner, questions: tuple[Question, ...], attempts: tuple[Attempt, ...], shown: Attempt | None
) -> Response:
    asked = [Asked(question) for question in questions]
    if shown is not None:
        given = {question.item_id: shown.answers.get(question.item_id, ()) for question in questions}
        asked = [Asked(question, given[question.item_id], question.is_right(given[question.item_id])) for question in questions]
    (standing,) = await standings(request, learner.member_id, [learner.study])
    return await render(
        request,
        "learning/quiz.html",
        {
            "study": learner.study,
            "edits": learner.edits,
            "asked": asked,
            "jump_of": lambda one: jump_of(learner.study, one),
            "attempt": shown,
            "attempts": len(attempts),
            "standing": standing,
            "pass_percent": round(PASS_SHARE * 100),
        },
    )


routes: list[BaseRoute] = [
    Route(f"/learn/{kind}s/{{{kind}_id}}/quiz", handle, methods=[method])
    for kind in ("lesson", "meeting")
    for method, handle in (("GET", quiz_page), ("POST", answer))
]
