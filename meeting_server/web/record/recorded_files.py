"""What of a record is a file: sound and pictures in ranges, and the bundle that anyone can check."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.people.permissions import Role
from meeting_server.archive.audit.audit import MINUTES as BUNDLED_MINUTES
from meeting_server.archive.audit.bulletin import bulletin_of, file_of, withheld
from meeting_server.archive.minutes.minutes import minutes_of
from meeting_server.archive.record.artefacts import GIVEN
from meeting_server.archive.record.parts import HoldsReasons, seen_records, seen_timeline
from meeting_server.archive.record.readers import Part
from meeting_server.archive.record.record_files import RecordedFile
from meeting_server.ballots.port import paper_id
from meeting_server.domain.errors import Code
from meeting_server.domain.ids import MeetingId
from meeting_server.domain.meeting import replay
from meeting_server.domain.state import MeetingState
from meeting_server.domain.vote_terms import BulletinReaders
from meeting_server.journal.bundle import write_bundle
from meeting_server.journal.port import Record, StorageUnavailable
from meeting_server.store.people.access_log import Act
from meeting_server.web.record.reader import Reader, download, note_reading, reader_at, record_files_of, records_at, whole_reader_at
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.pages import say
from meeting_server.web.site.permissions import roles_in, tree_of
from meeting_server.web.site.site import site_of
from meeting_server.web.site.taking_turns import one_at_a_time


async def recorded_file(request: Request) -> Response:
    """Sound or picture, in ranges; only what the record names, and only for its readers."""
    reader = await reader_at(request)
    record_files, wanted = record_files_of(request), request.path_params["path"]

    def find() -> RecordedFile | None:
        meeting_id = reader.meeting_id
        for artefact in GIVEN:
            if artefact.name == wanted:
                given = artefact.given_for in reader.sees and not reader.closed  # made of the whole meeting
                return record_files.made(meeting_id, artefact) if given else None
        made = record_files.timeline(reader.meeting_id)
        timeline = None if made is None else seen_timeline(made, reader.sees, reader.viewer.participant_id)
        tracks = () if timeline is None else record_files.tracks(timeline, all_rooms=reader.may(Part.GROUP_ROOMS))
        return next((track for track in tracks if track.name == wanted), None)

    file = await asyncio.to_thread(find)
    if file is None:
        raise Refused(WebCode.NOT_FOUND)
    await note_reading(request, reader, Act.ARCHIVE_HEARD, file.name)
    return FileResponse(file.path, media_type=file.media_type, headers={"cache-control": "private, no-cache"})  # a passage may be taken out


async def export_zip(request: Request) -> Response:
    """The bundle of the meeting: every record with its hash, and the minutes, for the offline audit.

    Contents the reader has no need of are left out (``archive.record.parts``); the chain covers their hashes and stands.
    Raises Refused ``forbidden``, before anything is read; ``record_holds_reasons``.
    """
    reader = await whole_reader_at(request)
    if not reader.may(Part.BUNDLE):
        raise Refused(Code.FORBIDDEN)
    if reader.scheduled.status != "adjourned":
        raise Refused(WebCode.NOT_FOUND)
    records = await records_at(request, reader.meeting_id)
    state = await asyncio.to_thread(_state_of, records)
    plan = reader.scheduled.plan
    bulletins = await _bulletins(request, reader, state) if state is not None else {}
    try:
        content = await site_of(request).workshop.make(_bundle, reader.meeting_id, records, reader.sees, bulletins)
    except HoldsReasons:
        raise Refused(WebCode.RECORD_HOLDS_REASONS) from None
    await note_reading(request, reader, Act.MEETING_EXPORTED)
    return download(content, "application/zip", "meeting.zip", f"{say(request, 'archive.bundle')} {plan.title}.zip")


def _state_of(records: Sequence[Record]) -> MeetingState | None:
    return replay((record.event, record.recorded_at) for record in records if record.event is not None)


def _bundle(meeting_id: MeetingId, records: list[Record], sees: frozenset[Part], bulletins: dict[str, bytes]) -> bytes:
    given = seen_records(records, sees)
    minutes = minutes_of(given)
    files = {**bulletins, **({BUNDLED_MINUTES: msgspec.json.encode(minutes)} if minutes is not None else {})}
    return write_bundle(meeting_id, given, files)


async def _bulletins(request: Request, reader: Reader, state: MeetingState) -> dict[str, bytes]:
    """The sealed bulletin of every secret vote, without which nobody could count it again.

    The ballots themselves are for those who count votes, since a receipt shown under pressure could be looked up in
    them; for everyone who may export where the rule says so; and for the reviewer where nobody was approved to count.
    """
    box = site_of(request).box
    roles = roles_in(await tree_of(request), reader.viewer, reader.scheduled.plan.branch_id)
    counts = reader.may(Part.SECRET_BALLOTS) or (not state.officers and Role.REVIEWER in roles)
    files: dict[str, bytes] = {}
    try:
        for motion in state.motions.values():
            name = paper_id(reader.meeting_id, motion.motion_id)
            sealed = await box.bulletin(name) if motion.paper is not None else None
            if sealed is None or motion.paper is None:
                continue
            handed = await box.issued_to(name)
            given = counts or motion.preset.bulletin == BulletinReaders.MEMBERS
            made = bulletin_of(name, motion.paper, handed, sealed) if given else withheld(name, motion.paper, handed)
            files[file_of(motion.motion_id)] = made
    except StorageUnavailable as error:
        raise Refused(WebCode.STORAGE_UNAVAILABLE) from error
    return files


routes: list[BaseRoute] = [
    Route("/archive/{meeting_id}/export.zip", one_at_a_time(export_zip), methods=["GET"]),
    Route("/archive/{meeting_id}/files/{path:path}", recorded_file, methods=["GET"]),
]
