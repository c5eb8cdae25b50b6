"""The shell of the live room and of the hall's screen: the built client, and the data it needs to start."""

from __future__ import annotations

import json
import secrets
from functools import partial
from typing import Any

import msgspec
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.domain.errors import Code
from meeting_server.media.api import MediaPlane
from meeting_server.web.schedule.meetings import Seat, door_is_open, replacement_of, seat_at
from meeting_server.web.schedule.rule_words import replaced_words
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.errors import Refused
from meeting_server.web.site.forms import form_token
from meeting_server.web.site.pages import language_of, render, say, see
from meeting_server.web.site.rehearsing import rehearsing
from meeting_server.web.site.site import site_of


async def room(request: Request) -> Response:
    """Show the room to people on the list while the meeting can be joined. Everyone else is told on the meeting's join page why not."""
    return await _shell(request, await seat_at(request), stage=False)


async def stage(request: Request) -> Response:
    """Show the hall's big screen to the chair, the secretary, or a person on the list who manages the meeting."""
    seat = await seat_at(request)
    if not (seat.runs or seat.manages):
        return see(f"/meetings/{seat.meeting_id}/enter")
    return await _shell(request, seat, stage=True)


async def _shell(request: Request, seat: Seat, *, stage: bool) -> Response:
    """Render the shell. Raises Refused(client_not_built) if the client has not been built."""
    if not _may_enter(seat):
        return see(f"/meetings/{seat.meeting_id}/enter")
    assets = site_of(request).assets
    entry, words = assets.entry("room"), assets.part(f"virtual:locale/room/{language_of(request)}")
    boot = await _boot(request, seat, stage=stage)
    return await render(
        request,
        "meeting/room.html",
        {"scheduled": seat.scheduled, "entry": entry, "engine": assets.script("engine"), "words": words, "boot": as_script_data(boot)},
        headers={"cache-control": "no-store"},
    )


async def _boot(request: Request, seat: Seat, *, stage: bool) -> dict[str, Any]:
    meeting = f"/meetings/{seat.meeting_id}"
    return {
        "meeting_id": seat.meeting_id,
        "participant_id": seat.viewer.participant_id,
        "name": seat.listed.guest_name if seat.listed is not None and seat.listed.is_guest else seat.viewer.name,
        "language": language_of(request),
        "csrf": form_token(request),
        "ice_servers": _ice_servers(request),
        "media": site_of(request).media is not None,
        "stage": stage,
        "rehearsal": rehearsing(request) == "here",
        "probe": site_of(request).settings.demo,  # lets tests read the page's own media figures
        "heard_at": site_of(request).settings.heard_at,
        "presets": await _rules(request, seat),
        "replaced": _replaced(request, seat),
        "urls": {
            "home": "/" if seat.viewer.is_member else meeting,
            "meeting": meeting,
            "people": f"{meeting}#h-people",
            "attendance": f"{meeting}/attendance",
            "my_attendance": "/me/attendance" if seat.viewer.is_member else f"{meeting}/attendance/me",
            "documents": f"{meeting}/documents",
            "leave": f"{meeting}/leave",
            "invitations": f"{meeting}/invitations",
            "stage": f"{meeting}/stage",
            "archive": f"/archive/{seat.meeting_id}",
            "preferences": "/preferences",
            "sign_in": "/sign-in",
        },
    }


async def ice(request: Request) -> Response:
    """Return TURN credentials for another hour to anyone who may be in the room. Raises Refused(forbidden)."""
    seat = await seat_at(request)
    if not _may_enter(seat):
        raise Refused(Code.FORBIDDEN)
    return Response(msgspec.json.encode(_ice_servers(request)), media_type="application/json", headers={"cache-control": "no-store"})


def _ice_servers(request: Request) -> list[dict[str, Any]]:
    """Return ``RTCIceServer`` dictionaries. The name in a credential is random, so that the TURN server's log names nobody."""
    media: MediaPlane | None = site_of(request).media
    if media is None:
        return []
    return [
        {"urls": list(server.urls), "username": server.username, "credential": server.credential}
        for server in media.ice_servers(secrets.token_hex(4))
    ]


def _may_enter(seat: Seat) -> bool:
    return seat.listed is not None and door_is_open(seat.scheduled, now_millis(), runs=seat.runs)


async def _rules(request: Request, seat: Seat) -> list[dict[str, Any]]:
    """Return the rules a motion may use, including the branch's own, to those who run votes."""
    if not seat.runs:
        return []
    presets = site_of(request).presets
    await presets.refresh()
    return [msgspec.to_builtins(preset) for preset in presets.of_branch(seat.scheduled.plan.branch_id).values()]


def _replaced(request: Request, seat: Seat) -> dict[str, str] | None:
    """Tell those who run the meeting, until it opens, that the rule it was planned under was replaced."""
    replacement = replacement_of(request, seat.scheduled, now_millis()) if seat.runs else None
    if replacement is None:
        return None
    return {
        "preset_id": seat.scheduled.plan.preset_id,
        "words": replaced_words(replacement, language_of(request), partial(say, request)),
        "url": f"/meetings/{seat.meeting_id}/rule",
    }


def as_script_data(data: dict[str, Any]) -> Markup:
    """Return JSON for ``<script type="application/json">`` in which no text can end the element."""
    text = json.dumps(data, ensure_ascii=False)
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


routes: list[BaseRoute] = [
    Route("/meetings/{meeting_id}/room", room, methods=["GET"]),
    Route("/meetings/{meeting_id}/stage", stage, methods=["GET"]),
    Route("/meetings/{meeting_id}/ice", ice, methods=["GET"]),
]
