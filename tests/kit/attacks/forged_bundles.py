"""Bundles as forgers would make them: kinds of tampering, each in three strengths.

A kind edits the bundle taken apart (``bundle_parts``) or the finished file. ``naive``: the content is changed and nothing else.
``fitted``: the manifest is made anew. ``anew``: so are all hashes of the chain, the minutes (unless they are what is forged)
and what the journal says of the box.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import msgspec

from meeting_server.archive.audit.bulletin import Bulletin, Withheld, read, read_withheld
from meeting_server.archive.minutes.minutes import Minutes, Spoken, minutes_of
from meeting_server.ballots.blind_signature import SigningKey
from meeting_server.domain.events import (
    BallotCast,
    ChatPosted,
    Event,
    MeetingAdjourned,
    MeetingConvened,
    MotionClosed,
    MotionOpened,
    MotionPublished,
    NoteTaken,
    PaperClosing,
    PaperCountEntered,
    PaperOpened,
)
from meeting_server.domain.ids import MotionId, NoteId, ParticipantId
from meeting_server.domain.roles import Standing
from meeting_server.domain.terms import NamedBallot, QuorumCheck
from meeting_server.journal.record import EMPTY, canonical, head_of
from meeting_server.rehearsal.voter import Voter
from tests.kit.houses.bundle_parts import (
    DEEP,
    JOURNAL,
    MANIFEST,
    MINUTES,
    PAPERS,
    SECRET,
    Parts,
    Strength,
    entries,
    fitted,
    honest,
    resealed,
    whole,
    with_box,
    with_files,
    with_manifest,
    zipped,
)

PARTS: dict[str, Callable[[Parts], None]] = {}
CONTAINERS: dict[str, Callable[[bytes, Strength], bytes]] = {}

# --- putting together ---------------------------------------------------------------------------------------------


def forged(kind: str, strength: Strength) -> bytes:
    """The bundle of one kind in one strength."""
    change = PARTS.get(kind)
    parts = honest()
    if change is not None:
        change(parts)
    if strength == "anew":
        if parts.box_is_forged:
            try:
                parts.records = with_box(parts.records, read_withheld(parts.files[PAPERS]) or read(parts.files[PAPERS]))
            except (msgspec.DecodeError, ValueError, RecursionError):
                pass  # a bulletin nobody can read fits nothing
        parts.records = resealed(parts.records)
        if not parts.minutes_are_forged:
            _fold_minutes(parts)
    journal = parts.journal(b"".join(parts.line(place, line) + b"\n" for place, line in enumerate(parts.lines())))
    made = _bundled(parts, journal) if strength != "naive" else with_files(whole(), {JOURNAL: journal, **parts.files})
    container = CONTAINERS.get(kind)
    return made if container is None else container(made, strength)


def _fold_minutes(parts: Parts) -> None:
    try:
        parts.files[MINUTES] = msgspec.json.encode(minutes_of(parts.records))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        pass  # what cannot be folded has no minutes: the forger leaves those that are there


def _bundled(parts: Parts, journal: bytes) -> bytes:
    """A manifest that fits what is there."""
    head = head_of(parts.records[-1]) if parts.records else EMPTY
    made = fitted(with_files(whole(), {JOURNAL: journal, **parts.files}))
    return with_manifest(made, lambda said: {**said, "head_seq": head.seq, "head_hash": head.hash.hex()})


# --- kinds ----------------------------------------------------------------------------------------------------------


def _each(kind: type[Event], motion: str, **changes: Any) -> Callable[[Parts], None]:
    def change(event: Event) -> list[Event]:
        return [replace(event, **changes)] if isinstance(event, kind) and getattr(event, "motion_id", motion) == motion else [event]

    return lambda parts: parts.events(change)


def _by(change: Callable[[Event], list[Event]]) -> Callable[[Parts], None]:
    return lambda parts: parts.events(change)


def _before_closing(motion: str, who: str, *choices: str) -> Callable[[Parts], None]:
    ballot = BallotCast(MotionId(motion), ParticipantId(who), choices)
    return _by(lambda event: [ballot, event] if isinstance(event, MotionClosed) and event.motion_id == motion else [event])


def _raised(event: Event) -> list[Event]:
    if isinstance(event, MotionClosed) and event.motion_id == "m2" and event.tally is not None:
        counts = tuple((mark, n + 3 * (mark == "for")) for mark, n in event.tally.counts)
        return [replace(event, tally=replace(event.tally, counts=counts))]
    return [event]


def _turned(*kinds: type[Event], motion: str = "m2") -> Callable[[Parts], None]:
    def change(event: Event) -> list[Event]:
        if isinstance(event, kinds) and isinstance(event, MotionClosed | MotionPublished) and event.motion_id == motion and event.verdict:
            return [replace(event, verdict=replace(event.verdict, carried=not event.verdict.carried))]
        return [event]

    return _by(change)


def _cut(kind: str) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        place = next(i for i, record in enumerate(parts.records) if record.kind == kind)
        del parts.records[place:]

    return change


def _removed(kind: str) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        del parts.records[next(i for i, record in enumerate(parts.records) if record.kind == kind)]

    return change


def _swapped(parts: Parts) -> None:
    at = next(i for i, record in enumerate(parts.records) if record.kind == "MotionDrafted")
    parts.records[at : at + 2] = parts.records[at + 1], parts.records[at]


def _standing(event: Event) -> list[Event]:
    """Whoever was no member with a vote is one."""
    if not isinstance(event, MeetingConvened):
        return [event]
    people = tuple(replace(one, standing=Standing.FULL) for one in event.convening.participants)
    return [replace(event, convening=replace(event.convening, participants=people))]


def _all_later(parts: Parts) -> None:
    for place, record in enumerate(parts.records):
        parts.field(place, recorded_at=record.recorded_at + 5_000)


def _without(name: str) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        del parts.files[name]
        parts.minutes_are_forged = name == MINUTES

    return change


@cache
def _other_key() -> str:
    key = SigningKey.generate()
    return key.n.to_bytes(key.length, "big").hex()


PARTS |= {
    "ballot turned": _each(BallotCast, "m1", choices=("against",)),
    "ballot twice": _by(lambda e: [e, replace(e)] if isinstance(e, BallotCast) and e.voter == "li" else [e]),
    "ballot removed": _by(lambda e: [] if isinstance(e, BallotCast) and e.voter == "li" and e.motion_id == "m1" else [e]),
    "ballot after the closing": _by(
        lambda e: (
            [e, BallotCast(MotionId("m1"), ParticipantId("ma"), ("for",))] if isinstance(e, MotionClosed) and e.motion_id == "m1" else [e]
        )
    ),
    "ballot of a guest": _before_closing("m2", "lin", "for"),
    "ballot of somebody absent": _before_closing("m2", "wang", "for"),
    "ballot for nothing on the paper": _before_closing("m2", "ma", "perhaps"),
    "ballot of nobody": _before_closing("m2", "nobody", "for"),
    "ballot in a vote that is none": _before_closing("m1", "li", "for"),
    "tally raised": _by(_raised),
    "verdict turned": _turned(MotionClosed),
    "verdict turned and published": _turned(MotionClosed, MotionPublished),
    "publication turned": _turned(MotionPublished),
    "published ballots by name": _each(MotionPublished, "m2", named=(NamedBallot(ParticipantId("li"), ("against",)),)),
    "electorate shrunk": _each(MotionOpened, "m1", electorate=(ParticipantId("zhou"), ParticipantId("he"))),
    "electorate grown": _by(
        lambda e: (
            [replace(e, electorate=(*e.electorate, ParticipantId("lin")))] if isinstance(e, MotionOpened) and e.motion_id == "m1" else [e]
        )
    ),
    "quorum invented at the opening": _each(MotionOpened, "m1", quorum=QuorumCheck(7, 7, 4, True)),
    "quorum invented at the closing": _each(MotionClosed, "m1", quorum=QuorumCheck(7, 7, 4, True)),
    "returned raised": _each(MotionClosed, "m1", returned=9),
    "attended raised": _each(MeetingAdjourned, "", attended=9),
    "expected lowered": _each(MeetingAdjourned, "", expected=2),
    "guests negative": _each(MeetingAdjourned, "", guests=-1),
    "rule exchanged": _by(
        lambda e: [replace(e, preset=replace(e.preset, passing=None))] if isinstance(e, MotionOpened) and e.motion_id == "m2" else [e]
    ),
    "end cut off": _cut("MeetingAdjourned"),
    "cut in the middle": _cut("PaperOpened"),
    "cut after a vote": _cut("ContestAnswered"),
    "first record removed": _removed("MeetingConvened"),
    "record removed": _removed("ChatRemoved"),
    "motion's draft removed": _removed("MotionDrafted"),
    "records swapped": _swapped,
    "record doubled": _by(lambda e: [e, replace(e)] if isinstance(e, MotionPublished) else [e]),
    "no records": lambda parts: parts.records.clear(),
    "resolution added": _by(
        lambda e: (
            [NoteTaken(NoteId("n99"), None, None, "resolution", "拨款一万元。", ParticipantId("he")), e]
            if isinstance(e, MeetingAdjourned)
            else [e]
        )
    ),
    "resolution reworded": _by(lambda e: [replace(e, text="全部否决。")] if isinstance(e, NoteTaken) and e.kind == "resolution" else [e]),
    "chat reworded": _by(lambda e: [replace(e, text="我反对")] if isinstance(e, ChatPosted) else [e]),
    "standing exchanged": _by(_standing),
    "time moved back": lambda parts: parts.field(60, recorded_at=parts.records[59].recorded_at - 60_000),
    "time negative": lambda parts: parts.field(60, recorded_at=-1),
    "time beyond all numbers": lambda parts: parts.field(60, recorded_at=10**30),
    "time of all records moved": _all_later,
    "actor exchanged": lambda parts: parts.field(60, actor=ParticipantId("li")),
    "command exchanged": lambda parts: parts.field(60, command_id="another"),
    "record of another meeting": lambda parts: parts.field(60, meeting_id="elsewhere"),
    "version of the future": lambda parts: parts.field(60, version=9, event=None),
    "version negative": lambda parts: parts.field(60, version=-1, event=None),
    "kind unknown": lambda parts: parts.field(60, kind="CometSighted", event=None),
    "kind exchanged": lambda parts: parts.field(60, kind="MeetingAdjourned", event=None),
    "salt exchanged": lambda parts: parts.field(60, salt=bytes(16)),
    "motion erased": lambda parts: parts.field(
        next(i for i, r in enumerate(parts.records) if r.kind == "MotionDrafted"), payload=None, salt=b"", event=None
    ),
    "erased with its salt left": lambda parts: parts.field(
        next(i for i, r in enumerate(parts.records) if r.kind == "ChatPosted"), payload=None, event=None
    ),
    "payload with a field more": lambda parts: parts.payload("MotionDrafted", lambda p: canonical({**msgspec.json.decode(p), "zz": 1})),
    "payload with a field twice": lambda parts: parts.payload(
        "MotionDrafted", lambda p: p.replace(b'"title":', b'"title":"\xe5\x8f\xa6","title":', 1)
    ),
    "payload with blanks": lambda parts: parts.payload("MotionDrafted", lambda p: p.replace(b":", b": ", 1)),
    "payload with no number": lambda parts: parts.payload("MotionDrafted", lambda p: p.replace(b"{", b'{"a":NaN,', 1)),
    "payload too deep": lambda parts: parts.payload("MotionDrafted", lambda p: DEEP),
    "payload of another shape": lambda parts: parts.payload("MotionDrafted", lambda p: b"[]"),
    "payload empty": lambda parts: parts.payload("MotionDrafted", lambda p: b""),
    "issued raised": _each(MotionClosed, SECRET, issued=5),
    "secret ballots returned raised": _each(MotionClosed, SECRET, returned=4),
    "root exchanged": _each(MotionClosed, SECRET, root="00" * 32),
    "issuances exchanged": _each(MotionClosed, SECRET, issuances="00" * 32),
    "issuances taken out of the journal": _each(MotionClosed, SECRET, issuances=""),
    "secret verdict turned": _turned(MotionClosed, MotionPublished, motion=SECRET),
    "quorum of a secret vote invented": _each(PaperClosing, SECRET, quorum=QuorumCheck(7, 7, 4, True)),
    "fingerprint exchanged": _by(
        lambda e: [replace(e, paper=replace(e.paper, fingerprint="00" * 32))] if isinstance(e, PaperOpened) else [e]
    ),
    "key exchanged": _by(lambda e: [replace(e, paper=replace(e.paper, modulus="0" + "f" * 511))] if isinstance(e, PaperOpened) else [e]),
    "count of the hall raised": _by(
        lambda e: (
            [replace(e, count=replace(e.count, counts=(("for", 9),), returned=9, issued=9))] if isinstance(e, PaperCountEntered) else [e]
        )
    ),
    # --- the minutes
    "minutes removed": _without(MINUTES),
    "minutes empty": lambda parts: parts.minutes(lambda m: b""),
    "minutes of another shape": lambda parts: parts.minutes(lambda m: b"[]"),
    "minutes too deep": lambda parts: parts.minutes(lambda m: DEEP),
    "minutes in no UTF-8": lambda parts: parts.minutes(lambda m: m.replace(b'"title":"', b'"title":"\xff\xfe', 1)),
    "minutes with no number": lambda parts: parts.minutes(lambda m: m.replace(b'"format":1', b'"format":NaN')),
    "minutes of an unknown format": lambda parts: parts.minutes(lambda m: m.replace(b'"format":1', b'"format":99')),
    "minutes of no format": lambda parts: parts.minutes(lambda m: m.replace(b',"format":1', b"")),
    "minutes of a format in words": lambda parts: parts.minutes(lambda m: m.replace(b'"format":1', b'"format":"1"')),
    "minutes with a field more": lambda parts: parts.minutes(lambda m: m[:-1] + b',"resolution":"\xe9\x80\x9a\xe8\xbf\x87"}'),
    "minutes with a field more inside": lambda parts: parts.minutes(lambda m: m.replace(b'"items":[{', b'"items":[{"note":"x",', 1)),
    "minutes with a field twice": lambda parts: parts.minutes(lambda m: m.replace(b'"title":', b'"title":"\xe5\x8f\xa6","title":', 1)),
    "minutes with blanks": lambda parts: parts.minutes(lambda m: m.replace(b":", b": ", 1)),
    "minutes with another head": lambda parts: parts.minutes(lambda m: _minutes(m, head_hash="00" * 32)),
    "minutes with a negative head": lambda parts: parts.minutes(lambda m: _minutes(m, head_seq=-1)),
    "minutes with a head beyond all numbers": lambda parts: parts.minutes(
        lambda m: m.replace(b'"head_seq":', b'"head_seq":9' + b"9" * 5000, 1)
    ),
    "minutes of another place": lambda parts: parts.minutes(lambda m: _minutes(m, place="别处")),
    "minutes with a resolution": lambda parts: parts.minutes(_resolved),
    "minutes with a resolution and an unknown format": lambda parts: parts.minutes(
        lambda m: _resolved(m).replace(b'"format":1', b'"format":2')
    ),
    "minutes without what was decided": lambda parts: parts.minutes(lambda m: _minutes(m, items=())),
    "minutes as a draft": lambda parts: parts.minutes(lambda m: _minutes(m, final=False)),
    # --- the bulletin
    "bulletin removed": _without(PAPERS),
    "bulletin empty": lambda parts: _papers(parts, lambda b: b""),
    "bulletin too deep": lambda parts: _papers(parts, lambda b: DEEP),
    "bulletin in no UTF-8": lambda parts: _papers(parts, lambda b: b.replace(b'"format":"', b'"format":"\xff', 1)),
    "bulletin of an unknown format": lambda parts: _papers(parts, lambda b: b.replace(b'"bulletin-1"', b'"bulletin-9"')),
    "bulletin with a field more": lambda parts: _papers(parts, lambda b: b[:-1] + b',"note":"x"}'),
    "bulletin with a field twice": lambda parts: _papers(
        parts, lambda b: b.replace(b'"issued_to":', b'"issued_to":["lin"],"issued_to":', 1)
    ),
    "bulletin with a negative key": lambda parts: parts.bulletin(lambda b: msgspec.structs.replace(b, modulus="-" + b.modulus)),
    "bulletin with a key beyond all numbers": lambda parts: parts.bulletin(lambda b: msgspec.structs.replace(b, modulus="f" * 100_000)),
    "bulletin with a key of zero": lambda parts: parts.bulletin(lambda b: msgspec.structs.replace(b, modulus="0")),
    "bulletin with another key": lambda parts: parts.bulletin(lambda b: msgspec.structs.replace(b, modulus=_other_key())),
    "bulletin with a receipt key that is none": lambda parts: parts.bulletin(lambda b: msgspec.structs.replace(b, receipt_key="zz")),
    "bulletin of another paper": lambda parts: parts.bulletin(lambda b: msgspec.structs.replace(b, paper_id="elsewhere/m5")),
    "bulletin in the withheld form": lambda parts: parts.bulletin(
        lambda b: Withheld("bulletin-withheld-1", b.paper_id, b.modulus, b.receipt_key, b.issued_to, b.issuances)
    ),
    "bulletin in the withheld form with ballots": lambda parts: _papers(
        parts, lambda b: b.replace(b'"bulletin-1"', b'"bulletin-withheld-1"')
    ),
    "secret choice changed": lambda parts: parts.bulletin(_other_choice),
    "secret choice changed to nothing on the paper": lambda parts: parts.bulletin(lambda b: _first_ballot(b, choices=("perhaps",))),
    "secret ballot removed": lambda parts: parts.bulletin(lambda b: msgspec.structs.replace(b, ballots=b.ballots[1:])),
    "all secret ballots removed": lambda parts: parts.bulletin(lambda b: msgspec.structs.replace(b, ballots=())),
    "secret ballot added": lambda parts: parts.bulletin(_stuffed),
    "secret ballot twice": lambda parts: parts.bulletin(lambda b: msgspec.structs.replace(b, ballots=(*b.ballots, b.ballots[-1]))),
    "secret ballots in another order": lambda parts: parts.bulletin(lambda b: msgspec.structs.replace(b, ballots=b.ballots[::-1])),
    "secret ballot with a key that is none": lambda parts: parts.bulletin(lambda b: _first_ballot(b, key="04" + "00" * 64)),
    "secret ballot in no hex": lambda parts: parts.bulletin(lambda b: _first_ballot(b, token="zz")),
    "paper of another member": lambda parts: parts.bulletin(
        lambda b: msgspec.structs.replace(b, issued_to=tuple(sorted(("sun", *b.issued_to[1:]))))
    ),
    "paper of somebody without the right": lambda parts: parts.bulletin(
        lambda b: msgspec.structs.replace(b, issued_to=(*b.issued_to[:-1], "lin"))
    ),
    "paper twice": lambda parts: parts.bulletin(lambda b: msgspec.structs.replace(b, issued_to=(*b.issued_to[:-1], b.issued_to[0]))),
    "paper more": lambda parts: parts.bulletin(lambda b: msgspec.structs.replace(b, issued_to=(*b.issued_to, "sun"))),
    "issuance exchanged": lambda parts: parts.bulletin(lambda b: msgspec.structs.replace(b, issuances=(*b.issuances[:-1], "00" * 32))),
    "issuances removed": lambda parts: parts.bulletin(lambda b: msgspec.structs.replace(b, issuances=())),
    "issuance in no hex": lambda parts: parts.bulletin(lambda b: msgspec.structs.replace(b, issuances=("zz", *b.issuances[1:]))),
    # --- files and lines
    "document added": lambda parts: parts.files.update({"documents/decision.pdf": b"%PDF-1.7"}),
    "bulletin of a vote that was none": lambda parts: parts.files.update({"papers/m9.json": parts.files[PAPERS]}),
    "bulletin of an open vote": lambda parts: parts.files.update({"papers/m1.json": parts.files[PAPERS]}),
    "folder added": lambda parts: parts.files.update({"notes/": b""}),
    "file beside the bundle": lambda parts: parts.files.update({"../minutes.json": b"{}"}),
    "line with a field more": lambda parts: setattr(parts, "line", lambda n, line: line[:-1] + b',"note":"x"}' if n == 60 else line),
    "line with a field twice": lambda parts: setattr(parts, "line", lambda n, line: b'{"actor":"li",' + line[1:] if n == 60 else line),
    "line with blanks": lambda parts: setattr(parts, "line", lambda n, line: line + b" " if n == 60 else line),
    "line in capitals": lambda parts: setattr(parts, "line", lambda n, line: _capitals(line) if n == 60 else line),
    "line empty": lambda parts: setattr(parts, "line", lambda n, line: line + b"\n" if n == 60 else line),
    "line in no UTF-8": lambda parts: setattr(
        parts, "line", lambda n, line: line.replace(b'"kind":"', b'"kind":"\xff', 1) if n == 60 else line
    ),
    "line too deep": lambda parts: setattr(parts, "line", lambda n, line: DEEP if n == 60 else line),
    "line with half a character": lambda parts: setattr(
        parts, "line", lambda n, line: line.replace(b'"actor":', b'"actor":"\\ud800","x":', 1) if n == 60 else line
    ),
    "line that is no record": lambda parts: setattr(parts, "line", lambda n, line: b'{"seq":1}' if n == 60 else line),
    "lines ended otherwise": lambda parts: setattr(parts, "line", lambda n, line: line + b"\r"),
    "last line not ended": lambda parts: setattr(parts, "journal", lambda content: content[:-1]),
}

CONTAINERS |= {
    "minutes twice": lambda b, s: _double(b, s, MINUTES, _resolved),
    "minutes twice, the forged first": lambda b, s: _double(b, s, MINUTES, _resolved, first=True),
    "journal twice": lambda b, s: _double(b, s, JOURNAL, lambda content: b""),
    "journal twice alike": lambda b, s: _double(b, s, JOURNAL, lambda content: content),
    "manifest twice": lambda b, s: _double(b, s, MANIFEST, lambda content: content),
    "bulletin twice": lambda b, s: _double(b, s, PAPERS, lambda content: content),
    "manifest with a field more": lambda b, s: with_manifest(b, lambda m: {**m, "note": "x"}),
    "manifest with a field twice": lambda b, s: _raw_manifest(b, lambda m: m.replace(b'"format":', b'"format": "other",\n "format":', 1)),
    "manifest of another format": lambda b, s: with_manifest(b, lambda m: {**m, "format": "meeting-bundle-9"}),
    "manifest of another meeting": lambda b, s: with_manifest(b, lambda m: {**m, "meeting_id": "elsewhere"}),
    "manifest with another head": lambda b, s: with_manifest(b, lambda m: {**m, "head_seq": m["head_seq"] - 1}),
    "manifest with a negative head": lambda b, s: with_manifest(b, lambda m: {**m, "head_seq": -1}),
    "manifest with a head beyond all numbers": lambda b, s: _raw_manifest(
        b, lambda m: m.replace(b'"head_seq": ', b'"head_seq": 9' + b"9" * 5000, 1)
    ),
    "manifest with half a head": lambda b, s: with_manifest(b, lambda m: {**m, "head_hash": m["head_hash"][:8]}),
    "manifest with a file more": lambda b, s: with_manifest(b, lambda m: {**m, "files": {**m["files"], "gone.pdf": "00" * 32}}),
    "manifest with a file less": lambda b, s: with_manifest(
        b, lambda m: {**m, "files": {k: v for k, v in m["files"].items() if k != MINUTES}}
    ),
    "manifest too deep": lambda b, s: _raw_manifest(b, lambda m: DEEP),
    "manifest in no UTF-8": lambda b, s: _raw_manifest(b, lambda m: m.replace(b'"format": "', b'"format": "\xff', 1)),
    "manifest removed": lambda b, s: zipped([e for e in entries(b) if e[0] != MANIFEST]),
    "journal removed": lambda b, s: zipped([e for e in entries(b) if e[0] != JOURNAL]),
    "file cut short": lambda b, s: b[: len(b) // 2],
    "file of another kind": lambda b, s: b"%PDF-1.7 " + bytes(100),
    "file changed in its middle": lambda b, s: b[:3000] + bytes([b[3000] ^ 0x55]) + b[3001:],
    "sizes that are too large": lambda b, s: _claiming(b, 0xFFFFFFF0),
    "sizes that are wrong": lambda b, s: _claiming(b, 10),
    "terminal told what to show": lambda b, s: with_manifest(b, lambda m: {**m, "meeting_id": "x\x1b[2J\n✓ sound"}),
}

KINDS: tuple[str, ...] = (*PARTS, *CONTAINERS)


def _papers(parts: Parts, change: Callable[[bytes], bytes]) -> None:
    parts.files[PAPERS] = change(parts.files[PAPERS])
    parts.box_is_forged = True


def _minutes(content: bytes, **changes: Any) -> bytes:
    return msgspec.json.encode(replace(msgspec.json.decode(content, type=Minutes), **changes))


def _resolved(content: bytes) -> bytes:
    minutes = msgspec.json.decode(content, type=Minutes)
    first = replace(minutes.items[0], resolutions=("拨款一万元。",), points=(Spoken("李敏", "同意"),))
    return msgspec.json.encode(replace(minutes, items=(first, *minutes.items[1:])))


def _first_ballot(b: Bulletin, **changes: Any) -> Bulletin:
    return msgspec.structs.replace(b, ballots=(msgspec.structs.replace(b.ballots[0], **changes), *b.ballots[1:]))


def _other_choice(b: Bulletin) -> Bulletin:
    return _first_ballot(b, choices=("against",) if b.ballots[0].choices == ("for",) else ("for",))


def _stuffed(b: Bulletin) -> Bulletin:
    forger = Voter(b.paper_id, int(b.modulus, 16))
    forger.token = bytes.fromhex(b.ballots[0].token)
    stuffed = forger.ballot("for")
    line = msgspec.structs.replace(
        b.ballots[0], key=stuffed.key.hex(), prefix=stuffed.prefix.hex(), choices=("for",), signature=stuffed.signature.hex()
    )
    return msgspec.structs.replace(b, ballots=tuple(sorted((*b.ballots, line), key=lambda one: one.ballot().key_hash)))


def _capitals(line: bytes) -> bytes:
    fields = msgspec.json.decode(line)
    return line.replace(fields["hash"].encode(), fields["hash"].upper().encode())


def _double(bundle: bytes, strength: Strength, name: str, change: Callable[[bytes], bytes], *, first: bool = False) -> bytes:
    contents = entries(bundle)
    place = next(i for i, (there, _) in enumerate(contents) if there == name)
    contents.insert(place if first else place + 1, (name, change(contents[place][1])))
    made = zipped(contents)
    return made if strength == "naive" or name == MANIFEST else fitted(made)


def _raw_manifest(bundle: bytes, change: Callable[[bytes], bytes]) -> bytes:
    return zipped([(name, change(content) if name == MANIFEST else content) for name, content in entries(bundle)])


def _claiming(bundle: bytes, size: int) -> bytes:
    """The first entry of the directory says it is so large."""
    at = bundle.index(b"PK\x01\x02") + 24
    return bundle[:at] + struct.pack("<I", size) + bundle[at + 4 :]
