"""Importing a roster (upload, preview, confirm) and exporting it as CSV or XLSX."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from functools import partial
from typing import Any
from urllib.parse import quote

import msgspec
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.people.permissions import Action
from meeting_server.acts.people.roster import import_roster
from meeting_server.archive.sheets import XLSX, write_csv, write_xlsx
from meeting_server.domain.characters import cleaned
from meeting_server.roster.headers import Column, header
from meeting_server.roster.plan import RosterPlan, plan_import
from meeting_server.roster.reading import RosterFile, read_roster
from meeting_server.roster.rows import At, RosterRow
from meeting_server.roster.sheets import FILE_BYTES, MOST_ROWS, UnreadableRoster
from meeting_server.roster.words import standing_word, yes_word
from meeting_server.store.people.access_log import Act, Entry
from meeting_server.store.people.branch_tree import Branch
from meeting_server.store.people.people import Member, NotInOrder
from meeting_server.web.site.auth import Viewer, now_millis
from meeting_server.web.site.catalogue import Language, text
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import form_of
from meeting_server.web.site.pages import language_of, render, see
from meeting_server.web.site.permissions import require, tree_of
from meeting_server.web.site.site import site_of

UPLOAD_BYTES = FILE_BYTES + 64 * 1024
KINDS = ("csv", "xlsx")
SHOWN = 200
"""Most rows and errors shown in the preview. The counts include all."""


async def import_form(request: Request) -> Response:
    """Show the page where a file is chosen."""
    branch = await _branch(request, Action.EDIT_PEOPLE)
    return await _upload_page(request, branch)


async def preview(request: Request) -> Response:
    """Read the file and show what importing it would do, or row by row why it is impossible. Saves nothing."""
    branch = await _branch(request, Action.EDIT_PEOPLE)
    form = await form_of(request, limit=UPLOAD_BYTES, files=1)
    upload = form.get("file")
    if not isinstance(upload, UploadFile) or not upload.filename:
        return await _upload_page(request, branch, "no_file", 422)
    data = await upload.read()
    await form.close()
    try:
        file = await asyncio.to_thread(read_roster, data)
    except UnreadableRoster as problem:
        return await _upload_page(request, branch, problem.code, problem.status)
    plan = await _plan(request, branch, file)
    return await _plan_page(request, branch, file, plan)


async def confirm(request: Request) -> Response:
    """Import what was shown, after checking it again, because the roster or the form may have changed since."""
    branch = await _branch(request, Action.EDIT_PEOPLE)
    viewer = await require(request, Action.EDIT_PEOPLE, branch.branch_id)
    form = await form_of(request, limit=2 * 1024 * 1024)
    packed = form.get("rows")
    if not isinstance(packed, str):
        raise Refused(WebCode.BAD_FORM)
    try:
        rows = cleaned(msgspec.json.decode(packed, type=tuple[RosterRow, ...]))
    except msgspec.MsgspecError:
        raise Refused(WebCode.BAD_FORM) from None
    if len(rows) > MOST_ROWS:
        raise Refused(WebCode.BAD_FORM)
    file = RosterFile(rows, ())
    others = [row.at for number, row in enumerate(rows) if form.get(f"who-{number}") == "other"]
    plan = await _plan(request, branch, file, others)
    if plan.faults:
        return await _plan_page(request, branch, file, plan)
    try:
        await import_roster(site_of(request), viewer.by, branch.branch_id, plan, now_millis())
    except NotInOrder:
        return await _plan_page(request, branch, file, await _plan(request, branch, file, others))
    return see(f"/branches/{branch.branch_id}/people?done=imported&n={len(plan.members)}")


async def export(request: Request) -> Response:
    """Export the current roster in a format that can be imported again."""
    branch = await _branch(request, Action.EXPORT_PEOPLE)
    viewer = await require(request, Action.EXPORT_PEOPLE, branch.branch_id)
    language = language_of(request)
    tree = await tree_of(request)
    places = {node.branch_id: node.name for node in tree.below(branch.branch_id) if node.branch_id != branch.branch_id}
    rows = [header(language)]
    for member in await site_of(request).directory.roster(branch.branch_id):
        rows.append(
            [
                member.name,
                member.number,
                standing_word(member.standing, language),
                places.get(member.branch_id, ""),
                yes_word(member.voting, language),
                yes_word(member.committee, language),
            ]
        )
    kind = _kind(request)
    await _note(request, Act.ROSTER_EXPORTED, viewer, branch, kind)
    return await _file(request, rows, kind, f"{branch.name} {text(language, 'roster.file_name')}")


async def template(request: Request) -> Response:
    """Return an empty roster with two examples, to fill in."""
    await _branch(request, Action.EDIT_PEOPLE)
    language = language_of(request)
    examples = [[text(language, f"roster.example.{number}.{column}") for column in Column] for number in ("one", "two")]
    examples = [["" if value == "-" else value for value in row] for row in examples]
    rows = [header(language), *examples]
    return await _file(request, rows, _kind(request), text(language, "roster.template_name"))


async def _file(request: Request, rows: list[list[str]], kind: str, name: str) -> Response:
    if kind == "csv":
        data, media_type = write_csv(rows), "text/csv; charset=utf-8"
    else:
        data, media_type = await site_of(request).workshop.make(write_xlsx, rows, name), XLSX
    return Response(
        data,
        media_type=media_type,
        headers={"content-disposition": f"attachment; filename=\"roster.{kind}\"; filename*=UTF-8''{quote(f'{name}.{kind}', safe='')}"},
    )


def _kind(request: Request) -> str:
    return request.url.path.rpartition(".")[2]


async def _branch(request: Request, action: Action) -> Branch:
    branch_id = request.path_params["branch_id"]
    await require(request, action, branch_id)
    branch = (await tree_of(request)).get(branch_id)
    assert branch is not None
    return branch


async def _plan(request: Request, branch: Branch, file: RosterFile, others: Collection[At] = ()) -> RosterPlan:
    directory = site_of(request).directory
    roster = await directory.roster(branch.branch_id)
    groups = (await tree_of(request)).below(branch.branch_id)[1:]
    return plan_import(file, branch, groups, roster, await directory.numbers_outside(branch.branch_id), others)


async def _upload_page(request: Request, branch: Branch, code: str = "", status: int = 200) -> Response:
    context: dict[str, Any] = {
        "branch": branch,
        "code": code,
        "most_rows": MOST_ROWS,
        "megabytes": FILE_BYTES // 1024 // 1024,
        "columns": [(column.value, header(language_of(request))[number]) for number, column in enumerate(Column)],
    }
    return await render(request, "people/roster_upload.html", context, status=status)


async def _plan_page(request: Request, branch: Branch, file: RosterFile, plan: RosterPlan) -> Response:
    language = language_of(request)
    places = {node.branch_id: node.name for node in (await tree_of(request)).below(branch.branch_id)}
    titles = dict(zip(Column, header(language), strict=True))
    context: dict[str, Any] = {
        "branch": branch,
        "file": file,
        "plan": plan,
        "shown": SHOWN,
        "places": places,
        "titles": titles,
        "faulty_lines": len({fault.at for fault in plan.faults}),
        "numbered": {row.at: number for number, row in enumerate(file.rows)},
        "groups_of_sheets": {sheet: places.get(branch_id, "") for sheet, branch_id in plan.sheet_groups},
        "namesakes": "、".join(member.name for member in plan.namesakes[:10]),
        "rows": msgspec.json.encode(file.rows).decode() if not plan.faults else "",
        "unused": "、".join(file.unused[:12]),
        "describe": partial(_describe, language),
    }
    return await render(request, "people/roster_preview.html", context, status=422 if plan.faults else 200)


def _describe(language: Language, this: Member, other: Member, places: dict[str, str]) -> str:
    """Return how ``this`` differs from ``other``, in words."""
    words = []
    if this.name != other.name:
        words.append(this.name)
    if this.number != other.number:
        words.append(this.number or text(language, "roster.blank"))
    if this.standing is not other.standing:
        words.append(text(language, f"common.standing.{this.standing}"))
    if this.branch_id != other.branch_id:
        words.append(places.get(this.branch_id, ""))
    if this.may_vote != other.may_vote:
        words.append(text(language, "people.may_vote" if this.may_vote else "people.may_not_vote"))
    if this.committee != other.committee:
        words.append(text(language, "people.committee" if this.committee else "roster.not_committee"))
    return text(language, "common.comma").join(words)


async def _note(request: Request, act: Act, viewer: Viewer, branch: Branch, detail: str) -> None:
    await site_of(request).access_log.note(Entry(now_millis(), act, viewer.member_id or "", viewer.name, "", "", branch.branch_id, detail))


_PEOPLE = "/branches/{branch_id}/people"
routes: list[BaseRoute] = [
    Route(f"{_PEOPLE}/import", import_form, methods=["GET"]),
    Route(f"{_PEOPLE}/import", preview, methods=["POST"]),
    Route(f"{_PEOPLE}/import/confirm", confirm, methods=["POST"]),
    *(Route(f"{_PEOPLE}/export.{kind}", export, methods=["GET"]) for kind in KINDS),
    *(Route(f"{_PEOPLE}/template.{kind}", template, methods=["GET"]) for kind in KINDS),
]
