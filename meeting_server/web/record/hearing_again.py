"""A record that a better engine than the one of then may hear again; until it has, the words of before stay."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.archive.record.manifest import Manifest
from meeting_server.archive.record.steps.speech import HearSpeech
from meeting_server.archive.record.transcript import Transcript
from meeting_server.archive.speech.installed import engine_of
from meeting_server.store.record.record_orders import Order
from meeting_server.web.record.reader import Reader, editor_at, record_files_of
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import form_of
from meeting_server.web.site.pages import see
from meeting_server.web.site.site import site_of


@dataclass(frozen=True, slots=True)
class Again:
    """``heard_by``: the engine of the words that are there; ``engine``: the one that would hear now, empty when that is none or the same.

    ``percent``: of a hearing that was ordered and is not over.
    """

    heard_by: str
    engine: str
    percent: int | None


def again_of(request: Request, reader: Reader, manifest: Manifest, transcript: Transcript | None) -> Again | None:
    """``None`` where there is nothing to hear again: no words, no sound any more, or words that are published."""
    step = manifest.status(HearSpeech.name)
    published = reader.publication is not None and reader.publication.state == "published"
    if transcript is None or not transcript.spoken or transcript.engine == "captions" or step.state == "removed" or published:
        return None
    if step.state in ("waiting", "running"):
        return Again(transcript.engine, "", step.percent)
    engine = engine_of(site_of(request).settings)
    return Again(transcript.engine, engine if engine != transcript.engine else "", None)


async def hear_again(request: Request) -> Response:
    """Raises Refused(not_found) where nothing is to be heard again."""
    reader = await editor_at(request)
    await form_of(request)
    record_files, meeting_id, viewer = record_files_of(request), reader.meeting_id, reader.viewer
    manifest, transcript = await asyncio.to_thread(lambda: (record_files.manifest(meeting_id), record_files.transcript(meeting_id)))
    again = again_of(request, reader, manifest, transcript)
    if again is None or not again.engine:
        raise Refused(WebCode.NOT_FOUND)
    order = Order(meeting_id, HearSpeech.name, viewer.participant_id, viewer.name, now_millis())
    await site_of(request).record_orders.renew(order)
    return see(f"/archive/{meeting_id}/record?done=hearing#words")


routes: list[BaseRoute] = [Route("/archive/{meeting_id}/record/hear", hear_again, methods=["POST"])]
