"""What someone sees when a request is refused or fails: a sentence, a next step, a number to report; never internals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from meeting_server.domain.errors import Code
from meeting_server.store.failure import StorageFailure
from meeting_server.store.people.people import NotInOrder
from meeting_server.web.site.auth import viewer_of
from meeting_server.web.site.catalogue import Language, has, text
from meeting_server.web.site.errors import Refused, WebCode
from meeting_server.web.site.pages import language_of, render, see
from meeting_server.web.site.request_log import of_ballot

log = structlog.get_logger(__name__)

_BY_STATUS = {
    400: WebCode.BAD_FORM,
    401: WebCode.SIGN_IN_REQUIRED,
    403: Code.FORBIDDEN,
    404: WebCode.NOT_FOUND,
    405: WebCode.METHOD_NOT_ALLOWED,
    413: WebCode.TOO_LARGE,
    415: WebCode.WRONG_MEDIA_TYPE,
    429: WebCode.RATE_LIMITED,
}


def sentence(language: Language, code: str, detail: Mapping[str, object] | None = None) -> str:
    """Return the sentence of a code. An unknown code gets the general sentence, so that nobody sees a bare code."""
    key = f"errors.{code}"
    return text(language, key if has(key) else "errors.internal", **(detail or {}))


def next_step(language: Language, code: str) -> str:
    """Return what to do next."""
    key = f"errors_next.{code}"
    return text(language, key if has(key) else "errors_next.default")


async def refuse(request: Request, code: str, status: int, detail: Mapping[str, object] | None = None, field: str = "") -> Response:
    """Return the refusal as a page, or as JSON if the client asks for it."""
    language = language_of(request)
    if wants_json(request):
        body: dict[str, object] = {
            "code": code,
            "message": sentence(language, code, detail),
            "next": next_step(language, code),
            "request_id": request.scope.get("state", {}).get("request_id", ""),
        }
        if field:
            body["field"] = field
        return JSONResponse(body, status_code=status)
    return await render(
        request,
        "site/error.html",
        {
            "code": code,
            "status": status,
            "heading": sentence(language, code, detail).rstrip("。."),
            "next_step": next_step(language, code),
        },
        status=status,
    )


def wants_json(request: Request) -> bool:
    """Return whether the answer goes to a script, which asks for JSON and not for HTML. Only scripts cast ballots."""
    if of_ballot(request.url.path):
        return True
    accept = request.headers.get("accept", "")
    return "application/json" in accept and "text/html" not in accept


async def on_refused(request: Request, error: Exception) -> Response:
    """Answer a ``Refused`` of a route. A person who is not signed in and asks for a page is led to the sign-in page and back."""
    assert isinstance(error, Refused)
    asks_for_a_page = request.method in ("GET", "HEAD") and not wants_json(request)
    if error.code is WebCode.SIGN_IN_REQUIRED and asks_for_a_page and await viewer_of(request) is None:
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return see("/sign-in" if target == "/" else f"/sign-in?next={quote(target, safe='/')}")
    response = await refuse(request, str(error.code), error.status, error.detail, error.field)
    if error.retry_after:
        response.headers["retry-after"] = str(error.retry_after)
    return response


async def on_not_in_order(request: Request, error: Exception) -> Response:
    """Answer a refusal of the directory that a page did not check for."""
    assert isinstance(error, NotInOrder)
    return await refuse(request, str(error.code), 409, field=error.field)


async def on_http_exception(request: Request, error: Exception) -> Response:
    """Answer Starlette's own refusals (no such route, method) with our texts."""
    assert isinstance(error, HTTPException)
    code = _BY_STATUS.get(error.status_code, WebCode.INTERNAL)
    response = await refuse(request, str(code), error.status_code)
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


async def on_storage_error(request: Request, error: Exception) -> Response:
    """Answer that nothing was done because the database can't be written or read now (disk full, locked, gone)."""
    log.error("storage_unavailable", error=type(error).__name__, **_about(request))
    return await _plain_refusal(request, WebCode.STORAGE_UNAVAILABLE, 503)


async def on_error(request: Request, error: Exception) -> Response:
    """Answer a bug: log it with its traceback, show it without."""
    log.error("request_failed", exc_info=error, **_about(request))
    return await _plain_refusal(request, WebCode.INTERNAL, 500)


class Mistakes:
    """ASGI middleware inside the security headers, so that the page for a bug has them too.

    (Starlette's own last resort stands outside all middleware, so its answer would have neither headers nor id.)
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_and_look(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, send_and_look)
        except ClientDisconnect:
            if not of_ballot(scope["path"]):
                log.info("went away while sending", path=scope["path"])
        except Exception as error:
            if started:
                raise
            response = await on_error(Request(scope, receive), error)
            await response(scope, receive, send)


async def _plain_refusal(request: Request, code: WebCode, status: int) -> Response:
    # if the database fails, the viewer can't be looked up, so the page is made for a stranger
    request.scope.setdefault("state", {})["viewer"] = None
    return await refuse(request, str(code), status)


def _about(request: Request) -> dict[str, str]:
    """Return what a log line says about its request; nothing if it is about a ballot."""
    if of_ballot(request.url.path):
        return {}
    return {"path": request.url.path, "request_id": str(request.scope.get("state", {}).get("request_id", ""))}


EXCEPTION_HANDLERS: dict[Any, Any] = {
    Refused: on_refused,
    NotInOrder: on_not_in_order,
    HTTPException: on_http_exception,
    StorageFailure: on_storage_error,
}
"""For ``Starlette(exception_handlers=…)``. ``Mistakes`` catches bugs."""
