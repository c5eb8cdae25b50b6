"""A viewer before something to be studied: a published meeting or a micro-lesson, and how far they are with it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from starlette.requests import Request

from meeting_server.acts.learning.deeds import Studying, Told
from meeting_server.acts.people.permissions import Action
from meeting_server.archive.record.artefacts import MIX
from meeting_server.archive.record.parts import is_closed
from meeting_server.archive.record.record_files import RecordFiles
from meeting_server.archive.record.timeline import Closure
from meeting_server.archive.record.words import overlap, words_of
from meeting_server.domain.errors import Code
from meeting_server.domain.ids import MeetingId, Millis
from meeting_server.store.learning.courses import Course
from meeting_server.store.learning.lessons import Lesson
from meeting_server.store.learning.progress import Progress
from meeting_server.store.learning.quizzes import Attempt
from meeting_server.store.learning.studied import Studied
from meeting_server.store.people.branch_tree import BranchTree
from meeting_server.store.record.publications import Audience, Publication, State
from meeting_server.web.record.audience import may_study
from meeting_server.web.record.reader import record_files_of
from meeting_server.web.site.auth import Viewer, member_of, now_millis
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.pages import address_of, language_of
from meeting_server.web.site.permissions import allowed, tree_of
from meeting_server.web.site.site import site_of

RELATED_MOST = 4
ALIKE = 0.04
"""Keywords have to have this much in common (0 to 1) before two things are called related."""


@dataclass(frozen=True, slots=True)
class Study:
    """One thing to be studied. ``length``: playing time in ms, 0 when nothing can be heard. ``lesson`` is ``None`` for a meeting."""

    studied: Studied
    meeting_id: MeetingId
    branch_id: str
    branch_name: str
    title: str
    summary: str
    keywords: tuple[str, ...]
    audience: Audience
    state: State
    length: Millis
    published_at: Millis | None
    lesson: Lesson | None = None

    @property
    def address(self) -> str:
        return self.studied.address


@dataclass(frozen=True, slots=True)
class Learner:
    """A member before one thing. ``edits``: keeps the record it comes from, and so sees drafts."""

    viewer: Viewer
    study: Study
    edits: bool

    @property
    def member_id(self) -> str:
        assert self.viewer.member_id is not None
        return self.viewer.member_id


Stage = Literal["new", "begun", "done"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a member is with one thing."""

    study: Study
    progress: Progress | None
    best: Attempt | None
    asked: bool

    @property
    def stage(self) -> Stage:
        if self.progress is None:
            return "new"
        return "done" if self.progress.completed_at is not None else "begun"

    @property
    def percent(self) -> int:
        return round(self.progress.share * 100) if self.progress is not None else 0


async def learner_at(request: Request, *, keeps: bool = False) -> Learner:
    """The viewer before the lesson or meeting named in the path.

    Raises Refused: ``sign_in_required``; ``not_found`` for what is not published to the viewer; ``forbidden`` when only
    those who keep the record may (``keeps``).
    """
    viewer = await member_of(request)
    study = await study_of(request, named_in(request))
    if study is None:
        raise Refused(WebCode.NOT_FOUND)
    edits = await allowed(request, Action.EDIT_ARCHIVE, study.branch_id)
    if not edits and not is_for(await tree_of(request), viewer, study):
        raise Refused(WebCode.NOT_FOUND)
    if await is_closed_to(request, viewer, study):
        raise Refused(WebCode.NOT_FOUND)
    if keeps and not edits:
        raise Refused(Code.FORBIDDEN)
    return Learner(viewer, study, edits)


async def is_closed_to(request: Request, viewer: Viewer, study: Study) -> bool:
    """Whether something of what it was made of is closed to the viewer: they were asked out for it, or not called to it."""
    return not await open_to(request, viewer, [study])


async def open_to(request: Request, viewer: Viewer, studies: Sequence[Study]) -> list[Study]:
    """Those of the studies of which nothing is closed to the viewer: a title tells of an item as well."""
    record_files, meeting_ids = record_files_of(request), {study.meeting_id for study in studies}
    found = await asyncio.to_thread(lambda: {meeting_id: record_files.closures(meeting_id) for meeting_id in meeting_ids})
    closed = {i: [one for one in closures if one.participant_id == viewer.participant_id] for i, closures in found.items()}
    return [study for study in studies if not _is_closed(study, closed[study.meeting_id])]


def _is_closed(study: Study, closed: Sequence[Closure]) -> bool:
    return is_closed(closed, study.lesson.since, study.lesson.until) if study.lesson is not None else bool(closed)


def named_in(request: Request) -> Studied:
    """What the path names: ``/learn/lessons/{lesson_id}…`` or ``/learn/meetings/{meeting_id}…``."""
    lesson_id = request.path_params.get("lesson_id")
    return Studied("lesson", lesson_id) if lesson_id is not None else Studied("meeting", request.path_params["meeting_id"])


def is_for(tree: BranchTree, viewer: Viewer, study: Study) -> bool:
    """Whether the viewer is of its audience, now that it is published."""
    return may_study(tree, viewer, _publication(study.meeting_id, study.branch_id, study.title, study.audience, study.state))


def course_is_for(tree: BranchTree, viewer: Viewer, course: Course) -> bool:
    """The same for a course."""
    return may_study(tree, viewer, _publication(MeetingId(""), course.branch_id, course.title, course.audience, course.state))


async def study_of(request: Request, studied: Studied) -> Study | None:
    """One thing, drafts too; ``None`` when there is no such thing (a meeting without a publication is none)."""
    site, tree = site_of(request), await tree_of(request)
    if studied.kind == "lesson":
        lesson = await site.learning.lessons.lesson(studied.thing_id)
        return None if lesson is None else of_lesson(lesson, tree)
    publication = await site.publications.of(MeetingId(studied.thing_id))
    return None if publication is None else (await _of_meetings(request, [publication], tree))[0]


async def everything_for(request: Request, viewer: Viewer) -> list[Study]:
    """All that is published to the viewer and not closed to them, the newest first."""
    site, tree = site_of(request), await tree_of(request)
    lessons = [of_lesson(lesson, tree) for lesson in await site.learning.lessons.published()]
    publications = [found for found in await site.publications.published() if may_study(tree, viewer, found)]
    studies = [study for study in lessons if is_for(tree, viewer, study)] + await _of_meetings(request, publications, tree)
    return sorted(await open_to(request, viewer, studies), key=lambda study: (-(study.published_at or 0), study.studied))


async def published_by(request: Request, viewer: Viewer, branch_id: str) -> list[Study]:
    """All that a branch published and that is not closed to the viewer, the newest first."""
    site, tree = site_of(request), await tree_of(request)
    lessons = [of_lesson(lesson, tree) for lesson in await site.learning.lessons.published([branch_id])]
    publications = [found for found in await site.publications.published() if found.branch_id == branch_id]
    studies = lessons + await _of_meetings(request, publications, tree)
    return sorted(await open_to(request, viewer, studies), key=lambda study: (-(study.published_at or 0), study.studied))


async def standings(request: Request, member_id: str, studies: Sequence[Study]) -> list[Standing]:
    """How far a member is with each of these."""
    learning = site_of(request).learning
    begun = {progress.studied: progress for progress in await learning.progress.of_member(member_id)}
    best = await learning.quizzes.best([member_id])
    asked = await learning.quizzes.asked()
    return [Standing(s, begun.get(s.studied), best.get((member_id, s.studied)), s.studied in asked) for s in studies]


def studying_of(request: Request, learner: Learner) -> Studying:
    """What the learner now does is told to the university's record store, where there is one."""
    study = learner.study
    home, address = address_of(request, "/"), address_of(request, study.address)
    told = Told(home, address, study.title, language_of(request)) if site_of(request).settings.lrs_endpoint else None
    return Studying(learner.member_id, study.studied, now_millis(), told)


def related(study: Study, others: Iterable[Study]) -> list[Study]:
    """What speaks of the same, the likest first; of the same meeting only what is another part of it."""
    mine = _about(study)
    scored = [(overlap(mine, _about(other)), other) for other in others if other.studied != study.studied]
    close = [(share + (0.5 if other.meeting_id == study.meeting_id else 0.0), other) for share, other in scored]
    found = sorted((pair for pair in close if pair[0] >= ALIKE), key=lambda pair: (-pair[0], -(pair[1].published_at or 0)))
    return [other for _, other in found[:RELATED_MOST]]


def of_lesson(lesson: Lesson, tree: BranchTree) -> Study:
    branch = tree.get(lesson.branch_id)
    return Study(
        Studied("lesson", lesson.lesson_id),
        lesson.meeting_id,
        lesson.branch_id,
        branch.name if branch else "",
        lesson.title,
        lesson.summary,
        (),
        lesson.audience,
        lesson.state,
        lesson.length,
        lesson.published_at,
        lesson,
    )


async def _of_meetings(request: Request, publications: Sequence[Publication], tree: BranchTree) -> list[Study]:
    record_files = record_files_of(request)
    lengths = await asyncio.to_thread(lambda: [_length(record_files, publication.meeting_id) for publication in publications])
    return [_of_meeting(publication, length, tree) for publication, length in zip(publications, lengths, strict=True)]


def _of_meeting(publication: Publication, length: Millis, tree: BranchTree) -> Study:
    branch, approved = tree.get(publication.branch_id), publication.approved_at is not None
    return Study(
        Studied("meeting", publication.meeting_id),
        publication.meeting_id,
        publication.branch_id,
        branch.name if branch else "",
        publication.title,
        publication.summary if approved else "",
        publication.keywords if approved else (),
        publication.audience,
        publication.state,
        length,
        publication.published_at,
    )


def _length(record_files: RecordFiles, meeting_id: MeetingId) -> Millis:
    """Playing time of a record; 0 when there is nothing to be heard."""
    timeline = record_files.timeline(meeting_id)
    return 0 if timeline is None or record_files.made(meeting_id, MIX) is None else timeline.end - timeline.zero


def _about(study: Study) -> tuple[str, ...]:
    return (*study.keywords, *words_of(f"{study.title}\n{study.summary}"))


def _publication(meeting_id: MeetingId, branch_id: str, title: str, audience: Audience, state: State) -> Publication:
    return Publication(meeting_id, branch_id, title, audience=audience, state=state)


async def held_at(request: Request, meeting_id: MeetingId) -> Millis:
    """When the meeting was; 0 when it is not on the schedule any more."""
    scheduled = await site_of(request).schedule.meeting(meeting_id)
    return 0 if scheduled is None else scheduled.opened_at or scheduled.plan.starts_at
