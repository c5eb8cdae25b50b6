"""What becomes of a command handed to a host."""

from __future__ import annotations

from dataclasses import dataclass

from meeting_server.domain.errors import Rejected
from meeting_server.wire.codes import WireCode


@dataclass(frozen=True, slots=True)
class Acked:
    """Committed; ``seq`` is the last record it led to, or the head when it changed nothing."""

    seq: int


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Not committed, through no fault of the sender: the same command may be sent again after a while."""

    code: WireCode = WireCode.STORAGE_UNAVAILABLE
    retry_after_ms: int = 2_000


Outcome = Acked | Rejected | Unavailable


class UnknownMeeting(Exception):
    """No meeting of this id has been scheduled."""
