"""Who is looking: the sign-in cookie, the viewer behind it, and how a sign-in begins and ends."""

from __future__ import annotations

import time
from dataclasses import dataclass

from starlette.requests import HTTPConnection
from starlette.responses import Response

from meeting_server.domain.ids import MeetingId, Millis, ParticipantId
from meeting_server.store.people.accounts import Means
from meeting_server.store.people.people import Grant
from meeting_server.web.site.catalogue import Language
from meeting_server.web.site.cookies import cookie_name, drop, put
from meeting_server.web.site.devices import device_hash, guest_id_of, known_device, remember_device
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.house import house_of
from meeting_server.web.site.preferences import preferences_of

COOKIE = "signin"
SIGN_IN_SECONDS = 30 * 24 * 3600
"""A sign-in lasts thirty days unless it is ended."""
MEETING_SIGN_IN_SECONDS = 3 * 24 * 3600
"""A sign-in by a meeting's invitation is good for that meeting, for three days."""


@dataclass(frozen=True, slots=True)
class GuestOf:
    """Someone without an account, admitted to one meeting under a name they typed (列席)."""

    guest_id: str
    meeting_id: MeetingId


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person behind a request or socket.

    ``only_meeting`` is set for whoever came by a meeting's invitation: they may see that meeting and nothing else,
    and hold no role beyond it. ``bound``: on a browser of their own, which may vote.
    """

    member_id: str | None
    guest: GuestOf | None
    name: str
    language: Language
    sign_in_id: str
    branch_id: str | None = None
    only_meeting: MeetingId | None = None
    grants: tuple[Grant, ...] = ()
    bound: bool = False

    @property
    def participant_id(self) -> ParticipantId:
        """Who this is inside a meeting."""
        return ParticipantId(self.member_id or (self.guest.guest_id if self.guest else ""))

    @property
    def is_guest(self) -> bool:
        """Without an account, in one meeting only."""
        return self.guest is not None

    @property
    def is_member(self) -> bool:
        """Signed in as a member, for everything a member may see."""
        return self.member_id is not None and self.only_meeting is None


def now_millis() -> Millis:
    """The wall clock."""
    return time.time_ns() // 1_000_000


async def viewer_of(conn: HTTPConnection) -> Viewer | None:
    """The viewer, or None for someone not signed in. Looked up once per request."""
    state = conn.scope.setdefault("state", {})
    if "viewer" not in state:
        state["viewer"] = await _look_up(conn)
    viewer: Viewer | None = state["viewer"]
    return viewer


async def member_of(conn: HTTPConnection) -> Viewer:
    """The viewer, who must be signed in as a member. Raises Refused(sign_in_required)."""
    viewer = await viewer_of(conn)
    if viewer is None or not viewer.is_member:
        raise Refused(WebCode.SIGN_IN_REQUIRED)
    return viewer


async def _look_up(conn: HTTPConnection) -> Viewer | None:
    token = conn.cookies.get(cookie_name(conn, COOKIE), "")
    if not token:
        return None
    house = house_of(conn)
    sign_in = await house.accounts.sign_in_by(token, now_millis())
    if sign_in is None:
        return None
    language = preferences_of(conn).language
    # a cookie that was copied away from its browser may look, and does not vote
    bound = sign_in.bound and sign_in.device_hash in ("", known_device(conn))
    if sign_in.guest_id is not None and sign_in.meeting_id is not None:
        guest = GuestOf(sign_in.guest_id, sign_in.meeting_id)
        return Viewer(None, guest, sign_in.guest_name, language, sign_in.sign_in_id, only_meeting=sign_in.meeting_id, bound=bound)
    if sign_in.member_id is None:
        return None
    member = await house.directory.member(sign_in.member_id)
    if member is None or member.removed_at is not None:
        return None
    grants = () if sign_in.meeting_id else await house.directory.grants_of(member.member_id)
    return Viewer(member.member_id, None, member.name, language, sign_in.sign_in_id, member.branch_id, sign_in.meeting_id, grants, bound)


async def sign_in_member(
    conn: HTTPConnection, response: Response, member_id: str, means: Means = Means.INVITATION, *, meeting_id: MeetingId | None = None
) -> None:
    """Begin a sign-in on this browser under a fresh token; the one it had ends. The caller made sure that the browser is theirs.

    With ``meeting_id`` (an invitation), it is good for that meeting only; a browser on which this very member is
    already signed in keeps what it has.
    """
    viewer = await viewer_of(conn)
    if meeting_id is not None and viewer is not None and viewer.is_member and viewer.member_id == member_id:
        return
    await _end(conn, viewer)
    seconds = MEETING_SIGN_IN_SECONDS if meeting_id else SIGN_IN_SECONDS
    token = await house_of(conn).accounts.begin_sign_in(
        member_id=member_id,
        meeting_id=meeting_id,
        device=device_of(conn),
        means=means,
        now=now_millis(),
        seconds=seconds,
        device_hash=device_hash(conn),
        bound=True,
    )
    put(response, conn, COOKIE, token, seconds)
    remember_device(conn, response)


async def sign_in_guest(conn: HTTPConnection, response: Response, meeting_id: MeetingId, name: str) -> ParticipantId:
    """Admit a guest to one meeting under the name they typed; the participant id they have there, which is that of the browser."""
    await _end(conn, await viewer_of(conn))
    house, device = house_of(conn), device_hash(conn)
    guest_id = guest_id_of(house.secret, meeting_id, device)
    token = await house.accounts.begin_sign_in(
        guest_id=guest_id,
        guest_name=name,
        meeting_id=meeting_id,
        device=device_of(conn),
        now=now_millis(),
        means=Means.INVITATION,
        seconds=MEETING_SIGN_IN_SECONDS,
        device_hash=device,
        bound=True,
    )
    put(response, conn, COOKIE, token, MEETING_SIGN_IN_SECONDS)
    remember_device(conn, response)
    return ParticipantId(guest_id)


async def sign_out(conn: HTTPConnection, response: Response) -> None:
    """End this browser's sign-in and close its open sockets."""
    await _end(conn, await viewer_of(conn))
    drop(response, conn, COOKIE)


async def _end(conn: HTTPConnection, viewer: Viewer | None) -> None:
    if viewer is None:
        return
    house = house_of(conn)
    await house.accounts.end_sign_ins([viewer.sign_in_id])
    house.sign_outs.announce([viewer.sign_in_id])


def device_of(conn: HTTPConnection) -> str:
    """A rough name of the device for the list of sign-ins: ``Chrome, Android``. Never used to decide anything."""
    agent = conn.headers.get("user-agent", "")
    browser = next(
        (name for mark, name in _BROWSERS if mark in agent),
        "",
    )
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return ", ".join(part for part in (browser, system) if part)


_BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("DingTalk", "DingTalk"),
    ("HuaweiBrowser", "Huawei Browser"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)
