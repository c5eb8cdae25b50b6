"""The possible outcomes of a command."""

from __future__ import annotations

from dataclasses import dataclass

from meeting_server.domain.errors import Rejected
from meeting_server.wire.codes import WireCode


@dataclass(frozen=True, slots=True)
class Acked:
    """Committed. ``seq`` is the last record it led to, or the head if it changed nothing."""

    seq: int


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Not committed, through no fault of the sender. The same command may be retried after a while."""

    code: WireCode = WireCode.STORAGE_UNAVAILABLE
    retry_after_ms: int = 2_000


Outcome = Acked | Rejected | Unavailable


class UnknownMeeting(Exception):
    """No meeting of this id has been scheduled."""
