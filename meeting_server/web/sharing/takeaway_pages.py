"""The downloads of a finished meeting and of a micro-lesson: the page that lists them, and the files."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.people.permissions import Action
from meeting_server.acts.sharing.resources import let_readers_take
from meeting_server.archive.minutes.document_model import Paper, paper_of
from meeting_server.archive.record.lesson_clips import SOUND, clip_of, file_of
from meeting_server.archive.record.readers import Part
from meeting_server.archive.record.retold import retold
from meeting_server.archive.record.timeline import Timeline
from meeting_server.archive.record.transcript import Stretch
from meeting_server.archive.takeaway.sound import clean_mix
from meeting_server.archive.takeaway.study import Study, question_of, study_of
from meeting_server.domain.ids import MeetingId
from meeting_server.store.learning.lesson_lines import LessonLine
from meeting_server.store.learning.studied import Studied
from meeting_server.store.people.access_log import Act, Entry
from meeting_server.store.record.publications import Publication
from meeting_server.web.learning.study import Learner, learner_at
from meeting_server.web.record.approval import approved, with_approval
from meeting_server.web.record.decided_pages import decided_of, decided_paper, shown_items
from meeting_server.web.record.playback import playback_of
from meeting_server.web.record.reader import (
    Reader,
    editor_at,
    minutes_at,
    note_reading,
    reader_at,
    record_files_of,
    steps_of,
    timeline_at,
    transcript_at,
    words_of,
)
from meeting_server.web.sharing.downloads import DECIDED, FORMS, Downloads, Rights, carried, form_at
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import field, form_of
from meeting_server.web.site.pages import language_of, render, say, see
from meeting_server.web.site.permissions import allowed
from meeting_server.web.site.site import site_of
from meeting_server.web.site.taking_turns import one_at_a_time


@dataclass(frozen=True, slots=True)
class OfMeeting:
    """A reader and one meeting's downloads."""

    reader: Reader
    taking: Downloads

    @property
    def study(self) -> Study:
        return self.taking.study


# --- of a meeting -----------------------------------------------------------------------------------------------------


async def taking_at(request: Request) -> OfMeeting:
    """Return what the viewer may download of the meeting in the path.

    Raises Refused: as ``reader_at``; ``not_found`` until the meeting is over and its record is made.
    """
    reader = await reader_at(request)
    return await _taking(request, reader, await _rights(request, reader))


async def _rights(request: Request, reader: Reader) -> Rights:
    readers_may = await site_of(request).takeaway_rules.readers_may(reader.scheduled.plan.branch_id)
    return Rights(reader.may(Part.NOTES), reader.edits, reader.exports, readers_may)


async def _taking(request: Request, reader: Reader, rights: Rights) -> OfMeeting:
    timeline = await timeline_at(request, reader)
    if reader.scheduled.status != "adjourned" or timeline is None:
        raise Refused(WebCode.NOT_FOUND)
    edits = await site_of(request).record_edits.of(reader.meeting_id)
    mix = None if reader.closed else await asyncio.to_thread(clean_mix, record_files_of(request), reader.meeting_id, edits)
    study = await _study(request, timeline, reader.publication, reader, sounding=mix is not None)
    return OfMeeting(reader, Downloads(study, mix, rights, len(await decided_of(request, reader))))


async def take_page(request: Request) -> Response:
    """Show the list: what each file is for and what it contains."""
    reader, record_files = await reader_at(request), record_files_of(request)
    if reader.scheduled.status != "adjourned" or await asyncio.to_thread(record_files.timeline, reader.meeting_id) is None:
        steps = steps_of(await asyncio.to_thread(record_files.manifest, reader.meeting_id))
        running = reader.scheduled.status != "adjourned"
        return await render(request, "record/archive_waiting.html", {"scheduled": reader.scheduled, "steps": steps, "running": running})
    taking = (await taking_at(request)).taking
    return await _list(request, taking, f"/archive/{reader.meeting_id}", reader.scheduled.plan.title, of_meeting=True)


async def let_readers(request: Request) -> Response:
    """Set the branch's switch: whether its readers may download transcript and sound."""
    reader = await editor_at(request)
    form = await form_of(request)
    may = field(form, "readers") == "on"
    await let_readers_take(site_of(request), reader.viewer.by, reader.scheduled, may, now_millis())
    return see(f"/archive/{reader.meeting_id}/take?done={'allowed' if may else 'forbidden'}")


async def take_file(request: Request) -> Response:
    """Return one of the files, made from the current record."""
    if request.path_params["file"] not in FORMS:
        await reader_at(request)
        raise Refused(WebCode.NOT_FOUND)
    reader = await reader_at(request)
    rights = await _rights(request, reader)
    form = form_at(request, rights)
    found = await _taking(request, reader, rights)
    if "range" not in request.headers:  # a player fetches one sound in many pieces
        await note_reading(request, found.reader, Act.TAKEN_AWAY, form.file)
    paper, draft = await _minutes_paper(request, found.reader) if form.kind == "minutes" else (None, "")
    if paper is not None and form.file.startswith(DECIDED):
        timeline = await timeline_at(request, reader)
        assert timeline is not None
        items = shown_items(request, await decided_of(request, reader), playback_of(timeline))
        paper = decided_paper(items, paper, words_of(language_of(request)))
    return await carried(request, found.taking, form, paper, draft)


async def _minutes_paper(request: Request, reader: Reader) -> tuple[Paper, str]:
    minutes = await minutes_at(request, reader)
    if minutes is None or minutes.opened_at is None:
        raise Refused(WebCode.NOT_FOUND)
    paper = paper_of(minutes, words_of(language_of(request)))
    return with_approval(request, paper, await approved(request, minutes)), "" if minutes.final else say(request, "minutes.draft")


# --- of a micro-lesson --------------------------------------------------------------------------------------------------


async def take_lesson_page(request: Request) -> Response:
    taking, _, title = await _of_lesson(request)
    return await _list(request, taking, f"/learn/lessons/{request.path_params['lesson_id']}", title, of_meeting=False)


async def take_lesson_file(request: Request) -> Response:
    learner = await learner_at(request)
    form = form_at(request, await _lesson_rights(request, learner))
    taking, meeting_id, title = await _of_lesson(request)
    if "range" not in request.headers:
        await site_of(request).access_log.note(
            Entry(
                now_millis(),
                Act.TAKEN_AWAY,
                learner.member_id,
                learner.viewer.name,
                meeting_id,
                title,
                learner.study.branch_id,
                f"{request.path_params['lesson_id']}/{form.file}",
            )
        )
    return await carried(request, taking, form)


async def _of_lesson(request: Request) -> tuple[Downloads, MeetingId, str]:
    """Raises Refused: as ``learner_at``; ``not_found`` until the record it was cut from is made."""
    learner = await learner_at(request)
    lesson, record_files, site = learner.study.lesson, record_files_of(request), site_of(request)
    assert lesson is not None
    timeline = await asyncio.to_thread(record_files.timeline, lesson.meeting_id)
    if timeline is None:
        raise Refused(WebCode.NOT_FOUND)
    edits = await site.record_edits.of(lesson.meeting_id)
    clip = await asyncio.to_thread(clip_of, record_files, timeline, lesson, edits)
    sound = await asyncio.to_thread(file_of, record_files, lesson, SOUND) if clip is not None and clip.sound else None
    own = await site.learning.lines.of(lesson.lesson_id)
    whole = await _study(request, timeline, None, None, sounding=sound is not None, own=own)
    start, end = lesson.since - timeline.zero, lesson.until - timeline.zero
    kept = await site.learning.quizzes.questions(Studied("lesson", lesson.lesson_id))
    study = replace(
        whole.part(start, end, resource_id=lesson.lesson_id, title=lesson.title),
        summary=lesson.summary,
        approved=True,
        questions=tuple(question_of(question) for question in kept),
    )
    return Downloads(study, sound, await _lesson_rights(request, learner)), lesson.meeting_id, lesson.title


async def _lesson_rights(request: Request, learner: Learner) -> Rights:
    branch_id = learner.study.branch_id
    exports = await allowed(request, Action.EXPORT_ARCHIVE, branch_id)
    return Rights(False, learner.edits, exports, await site_of(request).takeaway_rules.readers_may(branch_id))


# --- both ---------------------------------------------------------------------------------------------------------------


async def _study(
    request: Request,
    timeline: Timeline,
    publication: Publication | None,
    reader: Reader | None,
    *,
    sounding: bool,
    own: Mapping[str, LessonLine] = MappingProxyType({}),
) -> Study:
    """``own``: what a lesson says in place of the record's lines."""
    site, meeting_id = site_of(request), timeline.meeting_id
    if reader is not None:
        transcript = await transcript_at(request, reader)
    else:
        transcript = await asyncio.to_thread(record_files_of(request).transcript, meeting_id)
    if transcript is not None and own:
        transcript = msgspec.structs.replace(transcript, spoken=retold(transcript.spoken, own))
    closed = reader is not None and bool(reader.closed)  # questions and summary are about the whole meeting
    minutes = await minutes_at(request, reader) if reader is not None else None
    kept = await site.learning.quizzes.questions(Studied("meeting", meeting_id)) if reader is not None and not closed else ()
    edits = await site.record_edits.of(meeting_id)  # the transcript may not have been rebuilt since
    return study_of(
        timeline,
        transcript,
        minutes,
        None if closed else publication,
        words_of(language_of(request)),
        sounding=sounding,
        questions=[question_of(question) for question in kept],
        taken_out=[Stretch(redaction.since, redaction.until) for redaction in edits.redactions],
    )


async def _list(request: Request, taking: Downloads, address: str, title: str, *, of_meeting: bool) -> Response:
    return await render(
        request,
        "sharing/take.html",
        {
            "title": title,
            "address": address,
            "of_meeting": of_meeting,
            "groups": taking.groups(),
            "allowed": taking.rights.readers_may or taking.rights.exports or taking.rights.keeps,
            "readers_may": taking.rights.readers_may,
            "edits": taking.rights.keeps,
            "gaps": len(taking.study.gaps),
            "done": request.query_params.get("done", ""),
        },
    )


routes: list[BaseRoute] = [
    Route("/archive/{meeting_id}/take", take_page, methods=["GET"]),
    Route("/archive/{meeting_id}/take/readers", let_readers, methods=["POST"]),
    Route("/archive/{meeting_id}/take/{file}", one_at_a_time(take_file), methods=["GET"]),
    Route("/learn/lessons/{lesson_id}/take", take_lesson_page, methods=["GET"]),
    Route("/learn/lessons/{lesson_id}/take/{file}", one_at_a_time(take_lesson_file), methods=["GET"]),
]
