"""Signing in by one-time link or by number and password, and signing out."""

from __future__ import annotations

import math

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meeting_server.acts.people import signing_in
from meeting_server.domain.ids import Millis
from meeting_server.store.people.access_log import Act, Entry
from meeting_server.store.people.accounts import LinkState
from meeting_server.store.people.passwords import PasswordsBusy
from meeting_server.store.people.people import Member, number_key
from meeting_server.web.site.addresses import household_of
from meeting_server.web.site.auth import browser_of, drop_sign_in, keep_sign_in, now_millis, viewer_of
from meeting_server.web.site.back_off import FREE, Attempt
from meeting_server.web.site.dates import minutes
from meeting_server.web.site.devices import knows, remember_number
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.forms import field, form_of
from meeting_server.web.site.pages import own_path, render, see
from meeting_server.web.site.site import Site, site_of

NOTED = (1, FREE)
"""The wrong passwords for a number from one household that are logged: the first, and the one after which waits begin."""
BUSY_MS: Millis = 3_000
NOBODY = "-"
"""A number that nobody can have."""


async def sign_in_form(request: Request) -> Response:
    """Show the form for number and password. A person who is already signed in is redirected to their target."""
    target = own_path(request.query_params.get("next", "/"))
    viewer = await viewer_of(request)
    if viewer is not None and viewer.is_member:
        return see(target)
    return await render(request, "people/sign_in.html", {"next": target, "number": "", "code": "", "wait": 0})


async def sign_in_by_password(request: Request) -> Response:
    """Check number and password. An unknown number gets the same answer after the same work."""
    site = site_of(request)
    form = await form_of(request)
    number, password = field(form, "number", 64), form.get("password", "")
    target = own_path(field(form, "next", 2000) or "/")
    if not isinstance(password, str) or len(password) > 1000:
        raise Refused(WebCode.BAD_FORM, field="password")
    now = now_millis()
    key = number_key(number) or NOBODY  # as the directory stores it, however it was typed
    attempt = Attempt(key, household_of(request), password, knows(request, site.secret, key))
    wait = site.back_off.begin(attempt, now)
    if wait:
        return await _again(request, number, target, WebCode.TOO_MANY_TRIES, 429, wait)
    member = await site.directory.member_by_number(key)
    try:
        right = await site.accounts.check_password(member.member_id if member else None, password, now, known=bool(attempt.device))
    except PasswordsBusy:
        site.back_off.succeeded(attempt, now)  # the password was not checked
        return await _again(request, number, target, WebCode.BUSY, 503, BUSY_MS)
    if not right or member is None:
        if site.back_off.failures(attempt, now) in NOTED:
            await _note_failure(site, member, attempt.household, now)
        return await _again(request, number, target, WebCode.WRONG_PASSWORD, 401)
    site.back_off.succeeded(attempt, now)
    response = see(target)
    token = await signing_in.sign_in_by_password(site, await browser_of(request), member, now)
    keep_sign_in(request, response, token, signing_in.SIGN_IN_SECONDS)
    remember_number(request, response, site.secret, key)
    return response


async def link_page(request: Request) -> Response:
    """Show whom a one-time link signs in, and a button. This does not use up the link."""
    site = site_of(request)
    link = await site.accounts.link_by(request.path_params["token"])
    if link is None:
        raise Refused(WebCode.LINK_UNKNOWN)
    state = link.state(now_millis())
    member = await site.directory.member(link.member_id)
    if member is None or member.removed_at is not None:
        raise Refused(WebCode.LINK_REVOKED)
    if state is not LinkState.GOOD:
        raise Refused(WebCode(state.value))
    branch = await site.directory.branch(member.branch_id)
    return await render(
        request,
        "people/sign_in_link.html",
        {
            "member": member,
            "branch_name": branch.name if branch else "",
            "expires_at": link.expires_at,
            "reusable": link.reusable,
        },
    )


async def sign_in_by_link(request: Request) -> Response:
    """Use up the link and sign its member in."""
    site = site_of(request)
    form = await form_of(request)
    target = own_path(field(form, "next", 2000) or "/")
    found = await site.accounts.link_by(request.path_params["token"])
    member = await site.directory.member(found.member_id) if found else None
    if member is not None and member.removed_at is not None:
        raise Refused(WebCode.LINK_REVOKED)
    if member is None:
        raise Refused(WebCode.LINK_UNKNOWN)
    browser = await browser_of(request)
    state, token = await signing_in.sign_in_by_link(site, browser, request.path_params["token"], member, now_millis())
    if state is not LinkState.GOOD:
        raise Refused(WebCode(state.value))
    response = see("/?hello=1" if target == "/" else target)
    keep_sign_in(request, response, token, signing_in.SIGN_IN_SECONDS)
    remember_number(request, response, site.secret, number_key(member.number) or "")
    return response


async def sign_out_here(request: Request) -> Response:
    """End this browser's sign-in, close its open sockets, and have the browser delete what it keeps of secret votes."""
    await form_of(request)
    response = see("/sign-in")
    viewer = await viewer_of(request)
    if viewer is not None:
        await signing_in.end_sign_in(site_of(request), viewer.sign_in_id)
    drop_sign_in(request, response)
    response.headers["clear-site-data"] = '"storage"'
    return response


async def _again(request: Request, number: str, target: str, code: WebCode, status: int, wait: Millis = 0) -> Response:
    """Show the form again. ``wait``: how long another attempt is not checked."""
    context = {"next": target, "number": number, "code": str(code), "wait": minutes(wait)}
    headers = {"retry-after": str(max(1, math.ceil(wait / 1000)))} if wait else {}
    return await render(request, "people/sign_in.html", context, status=status, headers=headers)


async def _note_failure(site: Site, member: Member | None, household: str, now: Millis) -> None:
    """Log a failed attempt. Unknown numbers cause the same writes as known ones, only about nobody."""
    who, name, branch_id = (member.member_id, member.name, member.branch_id) if member is not None else ("", "", "")
    await site.access_log.note(Entry(now, Act.SIGN_IN_FAILED, who, name, who, name, branch_id, household))


routes: list[BaseRoute] = [
    Route("/sign-in", sign_in_form, methods=["GET"]),
    Route("/sign-in", sign_in_by_password, methods=["POST"]),
    Route("/sign-in/{token}", link_page, methods=["GET"]),
    Route("/sign-in/{token}", sign_in_by_link, methods=["POST"]),
    Route("/sign-out", sign_out_here, methods=["POST"]),
]
