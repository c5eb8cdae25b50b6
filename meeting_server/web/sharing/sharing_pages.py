"""Sharing between institutions: what leaves is previewed and opted into; what arrives is checked, previewed and accepted."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.people.permissions import Action
from meeting_server.acts.sharing import resources
from meeting_server.archive.takeaway.nameless import Nameless, nameless
from meeting_server.archive.takeaway.paper import clock_of
from meeting_server.archive.takeaway.sharing import LARGEST, BundleRefused, fingerprint_of, read_bundle, study_in, write_bundle
from meeting_server.archive.takeaway.study import Gap, Study
from meeting_server.domain.errors import Code
from meeting_server.store.people.access_log import Act
from meeting_server.store.record.publications import AUDIENCES
from meeting_server.store.sharing.institution_key import BadInstitutionKey, institution_key
from meeting_server.store.sharing.shared_resources import Shared
from meeting_server.store.tokens import new_id
from meeting_server.web.learning.library import CHECK_AGAIN, cards_of, shared_is_for
from meeting_server.web.record.reader import download, editor_at, minutes_at, note_reading, reader_at, words_of
from meeting_server.web.schedule.meetings import names_at
from meeting_server.web.sharing.takeaway_pages import OfMeeting, taking_at
from meeting_server.web.site.auth import Viewer, member_of, now_millis
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import field, form_of
from meeting_server.web.site.pages import language_of, render, say, see
from meeting_server.web.site.permissions import allowed, branches_for, tree_of
from meeting_server.web.site.site import site_of
from meeting_server.web.site.taking_turns import one_at_a_time

log = structlog.get_logger(__name__)

UPLOAD_BYTES = LARGEST + 64 * 1024


# --- out ------------------------------------------------------------------------------------------------------------


async def share_page(request: Request) -> Response:
    """Show exactly what would leave the server, and the switch."""
    taking = await _keeping(request)
    plain = await _plain(request, taking)
    fingerprint = fingerprint_of(_key(request).public_key())
    return await render(
        request,
        "sharing/share.html",
        {
            "scheduled": taking.reader.scheduled,
            "address": f"/archive/{taking.reader.meeting_id}",
            "plain": plain,
            "lines": _lines(plain.study),
            "publication": taking.reader.publication,
            "edits": taking.reader.edits,
            "institution": await _institution(request, taking.reader.scheduled.plan.branch_id),
            "fingerprint": grouped(fingerprint),
            "done": request.query_params.get("done", ""),
        },
    )


async def share(request: Request) -> Response:
    """Opt in or out, for this meeting."""
    reader = await editor_at(request)
    form = await form_of(request)
    wanted = field(form, "share") == "on"
    publication = reader.publication
    if publication is None or publication.state != "published":
        raise Refused(WebCode.NOT_PUBLISHED)
    if wanted and field(form, "looked") != "yes":
        raise Refused(WebCode.NOT_LOOKED_AT)
    if publication.shared != wanted:
        await resources.share_resource(site_of(request), reader.viewer.by, reader.scheduled, publication, wanted, now_millis())
    return see(f"/archive/{reader.meeting_id}/share?done={'on' if wanted else 'off'}")


async def share_bundle(request: Request) -> Response:
    """Return the signed bundle, once the meeting is opted in."""
    taking = await _keeping(request)
    publication = taking.reader.publication
    if publication is None or not publication.shared or publication.state != "published":
        raise Refused(WebCode.NOT_SHARED)
    plain = await _plain(request, taking)
    institution = await _institution(request, taking.reader.scheduled.plan.branch_id)
    words = words_of(language_of(request))
    content = await asyncio.to_thread(write_bundle, plain.study, institution, _key(request), now_millis(), words)
    await note_reading(request, taking.reader, Act.SHARED_OUT)
    return download(content, "application/zip", "resource.zip", f"{plain.study.title} {say(request, 'sharing.out.file')}.zip")


async def _keeping(request: Request) -> OfMeeting:
    if not (await reader_at(request)).exports:
        raise Refused(Code.FORBIDDEN)
    return await taking_at(request)


async def _plain(request: Request, taking: OfMeeting) -> Nameless:
    """Return the resource without people: without anyone on the roster, the meeting's list or in its minutes."""
    scheduled = taking.reader.scheduled
    branch_id = scheduled.plan.branch_id
    names = {member.name for member in await site_of(request).directory.roster(branch_id)}
    names |= set((await names_at(request, scheduled)).values())
    minutes = await minutes_at(request, taking.reader)
    if minutes is not None:
        people = (*minutes.absent, *minutes.on_leave, *minutes.excluded, *minutes.attending)
        names |= {person.name for person in people} | set(minutes.chairs) | set(minutes.recorders)
        for item in minutes.items:
            names |= {item.speaker} | {speaker.name for speaker in item.speakers} | {point.name for point in (*item.points, *item.dissent)}
    tree = await tree_of(request)
    places = [branch.name for branch in tree.line(branch_id)[:-1]]
    return await asyncio.to_thread(nameless, taking.study, names, places)


async def _institution(request: Request, branch_id: str) -> str:
    """Return the top of the branch tree: the university."""
    line = (await tree_of(request)).line(branch_id)
    return line[-1].name if line else say(request, "common.product")


def _key(request: Request) -> Ed25519PrivateKey:
    try:
        return institution_key(site_of(request).settings.data_dir)
    except BadInstitutionKey as error:
        log.error("the institution's key cannot be used", reason=str(error))
        raise Refused(WebCode.BAD_INSTITUTION_KEY) from error


# --- in -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Come:
    """One resource from another institution, for the list."""

    shared: Shared
    branch_name: str


async def shared_list(request: Request) -> Response:
    """Show resources from other institutions that the viewer may study, and the upload form."""
    viewer = await member_of(request)
    return await _list_page(request, viewer)


async def _list_page(request: Request, viewer: Viewer, refused: BundleRefused | None = None, status: int = 200, code: str = "") -> Response:
    keeps = await branches_for(request, Action.EDIT_ARCHIVE)
    tree = await tree_of(request)
    everything = await site_of(request).shared_resources.all()

    def come(state: str) -> list[Come]:
        return [
            Come(one, branch.name if (branch := tree.get(one.branch_id)) else "")
            for one in everything
            if one.state == state and (one.branch_id in keeps or shared_is_for(tree, viewer, one))
        ]

    return await render(
        request,
        "sharing/sharing.html",
        {
            "accepted": come("accepted"),
            "offered": come("offered"),
            "branches": [(i, branch.name) for i in keeps if (branch := tree.get(i)) is not None],
            "refused": refused,
            "code": code,
            "megabytes": LARGEST // 1024 // 1024,
            "done": request.query_params.get("done", ""),
        },
        status=status,
    )


async def bring(request: Request) -> Response:
    """Check an uploaded bundle. It is refused with the fault named, or else stored until somebody decides."""
    viewer = await member_of(request)
    keeps = await branches_for(request, Action.EDIT_ARCHIVE)
    if not keeps:
        raise Refused(Code.FORBIDDEN)
    form = await form_of(request, limit=UPLOAD_BYTES, files=1)
    upload = form.get("file")
    branch_id = field(form, "branch") or keeps[0]
    if branch_id not in keeps:
        await form.close()
        raise Refused(Code.FORBIDDEN)
    if not isinstance(upload, UploadFile) or not upload.filename:
        await form.close()
        return await _list_page(request, viewer, status=422, code="no_file")
    data = await upload.read()
    await form.close()
    try:
        bundle = await asyncio.to_thread(read_bundle, data)
    except BundleRefused as refused:
        log.info("a bundle was refused", code=refused.code, file=refused.file)
        return await _list_page(request, viewer, refused, 422)
    about = bundle.about
    shared = await site_of(request).shared_resources.offer(
        Shared(
            new_id("shared"),
            branch_id,
            bundle.sha256,
            about.institution.strip(),
            bundle.fingerprint,
            about.made_at,
            bundle.study.title.strip(),
            bundle.content,
            now_millis(),
            viewer.name[:100],
        )
    )
    return see(f"/sharing/{shared.shared_id}")


async def shared_page(request: Request) -> Response:
    """Show the preview to those who decide and the resource to those who may study it, always with its origin."""
    shared, viewer, decides = await _shared_at(request)
    mine = [shared] if shared_is_for(await tree_of(request), viewer, shared) else []
    cards = await cards_of(request, viewer, (), mine)
    study = study_in(shared.content)
    known = await site_of(request).shared_resources.keys_of(shared.institution)
    return await render(
        request,
        "sharing/shared.html",
        {
            "shared": shared,
            "study": study,
            "lines": _lines(study),
            "decides": decides,
            "card": cards[0] if cards else None,
            "due_before": now_millis() - CHECK_AGAIN,
            "fingerprint": grouped(shared.fingerprint),
            "own": shared.fingerprint == fingerprint_of(_key(request).public_key()),
            "known": shared.fingerprint in known,
            "other_key": bool(known) and shared.fingerprint not in known,
            "audiences": AUDIENCES,
            "done": request.query_params.get("done", ""),
        },
    )


async def accept(request: Request) -> Response:
    """Accept it for an audience, or change the audience."""
    shared, viewer, decides = await _shared_at(request)
    if not decides:
        raise Refused(Code.FORBIDDEN)
    form = await form_of(request)
    audience = next((one for one in AUDIENCES if one == field(form, "audience")), None)
    if audience is None:
        raise Refused(WebCode.BAD_FORM, field="audience")
    await resources.accept_resource(site_of(request), viewer.by, shared, audience, now_millis())
    return see(f"/sharing/{shared.shared_id}?done=accepted")


async def remove(request: Request) -> Response:
    """Decline it, or remove it again."""
    shared, viewer, decides = await _shared_at(request)
    if not decides:
        raise Refused(Code.FORBIDDEN)
    await form_of(request)
    await resources.remove_resource(site_of(request), viewer.by, shared, now_millis())
    return see("/sharing?done=removed")


async def _shared_at(request: Request) -> tuple[Shared, Viewer, bool]:
    viewer = await member_of(request)
    shared = await site_of(request).shared_resources.get(request.path_params["shared_id"])
    if shared is None:
        raise Refused(WebCode.NOT_FOUND)
    decides = await allowed(request, Action.EDIT_ARCHIVE, shared.branch_id)
    if not decides and not shared_is_for(await tree_of(request), viewer, shared):
        raise Refused(WebCode.NOT_FOUND)
    return shared, viewer, decides


def _lines(study: Study) -> list[tuple[str, str, str]]:
    """Return time, speaker and text of each line; a redacted passage has only the time."""
    return [(clock_of(line.start), *(("", "") if isinstance(line, Gap) else (line.who, line.text))) for line in study.lines]


def grouped(fingerprint: str) -> str:
    """Return a fingerprint in groups of four, to compare by telephone."""
    return " ".join(fingerprint[at : at + 4] for at in range(0, len(fingerprint), 4))


routes: list[BaseRoute] = [
    Route("/archive/{meeting_id}/share", share_page, methods=["GET"]),
    Route("/archive/{meeting_id}/share", share, methods=["POST"]),
    Route("/archive/{meeting_id}/share/bundle.zip", one_at_a_time(share_bundle), methods=["GET"]),
    Route("/sharing", shared_list, methods=["GET"]),
    Route("/sharing", bring, methods=["POST"]),
    Route("/sharing/{shared_id}", shared_page, methods=["GET"]),
    Route("/sharing/{shared_id}/accept", accept, methods=["POST"]),
    Route("/sharing/{shared_id}/remove", remove, methods=["POST"]),
]
