"""The audit of one secret vote: every signature, every entitlement, the root and the count, from the bulletin alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from meeting_server.archive.audit.bulletin import FORMAT, Bulletin, Withheld, file_of, read, read_withheld
from meeting_server.ballots.ballot import Ballot, fingerprint, issuances_hash, root
from meeting_server.ballots.port import paper_id
from meeting_server.domain.events import MotionClosed
from meeting_server.domain.ids import MeetingId, ParticipantId
from meeting_server.domain.state import MeetingState, Motion
from meeting_server.domain.vote_terms import BulletinReaders
from meeting_server.domain.votes import ballots
from meeting_server.domain.votes.attending import Attendance, attendance
from meeting_server.domain.votes.marks import Validity
from meeting_server.domain.votes.verdicts import result

Name = Literal[
    "form",
    "bulletins",
    "paper_key",
    "issuance",
    "tokens",
    "ballot_signatures",
    "ballots_valid",
    "root",
    "attending",
    "quorum",
    "tally",
    "verdict",
]
NOT_INCLUDED = "– "
"""Prefix of the detail of what could not be checked without raising a doubt: ballots that are not in the bundle, issuances of which an
older journal has no hash."""
Look = Callable[[Name, bool, str], None]


def audit_paper(
    meeting_id: MeetingId, before: MeetingState, motion: Motion, closed: MotionClosed, files: dict[str, bytes], look: Look
) -> None:
    """Check everything that the bulletin of ``motion`` (as it was when its box was sealed) allows."""
    title = motion.title
    content = files.get(file_of(motion.motion_id))
    if content is None:
        look("root", False, f"{title}: {file_of(motion.motion_id)}")
        return
    try:
        told = read_withheld(content)
        if told is not None:
            look("form", msgspec.json.encode(told) == content, f"{title}: {file_of(motion.motion_id)}")
            _without_ballots(meeting_id, before, motion, closed, told, look)
            return
        bulletin = read(content)
        look("form", bulletin.format == FORMAT and msgspec.json.encode(bulletin) == content, f"{title}: {file_of(motion.motion_id)}")
        boxed = [line.ballot() for line in bulletin.ballots]
        modulus = int(bulletin.modulus, 16)
        bytes.fromhex(bulletin.receipt_key)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        look("root", False, f"{title}: {error}")
        return
    name = paper_id(meeting_id, motion.motion_id)
    look("paper_key", _one_key(name, motion, bulletin), title)
    look("bulletins", True, title)
    _issuance(motion, closed, bulletin, look)
    _ballots(name, modulus, boxed, title, look)
    look("root", root([ballot.leaf for ballot in boxed]).hex() == closed.root, title)
    check = ballots.checks(motion)
    valid = all(check(ballot.choices) is not Validity.MALFORMED for ballot in boxed)
    look("ballots_valid", valid, title)
    returned = len(boxed) == closed.returned <= closed.issued
    there = _attendance(before, motion, closed, bulletin, look)
    tally = ballots.count(motion, [ballot.choices for ballot in boxed], there.present)
    look("tally", returned and tally == closed.tally, f"{title}: {len(boxed)} / {closed.returned}")
    look("verdict", result(motion, tally, there.quorum) == closed.verdict, title)


def _without_ballots(meeting_id: MeetingId, before: MeetingState, motion: Motion, closed: MotionClosed, told: Withheld, look: Look) -> None:
    """Check a bundle without ballots, for a reader who may not see them. Their absence is no doubt if the frozen rule provides for it."""
    title = motion.title
    look("bulletins", motion.preset.bulletin == BulletinReaders.SCRUTINEERS, f"{NOT_INCLUDED}{title}")
    look("paper_key", _one_key(paper_id(meeting_id, motion.motion_id), motion, told), title)
    _issuance(motion, closed, told, look)
    there, tally = _attendance(before, motion, closed, told, look), closed.tally
    fine = closed.returned <= closed.issued and (
        tally is None or (tally.present, tally.entitled) == (there.present, len(motion.electorate))
    )
    look("tally", fine, f"{title}: {closed.returned} / {closed.issued}")
    found = result(motion, tally, there.quorum) if tally is not None else None
    look("verdict", found is not None and found == closed.verdict, title)


def _attendance(before: MeetingState, motion: Motion, closed: MotionClosed, bulletin: Bulletin | Withheld, look: Look) -> Attendance:
    """Return who attended the vote: those present at the opening and those who were handed a ballot."""
    there = attendance(before, motion, map(ParticipantId, bulletin.issued_to))
    look("attending", closed.joined == there.joined, f"{motion.title}: {len(closed.joined)} / {len(there.joined)}")
    look("quorum", closed.quorum == there.quorum, motion.title)
    return there


def _one_key(name: str, motion: Motion, bulletin: Bulletin | Withheld) -> bool:
    paper = motion.paper
    return (
        paper is not None
        and bulletin.paper_id == name
        and bulletin.modulus == paper.modulus
        and fingerprint(int(bulletin.modulus, 16), bytes.fromhex(bulletin.receipt_key)) == paper.fingerprint
    )


def _issuance(motion: Motion, closed: MotionClosed, bulletin: Bulletin | Withheld, look: Look) -> None:
    """Check that each entitled voter got at most one ballot, and nobody whose written opinion counts or who votes in the hall."""
    handed = list(bulletin.issued_to)
    filed = {opinion.participant_id for opinion in motion.opinions}
    entitled = set(motion.electorate) - filed - set(motion.hall_voters)
    look("issuance", len(set(handed)) == len(handed) == closed.issued, f"{motion.title}: {len(handed)} / {closed.issued}")
    for who in handed:
        look("issuance", who in entitled, f"{motion.title}: {who}")
    if not closed.issuances:
        look("issuance", True, f"{NOT_INCLUDED}{motion.title}")
        return
    try:
        digests = [bytes.fromhex(digest) for digest in bulletin.issuances]
        named = issuances_hash(bulletin.paper_id, dict(zip(handed, digests, strict=True))).hex()
    except ValueError as error:
        look("issuance", False, f"{motion.title}: {error}")
        return
    look("issuance", named == closed.issuances and handed == sorted(handed), motion.title)


def _ballots(name: str, modulus: int, boxed: list[Ballot], title: str, look: Look) -> None:
    """Check that each ballot is signed under the one published key, each key occurs once, and the order is by hash."""
    keys = [ballot.key_hash for ballot in boxed]
    look("tokens", keys == sorted(set(keys)), title)
    for ballot in boxed:
        look("tokens", ballot.has_token(name, modulus), title)
        look("ballot_signatures", ballot.has_signature(name), title)
