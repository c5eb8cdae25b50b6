"""The sealed bulletin of one secret vote as a file of the meeting's bundle: who was handed a ballot, and every ballot."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from meeting_server.ballots.ballot import Ballot
from meeting_server.ballots.port import Sealed
from meeting_server.domain.ids import MotionId
from meeting_server.domain.terms import Paper

FORMAT = "bulletin-1"
WITHHELD = "bulletin-withheld-1"


def file_of(motion_id: MotionId) -> str:
    """Return the file's name in the bundle."""
    return f"papers/{motion_id}.json"


class BallotLine(msgspec.Struct, frozen=True):
    """One ballot; byte strings as hex."""

    key: str
    prefix: str
    token: str
    choices: tuple[str, ...]
    signature: str

    def ballot(self) -> Ballot:
        """Decode the hex strings. Raises ValueError for anything else."""
        return Ballot(
            bytes.fromhex(self.key),
            bytes.fromhex(self.prefix),
            bytes.fromhex(self.token),
            self.choices,
            bytes.fromhex(self.signature),
        )


class Bulletin(msgspec.Struct, frozen=True, omit_defaults=True):
    """``issued_to`` in the order of member ids, ``ballots`` in the order of their keys' hashes, so that no order reveals anything.

    ``issuances``: for each member the digest of what was signed (hex), from which ``MotionClosed.issuances`` is recomputed.
    """

    format: str
    paper_id: str
    modulus: str
    receipt_key: str
    issued_to: tuple[str, ...]
    ballots: tuple[BallotLine, ...]
    issuances: tuple[str, ...] = ()


class Withheld(msgspec.Struct, frozen=True, omit_defaults=True):
    """Replaces a bulletin that only scrutineers get: who was handed a ballot, under which key, and no ballots."""

    format: str
    paper_id: str
    modulus: str
    receipt_key: str
    issued_to: tuple[str, ...]
    issuances: tuple[str, ...] = ()


def withheld(paper_id: str, paper: Paper, issued_to: Mapping[str, bytes]) -> bytes:
    """Return the file's content for a reader who does not get the ballots."""
    return msgspec.json.encode(Withheld(WITHHELD, paper_id, paper.modulus, paper.receipt_key, *_handed(issued_to)))


def _handed(issued_to: Mapping[str, bytes]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    members = tuple(sorted(issued_to))
    return members, tuple(issued_to[member].hex() for member in members)


def bulletin_of(paper_id: str, paper: Paper, issued_to: Mapping[str, bytes], sealed: Sealed) -> bytes:
    """Return the file's content."""
    members, digests = _handed(issued_to)
    lines = tuple(BallotLine(b.key.hex(), b.prefix.hex(), b.token.hex(), b.choices, b.signature.hex()) for b in sealed.ballots)
    return msgspec.json.encode(Bulletin(FORMAT, paper_id, paper.modulus, paper.receipt_key, members, lines, digests))


def read(content: bytes) -> Bulletin:
    """Raises msgspec.DecodeError."""
    return msgspec.json.decode(content, type=Bulletin)


def read_withheld(content: bytes) -> Withheld | None:
    """Return what replaces a bulletin; ``None``: the ballots are there. Raises msgspec.DecodeError."""
    found = msgspec.json.decode(content, type=Withheld)
    return found if found.format == WITHHELD else None
