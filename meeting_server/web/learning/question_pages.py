"""Writing the questions of a lesson or meeting, and approving those a machine proposed: only what a person approved is asked."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.learning.questions import propose_questions
from meeting_server.archive.record.digest import Cloze, digest_of
from meeting_server.archive.record.transcript import Transcript
from meeting_server.store.learning.quizzes import CHOICES_MOST, KINDS, Question
from meeting_server.web.learning.question_form import QuestionForm, form_of_question, question_form
from meeting_server.web.learning.study import Learner, learner_at
from meeting_server.web.learning.study_pages import spoken_of
from meeting_server.web.record.reader import record_files_of
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import field, form_of
from meeting_server.web.site.pages import render, see
from meeting_server.web.site.site import site_of


async def questions_page(request: Request) -> Response:
    """All questions, drafts first; with ``?new=<kind>`` or ``?item=<id>`` the form for one."""
    learner = await learner_at(request, keeps=True)
    kind = next((known for known in KINDS if known == request.query_params.get("new")), None)
    if kind is not None:
        return await _show(request, learner, QuestionForm(kind))
    item_id = request.query_params.get("item", "")
    if not item_id:
        return await _show(request, learner)
    question = await _question(request, learner, item_id)
    return await _show(request, learner, form_of_question(question), question)


async def save_question(request: Request) -> Response:
    """A question written or put right by a person who may, and so approved by them."""
    learner = await learner_at(request, keeps=True)
    sent = await form_of(request)
    item_id = field(sent, "item")
    before = await _question(request, learner, item_id) if item_id else None
    form = question_form(sent)
    if form.errors:
        return await _show(request, learner, form, before, status=422)
    now = now_millis()
    question = before or Question("", learner.study.studied, form.kind, "", (), made_at=now)
    written = replace(question, kind=form.kind, text=form.text, choices=form.choices, explanation=form.explanation)
    await site_of(request).learning.quizzes.save(_approved(written, learner, now))
    return see(f"{learner.study.address}/questions?done=saved")


async def propose(request: Request) -> Response:
    """Sentences of the transcript with a gap, as drafts; none that is there already."""
    learner = await learner_at(request, keeps=True)
    await form_of(request)
    studied, clozes = learner.study.studied, await _clozes(request, learner)
    fresh = await propose_questions(site_of(request), studied, clozes, now_millis())
    return see(f"{learner.study.address}/questions?done={'proposed' if fresh else 'none_proposed'}")


async def approve(request: Request) -> Response:
    """A draft is asked from now on, under the name of who approved it."""
    learner = await learner_at(request, keeps=True)
    await form_of(request)
    question = await _question(request, learner, request.path_params["item_id"])
    await site_of(request).learning.quizzes.save(_approved(question, learner, now_millis()))
    return see(f"{learner.study.address}/questions?done=approved")


async def remove(request: Request) -> Response:
    learner = await learner_at(request, keeps=True)
    await form_of(request)
    question = await _question(request, learner, request.path_params["item_id"])
    await site_of(request).learning.quizzes.remove(question.item_id)
    return see(f"{learner.study.address}/questions?done=removed")


def _approved(question: Question, learner: Learner, now: int) -> Question:
    return replace(question, approved_by=learner.member_id, approved_name=learner.viewer.name, approved_at=now)


async def _question(request: Request, learner: Learner, item_id: str) -> Question:
    question = await site_of(request).learning.quizzes.question(item_id)
    if question is None or question.studied != learner.study.studied:
        raise Refused(WebCode.NOT_FOUND)
    return question


async def _clozes(request: Request, learner: Learner) -> tuple[Cloze, ...]:
    record_files, study = record_files_of(request), learner.study
    edits = await site_of(request).record_edits.of(study.meeting_id)

    def made() -> tuple[Cloze, ...]:
        minutes, timeline = record_files.minutes(study.meeting_id), record_files.timeline(study.meeting_id)
        spoken = tuple(spoken_of(request, study.meeting_id, edits))
        if minutes is None or timeline is None or not spoken:
            return ()
        since, until = (None, None) if study.lesson is None else (study.lesson.since, study.lesson.until)
        return digest_of(minutes, timeline, Transcript(study.meeting_id, "", "", spoken), since=since, until=until).clozes

    return await asyncio.to_thread(made)


async def _show(
    request: Request, learner: Learner, form: QuestionForm | None = None, question: Question | None = None, *, status: int = 200
) -> Response:
    questions = await site_of(request).learning.quizzes.questions(learner.study.studied, drafts=True)
    return await render(
        request,
        "learning/questions.html",
        {
            "study": learner.study,
            "drafts": [one for one in questions if one.approved_at is None],
            "approved": [one for one in questions if one.approved_at is not None],
            "kinds": KINDS,
            "form": form,
            "question": question,
            "choices_most": CHOICES_MOST,
            "done": request.query_params.get("done", ""),
        },
        status=status,
    )


def _of(kind: str) -> list[BaseRoute]:
    base = f"/learn/{kind}s/{{{kind}_id}}/questions"
    return [
        Route(base, questions_page, methods=["GET"]),
        Route(base, save_question, methods=["POST"]),
        Route(f"{base}/propose", propose, methods=["POST"]),
        Route(f"{base}/{{item_id}}/approve", approve, methods=["POST"]),
        Route(f"{base}/{{item_id}}/remove", remove, methods=["POST"]),
    ]


routes: list[BaseRoute] = [*_of("lesson"), *_of("meeting")]
