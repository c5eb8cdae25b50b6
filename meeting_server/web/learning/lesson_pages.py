"""Cutting micro-lessons (微党课) out of a record: choosing the stretch, describing, publishing, withdrawing."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.learning.lessons import remove_lesson
from meeting_server.archive.record.artefacts import MIX
from meeting_server.archive.record.digest import Digest, digest_of
from meeting_server.archive.record.lesson_clips import is_clean
from meeting_server.archive.record.timeline import Timeline
from meeting_server.archive.record.transcript import Spoken, Transcript
from meeting_server.domain.ids import MeetingId, Millis
from meeting_server.store.learning.lessons import Lesson
from meeting_server.store.record.publications import AUDIENCES
from meeting_server.store.tokens import new_id
from meeting_server.web.learning.lesson_form import LessonForm, lesson_form, tenths
from meeting_server.web.learning.study import learner_at
from meeting_server.web.learning.study_pages import spoken_of, timeline_start
from meeting_server.web.record.playback import clock_of
from meeting_server.web.record.reader import editor_at, record_files_of
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import form_of
from meeting_server.web.site.pages import render, see
from meeting_server.web.site.site import site_of

LINES_MOST = 400
"""Sentences shown to choose from; a chapter rarely has more, and a phone has to draw them."""
DRAFT_TITLE = 40


async def lessons_page(request: Request) -> Response:
    """All lessons of a meeting, and the form for one more."""
    reader = await editor_at(request)
    timeline = await _timeline(request, reader.meeting_id)
    if timeline is None:
        return await render(request, "record/archive_waiting.html", {"scheduled": reader.scheduled, "steps": (), "running": False})
    return await _show(request, reader.meeting_id, timeline, await _drafted(request, timeline))


async def cut_lesson(request: Request) -> Response:
    """A new lesson, a draft at first."""
    reader = await editor_at(request)
    sent = await form_of(request)
    timeline = await _timeline(request, reader.meeting_id)
    if timeline is None or await asyncio.to_thread(record_files_of(request).made, reader.meeting_id, MIX) is None:
        raise Refused(WebCode.NOT_FOUND)
    form = lesson_form(sent, timeline.end - timeline.zero)
    if form.errors:
        return await _show(request, reader.meeting_id, timeline, form, status=422)
    lesson = Lesson(
        new_id("l"),
        reader.meeting_id,
        reader.scheduled.plan.branch_id,
        form.title,
        *_stretch(timeline, form),
        reader.viewer.member_id or "",
        reader.viewer.name,
        now_millis(),
        form.summary,
        form.audience,
    )
    await site_of(request).learning.lessons.save(lesson)
    return see(f"/learn/lessons/{lesson.lesson_id}?done=cut")


async def edit_page(request: Request) -> Response:
    lesson = await _lesson(request)
    timeline = await _timeline(request, lesson.meeting_id)
    if timeline is None:
        raise Refused(WebCode.NOT_FOUND)
    form = LessonForm(
        lesson.title, lesson.summary, lesson.audience, tenths(lesson.since - timeline.zero), tenths(lesson.until - timeline.zero, up=True)
    )
    asked = _asked(request)
    if asked is not None:
        form = replace(form, start=tenths(asked[0]), end=tenths(asked[1], up=True))
    return await _show(request, lesson.meeting_id, timeline, form, lesson)


async def edit_lesson(request: Request) -> Response:
    """A published lesson stays published; progress is kept, in its own time."""
    lesson = await _lesson(request)
    sent = await form_of(request)
    timeline = await _timeline(request, lesson.meeting_id)
    if timeline is None:
        raise Refused(WebCode.NOT_FOUND)
    form = lesson_form(sent, timeline.end - timeline.zero)
    if form.errors:
        return await _show(request, lesson.meeting_id, timeline, form, lesson, status=422)
    since, until = _stretch(timeline, form)
    changed = replace(lesson, title=form.title, summary=form.summary, audience=form.audience, since=since, until=until)
    await site_of(request).learning.lessons.save(changed)
    return see(f"/learn/lessons/{lesson.lesson_id}?done=saved")


async def publish(request: Request) -> Response:
    """For its audience. That nothing which was taken out is heard is seen to whenever its files are asked for."""
    learner = await learner_at(request, keeps=True)
    await form_of(request)
    lesson = await _lesson(request)
    await site_of(request).learning.lessons.publish(lesson, learner.viewer.name, now_millis())
    return see(f"/learn/lessons/{lesson.lesson_id}?done=published")


async def withdraw(request: Request) -> Response:
    lesson = await _lesson(request)
    await form_of(request)
    await site_of(request).learning.lessons.withdraw(lesson)
    return see(f"/learn/lessons/{lesson.lesson_id}?done=withdrawn")


async def remove(request: Request) -> Response:
    """A draft that nobody needs: its files go with it. What is published is withdrawn first."""
    lesson = await _lesson(request)
    await form_of(request)
    if lesson.state == "published":
        raise Refused(WebCode.BAD_FORM)
    await remove_lesson(site_of(request), record_files_of(request), lesson)
    return see(f"/archive/{lesson.meeting_id}/lessons?done=removed")


async def _show(
    request: Request, meeting_id: MeetingId, timeline: Timeline, form: LessonForm, lesson: Lesson | None = None, *, status: int = 200
) -> Response:
    site, start_of = site_of(request), timeline.zero
    edits = await site.record_edits.of(meeting_id)
    spoken = await asyncio.to_thread(spoken_of, request, meeting_id, edits)
    start, end = form.stretch
    chapter = _chapter(request, timeline, start)
    shown = _near(spoken, timeline, chapter, start, end)
    scheduled = await site_of(request).schedule.meeting(meeting_id)
    record_files = record_files_of(request)
    return await render(
        request,
        "learning/lesson_form.html",
        {
            "scheduled": scheduled,
            "meeting_id": meeting_id,
            "lesson": lesson,
            "lessons": [] if lesson else await site.learning.lessons.of_meeting(meeting_id),
            "form": form,
            "sounding": await asyncio.to_thread(record_files.made, meeting_id, MIX) is not None,
            "clean": lesson is None or await asyncio.to_thread(is_clean, record_files, lesson, edits),
            "chapters": [
                (number, piece.title, timeline_start(timeline, piece.since), timeline_start(timeline, piece.until))
                for number, piece in enumerate(timeline.chapters)
                if piece.until > start_of and piece.since < timeline.end
            ],
            "chapter": chapter,
            "lines": [(line.since - start_of, line.until - start_of, line.who, line.text) for line in shown[:LINES_MOST]],
            "more_lines": max(0, len(shown) - LINES_MOST),
            "heard": bool(spoken),
            "start": start,
            "end": end,
            "length": timeline.end - timeline.zero,
            "audiences": AUDIENCES,
            "clock_of": clock_of,
            "done": request.query_params.get("done", ""),
            "here_path": f"/learn/lessons/{lesson.lesson_id}/edit" if lesson else f"/archive/{meeting_id}/lessons",
        },
        status=status,
    )


async def _drafted(request: Request, timeline: Timeline) -> LessonForm:
    """The form with the stretch the address names (a chapter, or from and to), and a draft of its title and summary."""
    asked = _asked(request)
    if asked is None:
        number = _chapter(request, timeline, -1)
        if number is None:
            return LessonForm()
        piece = timeline.chapters[number]
        asked = timeline_start(timeline, piece.since), timeline_start(timeline, piece.until)
    start, end = asked
    digest = await _digest(request, timeline, start + timeline.zero, end + timeline.zero)
    title = next((c.title for c in timeline.chapters if c.since <= start + timeline.zero < c.until and c.title), "")
    if not title and digest is not None and digest.sentences:
        title = digest.sentences[0].text[:DRAFT_TITLE]
    summary = digest.summary if digest is not None and digest.source == "transcript" else ""
    return LessonForm(title, summary, "branch", tenths(start), tenths(end, up=True))


async def _digest(request: Request, timeline: Timeline, since: Millis, until: Millis) -> Digest | None:
    record_files, meeting_id = record_files_of(request), timeline.meeting_id
    edits = await site_of(request).record_edits.of(meeting_id)

    def made() -> Digest | None:
        minutes = record_files.minutes(meeting_id)
        spoken = tuple(spoken_of(request, meeting_id, edits))
        if minutes is None or not spoken:
            return None
        return digest_of(minutes, timeline, Transcript(meeting_id, "", "", spoken), since=since, until=until)

    return await asyncio.to_thread(made)


def _asked(request: Request) -> tuple[Millis, Millis] | None:
    """``?from=`` and ``?to=`` in ms of playing time; one alone goes with the other's default."""
    given = {name: request.query_params.get(name, "") for name in ("from", "to")}
    numbers = {name: int(value) for name, value in given.items() if value.isascii() and value.isdigit() and len(value) < 10}
    if not numbers:
        return None
    start = numbers.get("from", max(0, numbers.get("to", 0) - 60_000))
    return start, max(numbers.get("to", start + 60_000), start)


def _chapter(request: Request, timeline: Timeline, start: Millis) -> int | None:
    """The chapter the address names, else the one in which the stretch begins."""
    asked = request.query_params.get("chapter", "")
    if asked.isascii() and asked.isdigit() and len(asked) < 5 and int(asked) < len(timeline.chapters):
        return int(asked)
    moment = timeline.zero + start
    return next((n for n, c in enumerate(timeline.chapters) if start >= 0 and c.since <= moment < c.until), None)


def _near(spoken: list[Spoken], timeline: Timeline, chapter: int | None, start: Millis, end: Millis) -> list[Spoken]:
    """The sentences of the chapter and of the stretch; all, when neither is chosen."""
    if chapter is None and end <= start:
        return spoken
    spans = [(timeline.zero + start, timeline.zero + end)] if end > start else []
    if chapter is not None:
        spans.append((timeline.chapters[chapter].since, timeline.chapters[chapter].until))
    since, until = min(s for s, _ in spans), max(u for _, u in spans)
    return [line for line in spoken if line.since < until and line.until > since]


def _stretch(timeline: Timeline, form: LessonForm) -> tuple[Millis, Millis]:
    start, end = form.stretch
    return timeline.zero + start, timeline.zero + min(end, timeline.end - timeline.zero)


async def _timeline(request: Request, meeting_id: MeetingId) -> Timeline | None:
    return await asyncio.to_thread(record_files_of(request).timeline, meeting_id)


async def _lesson(request: Request) -> Lesson:
    """The lesson named in the path, for those who keep its record. Raises Refused."""
    learner = await learner_at(request, keeps=True)
    assert learner.study.lesson is not None
    return learner.study.lesson


routes: list[BaseRoute] = [
    Route("/archive/{meeting_id}/lessons", lessons_page, methods=["GET"]),
    Route("/archive/{meeting_id}/lessons", cut_lesson, methods=["POST"]),
    Route("/learn/lessons/{lesson_id}/edit", edit_page, methods=["GET"]),
    Route("/learn/lessons/{lesson_id}/edit", edit_lesson, methods=["POST"]),
    Route("/learn/lessons/{lesson_id}/publish", publish, methods=["POST"]),
    Route("/learn/lessons/{lesson_id}/withdraw", withdraw, methods=["POST"]),
    Route("/learn/lessons/{lesson_id}/remove", remove, methods=["POST"]),
]
