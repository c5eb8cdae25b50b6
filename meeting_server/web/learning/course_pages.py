"""Courses: ordered lists of what is to be studied, with how far one is; put together by who keeps a branch's records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.people.permissions import Action
from meeting_server.domain.errors import Code
from meeting_server.domain.ids import Millis
from meeting_server.store.learning.courses import PARTS_MOST, SUMMARY_LONGEST, TITLE_LONGEST, Course
from meeting_server.store.learning.studied import KINDS, Studied
from meeting_server.store.record.publications import AUDIENCES
from meeting_server.store.tokens import new_id
from meeting_server.web.learning.study import (
    Standing,
    Study,
    course_is_for,
    everything_for,
    is_closed_to,
    is_for,
    open_to,
    standings,
    study_of,
)
from meeting_server.web.site import dates
from meeting_server.web.site.auth import Viewer, member_of, now_millis
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import field, form_of
from meeting_server.web.site.pages import render, see
from meeting_server.web.site.permissions import allowed, require, tree_of
from meeting_server.web.site.site import site_of

WIDTH = {"branch": 0, "faculty": 1, "all": 2}


@dataclass(frozen=True, slots=True)
class CourseStanding:
    """A course with how far a member is: the parts they may open, in order."""

    course: Course
    parts: tuple[Standing, ...]

    @property
    def finished(self) -> int:
        return sum(part.stage == "done" for part in self.parts)

    @property
    def done(self) -> bool:
        return bool(self.parts) and self.finished == len(self.parts)

    @property
    def next_part(self) -> Standing | None:
        return next((part for part in self.parts if part.stage != "done"), None)


async def course_standing(request: Request, viewer: Viewer, course: Course, known: Sequence[Study]) -> CourseStanding:
    """``known``: all that is published to the viewer; parts that are not do not count."""
    by_name = {study.studied: study for study in known}
    studies = [by_name[part] for part in course.parts if part in by_name]
    return CourseStanding(course, tuple(await standings(request, viewer.member_id or "", studies)))


async def courses_for(request: Request, viewer: Viewer, known: Sequence[Study]) -> list[CourseStanding]:
    """Published courses of the viewer: those asked of everyone first, by their day."""
    tree = await tree_of(request)
    courses = [course for course in await site_of(request).learning.courses.published() if course_is_for(tree, viewer, course)]
    courses.sort(key=lambda course: (not course.required, course.due_at or 10**15, -(course.published_at or 0)))
    return [await course_standing(request, viewer, course, known) for course in courses]


async def course_page(request: Request) -> Response:
    viewer, course, edits = await _course(request)
    known = await everything_for(request, viewer)
    return await render(
        request,
        "learning/course.html",
        {
            "standing": await course_standing(request, viewer, course, known),
            "branch": (await tree_of(request)).get(course.branch_id),
            "edits": edits,
            "hidden": len([part for part in course.parts if part not in {study.studied for study in known}]),
            "done": request.query_params.get("done", ""),
        },
    )


async def branch_courses(request: Request) -> Response:
    """All courses of a branch, and the form for a new one."""
    await require(request, Action.EDIT_ARCHIVE, request.path_params["branch_id"])
    return await _branch_page(request)


async def create_course(request: Request) -> Response:
    branch_id = request.path_params["branch_id"]
    viewer = await require(request, Action.EDIT_ARCHIVE, branch_id)
    form = await form_of(request)
    made = Course(new_id("c"), branch_id, "", viewer.member_id or "", viewer.name, now_millis())
    course, errors = _described(made, form)
    if errors:
        return await _branch_page(request, course, errors, status=422)
    await site_of(request).learning.courses.save(course)
    return see(f"/learn/courses/{course.course_id}/edit?done=created")


async def edit_page(request: Request) -> Response:
    _viewer, course, _edits = await _course(request, keeps=True)
    return await _edit(request, course)


async def edit_course(request: Request) -> Response:
    _viewer, course, _edits = await _course(request, keeps=True)
    changed, errors = _described(course, await form_of(request))
    if errors:
        return await _edit(request, changed, errors, status=422)
    await site_of(request).learning.courses.save(changed)
    return see(f"/learn/courses/{course.course_id}/edit?done=saved")


async def change_parts(request: Request) -> Response:
    """Add one, move one up or down, take one out."""
    viewer, course, _edits = await _course(request, keeps=True)
    form = await form_of(request)
    act, _, name = field(form, "do").partition(" ")
    kind, _, thing_id = (name or field(form, "part")).partition("/")
    known = next((one for one in KINDS if one == kind), None)
    if known is None or act not in ("add", "up", "down", "remove"):
        raise Refused(WebCode.BAD_FORM, field="do")
    studied = Studied(known, thing_id)
    if act == "add":
        study = await study_of(request, studied)
        offered = study is not None and is_for(await tree_of(request), viewer, study) and not await is_closed_to(request, viewer, study)
        if not offered or len(course.parts) >= PARTS_MOST:
            raise Refused(WebCode.BAD_FORM, field="part")
        changed = course.with_part(studied)
    else:
        changed = course.without_part(studied) if act == "remove" else course.moved(studied, -1 if act == "up" else 1)
    await site_of(request).learning.courses.save(changed)
    return see(f"/learn/courses/{course.course_id}/edit#parts")


async def publish(request: Request) -> Response:
    """An empty course is not published."""
    _viewer, course, _edits = await _course(request, keeps=True)
    await form_of(request)
    if not course.parts:
        return await _edit(request, course, {"parts": "empty"}, status=422)
    await site_of(request).learning.courses.save(replace(course, state="published", published_at=now_millis()))
    return see(f"/learn/courses/{course.course_id}?done=published")


async def withdraw(request: Request) -> Response:
    _viewer, course, _edits = await _course(request, keeps=True)
    await form_of(request)
    await site_of(request).learning.courses.save(replace(course, state="draft", published_at=None))
    return see(f"/learn/courses/{course.course_id}/edit?done=withdrawn")


async def remove(request: Request) -> Response:
    """Only a draft; what was studied in it stays studied."""
    _viewer, course, _edits = await _course(request, keeps=True)
    await form_of(request)
    if course.state == "published":
        raise Refused(WebCode.BAD_FORM)
    await site_of(request).learning.courses.remove(course.course_id)
    return see(f"/branches/{course.branch_id}/courses?done=removed")


async def _course(request: Request, *, keeps: bool = False) -> tuple[Viewer, Course, bool]:
    """Raises Refused: ``sign_in_required``, ``not_found``, ``forbidden``."""
    viewer = await member_of(request)
    course = await site_of(request).learning.courses.course(request.path_params["course_id"])
    if course is None:
        raise Refused(WebCode.NOT_FOUND)
    edits = await allowed(request, Action.EDIT_ARCHIVE, course.branch_id)
    if not edits and not course_is_for(await tree_of(request), viewer, course):
        raise Refused(WebCode.NOT_FOUND)
    if keeps and not edits:
        raise Refused(Code.FORBIDDEN)
    return viewer, course, edits


def _described(course: Course, form: FormData) -> tuple[Course, dict[str, str]]:
    """The course as described in the form; errors by field, each a key under ``courses.error``."""
    title, summary, due = field(form, "title", 2000), field(form, "summary", 20_000), field(form, "due")
    audience = next((known for known in AUDIENCES if known == field(form, "audience")), None)
    if audience is None:
        raise Refused(WebCode.BAD_FORM, field="audience")
    errors = {}
    if not title or len(title) > TITLE_LONGEST:
        errors["title"] = "title"
    if len(summary) > SUMMARY_LONGEST:
        errors["summary"] = "long_summary"
    due_at: Millis | None = None
    if due:
        try:
            due_at = dates.millis(datetime.combine(date.fromisoformat(due) + timedelta(days=1), time())) - 1  # the whole of that day
        except (ValueError, OverflowError):
            errors["due"] = "due"
    described = replace(course, title=title, summary=summary, audience=audience, required=field(form, "required") == "yes", due_at=due_at)
    return described, errors


async def _branch_page(
    request: Request, course: Course | None = None, errors: dict[str, str] | None = None, *, status: int = 200
) -> Response:
    branch_id = request.path_params["branch_id"]
    return await render(
        request,
        "learning/courses.html",
        {
            "branch": (await tree_of(request)).get(branch_id),
            "courses": await site_of(request).learning.courses.of_branch(branch_id),
            "course": course,
            "errors": errors or {},
            "audiences": AUDIENCES,
            "due": _day(course),
            "done": request.query_params.get("done", ""),
        },
        status=status,
    )


async def _edit(request: Request, course: Course, errors: dict[str, str] | None = None, *, status: int = 200) -> Response:
    viewer = await member_of(request)
    parts = [(part, await study_of(request, part)) for part in course.parts]
    open_parts = await open_to(request, viewer, [study for _, study in parts if study is not None])
    offered = [study for study in await everything_for(request, viewer) if study.studied not in course.parts]
    return await render(
        request,
        "learning/course_form.html",
        {
            "course": course,
            "branch": (await tree_of(request)).get(course.branch_id),
            "parts": [
                (part, None, "closed") if study is not None and study not in open_parts else (part, study, _amiss(study, course))
                for part, study in parts
            ],
            "offered": offered,
            "errors": errors or {},
            "audiences": AUDIENCES,
            "due": _day(course),
            "done": request.query_params.get("done", ""),
        },
        status=status,
    )


def _amiss(study: Study | None, course: Course) -> Literal["", "gone", "narrow"]:
    """What is wrong with a part: it is no longer there, or some who may take the course cannot open it."""
    if study is None:
        return "gone"
    return "narrow" if study.state != "published" or WIDTH[study.audience] < WIDTH[course.audience] else ""


def _day(course: Course | None) -> str:
    return "" if course is None or course.due_at is None else f"{dates.local(course.due_at):%Y-%m-%d}"


routes: list[BaseRoute] = [
    Route("/learn/courses/{course_id}", course_page, methods=["GET"]),
    Route("/learn/courses/{course_id}/edit", edit_page, methods=["GET"]),
    Route("/learn/courses/{course_id}/edit", edit_course, methods=["POST"]),
    Route("/learn/courses/{course_id}/parts", change_parts, methods=["POST"]),
    Route("/learn/courses/{course_id}/publish", publish, methods=["POST"]),
    Route("/learn/courses/{course_id}/withdraw", withdraw, methods=["POST"]),
    Route("/learn/courses/{course_id}/remove", remove, methods=["POST"]),
    Route("/branches/{branch_id}/courses", branch_courses, methods=["GET"]),
    Route("/branches/{branch_id}/courses", create_course, methods=["POST"]),
]
