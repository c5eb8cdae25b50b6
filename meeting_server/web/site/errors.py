"""How a page or an API refuses: a stable code, a status, and no internals."""

from __future__ import annotations

from enum import StrEnum
from math import ceil

from meeting_server.domain.errors import Code, Rejected


class WebCode(StrEnum):
    """Codes that only the web layer knows, beside ``domain.errors.Code``; sentences under ``errors.<code>``."""

    SIGN_IN_REQUIRED = "sign_in_required"
    WRONG_PASSWORD = "wrong_password"
    TOO_MANY_TRIES = "too_many_tries"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    BAD_FORM = "bad_form"
    FORM_EXPIRED = "form_expired"
    BAD_ORIGIN = "bad_origin"
    BAD_MESSAGE = "bad_message"
    TOO_LARGE = "too_large"
    WRONG_MEDIA_TYPE = "wrong_media_type"
    RATE_LIMITED = "rate_limited"
    BUSY = "busy"
    LINK_UNKNOWN = "link_unknown"
    LINK_EXPIRED = "link_expired"
    LINK_USED = "link_used"
    LINK_REVOKED = "link_revoked"
    MEETING_CANCELLED = "meeting_cancelled"
    CLIENT_NOT_BUILT = "client_not_built"
    NOT_PUBLISHED = "not_published"
    NOT_LOOKED_AT = "not_looked_at"
    NOT_SHARED = "not_shared"
    BAD_INSTITUTION_KEY = "bad_institution_key"
    TAKEN_OUT = "taken_out"
    RECORD_CHANGED = "record_changed"
    NUMBERS_UNREAD = "numbers_unread"
    RECORD_HOLDS_REASONS = "record_holds_reasons"
    BAD_DEVICE_TOKEN = "bad_device_token"
    IF_MATCH_NEEDED = "if_match_needed"
    ANOTHER_ICE_SESSION = "another_ice_session"
    BAD_FRAGMENT = "bad_fragment"
    VIDEO_CODEC = "video_codec"
    H264_PROFILE = "h264_profile"
    AUDIO_CODEC = "audio_codec"
    ONE_CAMERA = "one_camera"
    STORAGE_UNAVAILABLE = "storage_unavailable"
    INTERNAL = "internal"


STATUS: dict[str, int] = {
    Code.FORBIDDEN: 403,
    Code.NOT_A_PARTICIPANT: 403,
    Code.REMOVED: 403,
    Code.OUTSIDE: 403,
    Code.EMPTY: 422,
    Code.TOO_LONG: 422,
    Code.OUT_OF_RANGE: 422,
    WebCode.SIGN_IN_REQUIRED: 401,
    WebCode.WRONG_PASSWORD: 401,
    WebCode.TOO_MANY_TRIES: 429,
    WebCode.NOT_FOUND: 404,
    WebCode.METHOD_NOT_ALLOWED: 405,
    WebCode.BAD_FORM: 400,
    WebCode.FORM_EXPIRED: 403,
    WebCode.BAD_ORIGIN: 403,
    WebCode.BAD_MESSAGE: 400,
    WebCode.TOO_LARGE: 413,
    WebCode.WRONG_MEDIA_TYPE: 415,
    WebCode.RATE_LIMITED: 429,
    WebCode.BUSY: 503,
    WebCode.LINK_UNKNOWN: 404,
    WebCode.LINK_EXPIRED: 410,
    WebCode.LINK_USED: 410,
    WebCode.LINK_REVOKED: 410,
    WebCode.MEETING_CANCELLED: 410,
    WebCode.NOT_PUBLISHED: 409,
    WebCode.NOT_LOOKED_AT: 422,
    WebCode.NOT_SHARED: 409,
    WebCode.BAD_INSTITUTION_KEY: 503,
    WebCode.TAKEN_OUT: 410,
    WebCode.RECORD_CHANGED: 409,
    WebCode.NUMBERS_UNREAD: 409,
    WebCode.RECORD_HOLDS_REASONS: 409,
    WebCode.CLIENT_NOT_BUILT: 503,
    WebCode.BAD_DEVICE_TOKEN: 401,
    WebCode.IF_MATCH_NEEDED: 428,
    WebCode.ANOTHER_ICE_SESSION: 412,
    WebCode.BAD_FRAGMENT: 422,
    WebCode.STORAGE_UNAVAILABLE: 503,
    WebCode.INTERNAL: 500,
}
"""The default HTTP status of a code. Other codes of the domain answer 409."""


class Refused(Exception):
    """Raised by a route: the request has no effect. ``error_pages`` turns it into a page or JSON.

    ``field`` names the form field at fault; ``retry_after`` is when to retry (seconds; 0: not given); ``detail`` fills the placeholders
    of the sentence.
    """

    def __init__(self, code: Code | WebCode, status: int = 0, *, field: str = "", retry_after: float = 0, **detail: int | str) -> None:
        super().__init__(str(code))
        self.code = code
        self.status = status or STATUS.get(code, 409)
        self.field = field
        self.retry_after = ceil(retry_after)
        self.detail = detail


def refusal_of(rejected: Rejected) -> Refused:
    """Return a meeting's refusal as a page's refusal with the same code, field and figures."""
    refused = Refused(rejected.code, field=rejected.field)
    refused.detail = dict(rejected.detail)
    return refused
