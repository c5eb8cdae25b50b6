"""Notes for oneself and comments for everyone, beside what is studied; and the page of all that one wrote."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.store.learning.study_notes import NOTE_LONGEST, REASON_LONGEST, SHARED, StudyNote
from meeting_server.web.learning.study import everything_for, learner_at
from meeting_server.web.learning.study_pages import show_study
from meeting_server.web.record.playback import clock_of, millis_of
from meeting_server.web.site.auth import member_of, now_millis
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import field, form_of
from meeting_server.web.site.pages import render, see
from meeting_server.web.site.site import site_of


@dataclass(frozen=True, slots=True)
class Written:
    """A note with the title of what it is about; empty when that cannot be opened any more."""

    note: StudyNote
    title: str


async def write_note(request: Request) -> Response:
    learner = await learner_at(request)
    form = await form_of(request)
    shared_with, text, clock = field(form, "shared_with"), field(form, "text", 8000), field(form, "at")
    if shared_with not in SHARED:
        raise Refused(WebCode.BAD_FORM, field="shared_with")
    at = millis_of(clock) if clock else None
    wrong = "empty" if not text else "too_long" if len(text) > NOTE_LONGEST else "bad_time" if clock and at is None else ""
    if wrong:
        return await show_study(request, learner, status=422, wrong=wrong, draft=text[:NOTE_LONGEST])
    study = learner.study
    if at is not None:
        at = min(at, study.length) if study.length else None
    await site_of(request).learning.notes.write(
        StudyNote(study.studied, learner.member_id, learner.viewer.name, shared_with, at, text, now_millis())
    )
    return see(f"{study.address}?done=note#notes")


async def delete_note(request: Request) -> Response:
    """Its writer takes it back, wholly."""
    learner = await learner_at(request)
    await form_of(request)
    if not await site_of(request).learning.notes.delete(_number(request), learner.member_id):
        raise Refused(WebCode.NOT_FOUND)
    return see(f"{learner.study.address}?done=note_deleted#notes")


async def remove_note(request: Request) -> Response:
    """Who keeps the record takes a comment out of sight, with a reason that stays."""
    learner = await learner_at(request, keeps=True)
    form = await form_of(request)
    reason = field(form, "reason", 4000)
    if not reason or len(reason) > REASON_LONGEST:
        return await show_study(request, learner, status=422, wrong="no_reason")
    note = await site_of(request).learning.notes.note(_number(request))
    if note is None or note.studied != learner.study.studied or note.shared_with != "readers":
        raise Refused(WebCode.NOT_FOUND)
    await site_of(request).learning.notes.remove(note.note_id, learner.viewer.name, reason, now_millis())
    return see(f"{learner.study.address}?done=note_removed#notes")


async def my_notes(request: Request) -> Response:
    viewer = await member_of(request)
    assert viewer.member_id is not None
    titles = {study.studied: study.title for study in await everything_for(request, viewer)}
    notes = await site_of(request).learning.notes.of_member(viewer.member_id)
    written = [Written(note, titles.get(note.studied, "")) for note in notes]
    return await render(
        request, "learning/my_notes.html", {"written": written, "clock_of": clock_of, "done": request.query_params.get("done", "")}
    )


async def delete_mine(request: Request) -> Response:
    """One note from the page of all, or all of them."""
    viewer = await member_of(request)
    form = await form_of(request)
    notes = site_of(request).learning.notes
    assert viewer.member_id is not None
    chosen = field(form, "note")
    if chosen == "all":
        await notes.delete_all(viewer.member_id)
    elif not (chosen.isascii() and chosen.isdigit() and len(chosen) < 16) or not await notes.delete(int(chosen), viewer.member_id):
        raise Refused(WebCode.NOT_FOUND)
    return see("/learn/notes?done=note_deleted")


def _number(request: Request) -> int:
    number: int = request.path_params["note_id"]
    if number >= 2**31:
        raise Refused(WebCode.NOT_FOUND)
    return number


def _of(kind: str) -> list[BaseRoute]:
    base = f"/learn/{kind}s/{{{kind}_id}}/notes"
    return [
        Route(base, write_note, methods=["POST"]),
        Route(f"{base}/{{note_id:int}}/delete", delete_note, methods=["POST"]),
        Route(f"{base}/{{note_id:int}}/remove", remove_note, methods=["POST"]),
    ]


routes: list[BaseRoute] = [
    Route("/learn/notes", my_notes, methods=["GET"]),
    Route("/learn/notes", delete_mine, methods=["POST"]),
    *_of("lesson"),
    *_of("meeting"),
]
