"""A bundle taken apart, to be changed and put together again, with or without hashes that fit."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

import msgspec

from meeting_server.archive.audit.bulletin import Bulletin, Withheld, read
from meeting_server.archive.minutes.minutes import minutes_of
from meeting_server.ballots.ballot import issuance_digest, issuances_hash, root
from meeting_server.domain.events import (
    Event,
    MotionClosed,
)
from meeting_server.journal.bundle import line_of, write_bundle
from meeting_server.journal.port import Head, Record
from meeting_server.journal.record import EMPTY, canonical, hash_payload, hash_record, head_of
from meeting_server.journal.upcast import UnreadableRecord, event_of
from tests.kit.meetings.whole_meeting import BULLETIN, MEETING, whole_meeting

Strength = Literal["naive", "fitted", "anew"]
STRENGTHS: tuple[Strength, ...] = ("naive", "fitted", "anew")
MINUTES, PAPERS, JOURNAL, MANIFEST = "minutes.json", "papers/m5.json", "journal.jsonl", "manifest.json"
SECRET = "m5"
DEEP = b'{"a":' + b"[" * 60_000 + b"]" * 60_000 + b"}"


@dataclass
class Parts:
    """A bundle taken apart. ``lines``: applied to each line of the journal, by its place.
    ``journal``: to the whole."""

    records: list[Record]
    files: dict[str, bytes]
    line: Callable[[int, bytes], bytes] = lambda place, line: line
    journal: Callable[[bytes], bytes] = lambda content: content
    minutes_are_forged: bool = False
    box_is_forged: bool = False

    def lines(self) -> list[bytes]:
        return [line_of(record) for record in self.records]

    def events(self, change: Callable[[Event], list[Event]]) -> None:
        """Change, add or remove events; a record that stays keeps its hashes until the chain is made anew."""
        told: list[Record] = []
        for record in self.records:
            assert record.event is not None
            for number, event in enumerate(change(record.event)):
                if event is record.event and number == 0:
                    told.append(record)
                else:
                    told.append(replace(record, event=event, kind=type(event).__name__, payload=canonical(event)))
        self.records = told

    def payload(self, kind: str, change: Callable[[bytes], bytes]) -> None:
        """Change the text of the first payload of a kind."""
        place = next(i for i, record in enumerate(self.records) if record.kind == kind)
        record = self.records[place]
        self.records[place] = replace(record, payload=change(record.payload or b""), event=None)

    def field(self, place: int, **changes: Any) -> None:
        self.records[place] = replace(self.records[place], **changes)

    def minutes(self, change: Callable[[bytes], bytes]) -> None:
        self.files[MINUTES] = change(self.files[MINUTES])
        self.minutes_are_forged = True

    def bulletin(self, change: Callable[[Bulletin], Bulletin | Withheld]) -> None:
        self.files[PAPERS] = msgspec.json.encode(change(read(self.files[PAPERS])))
        self.box_is_forged = True


def resealed(records: list[Record]) -> list[Record]:
    """The chain made anew over what the records say now."""
    last, told = EMPTY, []
    for record in records:
        payload_hash = record.payload_hash if record.payload is None else hash_payload(record.salt, record.payload)
        made = replace(record, seq=last.seq + 1, prev_hash=last.hash, payload_hash=payload_hash)
        made = replace(made, hash=hash_record(made), event=_event(made))
        last = head_of(made)
        told.append(made)
    return told


def _event(record: Record) -> Event | None:
    try:
        return None if record.payload is None else event_of(record.kind, record.version, record.payload)
    except (UnreadableRecord, RecursionError, UnicodeDecodeError):
        return None


@cache
def _honest() -> tuple[tuple[Record, ...], tuple[tuple[str, bytes], ...]]:
    old = read(BULLETIN.read_bytes())
    digests = tuple(issuance_digest(who.encode(), b"signed").hex() for who in old.issued_to)
    bulletin = msgspec.structs.replace(old, issuances=digests)
    parts = Parts(list(whole_meeting().records), {PAPERS: msgspec.json.encode(bulletin)})
    records = resealed(with_box(parts.records, bulletin))
    return tuple(records), ((MINUTES, msgspec.json.encode(minutes_of(records))), (PAPERS, parts.files[PAPERS]))


def honest() -> Parts:
    """The story's bundle, with issuances in its journal."""
    records, files = _honest()
    return Parts(list(records), dict(files))


def bundle_of(parts: Parts) -> bytes:
    return write_bundle(MEETING, parts.records, parts.files)


@cache
def whole() -> bytes:
    return bundle_of(honest())


def true_head() -> Head:
    return head_of(_honest()[0][-1])


def with_box(records: list[Record], bulletin: Bulletin | Withheld) -> list[Record]:
    """The journal as if the box had been what the bulletin says."""
    handed = dict(zip(bulletin.issued_to, map(bytes.fromhex, bulletin.issuances), strict=False))
    said: dict[str, Any] = {"issuances": issuances_hash(bulletin.paper_id, handed).hex(), "issued": len(bulletin.issued_to)}
    if isinstance(bulletin, Bulletin):
        try:
            said |= {"root": root([line.ballot().leaf for line in bulletin.ballots]).hex(), "returned": len(bulletin.ballots)}
        except ValueError:
            pass
    parts = Parts(records, {})
    parts.events(lambda event: [replace(event, **said)] if isinstance(event, MotionClosed) and event.motion_id == SECRET else [event])
    return parts.records


def entries(bundle: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return [(entry.filename, archive.read(entry)) for entry in archive.infolist()]


def zipped(contents: list[tuple[str, bytes]]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in contents:
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content)
    return file.getvalue()


def with_files(bundle: bytes, files: dict[str, bytes]) -> bytes:
    """These files in place of those that are there, under the manifest that is there."""
    manifest = next(content for name, content in entries(bundle) if name == MANIFEST)
    return zipped([(MANIFEST, manifest), *files.items()])


def fitted(bundle: bytes) -> bytes:
    """The manifest's hashes made those of the files."""
    contents = entries(bundle)
    manifest = msgspec.json.decode(next(content for name, content in contents if name == MANIFEST))
    manifest["files"] = {name: hashlib.sha256(content).hexdigest() for name, content in contents if name != MANIFEST}
    return with_manifest(bundle, lambda _: manifest)


def with_manifest(bundle: bytes, change: Callable[[dict[str, Any]], Any]) -> bytes:
    def written(content: bytes) -> bytes:
        return msgspec.json.format(msgspec.json.encode(change(msgspec.json.decode(content))), indent=1)

    return zipped([(name, written(content) if name == MANIFEST else content) for name, content in entries(bundle)])
