"""What a meeting settled: drafts before who keeps the record, to be approved, put right or rejected; and the approved list."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.record.decide import judge_item, reopen_item
from meeting_server.archive.minutes.document_model import Paper, Paragraph, Section, Words
from meeting_server.archive.record import cues
from meeting_server.archive.record.parts import seen_decided
from meeting_server.archive.record.proposals import proposals_of
from meeting_server.archive.record.timeline import Timeline
from meeting_server.archive.record.transcript import transcript_of
from meeting_server.domain.errors import Code
from meeting_server.domain.ids import ParticipantId
from meeting_server.store.record.decided_items import LONGEST_TEXT, MOST_PEOPLE, Called, DecidedItem, Kind, State
from meeting_server.web.record.playback import Playback, clock_of, playback_of
from meeting_server.web.record.reader import Reader, editor_at, minutes_at, record_files_of
from meeting_server.web.schedule.meetings import state_of
from meeting_server.web.site import dates
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import field, form_of
from meeting_server.web.site.pages import language_of, render, see
from meeting_server.web.site.site import site_of

DONE = ("approved", "saved", "rejected", "reopened")
_BETWEEN_NAMES = re.compile(r"[、，,；;\n]+")


@dataclass(frozen=True, slots=True)
class Shown:
    """One item on a page. ``start``: playing time of its sentence, ``None`` where nothing was recorded; ``day``: its due date in words."""

    item: DecidedItem
    start: int | None
    clock: str
    day: str

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(called.name for called in self.item.people)


def shown_items(request: Request, items: Iterable[DecidedItem], axis: Playback) -> list[Shown]:
    """Items as a page of the record shows them."""
    found = []
    for item in items:
        start = axis.start_of(item.at)
        found.append(Shown(item, start, dates.clock(item.at) if start is None else clock_of(start), day_said(request, item)))
    return found


def day_said(request: Request, item: DecidedItem) -> str:
    """Its due date in words; as it was said where it has no date."""
    if not item.due:
        return item.due_words
    return dates.date(language_of(request), dates.millis(datetime.combine(date.fromisoformat(item.due), time())))


async def decided_of(request: Request, reader: Reader) -> tuple[DecidedItem, ...]:
    """What the reader may know of what was settled, in the order of the meeting."""
    return seen_decided(await site_of(request).decided_items.of(reader.meeting_id), reader.sees, reader.closed)


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything settled in a meeting before somebody who may judge it. ``people``: who can be called, by name."""

    reader: Reader
    timeline: Timeline
    drafts: tuple[DecidedItem, ...]
    judged: tuple[DecidedItem, ...]
    people: Mapping[str, ParticipantId]

    @property
    def address(self) -> str:
        return f"/archive/{self.reader.meeting_id}/record/decided"

    def item(self, source_id: str, seen: str) -> DecidedItem:
        """Raises Refused: ``not_found``; ``record_changed`` when it is not what ``seen`` says any more."""
        found = next((one for one in (*self.judged, *self.drafts) if one.source_id == source_id), None)
        if found is None:
            raise Refused(WebCode.NOT_FOUND)
        if seen_as(found) != seen:
            raise Refused(WebCode.RECORD_CHANGED)
        return found


def seen_as(item: DecidedItem) -> str:
    """What a form sends back, so that nobody approves words that were others by then."""
    return f"{item.judged_at}:{item.sentence or item.text}"


async def desk_at(request: Request) -> Desk:
    """Raises Refused: what ``editor_at`` raises; ``not_found`` until the record is made."""
    reader = await editor_at(request)
    site, record_files, meeting_id = site_of(request), record_files_of(request), reader.meeting_id
    minutes, folder = await minutes_at(request, reader), record_files.folder(meeting_id)
    timeline = await asyncio.to_thread(record_files.timeline, meeting_id)
    if timeline is None or minutes is None:
        raise Refused(WebCode.NOT_FOUND)
    edits, judged = await site.record_edits.of(meeting_id), await site.decided_items.of(meeting_id)
    state = await state_of(request, reader.scheduled)
    people = {one.name: who for who, one in state.participants.items()} if state is not None else {}
    today = dates.local(timeline.opened_at).date()

    def made() -> tuple[DecidedItem, ...]:
        heard = cues.load(folder) if folder is not None else None
        return proposals_of(minutes, transcript_of(meeting_id, heard, edits), people, today, judged)

    return Desk(reader, timeline, await asyncio.to_thread(made), judged, people)


async def desk_page(request: Request) -> Response:
    """Drafts, then what was approved, then what was rejected."""
    desk = await desk_at(request)
    axis, done = playback_of(desk.timeline), request.query_params.get("done", "")
    return await render(
        request,
        "record/decided.html",
        {
            "desk": desk,
            "drafts": shown_items(request, desk.drafts, axis),
            "approved": shown_items(request, (one for one in desk.judged if one.state is State.APPROVED), axis),
            "rejected": shown_items(request, (one for one in desk.judged if one.state is State.REJECTED), axis),
            "kinds": tuple(Kind),
            "seen_as": seen_as,
            "longest": LONGEST_TEXT,
            "sounding": False,
            "done": done if done in DONE else "",
        },
    )


async def judge(request: Request) -> Response:
    """Approve (``do=approve``), put right (``save``), reject (``reject``) or take back what was judged (``reopen``)."""
    form = await form_of(request)
    desk = await desk_at(request)
    item = desk.item(field(form, "source", 200), field(form, "seen", 2000))
    at, by, scheduled, now = site_of(request), desk.reader.viewer.by, desk.reader.scheduled, now_millis()
    clock = clock_of(playback_of(desk.timeline).at(item.at))
    match field(form, "do"):
        case "approve" | "save" as wish:
            done = await judge_item(at, by, scheduled, _put(item, form, desk), State.APPROVED, clock, now)
            said = "approved" if wish == "approve" else "saved"
        case "reject":
            done, said = await judge_item(at, by, scheduled, item, State.REJECTED, clock, now), "rejected"
        case "reopen":
            done, said = await reopen_item(at, by, scheduled, item, clock, now), "reopened"
        case _:
            raise Refused(WebCode.BAD_FORM, field="do")
    if not done:
        raise Refused(WebCode.RECORD_CHANGED)
    return see(f"{desk.address}?done={said}")


def _put(item: DecidedItem, form: FormData, desk: Desk) -> DecidedItem:
    """The item as the form puts it. Raises Refused, naming the field."""
    text, due = " ".join(field(form, "text", 4 * LONGEST_TEXT).split()), field(form, "due", 20)
    if not text:
        raise Refused(Code.EMPTY, field="text")
    if len(text) > LONGEST_TEXT:
        raise Refused(Code.TOO_LONG, field="text", most=LONGEST_TEXT)
    kind = next((known for known in Kind if known == field(form, "kind")), None)
    if kind is None:
        raise Refused(WebCode.BAD_FORM, field="kind")
    try:
        day = date.fromisoformat(due).isoformat() if due else ""
    except ValueError:
        raise Refused(WebCode.BAD_FORM, field="due") from None
    names = [name for part in _BETWEEN_NAMES.split(field(form, "people", 1000)) if (name := part.strip())]
    known = {**{called.name: called.participant_id for called in item.people}, **desk.people}
    if len(names) > MOST_PEOPLE or any(name not in known for name in names):
        raise Refused(Code.UNKNOWN_PARTICIPANT, 422, field="people")
    people = tuple(Called(known[name], name) for name in dict.fromkeys(names))
    return replace(item, kind=kind, text=text, due=day, people=people, due_words=item.due_words if day == item.due else "")


def decided_paper(items: Iterable[Shown], paper: Paper, words: Words) -> Paper:
    """The approved items as a paper of their own, under the head of the minutes."""
    by_kind: dict[Kind, list[Paragraph]] = {kind: [] for kind in Kind}
    for shown in items:
        item, say = shown.item, words.say
        who = words.listed(shown.names) or say("decided.nobody")
        facts = [say("decided.who_line", names=who)] if item.kind is Kind.TASK else []
        facts += [say("decided.due_line", day=shown.day)] if shown.day else []
        facts += [say("decided.said_line", at=shown.clock, name=item.speaker) if item.speaker else say("decided.at_line", at=shown.clock)]
        by_kind[item.kind].append(Paragraph(f"{item.text}  {say('decided.facts', facts=words.listed(facts))}"))
    return replace(
        paper,
        title=words.say("decided.paper_title", title=paper.title),
        sections=tuple(Section(words.say(f"decided.kind.{kind}"), tuple(said)) for kind, said in by_kind.items() if said),
        signs=(),
        hash_line=words.say("decided.paper_how"),
    )


routes: list[BaseRoute] = [
    Route("/archive/{meeting_id}/record/decided", desk_page, methods=["GET"]),
    Route("/archive/{meeting_id}/record/decided", judge, methods=["POST"]),
]
