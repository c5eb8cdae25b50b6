"""A lesson's transcript, put into words of its own line by line: the record it was cut from stays as it is."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.learning.lesson_words import put_line_back, retell_line
from meeting_server.archive.record.transcript import Spoken
from meeting_server.domain.errors import Code
from meeting_server.store.learning.lesson_lines import LessonLine
from meeting_server.store.learning.lessons import Lesson
from meeting_server.store.record.record_edits import LONGEST_CORRECTION
from meeting_server.web.learning.study import Learner, learner_at
from meeting_server.web.learning.study_pages import spoken_of
from meeting_server.web.record.playback import clock_of
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import field, form_of
from meeting_server.web.site.pages import render, see
from meeting_server.web.site.site import site_of

DONE = ("retold", "left_out", "put_back")


@dataclass(frozen=True, slots=True)
class Script:
    """A lesson's lines before who keeps its record: ``lines`` as the record has them, ``own`` what the lesson says instead."""

    learner: Learner
    lesson: Lesson
    lines: tuple[Spoken, ...]
    own: Mapping[str, LessonLine]

    @property
    def address(self) -> str:
        return f"{self.learner.study.address}/lines"

    def clock(self, line: Spoken) -> str:
        """Playing time in the lesson."""
        return clock_of(max(0, line.since - self.lesson.since))

    def line(self, cue_id: str) -> Spoken:
        """Raises Refused(not_found)."""
        found = next((line for line in self.lines if line.cue_id == cue_id), None)
        if found is None:
            raise Refused(WebCode.NOT_FOUND)
        return found


async def script_at(request: Request) -> Script:
    """Raises Refused: what ``learner_at`` raises for who does not keep the record."""
    learner = await learner_at(request, keeps=True)
    lesson = learner.study.lesson
    assert lesson is not None
    edits = await site_of(request).record_edits.of(lesson.meeting_id)
    spoken = await asyncio.to_thread(spoken_of, request, lesson.meeting_id, edits)
    inside = tuple(line for line in spoken if line.since < lesson.until and line.until > lesson.since)
    return Script(learner, lesson, inside, await site_of(request).learning.lines.of(lesson.lesson_id))


async def script_page(request: Request) -> Response:
    """All lines; with ``?line=<cue>`` the form for one."""
    script, done = await script_at(request), request.query_params.get("done", "")
    asked = request.query_params.get("line", "")
    return await render(
        request,
        "learning/lesson_words.html",
        {
            "script": script,
            "chosen": script.line(asked) if asked else None,
            "longest": LONGEST_CORRECTION,
            "done": done if done in DONE else "",
        },
    )


async def retell(request: Request) -> Response:
    """Put a line into other words (``do=save``), leave it out (``leave_out``), or take it from the record again (``put_back``)."""
    form = await form_of(request)
    script = await script_at(request)
    line = script.line(field(form, "line", 200))
    at, by, now = site_of(request), script.learner.viewer.by, now_millis()
    scheduled = await at.schedule.meeting(script.lesson.meeting_id)
    wish, text = field(form, "do"), " ".join(field(form, "text", 4 * LONGEST_CORRECTION).split())
    if scheduled is None or wish not in ("save", "leave_out", "put_back"):
        raise Refused(WebCode.BAD_FORM, field="do")
    if wish == "save" and not text:
        raise Refused(Code.EMPTY, field="text")
    if len(text) > LONGEST_CORRECTION:
        raise Refused(Code.TOO_LONG, field="text", most=LONGEST_CORRECTION)
    lesson_id, clock = script.lesson.lesson_id, script.clock(line)
    if wish == "put_back" or (wish == "save" and text == line.text):
        await put_line_back(at, by, scheduled, lesson_id, line.cue_id, clock, now)
        return see(f"{script.address}?done=put_back#{line.cue_id}")
    said = text if wish == "save" else ""
    await retell_line(at, by, scheduled, LessonLine(lesson_id, line.cue_id, line.text, said, by.member_id, by.name, now), clock, now)
    return see(f"{script.address}?done={'retold' if said else 'left_out'}#{line.cue_id}")


routes: list[BaseRoute] = [
    Route("/learn/lessons/{lesson_id}/lines", script_page, methods=["GET"]),
    Route("/learn/lessons/{lesson_id}/lines", retell, methods=["POST"]),
]
