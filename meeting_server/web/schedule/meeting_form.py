"""The scheduling form: its fields as typed, the buttons that edit lists, and the resulting plan."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from starlette.datastructures import FormData

from meeting_server.domain.ids import Millis, ParticipantId
from meeting_server.domain.person_names import visible
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.spelling import folded
from meeting_server.domain.terms import ItemPlan, MeetingKind, Preset
from meeting_server.domain.vote_terms import Electorate, ItemPurpose
from meeting_server.domain.votes.electorate import belongs
from meeting_server.store.people.people import Member
from meeting_server.store.schedule.schedule import Listed, Plan, Scheduled
from meeting_server.web.schedule.convening import invited
from meeting_server.web.site.dates import local, millis

TITLE_LONGEST = 80
PLACE_LONGEST = 80
ITEM_LONGEST = 80
NAME_LONGEST = 40
ITEMS_MOST = 40
GUESTS_MOST = 60
MINUTES = (10, 720)
"""Shortest and longest planned length."""
PAST_ALLOWED: Millis = 60 * 60_000
"""A meeting may be scheduled up to an hour after its start, because it may be opened late."""


CALLED = frozenset({Standing.FULL, Standing.PROBATIONARY})
"""Whom a meeting calls. 积极分子 and 发展对象 are invited by ticking them, or to single items."""
OFFERS_APPLICANTS: frozenset[MeetingKind] = frozenset({"lesson", "theme_day", "blank"})
"""Meetings to which 积极分子 may be invited as a whole; to others only for single items."""


@dataclass(frozen=True, slots=True)
class ItemField:
    """One agenda item as typed. ``called``: who is called only to it, not to the whole meeting."""

    title: str = ""
    minutes: str = ""
    speaker: str = ""
    purpose: str = ""
    called: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Return whether the line is empty and therefore not an item."""
        return not (self.title.strip() or self.minutes.strip() or self.speaker.strip())


@dataclass(frozen=True, slots=True)
class MeetingForm:
    """Everything as typed, so that an error loses nothing."""

    kind: MeetingKind
    preset_id: str
    title: str = ""
    place: str = ""
    date: str = ""
    time: str = ""
    minutes: str = ""
    chair: str = ""
    secretary: str = ""
    recording: bool = False
    items: tuple[ItemField, ...] = ()
    called: frozenset[str] = frozenset()
    guests: str = ""
    version: int = 0
    known: frozenset[str] = frozenset()
    """Who was on the list when the form was shown, so that saving does not lose someone who came by a link since then."""
    errors: Mapping[str, str] = field(default_factory=dict)
    """Field → catalogue key under ``schedule.error``."""


def read(form: FormData, kind: MeetingKind) -> MeetingForm:
    """Return the form as the browser sent it. Overlong texts are kept; ``plan_of`` reports them."""
    titles, minutes, speakers = _texts(form, "item-title"), _texts(form, "item-minutes"), _texts(form, "item-speaker")
    purposes = _texts(form, "item-purpose") or [""] * len(titles)
    version = _text(form, "version")
    return MeetingForm(
        kind=kind,
        preset_id=_text(form, "preset"),
        title=_text(form, "title"),
        place=_text(form, "place"),
        date=_text(form, "date"),
        time=_text(form, "time"),
        minutes=_text(form, "minutes"),
        chair=_text(form, "chair"),
        secretary=_text(form, "secretary"),
        recording=_text(form, "recording") == "on",
        items=tuple(
            ItemField(*row, called=frozenset(_texts(form, f"item-called-{n}")))
            for n, row in enumerate(zip(titles, minutes, speakers, purposes, strict=False))
        ),
        called=frozenset(_texts(form, "person")),
        guests=_text(form, "guests"),
        version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0,
        known=frozenset(_text(form, "known").split()),
    )


def form_of(scheduled: Scheduled) -> MeetingForm:
    """Return the form filled with a scheduled meeting."""
    plan = scheduled.plan
    start = local(plan.starts_at)
    chair, secretary = scheduled.holds(Role.CHAIR), scheduled.holds(Role.SECRETARY)
    return MeetingForm(
        kind=plan.kind,
        preset_id=plan.preset_id,
        title=plan.title,
        place=plan.place,
        date=f"{start:%Y-%m-%d}",
        time=f"{start:%H:%M}",
        minutes=str(round((plan.ends_at - plan.starts_at) / 60_000)),
        chair=(chair or secretary or Listed(ParticipantId(""))).participant_id,
        secretary=(secretary or Listed(ParticipantId(""))).participant_id,
        recording=plan.recording_planned,
        items=tuple(
            ItemField(
                item.title,
                str(item.minutes or ""),
                item.speaker,
                item.purpose,
                frozenset(person.participant_id for person in plan.people if place in person.items),
            )
            for place, item in enumerate(plan.agenda, 1)
        ),
        called=frozenset(person.participant_id for person in plan.people if not person.is_guest and not person.items),
        guests="\n".join(person.guest_name for person in plan.people if person.is_guest),
        version=scheduled.version,
        known=frozenset(person.participant_id for person in plan.people),
    )


def edited(form: MeetingForm, button: str, roster: Sequence[Member]) -> MeetingForm:
    """Return the form after one of its list buttons (``item-add``, ``item-up:2``, ``people-all`` …). Unknown ones change nothing."""
    action, _, place = button.partition(":")
    at = int(place) if place.isascii() and place.isdigit() and len(place) < 4 else -1
    items = list(form.items)
    if action == "item-add" and len(items) < ITEMS_MOST:
        return replace(form, items=(*items, ItemField()))
    if action == "item-remove" and 0 <= at < len(items):
        del items[at]
        return replace(form, items=tuple(items))
    if action == "item-up" and 0 < at < len(items):
        items[at - 1], items[at] = items[at], items[at - 1]
        return replace(form, items=tuple(items))
    if action == "item-down" and 0 <= at < len(items) - 1:
        items[at + 1], items[at] = items[at], items[at + 1]
        return replace(form, items=tuple(items))
    if action == "people-all":
        return replace(form, called=frozenset(member.member_id for member in roster if member.standing in CALLED))
    if action == "people-none":
        return replace(form, called=frozenset())
    if action == "people-committee":
        return replace(form, called=frozenset(member.member_id for member in roster if member.committee))
    return form


def entitled(form: MeetingForm, roster: Sequence[Member], preset: Preset) -> int:
    """Return 应到 under ``preset`` for the list in the form."""
    on_list = form.called | {form.chair, form.secretary}
    if preset.electorate == Electorate.EVERYONE:
        return sum(1 for m in roster if m.member_id in on_list) + len(_guest_names(form.guests))
    return sum(belongs(invited(m, Role.MEMBER), preset.electorate) for m in roster if m.member_id in on_list)


def plan_of(
    form: MeetingForm,
    *,
    branch_id: str,
    roster: Sequence[Member],
    presets: Collection[str],
    now: Millis,
    before: Scheduled | None = None,
    guest_id: Sequence[str],
) -> Plan | MeetingForm:
    """Return the resulting plan, or the form with its ``errors`` filled.

    ``guest_id`` holds new ids, at least ``GUESTS_MOST``. Guests already on ``before``'s list keep theirs.
    """
    errors: dict[str, str] = {}
    title = _checked(errors, "title", form.title, TITLE_LONGEST, required=True)
    place = _checked(errors, "place", form.place, PLACE_LONGEST)
    starts_at, ends_at = _times(errors, form, now, before)
    agenda = _agenda(errors, form)
    if form.preset_id not in presets:
        errors["preset"] = "preset"
    people = _people(errors, form, roster, before, guest_id)
    if errors:
        return replace(form, errors=errors)
    return Plan(branch_id, form.kind, title, place, starts_at, ends_at, form.preset_id, form.recording, agenda, people)


def _times(errors: dict[str, str], form: MeetingForm, now: Millis, before: Scheduled | None) -> tuple[Millis, Millis]:
    try:
        starts_at = millis(datetime.strptime(f"{form.date} {form.time}", "%Y-%m-%d %H:%M"))  # noqa: DTZ007 read as Shanghai
    except ValueError:
        errors["start"] = "start"
        return 0, 0
    if before is not None and starts_at == before.plan.starts_at:
        pass
    elif starts_at < now - PAST_ALLOWED:
        errors["start"] = "past"
    elif starts_at > now + 3 * 366 * 86_400_000:
        errors["start"] = "far"
    minutes = int(form.minutes) if form.minutes.isascii() and form.minutes.isdigit() and len(form.minutes) < 5 else 0
    if not MINUTES[0] <= minutes <= MINUTES[1]:
        errors["minutes"] = "minutes"
    return starts_at, starts_at + minutes * 60_000


def _agenda(errors: dict[str, str], form: MeetingForm) -> tuple[ItemPlan, ...]:
    if len(form.items) > ITEMS_MOST:
        errors["items"] = "items_most"
    agenda: list[ItemPlan] = []
    for n, row in enumerate(form.items):
        minutes = row.minutes.strip()
        if row.is_empty:
            continue
        title = _checked(errors, f"item-{n}", row.title, ITEM_LONGEST, required=True)
        speaker = _checked(errors, f"item-{n}", row.speaker, NAME_LONGEST)
        if minutes and not (minutes.isascii() and minutes.isdigit() and len(minutes) < 5 and int(minutes) <= MINUTES[1]):
            errors[f"item-{n}"] = "item_minutes"
            continue
        agenda.append(ItemPlan(title, int(minutes or 0), speaker, _purpose(row.purpose)))
    return tuple(agenda)


def _purpose(typed: str) -> ItemPurpose:
    """Return the purpose that the template set. Nobody types it, so an unknown word is ignored."""
    return ItemPurpose(typed) if typed in set(ItemPurpose) else ItemPurpose.NONE


def _people(
    errors: dict[str, str], form: MeetingForm, roster: Sequence[Member], before: Scheduled | None, guest_id: Sequence[str]
) -> tuple[Listed, ...]:
    known = {member.member_id for member in roster if member.standing is not Standing.APPLICANT}
    for name in ("chair", "secretary"):
        if getattr(form, name) not in known:
            errors[name] = name
    on_list = form.called | {form.chair, form.secretary}
    people = [Listed(ParticipantId(m.member_id), _role(form, m.member_id)) for m in roster if m.member_id in on_list]
    people += [
        Listed(ParticipantId(m.member_id), Role.MEMBER, items=places)
        for m in roster
        if m.member_id not in on_list and (places := _places(form, m.member_id))
    ]
    names = _guest_names(form.guests)
    if len(names) > GUESTS_MOST:
        errors["guests"] = "guests_most"
    elif any(len(name) > NAME_LONGEST for name in names):
        errors["guests"] = "guest_name"
    elif len({folded(name) for name in names}) < len(names):
        errors["guests"] = "guest_twice"
    had = {folded(p.guest_name): p.participant_id for p in before.plan.people if p.is_guest} if before else {}
    fresh = iter(guest_id)
    people += [Listed(had.get(folded(name)) or ParticipantId(next(fresh)), Role.GUEST, name) for name in names[:GUESTS_MOST]]
    if before is not None:
        kept = form.known | {person.participant_id for person in people}
        people += [person for person in before.plan.people if person.participant_id not in kept]
    return tuple(people)


def _places(form: MeetingForm, member_id: str) -> tuple[int, ...]:
    """Return the places on the agenda (from 1) of the items somebody is called to."""
    items = [item for item in form.items if not item.is_empty]
    return tuple(place for place, item in enumerate(items, 1) if member_id in item.called)


def _role(form: MeetingForm, member_id: str) -> Role:
    if member_id == form.secretary:
        return Role.SECRETARY
    return Role.CHAIR if member_id == form.chair else Role.MEMBER


def _guest_names(text: str) -> list[str]:
    """Split names, one per line or separated by 、 or commas."""
    for separator in "、,，;；":
        text = text.replace(separator, "\n")
    return [name for line in text.splitlines() if (name := visible(line))]


def _checked(errors: dict[str, str], name: str, value: str, longest: int, *, required: bool = False) -> str:
    value = " ".join(value.split())
    if required and not value:
        errors.setdefault(name, "item_empty" if name.startswith("item-") else "empty")
    elif len(value) > longest:
        errors.setdefault(name, "too_long")
    return value


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return _clean(value) if isinstance(value, str) else ""


def _texts(form: FormData, name: str) -> list[str]:
    return [_clean(value) for value in form.getlist(name) if isinstance(value, str)]


def _clean(text: str) -> str:
    return text.replace("\0", "").replace("\r\n", "\n").strip()[:4000]
