"""The sound of a record for somebody to whom some of it is closed: cut into the stretches that are open to them, and no more."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.archive.record.artefacts import MIX
from meeting_server.archive.record.clip import PREROLL, NothingThere, cut_sound
from meeting_server.archive.record.parts import open_stretches
from meeting_server.archive.record.timeline import Timeline
from meeting_server.domain.ids import Millis
from meeting_server.store.people.access_log import Act
from meeting_server.web.record.reader import Reader, note_reading, reader_at, record_files_of
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.taking_turns import one_at_a_time

MARGIN: Millis = 2 * PREROLL
"""Left out at both ends: a cut by whole packets takes some of what lies before and after."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A stretch that may be heard: the titles of its chapters, and playing time on the whole axis."""

    name: str
    titles: tuple[str, ...]
    start: Millis
    end: Millis


def heard_of(timeline: Timeline, reader: Reader) -> tuple[Heard, ...]:
    """The stretches open to a reader to whom something is closed, in order; what is left of too short a one is left out."""
    found = []
    for number, turn in enumerate(open_stretches(timeline, reader.closed), 1):
        titles = tuple(c.title for c in timeline.chapters if c.title and c.since < turn.until and turn.since < c.until)
        start, end = turn.since - timeline.zero + MARGIN, turn.until - timeline.zero - MARGIN
        if end - start > MARGIN:
            found.append(Heard(f"{number}.m4a", titles, start, end))
    return tuple(found)


async def heard_sound(request: Request) -> Response:
    """One of those stretches, cut now from the mix. Raises Refused ``not_found``."""
    reader = await reader_at(request)
    record_files = record_files_of(request)
    timeline = await asyncio.to_thread(record_files.timeline, reader.meeting_id)
    mix = record_files.made(reader.meeting_id, MIX)
    stretches = heard_of(timeline, reader) if timeline is not None and reader.closed else ()
    stretch = next((one for one in stretches if one.name == request.path_params["name"]), None)
    if stretch is None or mix is None:
        raise Refused(WebCode.NOT_FOUND)
    try:
        content = await asyncio.to_thread(_cut, mix.path, stretch)
    except NothingThere:
        raise Refused(WebCode.NOT_FOUND) from None
    await note_reading(request, reader, Act.ARCHIVE_HEARD, stretch.name)
    return Response(content, media_type="audio/mp4", headers={"cache-control": "private, no-store"})


def _cut(mix: Path, stretch: Heard) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / stretch.name
        cut_sound(mix, target, stretch.start, stretch.end)
        return target.read_bytes()


routes: list[BaseRoute] = [Route("/archive/{meeting_id}/heard/{name}", one_at_a_time(heard_sound), methods=["GET"])]
