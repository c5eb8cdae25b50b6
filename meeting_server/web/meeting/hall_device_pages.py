"""The hall's cameras and screens: admitting one with a token that is shown once, stopping it, starting it again."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.meeting.hall_devices import let_device_in
from meeting_server.acts.people.revoking import stop_device
from meeting_server.domain.commands import Actor, CloseMedia, OpenMedia
from meeting_server.domain.errors import Rejected
from meeting_server.domain.ids import HALL, Millis, ParticipantId, RoomId
from meeting_server.domain.person_names import visible
from meeting_server.domain.state import MeetingState
from meeting_server.domain.terms import MediaKind
from meeting_server.journal.port import StorageUnavailable
from meeting_server.store.schedule.hall_devices import DeviceKind, HallDevice
from meeting_server.web.schedule.meetings import Seat, managed_seat, state_of
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import field, form_of
from meeting_server.web.site.pages import address_of, render, say, see
from meeting_server.web.site.site import site_of

NAME_LONGEST = 30
KINDS: tuple[DeviceKind, ...] = ("camera", "screen")
CARRIED: tuple[MediaKind, ...] = ("audio", "video")


@dataclass(frozen=True, slots=True)
class Line:
    """One device as the page shows it. ``open``: the media of a camera that is forwarded now."""

    device: HallDevice
    works: bool
    room: str
    open: tuple[MediaKind, ...]
    in_room: bool


async def devices_page(request: Request) -> Response:
    return await _show(request, await managed_seat(request))


async def _show(request: Request, seat: Seat, *, made: HallDevice | None = None, token: str = "", error: str = "") -> Response:
    now = now_millis()
    state = await state_of(request, seat.scheduled)
    devices = await site_of(request).hall_devices.of_meeting(seat.meeting_id)
    done = request.query_params.get("done", "")
    return await render(
        request,
        "meeting/hall_devices.html",
        {
            "scheduled": seat.scheduled,
            "lines": [_line(request, device, state, now) for device in devices if device.revoked_at is None],
            "rooms": [(room_id, room.title) for room_id, room in (state.rooms if state is not None else {}).items() if room_id != HALL],
            "closed": seat.scheduled.status not in ("convened", "open"),
            "made": made,
            "token": token,
            "address": address_of(request, "/whip" if made is not None and made.kind == "camera" else "/whep"),
            "done": done if done in ("stopped", "changed") else "",
            "error": error,
            "script": site_of(request).assets.script("pages"),
        },
        status=422 if error else 200,
        headers={"cache-control": "no-store"},
    )


def _line(request: Request, device: HallDevice, state: MeetingState | None, now: Millis) -> Line:
    there = state.participants.get(ParticipantId(device.device_id)) if state is not None else None
    room = state.rooms.get(device.room_id) if state is not None else None
    name = room.title if room is not None and device.room_id != HALL else say(request, "hall_devices.hall")
    return Line(device, device.works(now), name, there.media if there is not None else (), there is not None and not there.removed)


async def let_in(request: Request) -> Response:
    """Make a new token. Only this answer shows it."""
    seat = await managed_seat(request)
    form = await form_of(request)
    if seat.scheduled.status not in ("convened", "open"):
        raise Refused(WebCode.MEETING_CANCELLED, 409)
    kind, room_id = field(form, "kind"), RoomId(field(form, "room") or HALL)
    name = visible(field(form, "name"))
    state = await state_of(request, seat.scheduled)
    if kind not in KINDS or (room_id != HALL and (state is None or room_id not in state.rooms)):
        raise Refused(WebCode.BAD_FORM, field="kind" if kind not in KINDS else "room")
    if len(name) > NAME_LONGEST:
        return await _show(request, seat, error="name_long")
    what: DeviceKind = "camera" if kind == "camera" else "screen"
    called = name or say(request, f"hall_devices.kind.{kind}")
    made = await let_device_in(site_of(request), seat.viewer.by, seat.scheduled, room_id, what, called, now_millis())
    if made is None:
        return await _show(request, seat, error="too_many")
    device, token = made
    return await _show(request, seat, made=device, token=token)


async def stop(request: Request) -> Response:
    """Revoke a token. The session ends at once, and a camera is removed from the room."""
    seat = await managed_seat(request)
    form = await form_of(request)
    await state_of(request, seat.scheduled)  # loaded, so that a camera can be removed from it
    remover = seat.viewer.participant_id if seat.runs else None
    try:
        stopped = await stop_device(site_of(request), seat.viewer.by, seat.scheduled, field(form, "device"), now_millis(), remover)
    except StorageUnavailable as error:
        raise Refused(WebCode.STORAGE_UNAVAILABLE) from error
    if stopped is None:
        raise Refused(WebCode.NOT_FOUND)
    return see(f"/meetings/{seat.meeting_id}/devices?done=stopped")


async def switch(request: Request) -> Response:
    """Forward or stop a camera's sound or picture."""
    seat = await managed_seat(request)
    form = await form_of(request)
    device_id, what = field(form, "device"), field(form, "what")
    devices = await site_of(request).hall_devices.of_meeting(seat.meeting_id)
    device = next((d for d in devices if d.device_id == device_id and d.kind == "camera" and d.works(now_millis())), None)
    way, _, kind = what.partition("_")
    if device is None:
        raise Refused(WebCode.NOT_FOUND)
    if way not in ("open", "close") or kind not in CARRIED:
        raise Refused(WebCode.BAD_FORM, field="what")
    media: MediaKind = "audio" if kind == "audio" else "video"
    await _ask(request, seat, device.device_id, OpenMedia(media) if way == "open" else CloseMedia(media))
    return see(f"/meetings/{seat.meeting_id}/devices?done=changed")


async def _ask(request: Request, seat: Seat, who: str, command: OpenMedia | CloseMedia) -> None:
    try:
        outcome = await site_of(request).registry.submit(seat.meeting_id, Actor(ParticipantId(who)), command)
    except StorageUnavailable as error:
        raise Refused(WebCode.STORAGE_UNAVAILABLE) from error
    if isinstance(outcome, Rejected):
        raise Refused(outcome.code)


routes: list[BaseRoute] = [
    Route("/meetings/{meeting_id}/devices", devices_page, methods=["GET"]),
    Route("/meetings/{meeting_id}/devices", let_in, methods=["POST"]),
    Route("/meetings/{meeting_id}/devices/stop", stop, methods=["POST"]),
    Route("/meetings/{meeting_id}/devices/switch", switch, methods=["POST"]),
]
