"""The offline audit of one meeting's bundle: everything recomputed from the records, without server or database.

A check never trusts a number it can compute: electorate, quorum, tally, verdict and minutes are recomputed and compared.
Unlike the host's fold (``live.replay``), which trusts the journal it wrote, this one checks each record against the state before it and
imports nothing of the server that counted. ADR 18 explains why there are two, and what they share.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import msgspec

from meeting_server.archive.audit.bulletin import file_of
from meeting_server.archive.audit.findings import Audit, Finding, Name, Report, named
from meeting_server.archive.audit.recount import recount
from meeting_server.archive.minutes.minutes import FORMAT as MINUTES_FORMAT
from meeting_server.archive.minutes.minutes import Minutes, minutes_of
from meeting_server.domain.state import MeetingState
from meeting_server.domain.vote_terms import MotionPhase
from meeting_server.journal.bundle import Bundle
from meeting_server.journal.port import Record
from meeting_server.journal.record import EMPTY, canonical, faults, head_of

MINUTES = "minutes.json"

_OF_FAULTS: dict[str, Name] = {
    "sequence": "order",
    "chain": "chain",
    "hash": "chain",
    "payload": "payloads",
    "erased": "erasures",
}


@dataclass(frozen=True, slots=True)
class OutsideHead:
    """A position somebody kept outside the bundle: a record's number and at least 128 bits of its hash (hex)."""

    seq: int
    hash: str


def outside_head(text: str) -> OutsideHead:
    """Parse ``SEQ.HASH`` as phones, minutes and the hall's screen show it, ignoring blanks. Raises ValueError."""
    found = _OUTSIDE.fullmatch("".join(text.split()).lower())
    if found is None:
        raise ValueError("no head: SEQ.HASH with 32 to 64 hex digits")
    return OutsideHead(int(found["seq"]), found["hash"])


_OUTSIDE = re.compile(r"(?P<seq>[0-9]{1,15})\.(?P<hash>[0-9a-f]{32,64})")


def audit(bundle: Bundle, outside: OutsideHead | None = None) -> Audit:
    """Check everything that can be checked. Never raises, whatever a bundle contains."""
    report = Report()
    _files(bundle, report)
    _records(bundle, report)
    _outside(bundle, outside, report)
    state = recount(bundle, report)
    _contents(bundle, state, report)
    try:
        _minutes(bundle, report)
    except Exception as error:  # noqa: BLE001  a forger chooses what is in there; whatever it leads to is a doubt
        report.look("minutes", False, 0, named(error))
    return Audit(bundle, report.checks())


def _files(bundle: Bundle, report: Report) -> None:
    for name in sorted(bundle.promised.keys() | bundle.found.keys()):
        report.look("files", bundle.promised.get(name) == bundle.found.get(name), 0, name)
    report.looked_at["form"] += len(bundle.found) + len(bundle.records)
    report.findings += [Finding("form", 0, detail) for detail in bundle.irregular]


def _contents(bundle: Bundle, state: MeetingState | None, report: Report) -> None:
    """Return the files a bundle must have, and nothing else: the minutes and the bulletin of each closed secret vote."""
    if state is None:
        report.skipped.add("contents")
        return
    secret = [motion for motion in state.motions.values() if motion.paper is not None]
    needed = {MINUTES} | {file_of(motion.motion_id) for motion in secret if motion.closed_at is not None}
    # the box of a vote that was withdrawn, or whose sealing was not recorded yet, is sealed too, which proves nothing
    known = needed | {file_of(motion.motion_id) for motion in secret if motion.phase in (MotionPhase.WITHDRAWN, MotionPhase.SEALING)}
    for name in sorted(needed | bundle.files.keys()):
        report.look("contents", name in bundle.files and name in known, 0, name)


def _outside(bundle: Bundle, outside: OutsideHead | None, report: Report) -> None:
    if outside is None:
        report.skipped.add("outside_head")
        return
    found = next((record.hash.hex() for record in bundle.records if record.seq == outside.seq), "–")
    report.look("outside_head", found.startswith(outside.hash), outside.seq, f"{outside.hash} / {found[: len(outside.hash)]}")


def _records(bundle: Bundle, report: Report) -> None:
    for name in ("order", "chain", "payloads", "erasures"):
        report.looked_at[name] = len(bundle.records)
    missing = Counter(record.kind for record in bundle.records if record.payload is None)
    if missing:
        report.told["erasures"] = [f"{kind} × {count}" for kind, count in sorted(missing.items())]
    wrong = list(faults(bundle.records))
    changed = {fault.seq for fault in wrong if fault.code == "payload"}
    report.findings += [Finding(_OF_FAULTS[fault.code], fault.seq) for fault in wrong]
    for before, record in pairwise(bundle.records):
        if record.recorded_at < before.recorded_at:
            report.findings.append(Finding("order", record.seq))
    for record in bundle.records:
        if record.seq not in changed and not _says_only_what_is_read(record):
            report.findings.append(Finding("payloads", record.seq, record.kind))
    if bundle.records and bundle.records[0].meeting_id != bundle.meeting_id:
        report.findings.append(Finding("order", bundle.records[0].seq, bundle.records[0].meeting_id))
    last = head_of(bundle.records[-1]) if bundle.records else EMPTY
    report.look("head", last == bundle.head, last.seq, f"{last.position} / {bundle.head.position}")


def _says_only_what_is_read(record: Record) -> bool:
    """Return whether a payload is in the canonical form that is hashed, without fields its event does not have."""
    if record.payload is None or record.event is None or record.version != record.event.version:
        return True
    try:
        said = msgspec.json.decode(record.payload)
        return canonical(said) == record.payload and _within(said, msgspec.to_builtins(record.event))
    except (msgspec.DecodeError, RecursionError):
        return False


def _within(part: object, whole: object) -> bool:
    """Return whether ``part`` has nothing that ``whole`` does not. Fields may be missing if it was written before they were added."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(name in whole and _within(value, whole[name]) for name, value in part.items())
    if isinstance(part, list) and isinstance(whole, list | tuple):
        return len(part) == len(whole) and all(map(_within, part, whole))
    return part == whole


def _minutes(bundle: Bundle, report: Report) -> None:
    """Check that the bundle's minutes are what the records fold to and name a head in the chain."""
    content = bundle.files.get(MINUTES)
    if content is None or "minutes" in report.skipped:
        report.skipped.add("minutes")
        return
    said = msgspec.json.decode(content, type=dict[str, object])
    report.look("form", msgspec.json.encode(said) == content, 0, MINUTES)
    seq = said.get("head_seq")
    named: Record | None = next((record for record in bundle.records if record.seq == seq), None)
    report.look("minutes", named is not None and named.hash.hex() == said.get("head_hash"), _number(seq), "head")
    if said.get("format") != MINUTES_FORMAT:
        report.look("minutes", False, _number(seq), f"format {said.get('format')!r}")
        return
    made = minutes_of(bundle.records)
    again = msgspec.json.decode(msgspec.json.encode(made), type=dict[str, object]) if made is not None else {}
    whole = {**said, **_with_later_fields(said)}
    for name in _differing(whole, again):
        report.look("minutes", False, _number(seq), name)
    for name in sorted(said.keys() & again.keys()):
        if whole[name] == again[name] and not _within(said[name], again[name]):
            report.look("minutes", False, _number(seq), name)
    report.looked_at["minutes"] += len(again)


def _with_later_fields(said: dict[str, object]) -> dict[str, object]:
    """Return ``said`` with defaults for fields added after the minutes were written. Empty without minutes."""
    try:
        return msgspec.json.decode(msgspec.json.encode(msgspec.convert(said, Minutes)), type=dict[str, object])
    except msgspec.ValidationError:
        return {}


def _differing(one: dict[str, object], other: dict[str, object]) -> Iterator[str]:
    for name in sorted(one.keys() | other.keys()):
        if one.get(name) != other.get(name):
            yield name


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
