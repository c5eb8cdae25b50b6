"""The offline audit of one meeting's bundle: everything recomputed from the records, without server or database.

A check never trusts a number it can count: electorate, quorum, tally, verdict and minutes are made again and compared.
Unlike the host's fold (``live.replay``), which believes the journal it wrote, this one holds each record against the meeting as it was
before it, and imports nothing of the server that counted. ADR 18 says why they are two, and what they share.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Literal

import msgspec

from meeting_server.archive.audit.ballot_audit import NOT_INCLUDED, audit_paper
from meeting_server.archive.audit.ballot_audit import Name as PaperCheck
from meeting_server.archive.audit.bulletin import file_of
from meeting_server.archive.minutes.minutes import FORMAT as MINUTES_FORMAT
from meeting_server.archive.minutes.minutes import Minutes, minutes_of
from meeting_server.domain.events import (
    BallotCast,
    CollectingClosed,
    Event,
    MeetingAdjourned,
    MotionClosed,
    MotionOpened,
    MotionPublished,
    MotionWithdrawn,
    PaperClosing,
    PaperOpened,
    PaperRequested,
)
from meeting_server.domain.ids import Millis, MotionId, ParticipantId
from meeting_server.domain.state import MeetingState
from meeting_server.domain.terms import NamedBallot, QuorumCheck, Tally
from meeting_server.domain.vote_terms import MotionPhase, VoteMethod
from meeting_server.domain.votes import ballots
from meeting_server.domain.votes.electorate import electorate, present_of
from meeting_server.domain.votes.marks import Validity
from meeting_server.domain.votes.verdicts import decides, entitled_to, quorum_at_close, quorum_of, result
from meeting_server.journal.bundle import BadBundle, Bundle, read_bundle
from meeting_server.journal.fold import after
from meeting_server.journal.port import Record
from meeting_server.journal.record import EMPTY, canonical, faults, head_of

MINUTES = "minutes.json"

Name = Literal[
    "files",
    "form",
    "contents",
    "order",
    "chain",
    "payloads",
    "erasures",
    "head",
    "outside_head",
    "replay",
    "end",
    "electorate",
    "quorum",
    "ballots_once",
    "ballots_in_time",
    "ballots_entitled",
    "ballots_valid",
    "bulletins",
    "paper_key",
    "issuance",
    "tokens",
    "ballot_signatures",
    "root",
    "tally",
    "verdict",
    "publication",
    "attendance",
    "minutes",
]
NAMES: tuple[Name, ...] = Name.__args__  # type: ignore[attr-defined]  # typing's own
"""Every check, in the order of the report; texts under ``audit.check.<name>``."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One doubt. ``seq`` is the record it is about (0: the bundle as a whole); ``detail`` names files, motions, figures."""

    check: Name
    seq: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report: how many things were looked at, and what was found wrong.

    ``skipped``: it could not be done, because what it stands on is already in doubt or is not in the bundle.
    """

    name: Name
    looked_at: int
    findings: tuple[Finding, ...]
    skipped: bool = False
    told: tuple[str, ...] = ()
    """What could not be looked at and is told, though no doubt follows: under ``bulletins`` and ``tally`` votes whose ballots are
    not in this bundle, under ``issuance`` those of which a journal from before does not hold who was handed a paper, under ``erasures``
    contents that are gone."""

    @property
    def passed(self) -> bool:
        return not self.findings and not self.skipped


@dataclass(frozen=True, slots=True)
class Audit:
    """The whole report. ``sound`` when no check found a doubt and the records could be replayed."""

    bundle: Bundle
    checks: tuple[Check, ...]

    @property
    def sound(self) -> bool:
        return not any(check.findings for check in self.checks) and not self["replay"].skipped

    @property
    def complete(self) -> bool:
        """Whether every vote could be counted again."""
        return not self["bulletins"].told and not self["tally"].told

    @property
    def exit_code(self) -> Literal[0, 1, 3]:
        """Of the command: 0 sound, 1 a doubt, 3 no doubt, but the ballots of a vote are not in the bundle."""
        return 1 if not self.sound else 0 if self.complete else 3

    def __getitem__(self, name: Name) -> Check:
        return next(check for check in self.checks if check.name == name)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for check in self.checks for finding in check.findings)


@dataclass(slots=True)
class _Paper:
    """One motion as counted here, from its own records."""

    opened: MotionOpened | PaperOpened
    open: bool = True
    ballots: dict[ParticipantId, tuple[str, ...]] = field(default_factory=dict)
    returned: int = 0
    closed: MotionClosed | None = None
    withheld: bool = False
    """Ballots were left out of this bundle while the vote was open: for who has no need of them."""


@dataclass(slots=True)
class _Report:
    looked_at: dict[Name, int] = field(default_factory=lambda: dict.fromkeys(NAMES, 0))
    findings: list[Finding] = field(default_factory=list)
    skipped: set[Name] = field(default_factory=set)
    told: dict[Name, list[str]] = field(default_factory=dict)

    def look(self, name: Name, fine: bool, seq: int, detail: str = "") -> None:
        self.looked_at[name] += 1
        if fine and detail.startswith(NOT_INCLUDED):
            self.told.setdefault(name, []).append(detail.removeprefix(NOT_INCLUDED))
        if not fine:
            self.findings.append(Finding(name, seq, detail))

    def checks(self) -> tuple[Check, ...]:
        return tuple(
            Check(
                name,
                self.looked_at[name],
                tuple(finding for finding in self.findings if finding.check == name),
                name in self.skipped,
                tuple(self.told.get(name, ())),
            )
            for name in NAMES
        )


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
    """``SEQ.HASH`` as phones, minutes and the hall's screen show it; blanks do not matter. Raises ValueError."""
    found = _OUTSIDE.fullmatch("".join(text.split()).lower())
    if found is None:
        raise ValueError("no head: SEQ.HASH with 32 to 64 hex digits")
    return OutsideHead(int(found["seq"]), found["hash"])


_OUTSIDE = re.compile(r"(?P<seq>[0-9]{1,15})\.(?P<hash>[0-9a-f]{32,64})")


def audit(bundle: Bundle, outside: OutsideHead | None = None) -> Audit:
    """Check everything that can be checked; never raises for what a bundle may contain."""
    report = _Report()
    _files(bundle, report)
    _records(bundle, report)
    _outside(bundle, outside, report)
    state = _replay(bundle, report)
    _contents(bundle, state, report)
    try:
        _minutes(bundle, report)
    except Exception as error:  # noqa: BLE001  a forger chooses what is in there; whatever it leads to is a doubt
        report.look("minutes", False, 0, _named(error))
    return Audit(bundle, report.checks())


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _files(bundle: Bundle, report: _Report) -> None:
    for name in sorted(bundle.promised.keys() | bundle.found.keys()):
        report.look("files", bundle.promised.get(name) == bundle.found.get(name), 0, name)
    report.looked_at["form"] += len(bundle.found) + len(bundle.records)
    report.findings += [Finding("form", 0, detail) for detail in bundle.irregular]


def _contents(bundle: Bundle, state: MeetingState | None, report: _Report) -> None:
    """What a bundle must hold, and nothing else: the minutes and the bulletin of each secret vote that was closed."""
    if state is None:
        report.skipped.add("contents")
        return
    secret = [motion for motion in state.motions.values() if motion.paper is not None]
    needed = {MINUTES} | {file_of(motion.motion_id) for motion in secret if motion.closed_at is not None}
    # the box of a vote that was withdrawn, or whose sealing was not recorded yet, is sealed too: nothing follows from it
    known = needed | {file_of(motion.motion_id) for motion in secret if motion.phase in (MotionPhase.WITHDRAWN, MotionPhase.SEALING)}
    for name in sorted(needed | bundle.files.keys()):
        report.look("contents", name in bundle.files and name in known, 0, name)


def _outside(bundle: Bundle, outside: OutsideHead | None, report: _Report) -> None:
    if outside is None:
        report.skipped.add("outside_head")
        return
    found = next((record.hash.hex() for record in bundle.records if record.seq == outside.seq), "–")
    report.look("outside_head", found.startswith(outside.hash), outside.seq, f"{outside.hash} / {found[: len(outside.hash)]}")


def _records(bundle: Bundle, report: _Report) -> None:
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
    """Whether a payload is written in the one way it is hashed in, and holds no field that its event does not have."""
    if record.payload is None or record.event is None or record.version != record.event.version:
        return True
    try:
        said = msgspec.json.decode(record.payload)
        return canonical(said) == record.payload and _within(said, msgspec.to_builtins(record.event))
    except (msgspec.DecodeError, RecursionError):
        return False


def _within(part: object, whole: object) -> bool:
    """Whether ``part`` says nothing that ``whole`` does not: fields may be missing, as in what was written before they were added."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(name in whole and _within(value, whole[name]) for name, value in part.items())
    if isinstance(part, list) and isinstance(whole, list | tuple):
        return len(part) == len(whole) and all(map(_within, part, whole))
    return part == whole


def _replay(bundle: Bundle, report: _Report) -> MeetingState | None:
    """Fold the records and recount every vote on the way. The last state; ``None`` when they can not be followed."""
    state: MeetingState | None = None
    papers: dict[MotionId, _Paper] = {}
    for record in bundle.records:
        if record.event is None:
            if record.payload is not None:
                report.look("replay", False, record.seq, record.kind)
                _skip_the_rest(report)
                return None
            if record.kind == BallotCast.__name__:
                for paper in papers.values():
                    paper.withheld = paper.withheld or paper.open
        try:
            if record.event is not None and state is not None:
                _look_at(record.event, record.recorded_at, record.seq, state, papers, bundle, report)
            state = after(state, record)
        except Exception as error:  # noqa: BLE001  a forged record may lead anywhere: that it can not be followed is what there is to say
            report.look("replay", False, record.seq, f"{record.kind}: {_named(error)}")
            _skip_the_rest(report)
            return None
        report.looked_at["replay"] += record.event is not None
    if state is None:
        report.look("replay", False, 0)
        _skip_the_rest(report)
        return None
    report.look("end", state.phase == "adjourned", len(bundle.records))
    return state


def _skip_the_rest(report: _Report) -> None:
    after = NAMES[NAMES.index("end") :]
    report.skipped |= {name for name in after if not any(finding.check == name for finding in report.findings)}


def _look_at(
    event: Event,
    at: Millis,
    seq: int,
    before: MeetingState,
    papers: dict[MotionId, _Paper],
    bundle: Bundle,
    report: _Report,
) -> None:
    if type(event) in _FOLLOWS and _phase(before, event) not in _FOLLOWS[type(event)]:
        report.findings.append(Finding("order", seq))
    match event:
        case MotionOpened() | PaperOpened():
            _opened(event, seq, before, report)
            papers[event.motion_id] = _Paper(event)
        case BallotCast():
            _ballot(event, at, seq, before, papers.get(event.motion_id), report)
        case PaperClosing():
            motion = before.motions[event.motion_id]
            present = present_of(before, motion.electorate)
            fine = (event.quorum, event.present) == (quorum_at_close(before, motion), present)
            report.look("quorum", fine, seq, motion.title)
        case MotionClosed() if isinstance(papers[event.motion_id].opened, PaperOpened):
            papers[event.motion_id].closed = event

            def look(name: PaperCheck, fine: bool, detail: str) -> None:
                report.look(name, fine, seq, detail)

            audit_paper(bundle.meeting_id, before.motions[event.motion_id], event, bundle.files, look)
        case MotionClosed():
            _closed(event, seq, before, papers[event.motion_id], report)
        case MotionPublished():
            _published(event, seq, papers[event.motion_id], report)
        case MotionWithdrawn():
            if event.motion_id in papers:
                papers[event.motion_id].open = False
        case MeetingAdjourned():
            _adjourned(event, seq, before, report)
        case _:
            pass


_NOT_OPEN = (MotionPhase.DRAFTED, MotionPhase.MOVED, MotionPhase.DISCUSSED)
_FOLLOWS: dict[type[Event], tuple[MotionPhase, ...]] = {
    MotionOpened: _NOT_OPEN,
    PaperRequested: _NOT_OPEN,
    PaperOpened: (MotionPhase.PREPARING,),
    CollectingClosed: (MotionPhase.COLLECTING,),
    PaperClosing: (MotionPhase.VOTING,),
    MotionClosed: (MotionPhase.VOTING, MotionPhase.SEALING),
    MotionPublished: (MotionPhase.CLOSED,),
}
"""The phases of a motion that a step can follow on: where another one stands, a record is missing or there twice."""


def _phase(state: MeetingState, event: Event) -> MotionPhase | None:
    motion = state.motions.get(getattr(event, "motion_id", MotionId("")))
    return None if motion is None else motion.phase


def _opened(event: MotionOpened | PaperOpened, seq: int, before: MeetingState, report: _Report) -> None:
    entitled = entitled_to(before, event)
    report.look(
        "electorate",
        entitled == event.electorate,
        seq,
        f"{event.title}: {len(event.electorate)} / {len(entitled)}",
    )
    if decides(event) or event.quorum is not None:
        found = quorum_of(before, event, event.electorate)
        fine = event.quorum == found and found.met
        report.look("quorum", fine, seq, f"{event.title}: {_quorum(event.quorum)} / {_quorum(found)}")


def _ballot(event: BallotCast, at: Millis, seq: int, before: MeetingState, paper: _Paper | None, report: _Report) -> None:
    report.looked_at["ballots_once"] += 1
    report.looked_at["ballots_in_time"] += 1
    report.looked_at["ballots_entitled"] += 1
    report.looked_at["ballots_valid"] += 1
    if paper is None:
        report.findings.append(Finding("ballots_in_time", seq, event.motion_id))
        return
    title, opened = paper.opened.title, paper.opened
    voter = before.participants.get(event.voter) if event.voter is not None else None
    who = voter.name if voter is not None else str(event.voter)
    if event.voter is None or event.choices is None:
        report.findings.append(Finding("ballots_valid", seq, title))
        return
    paper.returned += 1
    if event.voter in paper.ballots:
        report.findings.append(Finding("ballots_once", seq, f"{title}: {who}"))
    closes_at = opened.closes_at if isinstance(opened, MotionOpened) else 0  # no named ballot belongs to a secret paper
    if not paper.open or (closes_at is not None and at >= closes_at):
        report.findings.append(Finding("ballots_in_time", seq, f"{title}: {who}"))
    if event.voter not in opened.electorate or voter is None or not voter.present:
        report.findings.append(Finding("ballots_entitled", seq, f"{title}: {who}"))
    if ballots.check_of(before.motions[event.motion_id], event.voter, event.choices) is not Validity.VALID:
        report.findings.append(Finding("ballots_valid", seq, f"{title}: {who}"))
    paper.ballots.setdefault(event.voter, event.choices)


def _closed(event: MotionClosed, seq: int, before: MeetingState, paper: _Paper, report: _Report) -> None:
    opened, title = paper.opened, paper.opened.title
    motion = replace(before.motions[event.motion_id], electorate=opened.electorate, preset=opened.preset)
    present = present_of(before, opened.electorate)
    if (
        paper.withheld
        and isinstance(opened, MotionOpened)
        and opened.method != VoteMethod.NAMED
        and not paper.returned
        and event.tally is not None
    ):
        tally = event.tally  # what it led to is still checked
        report.told.setdefault("tally", []).append(title)
    else:
        tally = ballots.count(motion, paper.ballots.values(), present)
        fine = event.tally == tally and event.returned == paper.returned
        report.look("tally", fine, seq, f"{title}: {_tally(event.tally, event.returned)} / {_tally(tally, paper.returned)}")
    quorum = quorum_at_close(before, motion)
    if quorum is not None:
        report.look("quorum", event.quorum == quorum, seq, f"{title}: {_quorum(event.quorum)} / {_quorum(quorum)}")
    report.look("verdict", event.verdict == result(motion, tally, quorum), seq, title)
    paper.open = False
    paper.closed = event


def _published(event: MotionPublished, seq: int, paper: _Paper, report: _Report) -> None:
    closed = paper.closed
    named: tuple[NamedBallot, ...] = ()
    if isinstance(paper.opened, MotionOpened) and paper.opened.method == VoteMethod.NAMED:
        named = tuple(NamedBallot(who, paper.ballots[who]) for who in paper.opened.electorate if who in paper.ballots)
    fine = closed is not None and event.tally == closed.tally and event.verdict == closed.verdict and event.named == named
    report.look("publication", fine, seq, paper.opened.title)


def _adjourned(event: MeetingAdjourned, seq: int, before: MeetingState, report: _Report) -> None:
    entitled = set(electorate(before, before.preset))
    came = {p.participant_id for p in before.participants.values() if p.first_arrived_at is not None}
    found = (len(entitled), len(came & entitled), len(came - entitled))
    said = (event.expected, event.attended, event.guests)
    report.look("attendance", said == found, seq, f"{said} / {found}")


def _minutes(bundle: Bundle, report: _Report) -> None:
    """The minutes in the bundle are what the records fold to, and name a head that is in the chain."""
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
    """``said`` with what minutes written before a field was added say about it: its default. Empty for no minutes."""
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


def _quorum(check: QuorumCheck | None) -> str:
    return "–" if check is None else f"{check.present} of {check.entitled}, needed {check.needed}"


def _tally(tally: Tally | None, returned: int) -> str:
    if tally is None:
        return "–"
    return f"{' '.join(f'{choice} {number}' for choice, number in tally.counts)}, {returned} returned"


Say = Callable[..., str]
"""A text of the catalogue, ``say(key, **holes)``; keys used here lie under ``audit.``."""


def _shown(text: str) -> str:
    """Words out of a bundle, as they may be printed: nothing in them moves the cursor, hides or adds a line."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def report_lines(result: Audit, say: Say) -> list[str]:
    """The report as plain lines: what was checked, each check, each doubt, the conclusion."""
    bundle = result.bundle
    lines = [
        say("audit.meeting", meeting=_shown(bundle.meeting_id)),
        say("audit.last_record", seq=bundle.head.seq, hash=grouped(bundle.head.hash.hex())),
        "",
    ]
    for check in result.checks:
        partly = check.told and check.name != "erasures"  # what is missing may be missing
        outcome = "failed" if check.findings else "skipped" if check.skipped else "partly" if partly else "passed"
        mark = {"passed": "✓", "failed": "✗", "skipped": "–", "partly": "–"}[outcome]
        lines.append(f"{mark} {say(f'audit.check.{check.name}')}  [{say(f'audit.outcome.{outcome}', count=check.looked_at)}]")
        lines += [
            "    "
            + say(f"audit.finding.{finding.check}")
            + (f"  {say('audit.at_record', seq=finding.seq)}" if finding.seq else "")
            + (f"  {_shown(finding.detail)}" if finding.detail else "")
            for finding in check.findings
        ]
        lines += [f"    {say(f'audit.told.{check.name}')}  {_shown(title)}" for title in check.told]
    conclusion = "unsound" if not result.sound else "sound" if result.complete else "incomplete"
    lines += ["", say(f"audit.{conclusion}", count=len(result.findings))]
    if not result.complete:
        lines.append(say("audit.not_recounted", count=len(result["bulletins"].told) + len(result["tally"].told)))
    if result["outside_head"].skipped:
        lines.append(say("audit.compare_head"))
    return lines


def audit_file(path: Path, say: Say, outside: OutsideHead | None = None) -> tuple[list[str], int]:
    """What the command line prints about the bundle at ``path``, and its exit code (``Audit.exit_code``)."""
    try:
        result = audit(read_bundle(path), outside)
    except BadBundle as error:
        return [say(f"audit.bad.{error.code}"), *([_shown(error.detail)] if error.detail else [])], 1
    except OSError as error:
        return [say("audit.bad.no_file"), f"{path}: {error.strerror}"], 1
    return report_lines(result, say), result.exit_code


def grouped(digits: str) -> str:
    """A hash in groups of four, so that it can be read aloud and compared."""
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))
