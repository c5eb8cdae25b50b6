"""A vector of the regulation as the bundle anyone can audit, secret ballots and their signatures in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from meeting_server.archive.audit.audit import MINUTES
from meeting_server.archive.audit.bulletin import bulletin_of, file_of
from meeting_server.archive.minutes.minutes import minutes_of
from meeting_server.ballots.ballot import fingerprint, issuance_digest, issuances_hash, root
from meeting_server.ballots.blind_signature import SigningKey
from meeting_server.ballots.port import Sealed, paper_id
from meeting_server.domain.commands import AdjournMeeting, PublishMotion, ReportSealed, WithdrawMotion
from meeting_server.domain.ids import MotionId, ParticipantId
from meeting_server.domain.phases import MeetingPhase
from meeting_server.domain.terms import Paper
from meeting_server.domain.vote_terms import MotionPhase
from meeting_server.domain.votes.motions import RUNNING
from meeting_server.journal.bundle import write_bundle
from meeting_server.rehearsal.voter import Voter
from tests.kit.meetings.regulation import MEETING, Meeting


@cache
def _key() -> tuple[SigningKey, Paper]:
    """One key for all: making one costs more than a hundred votes."""
    key = SigningKey.generate()
    point = (
        ec.generate_private_key(ec.SECP256R1())
        .public_key()
        .public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    )
    return key, Paper(key.n.to_bytes(key.length, "big").hex(), fingerprint(key.n, point), point.hex())


@cache
def _voter(name: str, number: int) -> Voter:
    """The phone that is handed the ``number``-th ballot of the paper ``name``, in whichever case."""
    key, _ = _key()
    voter = Voter(name, key.n)
    voter.collected(key.blind_sign(voter.blinded()))
    return voter


@dataclass
class BoxedMeeting(Meeting):
    """A meeting whose secret votes have a box with real signatures."""

    files: dict[str, bytes] = field(default_factory=dict)

    def paper(self) -> Paper:
        return _key()[1]

    def sealed(self, motion_id: MotionId, collectors: Sequence[ParticipantId], ballots: Sequence[tuple[str, ...]]) -> ReportSealed:
        name = paper_id(MEETING, motion_id)
        inside = sorted((_voter(name, n).ballot(*choices) for n, choices in enumerate(ballots)), key=lambda ballot: ballot.key_hash)
        handed = {str(who): issuance_digest(who.encode(), b"signed") for who in sorted(collectors)}
        box = Sealed(len(handed), root([ballot.leaf for ballot in inside]), tuple(inside), issuances_hash(name, handed))
        self.files[file_of(motion_id)] = bulletin_of(name, self.paper(), handed, box)
        return ReportSealed(
            motion_id,
            box.issued,
            box.root.hex(),
            tuple(ballot.choices for ballot in inside),
            box.issuances.hex(),
            tuple(ParticipantId(who) for who in handed),
        )

    def bundle(self) -> bytes:
        """The meeting as it is exported: its last result published, a vote that was stopped withdrawn."""
        if self.state.phase == MeetingPhase.OPEN:
            if self.votes and self.motion.phase == MotionPhase.CLOSED:
                self.ask("m1", PublishMotion(self.votes[-1]))
            elif self.votes and self.motion.phase in RUNNING:
                if self.motion.paper is not None:
                    self.sealed(self.votes[-1], (), ())  # its box is exported too
                self.ask("m1", WithdrawMotion(self.votes[-1]))
            self.ask("m1", AdjournMeeting())
        minutes = minutes_of(self.records)
        return write_bundle(MEETING, self.records, {**self.files, MINUTES: msgspec.json.encode(minutes)})
