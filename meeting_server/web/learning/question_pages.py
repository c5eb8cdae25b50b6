"""Writing the questions of a lesson or meeting, and approving those a machine proposed: only what a person approved is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.learning.questions import propose_questions
from meeting_server.archive.record.digest import Cloze, digest_of
from meeting_server.archive.record.retold import retold
from meeting_server.archive.record.transcript import Spoken, Transcript
from meeting_server.store.learning.quizzes import CHOICES_MOST, KINDS, Question
from meeting_server.web.learning.question_form import QuestionForm, form_of_question, question_form
from meeting_server.web.learning.quiz_pages import jump_of
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
    written = _resting_on(written, await _passages(request, learner), field(sent, "source", 200))
    await site_of(request).learning.quizzes.save(_approved(written, learner, now))
    return see(f"{learner.study.address}/questions?done=saved")


async def propose(request: Request) -> Response:
    """Sentences with a gap, as drafts, of what a person put right or found right; none that is there already."""
    learner = await learner_at(request, keeps=True)
    await form_of(request)
    studied, clozes = learner.study.studied, await _clozes(request, learner)
    fresh = await propose_questions(site_of(request), studied, clozes, now_millis())
    return see(f"{learner.study.address}/questions?done={'proposed' if fresh else 'none_proposed'}")


async def approve(request: Request) -> Response:
    """A draft is asked from now on, under the name of who approved it.

    Raises Refused(record_changed) when its sentence has become another since, or nobody answers for it any more.
    """
    learner = await learner_at(request, keeps=True)
    await form_of(request)
    question = await _question(request, learner, request.path_params["item_id"])
    if question.source and _resting_on(question, await _passages(request, learner), question.source_cue) != question:
        raise Refused(WebCode.RECORD_CHANGED)
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


async def _passages(request: Request, learner: Learner) -> tuple[Spoken, ...]:
    """The lines of what is studied that a person put right or found right: only of these may something be asked."""
    study, site = learner.study, site_of(request)
    edits = await site.record_edits.of(study.meeting_id)
    own = await site.learning.lines.of(study.lesson.lesson_id) if study.lesson is not None else {}
    spoken = retold(await asyncio.to_thread(spoken_of, request, study.meeting_id, edits), own)
    looked_at = {correction.cue_id for correction in edits.corrections}
    lesson = study.lesson
    return tuple(
        line
        for line in spoken
        if (line.state == "corrected" or line.cue_id in looked_at)
        and (lesson is None or (line.since < lesson.until and line.until > lesson.since))
    )


async def _clozes(request: Request, learner: Learner) -> tuple[Cloze, ...]:
    record_files, study = record_files_of(request), learner.study
    passages = await _passages(request, learner)
    lines = {(line.since, line.text.strip()): line for line in passages}

    def made() -> tuple[Cloze, ...]:
        minutes, timeline = record_files.minutes(study.meeting_id), record_files.timeline(study.meeting_id)
        if minutes is None or timeline is None or not passages:
            return ()
        found = digest_of(minutes, timeline, Transcript(study.meeting_id, "", "", passages)).clozes
        said = ((cloze, lines[cloze.at, cloze.sentence]) for cloze in found)
        return tuple(msgspec.structs.replace(cloze, cue_id=line.cue_id, until=line.until) for cloze, line in said)

    return await asyncio.to_thread(made)


def _resting_on(question: Question, passages: Sequence[Spoken], cue_id: str) -> Question:
    """The question with the passage it rests on; with none for an empty id. Raises Refused(record_changed) when it is none any more."""
    if not cue_id:
        return replace(question, source="", source_cue="", source_at=0, source_until=0)
    line = next((line for line in passages if line.cue_id == cue_id), None)
    if line is None:
        raise Refused(WebCode.RECORD_CHANGED)
    return replace(question, source=line.text, source_cue=cue_id, source_at=line.since, source_until=line.until)


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
            "passages": await _passages(request, learner) if form is not None else (),
            "jump_of": lambda one: jump_of(learner.study, one),
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
