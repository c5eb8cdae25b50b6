"""A reader before a finished record: whose business it is, and what of it they see."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from meeting_server.acts.people.permissions import Action, Role, permits
from meeting_server.acts.people.rights import is_removed, runs_at
from meeting_server.archive.minutes.document_model import Words
from meeting_server.archive.minutes.minutes import Minutes, minutes_of
from meeting_server.archive.record.manifest import Manifest
from meeting_server.archive.record.parts import is_closed, seen_minutes, seen_timeline, seen_transcript
from meeting_server.archive.record.readers import Audience, Part, seen_by
from meeting_server.archive.record.record_files import RecordFiles
from meeting_server.archive.record.steps import OF_NAME
from meeting_server.archive.record.timeline import FOR_EVER, Closure, Timeline
from meeting_server.archive.record.transcript import Spoken, Transcript
from meeting_server.domain.characters import clean
from meeting_server.domain.errors import Code
from meeting_server.domain.ids import HALL, MeetingId, ParticipantId
from meeting_server.domain.vote_terms import Office
from meeting_server.domain.votes.officers import holders
from meeting_server.journal.port import Record, StorageUnavailable
from meeting_server.live.outcome import UnknownMeeting
from meeting_server.store.people.access_log import Act, Entry
from meeting_server.store.record.publications import Publication
from meeting_server.store.schedule.schedule import Scheduled
from meeting_server.web.record.audience import may_study
from meeting_server.web.schedule.meetings import live_state, state_of
from meeting_server.web.site import dates
from meeting_server.web.site.auth import Viewer, member_of, now_millis, viewer_of
from meeting_server.web.site.catalogue import Language, text
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.permissions import allowed, branches_for, is_secretary, roles_in, seeing, tree_of
from meeting_server.web.site.site import site_of

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True)
class Reader:
    """A viewer before the record of an adjourned meeting.

    ``sees``: the parts they may see, by the table in ``archive.record.readers``.

    ``whole``: was there, or may see the branch's archive; else they only study what was published to them: sound and
    pictures of the hall, transcript, chapters, documents, results of open votes. ``edits``: keeps the record, and so sees
    every room's.
    """

    scheduled: Scheduled
    viewer: Viewer
    whole: bool
    edits: bool
    exports: bool
    publication: Publication | None
    sees: frozenset[Part] = frozenset()
    closed: tuple[Closure, ...] = ()
    """What is closed to them by whoever else they are: they were asked out for it, or not called to it. Then they neither keep this
    record nor take it away whole."""

    @property
    def meeting_id(self) -> MeetingId:
        return self.scheduled.meeting_id

    @property
    def published(self) -> bool:
        return self.publication is not None and self.publication.state == "published"

    def may(self, part: Part) -> bool:
        """Whether they may see a part of the record."""
        return part in self.sees

    def may_hear(self, spoken: Spoken) -> bool:
        """Talk of a group room stays with those who keep the record."""
        return (spoken.room_id == HALL or self.may(Part.GROUP_ROOMS)) and not is_closed(self.closed, spoken.since, spoken.until)


def record_files_of(request: Request) -> RecordFiles:
    """The records of this house."""
    record_files = site_of(request).archive
    assert isinstance(record_files, RecordFiles)
    return record_files


async def reader_at(request: Request) -> Reader:
    """The viewer before the record named in the path: whoever was on its list, may see its branch's archive, or is of the
    audience it is published to.

    Raises Refused: ``sign_in_required``; ``not_found`` for a meeting that is none of the viewer's business.
    """
    viewer = await viewer_of(request)
    if viewer is None:
        raise Refused(WebCode.SIGN_IN_REQUIRED)
    scheduled = await site_of(request).schedule.meeting(request.path_params["meeting_id"])
    if scheduled is None or viewer.only_meeting not in (None, scheduled.meeting_id):
        raise Refused(WebCode.NOT_FOUND)
    branch_id = scheduled.plan.branch_id
    listed = viewer.member_id is not None and scheduled.listed(viewer.participant_id) is not None
    if scheduled.status == "open" and is_removed(await live_state(request, scheduled, viewer), viewer.participant_id):
        raise Refused(Code.REMOVED)  # until the meeting is over
    whole = listed or await allowed(request, seeing(scheduled), branch_id)
    publication = await site_of(request).publications.of(scheduled.meeting_id)
    if not whole and (publication is None or not may_study(await tree_of(request), viewer, publication)):
        raise Refused(WebCode.NOT_FOUND)
    closed = await closed_to(request, scheduled, viewer.participant_id)
    edits = not closed and await allowed(request, Action.EDIT_ARCHIVE, branch_id)
    exports = not closed and await allowed(request, Action.EXPORT_ARCHIVE, branch_id)
    audiences = await _audiences(request, scheduled, viewer) if whole else {Audience.LEARNER}
    if closed:
        audiences &= {Audience.MEMBER, Audience.LEARNER}
    return Reader(scheduled, viewer, whole, edits, exports, publication, seen_by(audiences), closed)


async def closed_to(request: Request, scheduled: Scheduled, participant_id: ParticipantId) -> tuple[Closure, ...]:
    """What of a meeting is closed to someone: as its record says, else (it is not made yet) as the meeting itself does.

    Raises Refused(storage_unavailable).
    """
    if scheduled.listed(participant_id) is None:
        return ()
    made = await asyncio.to_thread(record_files_of(request).timeline, scheduled.meeting_id)
    if made is not None:
        return made.closed_to(participant_id)
    state = await state_of(request, scheduled) if scheduled.status in ("open", "adjourned") else None
    me = state.participants.get(participant_id) if state is not None else None
    return (Closure(participant_id, 0, FOR_EVER),) if me is not None and (me.items or me.recusals) else ()


async def _audiences(request: Request, scheduled: Scheduled, viewer: Viewer) -> set[Audience]:
    """Why somebody who may read the record may. What the record worker made tells who counted: no journal is read for it."""
    tree = await tree_of(request)
    found = {Audience.MEMBER, *(_OF_ROLES[role] for role in roles_in(tree, viewer, scheduled.plan.branch_id) if role in _OF_ROLES)}
    if not is_secretary(tree, viewer, scheduled.plan.branch_id):
        found.discard(Audience.SECRETARY)
        if permits(roles_in(tree, viewer, scheduled.plan.branch_id), Action.EDIT_ARCHIVE):
            found.add(Audience.ADMINISTRATOR)
    if runs_at(scheduled, await live_state(request, scheduled, viewer), viewer.participant_id):
        found.add(Audience.RUNNER)
    if scheduled.listed(viewer.participant_id) is not None and viewer.participant_id in await _counters(request, scheduled):
        found.add(Audience.COUNTER)
    return found


async def _counters(request: Request, scheduled: Scheduled) -> Collection[ParticipantId]:
    """Scrutineers and tellers of a finished meeting: as its record says, else (it is not made yet) as the meeting does."""
    made = await asyncio.to_thread(record_files_of(request).timeline, scheduled.meeting_id)
    if made is not None or scheduled.status != "adjourned":
        return made.counters if made is not None else ()
    state = await state_of(request, scheduled)
    return () if state is None else holders(state, Office.SCRUTINEER) | holders(state, Office.TELLER)


_OF_ROLES = {
    Role.ADMINISTRATOR: Audience.ADMINISTRATOR,
    Role.SECRETARY: Audience.SECRETARY,
    Role.REVIEWER: Audience.REVIEWER,
    Role.MEMBER: Audience.MEMBER,
}


async def whole_reader_at(request: Request) -> Reader:
    """A reader who may read all of the record. Raises Refused, also ``forbidden`` for those who only study it."""
    reader = await reader_at(request)
    if not reader.whole:
        raise Refused(Code.FORBIDDEN)
    return reader


async def editor_at(request: Request) -> Reader:
    """Someone who keeps the record of an adjourned meeting. Raises Refused, also ``forbidden``."""
    reader = await whole_reader_at(request)
    if not reader.edits:
        raise Refused(Code.FORBIDDEN)
    if reader.scheduled.status != "adjourned":
        raise Refused(WebCode.NOT_FOUND)
    return reader


@dataclass(frozen=True, slots=True)
class Readable:
    """Adjourned meetings a viewer may read. ``whole``: those of which they may read all; the rest they may study."""

    meetings: tuple[Scheduled, ...]
    whole: frozenset[str]


async def readable(request: Request) -> Readable:
    """Everything finished that is the viewer's business: the meetings they were called to, those of branches whose archive
    they may see, and what is published to them. In order of their start."""
    viewer = await member_of(request)
    schedule = site_of(request).schedule
    branches = {action: await branches_for(request, action) for action in (Action.SEE_ARCHIVE, Action.SEE_COMMITTEE_ARCHIVE)}
    known = {
        scheduled.meeting_id: scheduled
        for scheduled in await schedule.concerning(viewer.participant_id, branches[Action.SEE_ARCHIVE])
        if scheduled.listed(viewer.participant_id) is not None or scheduled.plan.branch_id in branches[seeing(scheduled)]
    }
    whole = frozenset(known)
    tree = await tree_of(request)
    for publication in await site_of(request).publications.published():
        if publication.meeting_id not in known and may_study(tree, viewer, publication):
            scheduled_or_none = await schedule.meeting(publication.meeting_id)
            if scheduled_or_none is not None:
                known[publication.meeting_id] = scheduled_or_none
    over = (scheduled for scheduled in known.values() if scheduled.status == "adjourned")
    return Readable(tuple(sorted(over, key=lambda scheduled: (scheduled.plan.starts_at, scheduled.meeting_id))), whole)


READ_AGAIN_MS = 3_600_000
"""Opening a record again within an hour is one reading of it."""


async def note_reading(request: Request, reader: Reader, act: Act, detail: str = "") -> None:
    """Write down that somebody read, exported or took something of the record; the people concerned can read that."""
    now = now_millis()
    await site_of(request).access_log.note_once(
        Entry(
            now,
            act,
            reader.viewer.participant_id,
            reader.viewer.name,
            reader.meeting_id,
            reader.scheduled.plan.title,
            reader.scheduled.plan.branch_id,
            detail,
        ),
        since=now - READ_AGAIN_MS if act in (Act.ARCHIVE_OPENED, Act.ARCHIVE_HEARD) else now,
    )


def words_of(language: Language) -> Words:
    """How minutes are put into a language."""
    return Words(partial(text, language), partial(dates.date, language), dates.clock, language == "zh-CN")


async def minutes_at(request: Request, reader: Reader) -> Minutes | None:
    """What the reader may see of the minutes: as the archive worker made them; until then, and while the meeting runs, folded
    from the journal."""
    made = await asyncio.to_thread(record_files_of(request).minutes, reader.meeting_id)
    if made is None:
        made = await _draft_at(request, reader.meeting_id)
    return None if made is None else seen_minutes(made, reader.sees, reader.viewer.participant_id)


async def _draft_at(request: Request, meeting_id: MeetingId) -> Minutes | None:
    """Minutes folded from the journal, once for each of its heads."""
    site = site_of(request)

    async def fold() -> Minutes | None:
        return await asyncio.to_thread(minutes_of, await records_at(request, meeting_id))

    try:
        head = await site.registry.head(meeting_id)
    except UnknownMeeting:
        return None
    except StorageUnavailable as error:
        raise Refused(WebCode.STORAGE_UNAVAILABLE) from error
    return await site.workshop.folded((meeting_id, head.seq, head.hash), fold)


async def timeline_at(request: Request, reader: Reader) -> Timeline | None:
    """What the reader may see of the time axis; ``None`` until it is made."""
    made = await asyncio.to_thread(record_files_of(request).timeline, reader.meeting_id)
    return None if made is None else seen_timeline(made, reader.sees, reader.viewer.participant_id)


async def transcript_at(request: Request, reader: Reader) -> Transcript | None:
    """What the reader may read of the transcript; ``None`` until it is made."""
    made = await asyncio.to_thread(record_files_of(request).transcript, reader.meeting_id)
    return None if made is None else seen_transcript(made, reader.closed)


def is_draft(reader: Reader, transcript: Transcript | None) -> bool:
    """Whether a page has to say that a machine wrote the transcript: until somebody has published it, and with it answers for it."""
    return transcript is not None and bool(transcript.spoken) and not reader.published


async def records_at(request: Request, meeting_id: MeetingId) -> list[Record]:
    try:
        return await site_of(request).registry.records(meeting_id)
    except StorageUnavailable as error:
        raise Refused(WebCode.STORAGE_UNAVAILABLE) from error


def steps_of(manifest: Manifest) -> list[tuple[str, str, str, int]]:
    """Progress, step by step: key of its title, state, why it failed, percentage of a long one that runs."""
    known = ((OF_NAME.get(name), status) for name, status in manifest.steps.items())
    return [(step.title_key, status.state, status.code, status.percent) for step, status in known if step is not None]


def download(content: bytes, media_type: str, plain_name: str, name: str) -> Response:
    disposition = f"attachment; filename=\"{plain_name}\"; filename*=UTF-8''{quote(clean(name), safe='')}"
    return Response(
        content,
        media_type=media_type,
        headers={"content-disposition": disposition, "cache-control": "private, no-store", "x-content-type-options": "nosniff"},
    )
