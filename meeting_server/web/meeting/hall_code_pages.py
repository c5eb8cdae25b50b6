"""The hall's code: a QR code on the big screen that changes every ten seconds, and what happens when a member scans it.

The code of a window is a MAC over meeting and window, so that nobody can forge one. It opens a page while it is on the screen and for one
window more. The page's form is then valid for a minute, and only for the person who opened it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.domain.commands import SERVER, ScanHallCode
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.ids import Millis
from meeting_server.journal.port import StorageUnavailable
from meeting_server.live.outcome import UnknownMeeting
from meeting_server.web.schedule.meetings import Seat, seat_at
from meeting_server.web.site.errors import Refused, WebCode, refusal_of
from meeting_server.web.site.forms import field, form_of
from meeting_server.web.site.pages import address_of, render, say, see
from meeting_server.web.site.qr import qr_svg
from meeting_server.web.site.site import Site, site_of

WINDOW: Millis = 10_000
"""How long a code is shown."""
FORM_LASTS: Millis = 60_000
"""How long after scanning the button may be pressed."""


class StageCode(msgspec.Struct, frozen=True):
    """What the hall's screen shows: the code as SVG, its window, and when the next one is due (server clock)."""

    svg: str
    window: int
    ends_at: Millis
    now: Millis


def code_of(secret: bytes, meeting_id: str, window: int) -> str:
    """Return the code shown in a window: 120 bits."""
    digest = hmac.digest(secret, f"hall-code\0{meeting_id}\0{window}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:15]).decode()


def window_of(secret: bytes, meeting_id: str, code: str, now: Millis) -> int | None:
    """Return the window of a code that is shown now or was shown just before; ``None`` for any other."""
    window = now // WINDOW
    given = code.encode()
    for candidate in (window, window - 1):
        if hmac.compare_digest(given, code_of(secret, meeting_id, candidate).encode()):
            return candidate
    return None


def _pass(secret: bytes, meeting_id: str, who: str, window: int, since: Millis) -> str:
    """Return the token of the form, which says who saw the code of which window, and when."""
    digest = hmac.digest(secret, f"hall-form\0{meeting_id}\0{who}\0{window}\0{since}".encode(), hashlib.sha256)
    return f"{window}.{since}.{base64.urlsafe_b64encode(digest[:18]).decode()}"


def passed_window(secret: bytes, meeting_id: str, who: str, text: str, now: Millis) -> int | None:
    """Return the window a form was made for; ``None`` if it is someone else's, too old, or forged."""
    window, _, rest = text.partition(".")
    since, _, _ = rest.partition(".")
    if not (window.isascii() and window.isdigit() and since.isascii() and since.isdigit() and len(text) < 100):
        return None
    genuine = hmac.compare_digest(text.encode(), _pass(secret, meeting_id, who, int(window), int(since)).encode())
    return int(window) if genuine and 0 <= now - int(since) < FORM_LASTS else None


def _clock(site: Site) -> Millis:
    now: Millis = site.registry.clock()
    return now


async def stage_code(request: Request) -> Response:
    """Return the code that is on the screen now, to anyone who may open the screen."""
    seat = await seat_at(request)
    if not (seat.runs or seat.manages):
        raise Refused(Code.FORBIDDEN)
    site = site_of(request)
    now = _clock(site)
    window = now // WINDOW
    address = address_of(request, f"/h/{seat.meeting_id}/{code_of(site.secret, seat.meeting_id, window)}")
    shown = StageCode(str(qr_svg(address, say(request, "hall_code.qr"))), window, (window + 1) * WINDOW, now)
    return Response(msgspec.json.encode(shown), media_type="application/json", headers={"cache-control": "no-store"})


async def scanned(request: Request) -> Response:
    """Show the page after a scan, which asks for confirmation. Changes nothing."""
    seat = await _member(request)
    site = site_of(request)
    now = _clock(site)
    window = window_of(site.secret, seat.meeting_id, request.path_params["code"], now)
    if window is None:
        raise Refused(Code.CODE_EXPIRED)
    carried = _pass(site.secret, seat.meeting_id, seat.viewer.participant_id, window, now)
    return await _page(request, seat, carried)


async def confirm(request: Request) -> Response:
    """Record that the member is in the hall."""
    form = await form_of(request)
    seat = await _member(request)
    site = site_of(request)
    who = seat.viewer.participant_id
    window = passed_window(site.secret, seat.meeting_id, who, field(form, "seen"), _clock(site))
    if window is None:
        raise Refused(Code.CODE_EXPIRED)
    try:
        outcome = await site.registry.submit(seat.meeting_id, SERVER, ScanHallCode(who, window))
    except UnknownMeeting:
        raise Refused(WebCode.NOT_FOUND) from None
    except StorageUnavailable:
        raise Refused(WebCode.STORAGE_UNAVAILABLE) from None
    if isinstance(outcome, Rejected):
        raise refusal_of(outcome)
    return see(f"/h/{seat.meeting_id}")


async def done(request: Request) -> Response:
    """Show the page after the confirmation."""
    return await _page(request, await _member(request), "")


async def _member(request: Request) -> Seat:
    """Return the viewer, who must be on the meeting's list. Raises Refused: ``sign_in_required``, ``not_found``,
    ``not_a_participant``."""
    seat = await seat_at(request)
    if seat.listed is None:
        raise Refused(Code.NOT_A_PARTICIPANT)
    return seat


async def _page(request: Request, seat: Seat, carried: str) -> Response:
    context = {"scheduled": seat.scheduled, "carried": carried, "code": request.path_params.get("code", "")}
    return await render(request, "meeting/hall_code.html", context, headers={"cache-control": "no-store", "referrer-policy": "no-referrer"})


routes: list[BaseRoute] = [
    Route("/meetings/{meeting_id}/stage/code", stage_code, methods=["GET"]),
    Route("/h/{meeting_id}", done, methods=["GET"]),
    Route("/h/{meeting_id}/{code}", scanned, methods=["GET"]),
    Route("/h/{meeting_id}/{code}", confirm, methods=["POST"]),
]
