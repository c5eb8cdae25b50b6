"""How one event becomes a sealed record: canonical payload, salt, hash chain, and the check of all three.

``payload_hash = SHA-256(salt ‖ payload)``, and ``hash`` covers the previous hash and every other field, each with its
length in front. The chain covers the *hash* of the payload, never the payload or its salt: an erasable payload can be
removed together with its salt and the chain still verifies, and without the salt nobody can guess it back.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from meeting_server.domain.events import KINDS
from meeting_server.domain.ids import MeetingId
from meeting_server.journal.port import Draft, Head, Record

EMPTY = Head(0, bytes(32))
"""The head of a meeting without records."""

SALT_BYTES = 16
_DOMAIN = b"meeting-journal-1"
_NONE = b"\xff\xff\xff\xff"

_encoder = msgspec.json.Encoder(order="sorted")

FaultCode = Literal["sequence", "chain", "hash", "payload", "erased"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one record.

    ``sequence``: a gap or a foreign record; ``chain``: does not follow the record before; ``hash``: a field was
    changed; ``payload``: the content was changed; ``erased``: a content is missing that must never be erased.
    """

    seq: int
    code: FaultCode


def canonical(event: object) -> bytes:
    """The payload as bytes: JSON, keys sorted, no spaces, UTF-8."""
    return _encoder.encode(event)


def hash_payload(salt: bytes, payload: bytes) -> bytes:
    return hashlib.sha256(salt + payload).digest()


def hash_record(record: Record) -> bytes:
    """The hash a record must carry, from its other fields (32 bytes)."""
    digest = hashlib.sha256(_DOMAIN)
    for field in (
        record.prev_hash,
        record.meeting_id,
        record.seq,
        record.recorded_at,
        record.actor,
        record.command_id,
        record.kind,
        record.version,
        record.payload_hash,
    ):
        if field is None:
            digest.update(_NONE)
            continue
        data = field if isinstance(field, bytes) else str(field).encode()
        digest.update(len(data).to_bytes(4, "big"))
        digest.update(data)
    return digest.digest()


def seal(meeting_id: MeetingId, after: Head, draft: Draft, salt: bytes | None = None) -> Record:
    """The record of ``draft`` that follows ``after``; ``salt`` is made here unless a test gives one."""
    salt = os.urandom(SALT_BYTES) if salt is None else salt
    payload = canonical(draft.event)
    unsealed = Record(
        meeting_id=meeting_id,
        seq=after.seq + 1,
        recorded_at=draft.recorded_at,
        actor=draft.actor,
        command_id=draft.command_id,
        kind=type(draft.event).__name__,
        version=draft.event.version,
        salt=salt,
        payload=payload,
        payload_hash=hash_payload(salt, payload),
        prev_hash=after.hash,
        hash=b"",
        event=draft.event,
    )
    return replace(unsealed, hash=hash_record(unsealed))


def head_of(record: Record) -> Head:
    return Head(record.seq, record.hash)


def erasable(kind: str) -> bool:
    """Whether payloads of this kind may be removed. Unknown kinds never may."""
    cls = KINDS.get(kind)
    return cls is not None and cls.erasable


def withholdable(kind: str) -> bool:
    """Whether payloads of this kind may be left out of a bundle: those that may be erased, and ballots of open votes."""
    cls = KINDS.get(kind)
    return cls is not None and (cls.erasable or cls.withholdable)


def withheld(record: Record) -> Record:
    """The record as it is given to who has no need of its content. Raises ValueError when its kind is never withheld."""
    if not withholdable(record.kind):
        raise ValueError(f"{record.kind} cannot be withheld")
    return replace(record, payload=None, salt=b"", event=None)


def erased(record: Record) -> Record:
    """The record without its content. Raises ValueError when its kind may not be erased."""
    if not erasable(record.kind):
        raise ValueError(f"{record.kind} cannot be erased")
    return replace(record, payload=None, salt=b"", event=None)


def faults(records: Iterable[Record], after: Head = EMPTY) -> Iterator[Fault]:
    """Everything wrong with ``records``, which should follow ``after`` without a gap. None: they verify."""
    previous = after
    meeting_id: MeetingId | None = None
    for record in records:
        meeting_id = record.meeting_id if meeting_id is None else meeting_id
        if record.seq != previous.seq + 1 or record.meeting_id != meeting_id:
            yield Fault(record.seq, "sequence")
        if record.prev_hash != previous.hash:
            yield Fault(record.seq, "chain")
        if hash_record(record) != record.hash:
            yield Fault(record.seq, "hash")
        if record.payload is None:
            if not withholdable(record.kind) or record.salt:
                yield Fault(record.seq, "erased")
        elif hash_payload(record.salt, record.payload) != record.payload_hash:
            yield Fault(record.seq, "payload")
        previous = head_of(record)
