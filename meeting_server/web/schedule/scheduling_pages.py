"""Scheduling, changing and cancelling a meeting: forms that work without JavaScript."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.people.permissions import Action
from meeting_server.acts.schedule.change import cancel_meeting, change_meeting, take_rule_in_force
from meeting_server.domain.errors import Code
from meeting_server.domain.ids import Millis
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.terms import Preset
from meeting_server.store.people.people import BranchRole, Member
from meeting_server.store.schedule.schedule import Plan, Scheduled, ScheduleError
from meeting_server.store.schedule.templates import TEMPLATES, Template
from meeting_server.store.tokens import new_id
from meeting_server.web.schedule.convening import exclusion_words
from meeting_server.web.schedule.meeting_form import (
    CALLED,
    GUESTS_MOST,
    OFFERS_APPLICANTS,
    ItemField,
    MeetingForm,
    edited,
    entitled,
    plan_of,
    read,
)
from meeting_server.web.schedule.meeting_form import form_of as filled_form
from meeting_server.web.schedule.meetings import managed_seat, roster_of, seat_at
from meeting_server.web.schedule.rule_words import RuleWords, rule_words
from meeting_server.web.site.auth import member_of, now_millis
from meeting_server.web.site.dates import iso_day, local, month
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import field, form_of
from meeting_server.web.site.pages import language_of, render, say, see
from meeting_server.web.site.permissions import NEAR, branches_for, require, tree_of
from meeting_server.web.site.site import site_of

REASON_LONGEST = 200


@dataclass(frozen=True, slots=True)
class RuleChoice:
    """One rule to choose from, worked out for the current list."""

    preset: Preset
    words: RuleWords


async def choose_branch(request: Request) -> Response:
    """Show in which branch to schedule a meeting. With one branch there is nothing to choose."""
    await member_of(request)
    ids = await branches_for(request, Action.SCHEDULE)
    if len(ids) == 1:
        return see(f"/branches/{ids[0]}/meetings/new")
    tree = await tree_of(request)
    lines = [(branch, depth) for branch, depth in tree.walk() if branch.branch_id in ids]
    return await render(request, "schedule/meeting_branch.html", {"lines": lines}, status=200 if ids else 403)


async def new_meeting(request: Request) -> Response:
    """Show the kinds of meeting, then the form filled for the chosen one."""
    branch_id = request.path_params["branch_id"]
    viewer = await require(request, Action.SCHEDULE, branch_id)
    template = TEMPLATES.get(request.query_params.get("kind", ""))
    if template is None:
        return await _choose_template(request, branch_id)
    roster = await roster_of(request, branch_id)
    return await _show(
        request,
        branch_id,
        _from_template(request, template, roster, viewer.member_id or "", await _heads(request, branch_id, roster)),
        roster,
    )


async def add_meeting(request: Request) -> Response:
    """Handle a button of the form: edit one of its lists, or schedule the meeting."""
    branch_id = request.path_params["branch_id"]
    viewer = await require(request, Action.SCHEDULE, branch_id)
    sent = await form_of(request)
    template = TEMPLATES.get(field(sent, "kind"))
    if template is None:
        raise Refused(WebCode.BAD_FORM, field="kind")
    roster = await roster_of(request, branch_id)
    form = read(sent, template.kind)
    button = field(sent, "do")
    if button != "save":
        return await _show(request, branch_id, edited(form, button, roster), roster)
    result = await _planned(request, form, branch_id, roster, None)
    if isinstance(result, MeetingForm):
        return await _show(request, branch_id, result, roster, status=422)
    scheduled = await site_of(request).schedule.add(result, viewer.member_id or "", now_millis())
    return see(f"/meetings/{scheduled.meeting_id}?done=created")


async def edit_meeting(request: Request) -> Response:
    seat = await managed_seat(request)
    scheduled = seat.scheduled
    if not scheduled.may_change:
        return see(f"/meetings/{scheduled.meeting_id}?done=not_changeable")
    branch_id = scheduled.plan.branch_id
    roster = await roster_of(request, branch_id, scheduled)
    return await _show(request, branch_id, filled_form(scheduled), roster, scheduled)


async def change(request: Request) -> Response:
    """Handle a button of the form of a meeting that is already scheduled."""
    seat = await managed_seat(request)
    scheduled, branch_id = seat.scheduled, seat.scheduled.plan.branch_id
    sent = await form_of(request)
    roster = await roster_of(request, branch_id, scheduled)
    form = read(sent, scheduled.plan.kind)
    button = field(sent, "do")
    if button != "save":
        return await _show(request, branch_id, edited(form, button, roster), roster, scheduled)
    result = await _planned(request, form, branch_id, roster, scheduled)
    if isinstance(result, MeetingForm):
        return await _show(request, branch_id, result, roster, scheduled, status=422)
    try:
        await change_meeting(site_of(request), scheduled.meeting_id, result, form.version, now_millis())
    except ScheduleError as error:
        return await _show(request, branch_id, replace(form, errors={"form": error.code}), roster, scheduled, status=409)
    return see(f"/meetings/{scheduled.meeting_id}?done=changed")


async def take_rule(request: Request) -> Response:
    """Switch to the rule that replaced the one the meeting was planned under. For those who run or may change it."""
    seat = await seat_at(request)
    if not (seat.runs or seat.manages):
        raise Refused(Code.FORBIDDEN)
    await form_of(request)  # checks the token
    now = now_millis()
    await site_of(request).presets.refresh()
    day = iso_day(max(now, seat.scheduled.plan.starts_at))
    try:
        await take_rule_in_force(site_of(request), seat.meeting_id, day, now)
    except ScheduleError:
        return see(f"/meetings/{seat.meeting_id}?done=not_changeable")
    return see(f"/meetings/{seat.meeting_id}?done=rule_taken")


async def cancel_form(request: Request) -> Response:
    """Ask for confirmation and for the reason that everyone will be told."""
    seat = await managed_seat(request)
    if not seat.scheduled.may_change:
        return see(f"/meetings/{seat.meeting_id}?done=not_changeable")
    return await render(request, "schedule/meeting_cancel.html", {"scheduled": seat.scheduled, "error": "", "reason": ""})


async def cancel(request: Request) -> Response:
    seat = await managed_seat(request)
    reason = field(await form_of(request), "reason", 4000)
    if len(reason) > REASON_LONGEST:
        context = {"scheduled": seat.scheduled, "error": "too_long", "reason": reason}
        return await render(request, "schedule/meeting_cancel.html", context, status=422)
    by = seat.viewer.by
    try:
        await cancel_meeting(site_of(request), by, seat.meeting_id, reason, now_millis())
    except ScheduleError:
        return see(f"/meetings/{seat.meeting_id}?done=not_changeable")
    return see(f"/meetings/{seat.meeting_id}?done=cancelled")


async def _planned(
    request: Request, form: MeetingForm, branch_id: str, roster: Sequence[Member], before: Scheduled | None
) -> Plan | MeetingForm:
    fresh = [new_id("g") for _ in range(GUESTS_MOST)]
    presets = await _presets(request, branch_id, before)
    return plan_of(form, branch_id=branch_id, roster=roster, presets=presets, now=now_millis(), before=before, guest_id=fresh)


async def _presets(request: Request, branch_id: str, before: Scheduled | None) -> dict[str, Preset]:
    """Return the rules to choose from: the shipped ones, the branch's own, and the meeting's current one."""
    presets = site_of(request).presets
    await presets.refresh()
    kept = {before.plan.preset_id: presets[before.plan.preset_id]} if before is not None else {}
    return {**presets.of_branch(branch_id), **kept}


async def _choose_template(request: Request, branch_id: str) -> Response:
    tree = await tree_of(request)
    context = {"branch": tree.get(branch_id), "templates": tuple(TEMPLATES.values())}
    return await render(request, "schedule/meeting_kinds.html", context)


def _from_template(request: Request, template: Template, roster: Sequence[Member], viewer_id: str, heads: Collection[str]) -> MeetingForm:
    """Return a form for next week in the evening, or for now, with the people the template calls. The branch's secretary (书记, one of
    ``heads``) chairs, and another keeps the record: the viewer, or else somebody on the committee."""
    start = local(_next_quarter(now_millis()) if template.at_once else _next_week(now_millis()))
    called = {m.member_id for m in roster if (m.standing in CALLED if template.called == "members" else m.committee)}
    here = {m.member_id for m in roster if m.standing is not Standing.APPLICANT}
    others = (m.member_id for m in roster if m.committee and m.member_id != viewer_id)
    chair = next((m.member_id for m in roster if m.member_id in heads), next(others, ""))
    recorders = [viewer_id, *(m.member_id for m in roster if m.committee), *(m.member_id for m in roster if m.may_vote)]
    title = say(
        request,
        f"schedule.title.{template.template_id}",
        year=start.year,
        month=start.month if language_of(request) == "zh-CN" else month("en", round(start.timestamp() * 1000)),
    )
    return MeetingForm(
        kind=template.kind,
        preset_id=template.preset_id,
        title=title,
        date=f"{start:%Y-%m-%d}",
        time=f"{start:%H:%M}" if template.at_once else "19:00",
        minutes=str(template.minutes),
        chair=chair,
        secretary=next((member_id for member_id in recorders if member_id in here and member_id != chair), ""),
        items=tuple(
            ItemField(say(request, f"schedule.item.{item.key}"), str(item.minutes), purpose=item.purpose) for item in template.items
        ),
        called=frozenset(called),
    )


async def _heads(request: Request, branch_id: str, roster: Sequence[Member]) -> frozenset[str]:
    """Return who is 书记 of the branch, or of the branch that a group belongs to."""
    held = await site_of(request).directory.grants_among({member.member_id for member in roster})
    line = {branch.branch_id for branch in (await tree_of(request)).line(branch_id) if branch.branch_id == branch_id or branch.kind in NEAR}
    return frozenset(who for who, grants in held.items() if any(g.role is BranchRole.SECRETARY and g.branch_id in line for g in grants))


def _next_week(now: Millis) -> Millis:
    return now + round(timedelta(days=7).total_seconds() * 1000)


def _next_quarter(now: Millis) -> Millis:
    """Return the next quarter of an hour that leaves five minutes to call people."""
    quarter = 15 * 60_000
    return (now + 5 * 60_000) // quarter * quarter + quarter


async def _show(
    request: Request,
    branch_id: str,
    form: MeetingForm,
    roster: Sequence[Member],
    scheduled: Scheduled | None = None,
    *,
    status: int = 200,
) -> Response:
    tree = await tree_of(request)
    presets = await _presets(request, branch_id, scheduled)
    choices = [_choice(request, form, roster, preset) for preset in presets.values()]
    minutes = [item.minutes for item in form.items]
    context = {
        "branch": tree.get(branch_id),
        "scheduled": scheduled,
        "form": form,
        "roster": roster,
        "offered": [m for m in roster if m.standing in CALLED or m.member_id in form.called or form.kind in OFFERS_APPLICANTS],
        "applicants": [m for m in roster if m.standing is Standing.APPLICANT],
        "roles": Role,
        "chosen": next((choice for choice in choices if choice.preset.preset_id == form.preset_id), None),
        "choices": choices,
        "excluded": [(member, exclusion_words(member)) for member in roster if member.exclusion and member.member_id in form.called],
        "agenda_minutes": sum(int(m) for m in minutes if m.isascii() and m.isdigit() and len(m) < 5),
        "today": f"{local(now_millis()):%Y-%m-%d}",
    }
    return await render(request, "schedule/meeting_form.html", context, status=status)


def _choice(request: Request, form: MeetingForm, roster: Sequence[Member], preset: Preset) -> RuleChoice:
    replacement = site_of(request).presets.replacement(preset.preset_id, iso_day(now_millis()))
    people = entitled(form, roster, preset)
    return RuleChoice(preset, rule_words(preset, people, language_of(request), partial(say, request), replacement))


routes: list[BaseRoute] = [
    Route("/meetings/new", choose_branch),
    Route("/branches/{branch_id}/meetings/new", new_meeting, methods=["GET"]),
    Route("/branches/{branch_id}/meetings/new", add_meeting, methods=["POST"]),
    Route("/meetings/{meeting_id}/edit", edit_meeting, methods=["GET"]),
    Route("/meetings/{meeting_id}/edit", change, methods=["POST"]),
    Route("/meetings/{meeting_id}/rule", take_rule, methods=["POST"]),
    Route("/meetings/{meeting_id}/cancel", cancel_form, methods=["GET"]),
    Route("/meetings/{meeting_id}/cancel", cancel, methods=["POST"]),
]
