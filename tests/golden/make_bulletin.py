"""Writes the sealed bulletin of the golden meeting's secret vote: ``python -m tests.golden.make_bulletin`` (once)."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from meeting_server.archive.audit.bulletin import bulletin_of
from meeting_server.ballots.ballot import Ballot, fingerprint, root
from meeting_server.ballots.blind_signature import SigningKey
from meeting_server.ballots.port import Sealed, paper_id
from meeting_server.domain.ids import MotionId
from meeting_server.domain.terms import Paper
from meeting_server.rehearsal.voter import Voter
from tests.kit.meetings.whole_meeting import MEETING

FILE = Path(__file__).resolve().parent / "bulletin_v1.json"
MOTION = MotionId("m5")
COLLECTED = ["he", "li", "ma", "zhou"]
CHOICES = ["for", "for", "against"]


def write() -> None:
    """Four papers, three ballots."""
    name = paper_id(MEETING, MOTION)
    key = SigningKey.generate()
    receipt = ec.generate_private_key(ec.SECP256R1()).public_key()
    point = receipt.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    boxed: list[Ballot] = []
    for choice in CHOICES:
        voter = Voter(name, key.n)
        voter.collected(key.blind_sign(voter.blinded()))
        boxed.append(voter.ballot(choice))
    boxed.sort(key=lambda ballot: ballot.key_hash)
    sealed = Sealed(len(COLLECTED), root([ballot.leaf for ballot in boxed]), tuple(boxed), bytes(32))
    paper = Paper(key.n.to_bytes(key.length, "big").hex(), fingerprint(key.n, point), point.hex())
    FILE.write_bytes(bulletin_of(name, paper, dict.fromkeys(COLLECTED, bytes(32)), sealed) + b"\n")


if __name__ == "__main__":
    write()
