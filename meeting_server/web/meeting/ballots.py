"""Where secret ballots are cast. No cookie is read, and nothing about the sender is stored or logged.

``POST /papers/{meeting}/{motion}/ballots`` takes one ballot and answers with a receipt. ``GET …/leaves`` answers with every leaf of the
sealed bulletin, the same for everyone. A phone finds its own leaf among them, so that no address names a ballot.
"""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.ballots.ballot import Ballot
from meeting_server.ballots.port import Box, BoxRefused, paper_id
from meeting_server.domain.characters import clean
from meeting_server.domain.errors import Code
from meeting_server.domain.ids import MeetingId, MotionId
from meeting_server.domain.state import Motion
from meeting_server.domain.votes.ballots import check, refusal
from meeting_server.domain.votes.marks import Validity
from meeting_server.journal.port import StorageUnavailable
from meeting_server.live.registry import Registry
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.site import site_of

MOST_BYTES = 16 * 1024
MOST_MARKS = 200


class CastBallot(msgspec.Struct, frozen=True):
    """A ballot to be put into the box; byte strings as hex.

    Phones add a field ``padding`` that is not read, so that all requests of one vote have the same length, whatever is chosen.
    """

    key: str
    prefix: str
    token: str
    choices: tuple[str, ...]
    signature: str


class CastReceipt(msgspec.Struct, frozen=True):
    """The ballot is in the box: its leaf, and the signature of the vote's receipt key on it (hex)."""

    leaf: str
    signature: str


class BulletinLeaves(msgspec.Struct, frozen=True):
    """All leaves of the sealed bulletin in order (RFC 6962), as hex. Their tree has the published root."""

    leaves: tuple[str, ...]


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise Refused(WebCode.TOO_LARGE)
    return body


async def _motion(request: Request) -> tuple[Registry, Box, str, MeetingId, Motion]:
    site = site_of(request)
    meeting_id, motion_id = MeetingId(request.path_params["meeting_id"]), MotionId(request.path_params["motion_id"])
    try:
        state = await site.registry.state(meeting_id)
    except StorageUnavailable:
        raise Refused(WebCode.STORAGE_UNAVAILABLE) from None
    motion = state.motions.get(motion_id) if state is not None else None
    if motion is None or motion.paper is None:
        raise Refused(Code.UNKNOWN_MOTION, 404)
    return site.registry, site.box, paper_id(meeting_id, motion_id), meeting_id, motion


async def cast(request: Request) -> Response:
    """Put one ballot into the box. 409 ``ballot_conflict``: this key already cast another choice, which stands."""
    registry, box, name, meeting_id, motion = await _motion(request)
    try:
        sent = msgspec.json.decode(await _body(request), type=CastBallot)
        ballot = Ballot(
            bytes.fromhex(sent.key),
            bytes.fromhex(sent.prefix),
            bytes.fromhex(sent.token),
            sent.choices,
            bytes.fromhex(sent.signature),
        )
    except (msgspec.DecodeError, ValueError):
        raise Refused(WebCode.BAD_MESSAGE) from None
    if any(clean(mark) != mark for mark in ballot.choices):  # it is signed, so only the voter can clean it
        raise Refused(Code.BAD_CHOICE, 422, field="choices")
    if len(ballot.choices) > MOST_MARKS:
        raise Refused(Code.BAD_CHOICE, 422, field="choices")
    if check(motion, ballot.choices) is Validity.MALFORMED:
        raise Refused(refusal(motion, ballot.choices), 422, field="choices")
    late = motion.closes_at is not None and registry.clock() >= motion.closes_at  # the server's clock decides
    try:
        receipt = await box.cast(name, ballot, late=late)
    except BoxRefused as refused:
        raise Refused(Code(refused.code)) from None
    except StorageUnavailable:
        raise Refused(WebCode.STORAGE_UNAVAILABLE) from None
    assembly = await registry.assembly(meeting_id)
    if assembly is not None:
        registry.papers.progressed(assembly, motion.motion_id)
    return _json(CastReceipt(receipt.leaf.hex(), receipt.signature.hex()))


async def leaves(request: Request) -> Response:
    """Return the leaves of the sealed bulletin; 404: it is not sealed."""
    _, box, name, _, _ = await _motion(request)
    try:
        found = await box.leaves(name)
    except StorageUnavailable:
        raise Refused(WebCode.STORAGE_UNAVAILABLE) from None
    if found is None:
        raise Refused(WebCode.NOT_FOUND)
    return _json(BulletinLeaves(tuple(leaf.hex() for leaf in found)))


async def former_proof(request: Request) -> Response:
    """Answer 410 to older pages, which ask for the proof of one ballot and so name it. The answer has no body, because they take that for
    "not now" and show nothing wrong. A reloaded page asks for the leaves."""
    return Response(status_code=410)


def _json(answer: CastReceipt | BulletinLeaves) -> Response:
    return Response(msgspec.json.encode(answer), media_type="application/json", headers={"Cache-Control": "no-store"})


routes: list[BaseRoute] = [
    Route("/papers/{meeting_id}/{motion_id}/ballots", cast, methods=["POST"], name="cast_ballot"),
    Route("/papers/{meeting_id}/{motion_id}/leaves", leaves, name="ballot_leaves"),
    Route("/papers/{meeting_id}/{motion_id}/proof/{key_hash}", former_proof),
]
