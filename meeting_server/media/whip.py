"""WHIP (RFC 9725) for a hall camera or an encoder, and the same the other way round (WHEP-like) for a screen on the wall.

Free of any web framework and of any meeting: whoever serves HTTP checks the token and hands over content type, headers and
body; ``Joining`` says what becomes of an offer.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import Protocol

from .api import Answer, IceServer, KeptClient, MediaRefused
from .encoders import setting_to_change

SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"
LONGEST = 64 * 1024
CLIENT = "whip-"
"""Begins the names of media clients that are devices; the rest is the session's address, so that it outlives our process."""

_ICE = re.compile(r"(?m)^a=(ice-ufrag|ice-pwd):([A-Za-z0-9+/]{4,256})\r?$")


class Joining(Protocol):
    """How an offer gets into a room. ``join`` again with the same client and changed ICE credentials restarts ICE."""

    async def join(self, client: str, offer_sdp: str) -> Answer:
        """Raises MediaRefused."""

    async def leave(self, client: str) -> None: ...

    def ice_servers(self, client: str) -> tuple[IceServer, ...]: ...


@dataclass(frozen=True)
class Reply:
    """An HTTP reply: ``headers`` may repeat a name; ``code`` says why it is a refusal, in a stable word."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    code: str = ""


NOT_FOUND = Reply(404, code="not_found")


class _Refused(Exception):
    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.code)
        self.reply = reply


@dataclass
class _Resource:
    """One session: who owns it, its client, the offer as last sent, and the ETag of its ICE session."""

    owner: str
    client: str
    joining: Joining
    offer: str
    etag: str


@dataclass
class WhipSessions:
    """The sessions of all devices. ``path`` is where they live, for example "/whip/"; ``publishing``: they are cameras, not screens."""

    path: str = "/whip/"
    publishing: bool = True
    _resources: dict[str, _Resource] = field(default_factory=dict)

    async def post(self, owner: str, joining: Joining, content_type: str | None, body: bytes) -> Reply:
        """Begin a session for ``owner``: 201 with the answer, its Location, an ETag and a Link for every ICE server.

        A device has one session: the one before ends. 400 no offer, 406 nothing in common or a setting to change, 413, 415,
        503 no media worker.
        """
        try:
            offer = _text(content_type, SDP, body)
            if self.publishing:
                _demand_all_of_it(offer)
            resource = secrets.token_urlsafe(24)
            client = CLIENT + resource
            answer = await _asked(joining.join(client, offer))
        except _Refused as refused:
            return refused.reply
        await self.end(owner)
        made = self._resources[resource] = _Resource(owner, client, joining, offer, _etag(answer))
        links = tuple(("Link", link) for server in joining.ice_servers(client) for link in links_of(server))
        headers = (("Content-Type", SDP), ("Location", self.path + resource), ("ETag", made.etag), *links)
        return Reply(201, headers, answer.sdp)

    async def patch(self, owner: str, resource: str, content_type: str | None, if_match: str | None, body: bytes) -> Reply:
        """Trickled candidates (204; welcome, and not needed by an ICE-lite answerer), or an ICE restart (200 with ours).

        412 when ``If-Match`` names another ICE session, 428 without one, 422 for a fragment that says neither.
        """
        session = self._resources.get(resource)
        if session is None or session.owner != owner:
            return NOT_FOUND
        try:
            fragment = _text(content_type, FRAGMENT, body)
            if if_match is None:
                return Reply(428, code="if_match_needed")
            ice = dict(_ICE.findall(fragment))
            restarts = len(ice) == 2 and ice != dict(_ICE.findall(session.offer))
            if if_match.strip() != "*" and if_match.strip() != session.etag:
                return Reply(412, code="another_ice_session")
            if not restarts:
                told = "a=candidate:" in fragment or "a=end-of-candidates" in fragment
                return Reply(204) if told else Reply(422, code="bad_fragment")
            return await self._restart(session, ice)
        except _Refused as refused:
            return refused.reply

    async def _restart(self, session: _Resource, ice: dict[str, str]) -> Reply:
        if not session.offer:  # of before our restart: the device must begin anew, and does when its session is not found
            await self.end(session.owner)
            return NOT_FOUND
        offer = _ICE.sub(lambda line: f"a={line[1]}:{ice[line[1]]}\r", session.offer)
        answer = await _asked(session.joining.join(session.client, offer))
        session.offer, session.etag = offer, _etag(answer)
        return Reply(200, (("Content-Type", FRAGMENT), ("ETag", session.etag)), _fragment_of(answer.sdp))

    async def delete(self, owner: str, resource: str) -> Reply:
        """End the session: 200, or 404 when there is none of this owner."""
        session = self._resources.get(resource)
        if session is None or session.owner != owner:
            return NOT_FOUND
        del self._resources[resource]
        await session.joining.leave(session.client)
        return Reply(200)

    def resume(self, owner: str, kept: KeptClient, joining: Joining) -> None:
        """Know a session again that the media plane went on serving while our process was away."""
        self._resources[kept.client.removeprefix(CLIENT)] = _Resource(owner, kept.client, joining, "", f'"{kept.ice}"')

    async def end(self, owner: str) -> None:
        """End whatever session the owner has: the token was taken back, or a new session begins."""
        for resource in [name for name, session in self._resources.items() if session.owner == owner]:
            await self.delete(owner, resource)

    def lost(self, client: str) -> None:
        """The media plane has let this client go (ClientLost, WorkerLost): its session is gone, the device must POST again."""
        self._resources = {name: session for name, session in self._resources.items() if session.client != client}


def _demand_all_of_it(offer: str) -> None:
    """Raises _Refused: 406 with the setting to change, when a part of what is offered would not reach the phones."""
    try:
        setting = setting_to_change(offer)
    except MediaRefused as refusal:
        raise _Refused(_refusal(refusal)) from refusal
    if setting is not None:
        raise _Refused(Reply(406, code=setting))


async def _asked(joining: object) -> Answer:
    try:
        answer: Answer = await joining  # type: ignore[misc]  # a coroutine of Joining
    except MediaRefused as refusal:
        raise _Refused(_refusal(refusal)) from refusal
    return answer


def _etag(answer: Answer) -> str:
    """Names the ICE session by our side of it."""
    return f'"{dict(_ICE.findall(answer.sdp)).get("ice-ufrag", "")}"'


def _fragment_of(sdp: str) -> str:
    """Our side of a restarted ICE session (RFC 8840): credentials and candidates of the bundle."""
    wanted = ("m=", "a=mid:", "a=ice-ufrag:", "a=ice-pwd:", "a=candidate:", "a=end-of-candidates")
    session, _, media = sdp.partition("\r\nm=")
    first = ("m=" + media.partition("\r\nm=")[0]).splitlines()
    lines = [line for line in (*session.splitlines(), *first) if line.startswith((*wanted, "a=ice-lite", "a=group:"))]
    return "\r\n".join(lines) + "\r\n"


def _text(content_type: str | None, wanted: str, body: bytes) -> str:
    if (content_type or "").split(";")[0].strip().lower() != wanted:
        name = "Accept-Patch" if wanted == FRAGMENT else "Accept-Post"
        raise _Refused(Reply(415, ((name, wanted),), code="wrong_media_type"))
    if len(body) > LONGEST:
        raise _Refused(Reply(413, code="too_large"))
    try:
        return body.decode()
    except UnicodeDecodeError as reason:
        raise _Refused(Reply(400, code="bad_sdp" if wanted == SDP else "bad_fragment")) from reason


def _refusal(refusal: MediaRefused) -> Reply:
    if refusal.code == "media_unavailable":
        return Reply(503, (("Retry-After", "2"),), code=refusal.code)
    return Reply(406 if refusal.code in ("no_common_codec", "too_many_lines") else 400, code=refusal.code)


def links_of(server: IceServer) -> tuple[str, ...]:
    """The Link header values of one ICE server, one for each of its addresses."""
    secret = ""
    if server.username:
        secret = f'; username="{server.username}"; credential="{server.credential}"; credential-type="password"'
    return tuple(f'<{url}>; rel="ice-server"{secret}' for url in server.urls)
