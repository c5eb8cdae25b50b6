"""Codes of refusals made at the socket, beside the meeting's own ``domain.errors.Code``."""

from __future__ import annotations

from enum import StrEnum


class WireCode(StrEnum):
    """Stable wire codes. Each has a sentence in both catalogues under ``errors.<code>``."""

    BAD_MESSAGE = "bad_message"
    RATE_LIMITED = "rate_limited"
    STORAGE_UNAVAILABLE = "storage_unavailable"
    DEVICE_UNCONFIRMED = "device_unconfirmed"
    # media: the words of ``media/api``
    BAD_SDP = "bad_sdp"
    NO_COMMON_CODEC = "no_common_codec"
    TOO_MANY_LINES = "too_many_lines"
    UNKNOWN_CLIENT = "unknown_client"
    MEDIA_UNAVAILABLE = "media_unavailable"
    RECORDING_FAILED = "recording_failed"
    # the server's own fault
    INTERNAL = "internal"
