"""The page of one thing to be studied: its player, its words, notes and questions; and what its player reports."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.learning.study import declare_read, report_playing
from meeting_server.archive.record import transcript
from meeting_server.archive.record.artefacts import MIX
from meeting_server.archive.record.lesson_clips import FILES, LessonClip, clip_of, file_of
from meeting_server.archive.record.redaction import covered
from meeting_server.archive.record.retold import retold
from meeting_server.archive.record.steps.mix import MixSound
from meeting_server.archive.record.timeline import Timeline
from meeting_server.archive.record.transcript import Spoken, Stretch
from meeting_server.domain.ids import HALL, MeetingId, Millis
from meeting_server.store.learning.lesson_lines import LessonLine
from meeting_server.store.learning.lessons import Lesson
from meeting_server.store.learning.progress import WHOLE_SHARE, Interval
from meeting_server.store.learning.quizzes import PASS_SHARE
from meeting_server.store.record.record_edits import Edits
from meeting_server.web.learning.library import CHECK_AGAIN, cards_of
from meeting_server.web.learning.study import (
    Learner,
    Study,
    everything_for,
    held_at,
    is_for,
    learner_at,
    of_lesson,
    related,
    standings,
    studying_of,
)
from meeting_server.web.record.audience import may_study
from meeting_server.web.record.playback import clock_of, millis_of, playback_of
from meeting_server.web.record.reader import record_files_of
from meeting_server.web.record.shown_pages import Leaf, leaves_of
from meeting_server.web.site import dates
from meeting_server.web.site.auth import Viewer, now_millis
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import check_header, form_of
from meeting_server.web.site.pages import render, see
from meeting_server.web.site.permissions import allowed, seeing, tree_of
from meeting_server.web.site.site import site_of

log = structlog.get_logger(__name__)

REPORT_BYTES = 16 * 1024
STRETCHES_MOST = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of what is studied, in its own playing time; ``start`` 0 for one that began before it."""

    start: Millis
    who: str
    text: str


async def study_page(request: Request) -> Response:
    return await show_study(request, await learner_at(request))


async def show_study(request: Request, learner: Learner, *, status: int = 200, wrong: str = "", draft: str = "") -> Response:
    """``wrong``: what was wrong with a note that was sent; ``draft``: its text, which is not lost."""
    study, learning = learner.study, site_of(request).learning
    timeline = await asyncio.to_thread(record_files_of(request).timeline, study.meeting_id)
    edits = await site_of(request).record_edits.of(study.meeting_id)
    lesson, clip, lines, chapters = study.lesson, None, [], []
    leaves: tuple[Leaf, ...] = ()
    if lesson is not None and timeline is not None:
        clip = await _clip(request, timeline, lesson, edits)
        lines = await asyncio.to_thread(lines_of, request, lesson, edits, await learning.lines.of(lesson.lesson_id))
    elif timeline is not None:
        heard = [c for c in timeline.chapters if c.title and (not study.length or (c.since < timeline.end and c.until > timeline.zero))]
        chapters = [(timeline_start(timeline, c.since), c.title, c.speaker, c.until - c.since) for c in heard]
        leaves = leaves_of(timeline, playback_of(timeline), [Stretch(r.since, r.until) for r in edits.redactions])
    (standing,) = await standings(request, learner.member_id, [study])
    others = await everything_for(request, learner.viewer)
    cards = await cards_of(request, learner.viewer, [one for one in others if one.studied == study.studied])
    position = 0 if standing.progress is None else standing.progress.position
    start = min(millis_of(request.query_params.get("t", "")) or position, study.length)
    return await render(
        request,
        "learning/study.html",
        {
            "study": study,
            "edits": learner.edits,
            "standing": standing,
            "clip": clip,
            "synthetic": timeline is not None and any(track.synthetic for track in timeline.tracks),
            "silent": timeline is not None and await asyncio.to_thread(is_silent, request, learner),
            "lines": lines,
            "chapters": chapters,
            "leaves": [leaf for leaf in leaves if leaf.start is not None],
            "lessons": await _parts(request, learner),
            "held_at": await held_at(request, study.meeting_id),
            "record": await _record(request, learner.viewer, study.meeting_id),
            "notes": await learning.notes.seen_by(learner.member_id, study.studied),
            "questions": len(await learning.quizzes.questions(study.studied)),
            "related": related(study, others),
            "card": cards[0] if cards else None,
            "due_before": now_millis() - CHECK_AGAIN,
            "start": 0 if study.length and start >= study.length - 1000 else start,
            "clock_of": clock_of,
            "whole_percent": round(WHOLE_SHARE * 100),
            "pass_percent": round(PASS_SHARE * 100),
            "wrong": wrong,
            "draft": draft,
            "done": request.query_params.get("done", ""),
        },
        status=status,
    )


async def lesson_file(request: Request) -> Response:
    """Sound, pictures or thumbnail of a lesson, in ranges."""
    learner = await learner_at(request)
    lesson, kind = learner.study.lesson, request.path_params["kind"]
    record_files = record_files_of(request)
    timeline = await asyncio.to_thread(record_files.timeline, learner.study.meeting_id)
    if lesson is None or timeline is None or kind not in FILES:
        raise Refused(WebCode.NOT_FOUND)
    edits = await site_of(request).record_edits.of(lesson.meeting_id)
    if await _clip(request, timeline, lesson, edits) is None:
        raise Refused(WebCode.NOT_FOUND)
    path = await asyncio.to_thread(file_of, record_files, lesson, kind)
    if path is None:
        raise Refused(WebCode.NOT_FOUND)
    return FileResponse(path, media_type=FILES[kind], headers={"cache-control": "private, no-cache"})


async def report(request: Request) -> Response:
    """What a player played since it last said so. Raises Refused ``bad_message``, ``too_large``."""
    learner = await learner_at(request)
    check_header(request)
    played, position = _reported(await _body(request))
    studying, study = studying_of(request, learner), learner.study
    if study.length == 0:
        raise Refused(WebCode.BAD_MESSAGE)
    month = f"{dates.local(studying.now):%Y-%m}"
    await report_playing(site_of(request), studying, study.length, played, position, month)
    (standing,) = await standings(request, learner.member_id, [study])
    return JSONResponse({"percent": standing.percent, "done": standing.stage == "done"})


async def read(request: Request) -> Response:
    """Of what cannot be heard, a member says themselves that they read it. Raises Refused ``bad_form`` where there is sound."""
    learner = await learner_at(request)
    await form_of(request)
    if not await asyncio.to_thread(is_silent, request, learner):
        raise Refused(WebCode.BAD_FORM)
    studying = studying_of(request, learner)
    await declare_read(site_of(request), studying, f"{dates.local(studying.now):%Y-%m}")
    return see(f"{learner.study.address}?done=read")


def is_silent(request: Request, learner: Learner) -> bool:
    """Whether there is nothing to be heard, now or soon: it was never recorded, or its recording was deleted. Reads files."""
    record_files, meeting_id = record_files_of(request), learner.study.meeting_id
    if record_files.made(meeting_id, MIX) is not None:
        return False
    return record_files.manifest(meeting_id).status(MixSound.name).state in ("done", "failed", "removed")


async def _body(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > REPORT_BYTES:
            raise Refused(WebCode.TOO_LARGE)
    return body


def _reported(body: bytes) -> tuple[list[Interval], Millis]:
    try:
        said = json.loads(body)
        played = [(since, until) for since, until in said["played"][:STRETCHES_MOST]]
        numbers = [said["position"], *(number for stretch in played for number in stretch)]
    except (ValueError, TypeError, KeyError):
        raise Refused(WebCode.BAD_MESSAGE) from None
    if not all(isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 10**9 for number in numbers):
        raise Refused(WebCode.BAD_MESSAGE)
    return played, said["position"]


async def _clip(request: Request, timeline: Timeline, lesson: Lesson, edits: Edits) -> LessonClip | None:
    try:
        return await asyncio.to_thread(clip_of, record_files_of(request), timeline, lesson, edits)
    except OSError as error:
        log.error("a lesson could not be cut", lesson=lesson.lesson_id, reason=str(error))
        return None


def lines_of(request: Request, lesson: Lesson, edits: Edits, own: Mapping[str, LessonLine]) -> list[Line]:
    """The words of a lesson, its own in place of the record's, without what was taken out. Reads a file."""
    spoken = retold(spoken_of(request, lesson.meeting_id, edits), own)
    inside = [line for line in spoken if line.since < lesson.until and line.until > lesson.since]
    return [Line(max(0, line.since - lesson.since), line.who, line.text) for line in inside]


def spoken_of(request: Request, meeting_id: MeetingId, edits: Edits) -> list[Spoken]:
    """What was said in the hall and not taken out, though the transcript may not have been made again yet. Reads a file."""
    folder = record_files_of(request).folder(meeting_id)
    made = None if folder is None else transcript.load(folder)
    gone = [Stretch(redaction.since, redaction.until) for redaction in edits.redactions]
    return [
        line
        for line in (made.spoken if made is not None else ())
        if line.room_id == HALL and line.state != "redacted" and line.text.strip() and not covered(line.since, line.until, gone)
    ]


def timeline_start(timeline: Timeline, moment: Millis) -> Millis:
    """Playing time of a moment of the meeting."""
    return min(max(0, moment - timeline.zero), max(0, timeline.end - timeline.zero))


async def _parts(request: Request, learner: Learner) -> list[Study]:
    """Micro-lessons cut from the same meeting that the viewer may study."""
    tree = await tree_of(request)
    if learner.study.lesson is not None:
        return []
    found = [of_lesson(lesson, tree) for lesson in await site_of(request).learning.lessons.of_meeting(learner.study.meeting_id)]
    return [study for study in found if is_for(tree, learner.viewer, study)]


async def _record(request: Request, viewer: Viewer, meeting_id: MeetingId) -> bool:
    """Whether the viewer may open the record it comes from."""
    scheduled = await site_of(request).schedule.meeting(meeting_id)
    if scheduled is None:
        return False
    if scheduled.listed(viewer.participant_id) is not None or await allowed(request, seeing(scheduled), scheduled.plan.branch_id):
        return True
    publication = await site_of(request).publications.of(meeting_id)
    return publication is not None and may_study(await tree_of(request), viewer, publication)


routes: list[BaseRoute] = [
    Route("/learn/lessons/{lesson_id}", study_page, methods=["GET"]),
    Route("/learn/meetings/{meeting_id}", study_page, methods=["GET"]),
    Route("/learn/lessons/{lesson_id}/clip.{kind}", lesson_file, methods=["GET"]),
    Route("/learn/lessons/{lesson_id}/progress", report, methods=["POST"]),
    Route("/learn/meetings/{meeting_id}/progress", report, methods=["POST"]),
    Route("/learn/lessons/{lesson_id}/read", read, methods=["POST"]),
    Route("/learn/meetings/{meeting_id}/read", read, methods=["POST"]),
]
