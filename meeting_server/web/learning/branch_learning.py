"""How a branch learns: who finished what, for those who keep its records; for everyone else in it, numbers without names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.people.permissions import Action
from meeting_server.archive.sheets import XLSX, Value, write_csv, write_xlsx
from meeting_server.domain.ids import Millis
from meeting_server.store.people.people import Member
from meeting_server.web.attendance.evidence import columns
from meeting_server.web.learning.study import Study, published_by
from meeting_server.web.site import dates
from meeting_server.web.site.auth import Viewer, now_millis
from meeting_server.web.site.pages import render, say
from meeting_server.web.site.permissions import allowed, require, tree_of
from meeting_server.web.site.site import site_of

FEWEST = 5
"""Below this many people a number tells of one of them: it is not shown to those who may not see names."""
KINDS = ("csv", "xlsx")
COLUMNS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Studied:
    """One thing the branch published: who finished it, who began it."""

    study: Study
    finished: tuple[str, ...]
    begun: tuple[str, ...]
    share: float


@dataclass(frozen=True, slots=True)
class Studying:
    """One member: how much of what the branch published they finished, how long they heard of it, how many quizzes they passed."""

    name: str
    finished: int
    begun: int
    heard: Millis
    passed: int
    latest_at: Millis | None
    by_study: tuple[str, ...]


async def branch_page(request: Request) -> Response:
    branch_id = request.path_params["branch_id"]
    viewer = await require(request, Action.SEE_ARCHIVE, branch_id)
    names = await allowed(request, Action.SEE_LEARNING, branch_id)
    members, studies = await _concerned(request, viewer, branch_id)
    studied, studying = await _learning(request, members, studies)
    shares = [("", one.share, str(number)) for number, one in enumerate(studied[:COLUMNS_SHOWN], 1)]
    return await render(
        request,
        "learning/branch_learning.html",
        {
            "branch": (await tree_of(request)).get(branch_id),
            "names": names,
            "few": not names and len(members) < FEWEST,
            "fewest": FEWEST,
            "people": len(members),
            "studied": studied,
            "studying": studying if names else (),
            "minutes_of": dates.minutes,
            "wide": columns(shares, width=1000, height=200),
            "phone": columns(shares[:8], width=328, height=134),
            "manages_courses": await allowed(request, Action.EDIT_ARCHIVE, branch_id),
        },
    )


async def branch_file(request: Request) -> Response:
    """The table as ``csv`` or ``xlsx``: a line a member, a column for each thing."""
    branch_id, kind = request.path_params["branch_id"], request.url.path.rpartition(".")[2]
    viewer = await require(request, Action.SEE_LEARNING, branch_id)
    members, studies = await _concerned(request, viewer, branch_id)
    _, studying = await _learning(request, members, studies)
    heads = ("name", "finished", "begun", "minutes", "passed", "latest")
    rows: list[list[Value]] = [[*(say(request, f"branch_learning.column.{name}") for name in heads), *(study.title for study in studies)]]
    for one in studying:
        latest = "" if one.latest_at is None else f"{dates.local(one.latest_at):%Y-%m-%d}"
        figures = (one.finished, one.begun, dates.minutes(one.heard), one.passed)
        stages = [say(request, f"learn.stage.{stage}") for stage in one.by_study]
        rows.append([one.name, *figures, latest, *stages])
    day = f"{dates.local(now_millis()):%Y-%m-%d}"
    title = say(request, "branch_learning.file", day=day)
    content = write_csv(rows) if kind == "csv" else write_xlsx(rows, title, (14, 10, 10, 10, 10, 12, *(20 for _ in studies)))
    return Response(
        content,
        media_type="text/csv; charset=utf-8" if kind == "csv" else XLSX,
        headers={
            "content-disposition": f"attachment; filename=\"learning-{day}.{kind}\"; filename*=UTF-8''{quote(f'{title}.{kind}')}",
            "cache-control": "private, no-store",
        },
    )


async def _concerned(request: Request, viewer: Viewer, branch_id: str) -> tuple[Sequence[Member], list[Study]]:
    return await site_of(request).directory.roster(branch_id), await published_by(request, viewer, branch_id)


async def _learning(request: Request, members: Sequence[Member], studies: list[Study]) -> tuple[list[Studied], list[Studying]]:
    learning, ids = site_of(request).learning, [member.member_id for member in members]
    progress, best = await learning.progress.of_members(ids), await learning.quizzes.best(ids)

    def stage(member: Member, study: Study) -> str:
        found = progress.get((member.member_id, study.studied))
        return "new" if found is None else "begun" if found.completed_at is None else "done"

    def line(member: Member) -> Studying:
        stages = tuple(stage(member, study) for study in studies)
        mine = [found for study in studies if (found := progress.get((member.member_id, study.studied))) is not None]
        passed = sum((attempt := best.get((member.member_id, study.studied))) is not None and attempt.passed for study in studies)
        latest = max((found.latest_at for found in mine), default=None)
        heard = sum(found.unique for found in mine)
        return Studying(member.name, stages.count("done"), stages.count("begun"), heard, passed, latest, stages)

    def column(study: Study) -> Studied:
        done, begun = ([member.name for member in members if stage(member, study) == wanted] for wanted in ("done", "begun"))
        return Studied(study, tuple(done), tuple(begun), len(done) / max(1, len(members)))

    return [column(study) for study in studies], [line(member) for member in members]


routes: list[BaseRoute] = [
    Route("/branches/{branch_id}/learning", branch_page, methods=["GET"]),
    *(Route(f"/branches/{{branch_id}}/learning.{kind}", branch_file, methods=["GET"]) for kind in KINDS),
]
