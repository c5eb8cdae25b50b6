"""One meeting as a file anyone can check: its records as JSON lines, the files that belong to it, and a manifest.

A bundle is a ZIP with ``manifest.json`` (format, meeting, head, SHA-256 of every other file) and ``journal.jsonl``.
A payload is written as the very text that was hashed; an erased one as ``null``.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from meeting_server.domain.events import Event
from meeting_server.domain.ids import CommandId, MeetingId, ParticipantId
from meeting_server.journal.port import Head, Record
from meeting_server.journal.record import EMPTY, head_of
from meeting_server.journal.upcast import UnreadableRecord, event_of

FORMAT = "meeting-bundle-1"
MANIFEST, JOURNAL = "manifest.json", "journal.jsonl"
MAX_FILES = 2_000
MAX_BYTES = 512 * 1024 * 1024
MAX_NUMBER = 2**53
"""Every number of a bundle is smaller: that is as far as all readers of JSON count alike."""
_EPOCH = (2020, 1, 1, 0, 0, 0)

BadBundleCode = Literal["not_a_bundle", "too_large", "unknown_format", "unreadable_line"]


class BadBundle(Exception):
    """The file is no bundle this program can read; ``code`` is stable."""

    def __init__(self, code: BadBundleCode, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code: BadBundleCode = code
        self.detail = detail


class _Line(msgspec.Struct):
    meeting_id: str
    seq: int
    recorded_at: int
    actor: str | None
    command_id: str | None
    kind: str
    version: int
    salt: str
    payload: str | None
    payload_hash: str
    prev_hash: str
    hash: str


class _Manifest(msgspec.Struct):
    format: str
    meeting_id: str
    head_seq: int
    head_hash: str
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a bundle holds, as found: nothing has been checked yet. ``files`` are the others, by name."""

    meeting_id: MeetingId
    head: Head
    records: list[Record]
    files: dict[str, bytes]
    promised: dict[str, str]
    """Name → SHA-256 (hex) according to the manifest."""
    found: dict[str, str]
    """Name → SHA-256 (hex) of what is there."""
    irregular: tuple[str, ...] = ()
    """What two readers could understand in two ways: names that are there twice, a manifest or lines not written as
    ``write_bundle`` writes them (fields that are unknown or double, numbers or text written otherwise)."""


def line_of(record: Record) -> bytes:
    """One record as one line of JSON, without the line's end."""
    return msgspec.json.encode(
        _Line(
            record.meeting_id,
            record.seq,
            record.recorded_at,
            record.actor,
            record.command_id,
            record.kind,
            record.version,
            record.salt.hex(),
            None if record.payload is None else record.payload.decode(),
            record.payload_hash.hex(),
            record.prev_hash.hex(),
            record.hash.hex(),
        )
    )


def record_of(line: bytes) -> Record:
    """The record of a line. A payload that does not decode gives a record without event. Raises BadBundle."""
    try:
        fields = msgspec.json.decode(line, type=_Line)
        payload = None if fields.payload is None else fields.payload.encode()
        if not 0 <= max(fields.seq, fields.recorded_at, fields.version) <= MAX_NUMBER:
            raise ValueError("a number out of range")
        return Record(
            meeting_id=MeetingId(fields.meeting_id),
            seq=fields.seq,
            recorded_at=fields.recorded_at,
            actor=None if fields.actor is None else ParticipantId(fields.actor),
            command_id=None if fields.command_id is None else CommandId(fields.command_id),
            kind=fields.kind,
            version=fields.version,
            salt=bytes.fromhex(fields.salt),
            payload=payload,
            payload_hash=bytes.fromhex(fields.payload_hash),
            prev_hash=bytes.fromhex(fields.prev_hash),
            hash=bytes.fromhex(fields.hash),
            event=None if payload is None else _event(fields.kind, fields.version, payload),
        )
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise BadBundle("unreadable_line", str(error)) from error


def _event(kind: str, version: int, payload: bytes) -> Event | None:
    try:
        return event_of(kind, version, payload)
    except (UnreadableRecord, RecursionError):
        return None


def write_bundle(meeting_id: MeetingId, records: Sequence[Record], files: Mapping[str, bytes]) -> bytes:
    """The bundle as bytes; the same input gives the same bytes."""
    head = head_of(records[-1]) if records else EMPTY
    contents = {JOURNAL: b"".join(line_of(record) + b"\n" for record in records), **files}
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    manifest = _Manifest(FORMAT, meeting_id, head.seq, head.hash.hex(), hashes)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {MANIFEST: _written(manifest), **contents}.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def read_bundle(source: Path | bytes) -> Bundle:
    """Everything in a bundle, unchecked. Raises BadBundle; OSError when the file cannot be opened."""
    contents, irregular = _unpacked(source)
    if MANIFEST not in contents or JOURNAL not in contents:
        raise BadBundle("not_a_bundle", f"{MANIFEST} and {JOURNAL} are missing")
    content = contents.pop(MANIFEST)
    try:
        manifest = msgspec.json.decode(content, type=_Manifest)
        head = Head(manifest.head_seq, bytes.fromhex(manifest.head_hash))
        if len(head.hash) != 32 or not 0 <= head.seq <= MAX_NUMBER:
            raise ValueError("no head")
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise BadBundle("not_a_bundle", str(error)) from error
    if manifest.format != FORMAT:
        raise BadBundle("unknown_format", manifest.format)
    if _written(manifest) != content:
        irregular.append(MANIFEST)
    found = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    lines = contents.pop(JOURNAL).split(b"\n")
    if lines.pop() != b"":
        irregular.append(f"{JOURNAL}: the end of the last line")
    records = [record_of(line) for line in lines]
    read = enumerate(zip(lines, records, strict=True), 1)
    irregular += [f"{JOURNAL}: {number}" for number, (line, record) in read if line_of(record) != line]
    return Bundle(MeetingId(manifest.meeting_id), head, records, contents, manifest.files, found, tuple(irregular))


def _unpacked(source: Path | bytes) -> tuple[dict[str, bytes], list[str]]:
    """Files by name, and the names that are there more than once. Raises BadBundle, OSError."""
    contents: dict[str, bytes] = {}
    double: list[str] = []
    if isinstance(source, Path):
        if source.stat().st_size > MAX_BYTES:
            raise BadBundle("too_large")
        source = source.read_bytes()
    try:
        with zipfile.ZipFile(io.BytesIO(source)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_FILES or sum(entry.file_size for entry in entries) > MAX_BYTES:
                raise BadBundle("too_large")
            for entry in entries:
                if entry.filename in contents:
                    double.append(entry.filename)
                contents[entry.filename] = archive.read(entry)
    except BadBundle:
        raise
    except Exception as error:  # whatever a damaged file makes zipfile and its decompressors raise
        raise BadBundle("not_a_bundle", str(error)) from error
    return contents, double


def _written(manifest: _Manifest) -> bytes:
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1)
