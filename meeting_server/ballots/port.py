"""The ballot box as the rest of the server sees it; ``box`` is the adapter, chosen in ``app``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from meeting_server.ballots.ballot import Ballot
from meeting_server.domain.ids import MeetingId, MotionId
from meeting_server.domain.terms import Paper


def paper_id(meeting_id: MeetingId, motion_id: MotionId) -> str:
    """What the box calls the secret vote on a motion; signed and stored under this name."""
    return f"{meeting_id}/{motion_id}"


State = Literal["collecting", "voting", "closing", "sealed"]
Refusal = Literal["unknown_motion", "not_collecting", "already_collected", "not_voting", "poll_closed", "bad_token", "ballot_conflict"]


class BoxRefused(Exception):
    """The box did not take it, and nothing changed. ``code`` is a wire code."""

    def __init__(self, code: Refusal) -> None:
        super().__init__(code)
        self.code: Refusal = code


@dataclass(frozen=True, slots=True)
class Receipt:
    """The box has the ballot: its leaf, signed by the vote's receipt key (r ‖ s)."""

    leaf: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed box: how many ballots were handed out, the ballots in the order of the bulletin, and their root."""

    issued: int
    root: bytes
    ballots: tuple[Ballot, ...]
    issuances: bytes
    """``issuances_hash`` over who was handed a ballot."""


class Box(Protocol):
    """The secret votes of all meetings. Every method that changes something may be called again: the answer is the same.

    All raise StorageUnavailable when the database is.
    """

    async def open(self, paper_id: str) -> Paper:
        """Make the vote's keys and start collecting."""
        ...

    async def advance(self, paper_id: str, state: State) -> None:
        """Go on to ``state``; never back. Raises BoxRefused."""
        ...

    async def collect(self, paper_id: str, member_id: str, blinded: bytes) -> bytes:
        """The blind signature for a member whose right the caller has checked. Raises BoxRefused, BadBlindedMessage."""
        ...

    async def collected(self, paper_id: str, member_id: str, blinded: bytes) -> bytes:
        """The blind signature this member was handed before, for a request whose answer was lost. Signs nothing.

        Raises BoxRefused: ``not_collecting`` for a member who was handed none, ``already_collected`` for another request.
        """
        ...

    async def cast(self, paper_id: str, ballot: Ballot, *, late: bool = False) -> Receipt:
        """Put a ballot in; durable when it returns. ``late``: only one that is in already is answered. Raises
        BoxRefused."""
        ...

    async def progress(self, paper_id: str) -> tuple[int, int]:
        """Ballots handed out, ballots returned."""
        ...

    async def seal(self, paper_id: str) -> Sealed:
        """Stop, destroy the keys, forget the order. Raises BoxRefused."""
        ...

    async def bulletin(self, paper_id: str) -> Sealed | None:
        """The sealed box; ``None`` before that."""
        ...

    async def issued_to(self, paper_id: str) -> dict[str, bytes]:
        """Members who were handed a ballot, in the order of their ids, each with ``issuance_digest``."""
        ...

    async def leaves(self, paper_id: str) -> tuple[bytes, ...] | None:
        """The leaves of the sealed bulletin's tree, in its order; ``None`` before that."""
        ...
