"""Why a record has no words yet, in a sentence: the engine is being installed, it hears right now, or nobody spoke."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.archive.record.manifest import Manifest
from meeting_server.archive.record.steps.speech import NOT_INSTALLED, HearSpeech
from meeting_server.archive.record.transcript import Transcript
from meeting_server.archive.speech.installed import state_of
from meeting_server.web.record.reader import reader_at, record_files_of, transcript_at
from meeting_server.web.site.pages import render, say
from meeting_server.web.site.site import site_of


async def why_no_words(request: Request, manifest: Manifest, transcript: Transcript | None) -> tuple[str, bool]:
    """The sentence, and whether words may still come; an empty sentence when there are words."""
    if transcript is not None and transcript.spoken:
        return "", False
    step = manifest.status(HearSpeech.name)
    if step.code == NOT_INSTALLED:
        return await _of_installing(request), True
    if step.state in ("waiting", "running"):
        return say(request, f"archive.no_transcript.{step.state}", n=step.percent), True
    if step.state == "failed":
        return say(request, "archive.no_transcript.failed", why=say(request, f"archive.failed.{step.code}")), True
    # what was heard becomes a transcript a moment later
    return say(request, f"archive.no_transcript.{'none' if step.files else 'nobody'}"), False


async def _of_installing(request: Request) -> str:
    state = await asyncio.to_thread(state_of, site_of(request).settings.speech_home)
    if state.phase == "failed":
        return say(request, "speech.not_installed", why=say(request, f"speech.failed.{state.code}"))
    if state.phase == "ready":
        return say(request, "archive.no_transcript.waiting")
    return say(request, "speech.installing", n=state.percent)


async def awaited(request: Request) -> Response:
    """The sentence as a piece of a page; asked again and again by a page that waits for words."""
    reader = await reader_at(request)
    manifest = await asyncio.to_thread(record_files_of(request).manifest, reader.meeting_id)
    why, coming = await why_no_words(request, manifest, await transcript_at(request, reader))
    headers = {"cache-control": "no-store", "x-complete": "no" if coming else "yes"}
    return await render(request, "record/awaited_words.html", {"why": why, "address": f"/archive/{reader.meeting_id}"}, headers=headers)


routes: list[BaseRoute] = [Route("/archive/{meeting_id}/words", awaited, methods=["GET"])]
