"""Folds the records of a bundle and recounts every vote on the way, checking each record against the state before it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from meeting_server.archive.audit.ballot_audit import Name as PaperCheck
from meeting_server.archive.audit.ballot_audit import audit_paper
from meeting_server.archive.audit.findings import NAMES, Finding, Report, named
from meeting_server.archive.audit.hall_audit import audit_hall_count, entered_by_officers
from meeting_server.domain.attendance.expected import turnout
from meeting_server.domain.audience import public_part
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
    PaperCountEntered,
    PaperOpened,
    PaperRequested,
)
from meeting_server.domain.ids import Millis, MotionId, ParticipantId
from meeting_server.domain.phases import MeetingPhase
from meeting_server.domain.state import MeetingState
from meeting_server.domain.terms import NamedBallot, QuorumCheck, Tally
from meeting_server.domain.vote_terms import MotionPhase, VoteMethod
from meeting_server.domain.votes import ballots
from meeting_server.domain.votes.attending import attendance, quorum_at_close
from meeting_server.domain.votes.electorate import electorate, present_among
from meeting_server.domain.votes.marks import Validity
from meeting_server.domain.votes.verdicts import decides, entitled_to, quorum_of, result
from meeting_server.journal.bundle import Bundle
from meeting_server.journal.fold import after


@dataclass(slots=True)
class _Vote:
    """One motion as recounted from its own records."""

    opened: MotionOpened | PaperOpened
    open: bool = True
    ballots: dict[ParticipantId, tuple[str, ...]] = field(default_factory=dict)
    returned: int = 0
    closed: MotionClosed | None = None
    withheld: bool = False
    """Whether ballots were left out of this bundle, made while the vote was open, for a reader who does not need them."""


def recount(bundle: Bundle, report: Report) -> MeetingState | None:
    """Fold the records and recount every vote on the way. Return the last state; ``None`` if they cannot be followed."""
    state: MeetingState | None = None
    votes: dict[MotionId, _Vote] = {}
    for record in bundle.records:
        if record.event is None:
            if record.payload is not None:
                report.look("replay", False, record.seq, record.kind)
                _skip_the_rest(report)
                return None
            if record.kind == BallotCast.__name__:
                for vote in votes.values():
                    vote.withheld = vote.withheld or vote.open
        try:
            if record.event is not None and state is not None:
                _look_at(record.event, record.recorded_at, record.seq, state, votes, bundle, report)
            state = after(state, record)
        except Exception as error:  # noqa: BLE001  a forged record may lead anywhere: that it cannot be followed is what there is to say
            report.look("replay", False, record.seq, f"{record.kind}: {named(error)}")
            _skip_the_rest(report)
            return None
        report.looked_at["replay"] += record.event is not None
    if state is None:
        report.look("replay", False, 0)
        _skip_the_rest(report)
        return None
    report.look("end", state.phase == MeetingPhase.ADJOURNED, len(bundle.records))
    return state


def _skip_the_rest(report: Report) -> None:
    after = NAMES[NAMES.index("end") :]
    report.skipped |= {name for name in after if not any(finding.check == name for finding in report.findings)}


def _look_at(
    event: Event,
    at: Millis,
    seq: int,
    before: MeetingState,
    votes: dict[MotionId, _Vote],
    bundle: Bundle,
    report: Report,
) -> None:
    if type(event) in _FOLLOWS and _phase(before, event) not in _FOLLOWS[type(event)]:
        report.findings.append(Finding("order", seq))
    match event:
        case MotionOpened() | PaperOpened():
            _opened(event, seq, before, report)
            _attending(event, seq, before, votes.values(), report)
            votes[event.motion_id] = _Vote(event)
        case BallotCast():
            _ballot(event, at, seq, before, votes.get(event.motion_id), report)
        case PaperCountEntered():
            entered_by_officers(event, seq, before, report)
        case PaperClosing():
            motion = before.motions[event.motion_id]
            present = len(present_among(before, motion.electorate))
            fine = (event.quorum, event.present) == (quorum_at_close(before, motion), present)
            report.look("quorum", fine, seq, motion.title)
        case MotionClosed() if isinstance(votes[event.motion_id].opened, PaperOpened):
            votes[event.motion_id].closed = event
            audit_hall_count(before.motions[event.motion_id], event, seq, report)

            def look(name: PaperCheck, fine: bool, detail: str) -> None:
                report.look(name, fine, seq, detail)

            audit_paper(bundle.meeting_id, before, before.motions[event.motion_id], event, bundle.files, look)
        case MotionClosed():
            _closed(event, seq, before, votes[event.motion_id], report)
        case MotionPublished():
            _published(event, seq, before, votes[event.motion_id], report)
        case MotionWithdrawn():
            if event.motion_id in votes:
                votes[event.motion_id].open = False
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
"""The phases that may precede a step of a motion. In any other, a record is missing or duplicated."""


def _phase(state: MeetingState, event: Event) -> MotionPhase | None:
    motion = state.motions.get(getattr(event, "motion_id", MotionId("")))
    return None if motion is None else motion.phase


def _opened(event: MotionOpened | PaperOpened, seq: int, before: MeetingState, report: Report) -> None:
    entitled = entitled_to(before, event)
    report.look(
        "electorate",
        entitled == event.electorate,
        seq,
        f"{event.title}: {len(event.electorate)} / {len(entitled)}",
    )
    if decides(event) or event.quorum is not None:
        found = quorum_of(before, event, event.electorate, present_among(before, event.electorate))
        fine = event.quorum == found and found.met
        report.look("quorum", fine, seq, f"{event.title}: {_quorum(event.quorum)} / {_quorum(found)}")


def _attending(event: MotionOpened | PaperOpened, seq: int, before: MeetingState, earlier: Iterable[_Vote], report: Report) -> None:
    """Check who was present when ballots were issued. If that is not recorded, the older rule decides, to which no later vote may
    return."""
    if event.attending is not None:
        there = present_among(before, event.electorate)
        report.look("attending", event.attending == there, seq, f"{event.title}: {len(event.attending)} / {len(there)}")
        return
    report.look("attending", all(vote.opened.attending is None for vote in earlier), seq, event.title)
    report.told.setdefault("attending", []).append(event.title)


def _ballot(event: BallotCast, at: Millis, seq: int, before: MeetingState, paper: _Vote | None, report: Report) -> None:
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
    closes_at = opened.closes_at if isinstance(opened, MotionOpened) else 0  # no named ballot belongs to a secret vote
    if not paper.open or (closes_at is not None and at >= closes_at):
        report.findings.append(Finding("ballots_in_time", seq, f"{title}: {who}"))
    if event.voter not in opened.electorate or voter is None or not voter.present:
        report.findings.append(Finding("ballots_entitled", seq, f"{title}: {who}"))
    if ballots.check_of(before.motions[event.motion_id], event.voter, event.choices) is not Validity.VALID:
        report.findings.append(Finding("ballots_valid", seq, f"{title}: {who}"))
    paper.ballots.setdefault(event.voter, event.choices)


def _closed(event: MotionClosed, seq: int, before: MeetingState, paper: _Vote, report: Report) -> None:
    opened, title = paper.opened, paper.opened.title
    motion = replace(
        before.motions[event.motion_id],
        electorate=opened.electorate,
        preset=opened.preset,
        attending=opened.attending,
        ballots=paper.ballots,
    )
    audit_hall_count(motion, event, seq, report)
    if (
        paper.withheld
        and isinstance(opened, MotionOpened)
        and opened.method != VoteMethod.NAMED
        and not paper.returned
        and event.tally is not None
    ):
        tally = event.tally  # its consequences are still checked
        there = attendance(before, motion, (who for who in event.joined if before.participants[who].first_arrived_at is not None))
        report.look("tally", (tally.present, tally.entitled) == (there.present, len(opened.electorate)), seq, title)
        report.told.setdefault("tally", []).append(title)
    else:
        there = attendance(before, motion)
        tally = ballots.count(motion, paper.ballots.values(), there.present)
        fine = event.tally == tally and event.returned == paper.returned
        report.look("tally", fine, seq, f"{title}: {_tally(event.tally, event.returned)} / {_tally(tally, paper.returned)}")
    left_over = len(present_among(before, opened.electorate)) if opened.attending is not None else None
    fine = (event.joined, event.present_at_close) == (there.joined, left_over)
    report.look("attending", fine, seq, f"{title}: {_attended(event)} / {len(there.joined)}, {left_over}")
    if there.quorum is not None:
        report.look("quorum", event.quorum == there.quorum, seq, f"{title}: {_quorum(event.quorum)} / {_quorum(there.quorum)}")
    report.look("verdict", event.verdict == result(motion, tally, there.quorum), seq, title)
    paper.open = False
    paper.closed = event


def _published(event: MotionPublished, seq: int, before: MeetingState, paper: _Vote, report: Report) -> None:
    closed = paper.closed
    named: tuple[NamedBallot, ...] = ()
    if isinstance(paper.opened, MotionOpened) and paper.opened.method == VoteMethod.NAMED:
        named = ballots.named_ballots(replace(before.motions[event.motion_id], ballots=paper.ballots))
    counted = before.motions[event.motion_id].paper_count
    shown = public_part(counted) if counted is not None else None
    fine = (
        closed is not None
        and event.tally == closed.tally
        and event.verdict == closed.verdict
        and event.named == named
        and (event.paper_count == shown or paper.opened.attending is None)  # older, when it was not always published
    )
    report.look("publication", fine, seq, paper.opened.title)


def _adjourned(event: MeetingAdjourned, seq: int, before: MeetingState, report: Report) -> None:
    entitled = set(electorate(before, before.preset))
    came = {p.participant_id for p in before.participants.values() if p.first_arrived_at is not None}
    found: tuple[int | None, ...] = (len(entitled), len(came & entitled), len(came - entitled), None, None)
    if event.members is not None:  # before that, people without a vote were among the guests
        whole = turnout(before)
        found = (len(entitled), len(came & entitled), len(came) - whole.attended, whole.expected, whole.attended)
    said = (event.expected, event.attended, event.guests, event.members, event.members_attended)
    report.look("attendance", said == found, seq, f"{said} / {found}")


def _attended(event: MotionClosed) -> str:
    return f"{len(event.joined)}, {event.present_at_close}"


def _quorum(check: QuorumCheck | None) -> str:
    return "–" if check is None else f"{check.present} of {check.entitled}, needed {check.needed}"


def _tally(tally: Tally | None, returned: int) -> str:
    if tally is None:
        return "–"
    return f"{' '.join(f'{choice} {number}' for choice, number in tally.counts)}, {returned} returned"
