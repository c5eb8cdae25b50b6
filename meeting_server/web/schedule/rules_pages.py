"""The rules of a branch: the shipped ones with their sources, and the branch's changed copies, each field explained and worked out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import TypeVar

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.people.permissions import Action
from meeting_server.domain.terms import Preset, Share, Threshold
from meeting_server.domain.vote_terms import Base, BulletinReaders, Comparison, Electorate, RuleMethod
from meeting_server.domain.votes.elections import candidates_needed
from meeting_server.domain.votes.rules import most, needed
from meeting_server.store.schedule.presets import PresetFileError
from meeting_server.web.schedule.rule_words import RuleWords, rule_words
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.dates import iso_day
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import field, form_of
from meeting_server.web.site.pages import language_of, render, say, see
from meeting_server.web.site.permissions import require, tree_of
from meeting_server.web.site.site import site_of

_Word = TypeVar("_Word", bound=StrEnum)
TITLE_LONGEST, SOURCE_LONGEST = 60, 300
MOST_DENOMINATOR, MOST_PEOPLE, MOST_SURPLUS = 100, 3000, 100


@dataclass(frozen=True, slots=True)
class Example:
    """The numbers of people for which a rule is worked out."""

    entitled: int
    present: int
    cast: int
    abstained: int


@dataclass(frozen=True, slots=True)
class Worked:
    """A rule worked out for one example. ``quorum`` and ``passing`` 0: the rule requires none."""

    quorum: int
    met: bool
    passing: int
    base: Base
    of: int
    candidates: int
    excellent: int


def worked_out(preset: Preset, example: Example) -> Worked:
    """Return the numbers the meeting would use, computed by the same functions."""
    quorum = needed(preset.quorum, example.entitled) if preset.quorum is not None else 0
    base: Base = preset.passing.base if preset.passing is not None else Base.CAST
    of = {
        Base.ENTITLED: example.entitled,
        Base.PRESENT: example.present,
        Base.CAST: example.cast,
        Base.YES_NO: max(0, example.cast - example.abstained),
    }[base]
    passing = needed(preset.passing, of) if preset.passing is not None else 0
    candidates, excellent = candidates_needed(5, preset.surplus_percent), most(preset.excellent, example.entitled)
    return Worked(quorum, example.present >= quorum, passing, base, of, candidates, excellent)


async def rules_page(request: Request) -> Response:
    """Show every rule that a meeting of the branch may use, in words, for the number of people with a vote today."""
    branch_id = request.path_params["branch_id"]
    await require(request, Action.SCHEDULE, branch_id)
    presets = site_of(request).presets
    await presets.refresh()
    roster = await site_of(request).directory.roster(branch_id)
    entitled = sum(member.may_vote for member in roster) or 50
    language = language_of(request)

    def words(preset: Preset) -> RuleWords:
        replacement = presets.replacement(preset.preset_id, iso_day(now_millis()))
        return rule_words(preset, entitled, language, partial(say, request), replacement)

    return await render(
        request,
        "schedule/rules.html",
        {
            "branch": (await tree_of(request)).get(branch_id),
            "own": [(p.preset, words(p.preset)) for p in presets.own(branch_id)],
            "shipped": [(preset, words(preset)) for preset in presets.shipped.values() if not preset.replaced_by],
            "done": done if (done := request.query_params.get("done", "")) in ("saved", "removed") else "",
        },
    )


async def new_rule(request: Request) -> Response:
    """Show the form with a copy of the rule named by ``from``."""
    branch_id = request.path_params["branch_id"]
    await require(request, Action.SCHEDULE, branch_id)
    source = await _rule(request, branch_id, request.query_params.get("from", ""))
    copy = replace(source, preset_id="", title_zh=say(request, "rules.copy_of", title=_title(request, source)), title_en="")
    return await _form(request, branch_id, copy, source.preset_id, _example(None))


async def edit_rule(request: Request) -> Response:
    """Show the form with one of the branch's own rules."""
    branch_id = request.path_params["branch_id"]
    await require(request, Action.SCHEDULE, branch_id)
    preset = await _own(request, branch_id, request.path_params["preset_id"])
    return await _form(request, branch_id, preset, preset.preset_id, _example(None))


async def save_rule(request: Request) -> Response:
    """Save the form, or with ``do=work`` only show the result."""
    branch_id = request.path_params["branch_id"]
    viewer = await require(request, Action.SCHEDULE, branch_id)
    form = await form_of(request)
    copied_from = field(form, "from")
    source = await _rule(request, branch_id, copied_from)
    preset_id = field(form, "preset_id")
    if preset_id:
        await _own(request, branch_id, preset_id)
    preset, faults = _read(form, source, preset_id)
    if faults or field(form, "do") != "save":
        return await _form(request, branch_id, preset, copied_from, _example(form), faults)
    try:
        await site_of(request).presets.save(branch_id, preset, copied_from=copied_from, by=viewer.member_id or "", now=now_millis())
    except PresetFileError:
        raise Refused(WebCode.BAD_FORM) from None
    return see(f"/branches/{branch_id}/rules?done=saved")


async def remove_rule(request: Request) -> Response:
    """Stop offering a rule. Meetings planned under it keep it."""
    branch_id = request.path_params["branch_id"]
    await require(request, Action.SCHEDULE, branch_id)
    await form_of(request)
    preset = await _own(request, branch_id, request.path_params["preset_id"])
    await site_of(request).presets.remove(branch_id, preset.preset_id, now_millis())
    return see(f"/branches/{branch_id}/rules?done=removed")


async def _rule(request: Request, branch_id: str, preset_id: str) -> Preset:
    presets = site_of(request).presets
    await presets.refresh()
    found = presets.of_branch(branch_id).get(preset_id)
    if found is None:
        raise Refused(WebCode.NOT_FOUND)
    return found


async def _own(request: Request, branch_id: str, preset_id: str) -> Preset:
    presets = site_of(request).presets
    await presets.refresh()
    for own in presets.own(branch_id):
        if own.preset.preset_id == preset_id:
            return own.preset
    raise Refused(WebCode.NOT_FOUND)


def _title(request: Request, preset: Preset) -> str:
    return preset.title_en if language_of(request) == "en" and preset.title_en else preset.title_zh


async def _form(
    request: Request, branch_id: str, preset: Preset, copied_from: str, example: Example, faults: tuple[str, ...] = ()
) -> Response:
    return await render(
        request,
        "schedule/rules_form.html",
        {
            "branch": (await tree_of(request)).get(branch_id),
            "rule": preset,
            "copied_from": copied_from,
            "example": example,
            "worked": worked_out(preset, example),
            "faults": faults,
            "methods": tuple(RuleMethod),
            "bases": tuple(Base),
            "comparisons": tuple(Comparison),
            "electorates": tuple(Electorate),
            "bulletins": tuple(BulletinReaders),
            "appraises": preset.passing is None and preset.method == RuleMethod.SECRET,
        },
        status=422 if faults else 200,
    )


# --- reading the form -------------------------------------------------------------------------------------------


def _number(text: str, least: int, most: int, otherwise: int) -> int:
    """Return a whole number of the form; ``otherwise`` for anything else."""
    if text.isascii() and text.isdigit() and len(text) <= 6 and least <= int(text) <= most:
        return int(text)
    return otherwise


def _example(form: FormData | None) -> Example:
    if form is None:
        return Example(50, 30, 24, 4)
    entitled = _number(field(form, "entitled"), 1, MOST_PEOPLE, 50)
    present = min(entitled, _number(field(form, "present"), 0, MOST_PEOPLE, 30))
    cast_ = min(present, _number(field(form, "cast"), 0, MOST_PEOPLE, 24))
    return Example(entitled, present, cast_, min(cast_, _number(field(form, "abstained"), 0, MOST_PEOPLE, 4)))


def _threshold(form: FormData, name: str, faults: list[str]) -> Threshold | None:
    if field(form, f"{name}-asked") != "yes":
        return None
    numerator = _number(field(form, f"{name}-numerator"), 1, MOST_DENOMINATOR, 0)
    denominator = _number(field(form, f"{name}-denominator"), 1, MOST_DENOMINATOR, 0)
    if not 0 < numerator <= denominator:
        faults.append(name)
        numerator, denominator = 1, 2
    comparison = _one_of(field(form, f"{name}-comparison"), Comparison)
    base = Base.ENTITLED if name == "quorum" else _one_of(field(form, f"{name}-base"), Base)
    if (numerator, comparison) == (denominator, Comparison.MORE_THAN):  # more than all of them, which nobody could ever reach
        faults.append(name)
    return Threshold(numerator, denominator, comparison, base)


def _share(form: FormData, before: Share, faults: list[str]) -> Share:
    """Return the share of 优秀, unchanged if the form does not ask for it."""
    if not field(form, "excellent-numerator"):
        return before
    numerator = _number(field(form, "excellent-numerator"), 1, MOST_DENOMINATOR, 0)
    denominator = _number(field(form, "excellent-denominator"), 1, MOST_DENOMINATOR, 0)
    if not 0 < numerator <= denominator:
        faults.append("excellent")
        return before
    return Share(numerator, denominator)


def _one_of(value: str, allowed: type[_Word]) -> _Word:
    """Raises Refused(bad_form) for anything the page does not offer."""
    try:
        return allowed(value)
    except ValueError:
        raise Refused(WebCode.BAD_FORM) from None


def _read(form: FormData, source: Preset, preset_id: str) -> tuple[Preset, tuple[str, ...]]:
    """Return the resulting rule, and the fields at fault."""
    faults: list[str] = []
    title, reference = field(form, "title"), field(form, "source", 400)
    if not title or len(title) > TITLE_LONGEST:
        faults.append("title")
    if not reference or len(reference) > SOURCE_LONGEST:
        faults.append("source")
    surplus = _number(field(form, "surplus"), 0, MOST_SURPLUS, -1)
    if surplus < 0:
        faults.append("surplus")
    preset = replace(
        source,
        preset_id=preset_id,
        title_zh=title,
        title_en=title,
        quorum=_threshold(form, "quorum", faults),
        passing=_threshold(form, "passing", faults),
        method=_one_of(field(form, "method"), RuleMethod),
        electorate=_one_of(field(form, "electorate"), Electorate),
        source=reference,
        written_opinions=field(form, "opinions") == "yes",
        surplus_percent=max(0, surplus),
        excellent=_share(form, source.excellent, faults),
        bulletin=_one_of(field(form, "bulletin") or source.bulletin, BulletinReaders),
    )
    return preset, tuple(dict.fromkeys(faults))


_RULES = "/branches/{branch_id}/rules"
routes: list[BaseRoute] = [
    Route(_RULES, rules_page, methods=["GET"]),
    Route(_RULES, save_rule, methods=["POST"]),
    Route(f"{_RULES}/new", new_rule, methods=["GET"]),
    Route(f"{_RULES}/{{preset_id}}", edit_rule, methods=["GET"]),
    Route(f"{_RULES}/{{preset_id}}/remove", remove_rule, methods=["POST"]),
]
