"""Why the server closes a socket: 44xx mean do not retry, 45xx and 10xx mean retry with back-off."""

from __future__ import annotations

from enum import IntEnum


class Close(IntEnum):
    """Close codes (RFC 6455 section 7.4; 4000-4999 are private use)."""

    GOING_AWAY = 1001
    RESTARTING = 1012
    TOO_SLOW = 1013
    BAD_MESSAGE = 4400
    SIGNED_OUT = 4401
    FORBIDDEN = 4403
    UNKNOWN_MEETING = 4404
    REMOVED = 4410
    REPLACED = 4409
    FLOODING = 4429
    UNAVAILABLE = 4503
    NO_HELLO = 4408
