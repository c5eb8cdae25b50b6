"""The HTTP endpoints of WHIP (RFC 9725) and of its counterpart for watching. A bearer token identifies the device."""

from __future__ import annotations

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from meeting_server.domain.commands import SERVER, AdmitParticipant
from meeting_server.domain.errors import Rejected
from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.phases import MeetingPhase
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.terms import Invited
from meeting_server.journal.port import StorageUnavailable
from meeting_server.live.hall_link import HallLink
from meeting_server.media.api import KeptClient, MediaRefused
from meeting_server.media.whip import CLIENT, FRAGMENT, LONGEST, SDP, Reply, WhipSessions
from meeting_server.store.schedule.hall_devices import DeviceKind, HallDevice
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.error_pages import next_step, sentence
from meeting_server.web.site.errors import Refused, WebCode, refusal_of
from meeting_server.web.site.pages import language_of
from meeting_server.web.site.site import Site, site_of

log = structlog.get_logger(__name__)

KINDS: dict[str, DeviceKind] = {"whip": "camera", "whep": "screen"}
CORS = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "POST, PATCH, DELETE, OPTIONS",
    "access-control-allow-headers": "authorization, content-type, if-match",
    "access-control-expose-headers": "location, etag, link, accept-patch, accept-post",
    "access-control-max-age": "86400",
}
"""An encoder may be a page of another origin. This is safe because no cookie gives any right here."""


async def options(request: Request) -> Response:
    """Answer what may be sent here (CORS preflight)."""
    known = {"accept-patch": FRAGMENT} if "resource" in request.path_params else {"accept-post": SDP}
    return Response(status_code=204, headers={**CORS, **known})


async def post(request: Request) -> Response:
    """Start a session. 201; or 400, 401, 403, 406, 409, 413, 415, 503 with a code."""
    try:
        device = await _device(request)
        joining = await _link(request, device)
    except Refused as refused:
        return _answer(request, Reply(refused.status, _challenge(refused), code=str(refused.code)))
    reply = await _sessions(request).post(device.device_id, joining, request.headers.get("content-type"), await _body(request))
    if reply.status == 201:
        await site_of(request).hall_devices.used(device.device_id, now_millis())
    return _answer(request, reply)


async def patch(request: Request) -> Response:
    """Take candidates, or an ICE restart."""
    try:
        device = await _device(request)
    except Refused as refused:
        return _answer(request, Reply(refused.status, _challenge(refused), code=str(refused.code)))
    headers = request.headers
    reply = await _sessions(request).patch(
        device.device_id, request.path_params["resource"], headers.get("content-type"), headers.get("if-match"), await _body(request)
    )
    return _answer(request, reply)


async def delete(request: Request) -> Response:
    """End the session."""
    try:
        device = await _device(request)
    except Refused as refused:
        return _answer(request, Reply(refused.status, _challenge(refused), code=str(refused.code)))
    return _answer(request, await _sessions(request).delete(device.device_id, request.path_params["resource"]))


def _kind(request: Request) -> str:
    return request.url.path.split("/")[1]


def _sessions(request: Request) -> WhipSessions:
    site = site_of(request)
    return site.whip if _kind(request) == "whip" else site.whep


async def _device(request: Request) -> HallDevice:
    """Return whose token this is. Raises Refused(bad_device_token)."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    device = None
    if scheme.lower() == "bearer" and 0 < len(token) < 200:
        device = await site_of(request).hall_devices.by_token(token.strip())
    if device is None or not device.works(now_millis()) or device.kind != KINDS[_kind(request)]:
        raise Refused(WebCode.BAD_DEVICE_TOKEN)
    return device


async def _link(request: Request, device: HallDevice) -> HallLink:
    """Let the device join; a camera becomes a participant. Raises Refused: ``removed``, ``adjourned``, ``not_found``."""
    site = site_of(request)
    try:
        assembly = await site.registry.assembly(device.meeting_id)
        if assembly is None or assembly.state is None:
            raise Refused(WebCode.NOT_FOUND)
        if assembly.state.phase in (MeetingPhase.ADJOURNED, MeetingPhase.CANCELLED) or device.room_id not in assembly.state.rooms:
            raise Refused(WebCode.MEETING_CANCELLED)
        if device.kind == "camera":
            who = ParticipantId(device.device_id)
            camera = Invited(who, device.name, Standing.GUEST, Role.GUEST, voting=False, kind="hall_camera")
            outcome = await site.registry.submit(device.meeting_id, SERVER, AdmitParticipant(camera, device.issued_by))
            if isinstance(outcome, Rejected):
                raise refusal_of(outcome)
    except StorageUnavailable:
        raise Refused(WebCode.STORAGE_UNAVAILABLE) from None
    return HallLink(assembly, site.registry.signalling, device.device_id, device.room_id, device.kind, _sessions(request).lost)


async def resume(site: Site, kept: KeptClient) -> None:
    """Resume the session of a device that media kept serving while this process was away, or end it if the device may not stay."""
    if not kept.client.startswith(CLIENT):
        return  # a phone, which reconnects on its own
    signalling = site.registry.signalling
    device = await site.hall_devices.by_id(kept.source)
    if device is not None and device.works(now_millis()):
        sessions = site.whip if device.kind == "camera" else site.whep
        assembly = await site.registry.assembly(device.meeting_id)
        state = assembly.state if assembly is not None else None
        me = state.participants.get(ParticipantId(device.device_id)) if state is not None else None
        welcome = (
            state is not None and state.phase not in (MeetingPhase.ADJOURNED, MeetingPhase.CANCELLED) and device.room_id in state.rooms
        )
        if assembly is not None and welcome and (me is None or not me.removed):
            link = HallLink(assembly, signalling, device.device_id, device.room_id, device.kind, sessions.lost)
            try:
                await link.resume(kept)
            except MediaRefused as gone:
                log.info("a device of the hall went away before it was known again", code=gone.code)
                return
            sessions.resume(device.device_id, kept, link)
            return
    await signalling.dismiss(kept.client)


async def _body(request: Request) -> bytes:
    """Read at most one byte more than is allowed, which is refused."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST:
            break
    return body[: LONGEST + 1]


def _challenge(refused: Refused) -> tuple[tuple[str, str], ...]:
    return (("www-authenticate", "Bearer"),) if refused.status == 401 else ()


def _answer(request: Request, reply: Reply) -> Response:
    response: Response
    if reply.code:
        language = language_of(request)
        words = {"code": reply.code, "message": sentence(language, reply.code), "next": next_step(language, reply.code)}
        response = JSONResponse(words, reply.status)
    else:
        response = Response(reply.body.encode(), reply.status)
    for name, value in (*CORS.items(), *reply.headers):
        response.headers.append(name, value)
    return response


routes: list[BaseRoute] = [
    Route(f"/{kind}{rest}", endpoint, methods=[method])
    for kind in KINDS
    for rest, method, endpoint in (
        ("", "POST", post),
        ("", "OPTIONS", options),
        ("/{resource}", "PATCH", patch),
        ("/{resource}", "DELETE", delete),
        ("/{resource}", "OPTIONS", options),
    )
]
