"""The outcomes of a meeting's motions, polls, elections and appraisals as the minutes hold them, independent of language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from meeting_server.domain.ids import Millis, ParticipantId
from meeting_server.domain.person_names import marked
from meeting_server.domain.roles import Standing
from meeting_server.domain.state import MeetingState, Motion, Officer, Participant
from meeting_server.domain.terms import QuorumCheck, ReportSheet, Tally, Verdict
from meeting_server.domain.vote_terms import AppraisalSheet, MotionForce, MotionPhase, PollShape, Stance, VoteMethod
from meeting_server.domain.votes.appraisals import grades
from meeting_server.domain.votes.kind import Paper
from meeting_server.domain.votes.kinds import kind_of
from meeting_server.domain.votes.marks import Graded, Person, Remark, Vote, WrittenIn, read
from meeting_server.domain.votes.officers import standing_on

Published = Literal["carried", "not_carried", "elected", "not_elected", "counted"]
Outcome = Published | Literal["unpublished", "withdrawn", "not_put"]
PUBLISHED: tuple[Published, ...] = get_args(Published)
"""Outcomes whose figures were published."""


@dataclass(frozen=True, slots=True)
class Named:
    """Who chose what, in a named vote."""

    choice_id: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contender:
    """One candidate of an election or one person appraised: the counts (in the order of the ballot's marks) and the outcome: ``elected``,
    ``tied``, ``ineligible``, ``not_elected``, a grade of the appraisal, or empty."""

    name: str
    counts: tuple[tuple[str, int], ...]
    outcome: str
    text: str = ""
    """What they wrote about themselves, on the self sheet of an appraisal."""
    reason: str = ""
    """Of a candidate who wasn't on the meeting's list: why they stood."""


@dataclass(frozen=True, slots=True)
class HallCount:
    """What was counted in the hall, by hands or on paper, of those registered there, and who signed it."""

    registered: int
    returned: int
    void: int
    scrutineer: str
    teller: str


@dataclass(frozen=True, slots=True)
class Result:
    """A motion, poll, election or appraisal and its outcome.

    ``counts`` holds choice id, label (empty for the three of a motion) and number; ``contenders`` replaces it where people were voted on.
    ``issued`` counts the ballots handed out in a secret vote, by phone and by hand; ``by_hand`` counts the ballots of the hall.
    """

    title: str
    text: str
    force: MotionForce
    method: VoteMethod
    preset_zh: str
    preset_en: str
    opened_at: Millis | None
    closed_at: Millis | None
    counts: tuple[tuple[str, str, int], ...]
    contenders: tuple[Contender, ...]
    entitled: int
    present: int
    returned: int
    issued: int
    void: int
    written: int
    by_hand: int
    seats: int
    approval_reference: str
    officers: tuple[str, ...]
    """Scrutineers and tellers."""
    quorum_at_open: QuorumCheck | None
    quorum_at_close: QuorumCheck | None
    verdict: Verdict | None
    outcome: Outcome
    named: tuple[Named, ...] = ()
    withdrawn_reason: str = ""
    sheet: AppraisalSheet = AppraisalSheet.MUTUAL
    """Of an appraisal. On an organisation sheet ``contenders`` hold the grades that were put to the vote."""
    based_on: tuple[str, ...] = ()
    """Titles of the sheets that an organisation sheet is based on."""
    report: ReportSheet | None = None
    report_signed_by: tuple[str, ...] = ()
    """Of an election: its report sheet (选举报告单), and the scrutineers who signed it."""
    excellent_reason: str = ""
    """Of an organisation sheet: why more are 优秀 than the rule allows."""
    present_at_close: int | None = None
    """How many were still present at the close; ``None`` in an older record, in which ``present`` is of that moment."""
    run_off: bool = False
    """再次投票: the most votes win."""
    reduced_to: int = 0
    """Of an election that left seats empty: how many the meeting decided to fill; 0: no decision."""
    reduced_by: str = ""
    """Title of the motion that decided it."""
    hall: HallCount | None = None
    former_officers: tuple[str, ...] = ()
    """Scrutineers and tellers who were relieved or removed."""

    @property
    def takes_three(self) -> bool:
        """Return whether its choices are 赞成, 不赞成 and 弃权."""
        adopted = self.force == MotionForce.APPRAISAL and self.sheet == AppraisalSheet.ORGANISATION
        return adopted or self.force == MotionForce.MOTION

    def count(self, choice_id: str) -> int:
        return next((number for choice, _, number in self.counts if choice == choice_id), 0)


def is_open(result: Result) -> bool:
    """Return whether a result may be shown to people who only study a record: published, not secret, not about a person."""
    return result.method != VoteMethod.SECRET and result.force in (MotionForce.MOTION, MotionForce.POLL) and result.outcome in PUBLISHED


def names_of(state: MeetingState, people: Iterable[ParticipantId]) -> tuple[str, ...]:
    """Return each once, in order."""
    return tuple(name_of(state, who) for who in dict.fromkeys(people))


def name_of(state: MeetingState, who: ParticipantId | None) -> str:
    """Return the name as on the meeting's list, marked for a guest; empty for nobody."""
    participant = state.participants.get(who) if who is not None else None
    return called(participant) if participant is not None else ""


def called(participant: Participant) -> str:
    """Return the name in the record, marked so that nobody who attends as a guest is mistaken for a member."""
    return marked(participant.name, guest=participant.standing is Standing.GUEST and participant.kind == "person")


def result_of(state: MeetingState, motion: Motion) -> Result:
    """Return a motion as the minutes hold it, with figures only once they were published."""
    outcome = _outcome(motion)
    shown = motion.tally if outcome in PUBLISHED else None
    contenders = _contenders(motion, shown) if shown else ()
    counts = shown.counts if shown and not (contenders and contenders[0].counts) else ()
    named: dict[str, list[str]] = {}
    for ballot in motion.named if not motion.grades_people else ():  # people who graded themselves appear with their grade
        for choice in ballot.choices:
            named.setdefault(choice, []).append(name_of(state, ballot.participant_id))
    return Result(
        title=motion.title,
        text=motion.text,
        force=motion.force,
        method=motion.method,
        preset_zh=motion.preset.title_zh,
        preset_en=motion.preset.title_en,
        opened_at=motion.opened_at,
        closed_at=motion.closed_at,
        counts=tuple((choice, _label(motion, choice), number) for choice, number in counts),
        contenders=contenders,
        entitled=len(motion.electorate),
        present=shown.present if shown else 0,
        returned=shown.cast if shown else motion.returned,
        issued=motion.issued + _issued_by_hand(motion),
        void=shown.void if shown else 0,
        written=shown.written if shown else 0,
        by_hand=shown.paper if shown else 0,
        seats=motion.terms.seats if motion.terms else 0,
        approval_reference=motion.terms.approval_reference if motion.terms else "",
        officers=names_of(state, _officers(state.officers, motion)) if motion.method == VoteMethod.SECRET else (),
        former_officers=names_of(state, _officers(state.former_officers, motion)) if motion.method == VoteMethod.SECRET else (),
        hall=_hall(state, motion) if shown else None,
        quorum_at_open=motion.quorum_at_open,
        quorum_at_close=motion.quorum_at_close,
        verdict=motion.verdict if shown else None,
        outcome=outcome,
        named=tuple(Named(choice, tuple(names)) for choice, names in named.items()),
        withdrawn_reason=motion.withdrawn_reason,
        sheet=motion.sheet,
        excellent_reason=motion.excellent_reason,
        present_at_close=motion.present_at_close if shown and motion.attending is not None else None,
        run_off=motion.terms is not None and motion.terms.run_off,
        reduced_to=motion.reduction.seats if motion.reduction is not None else 0,
        reduced_by=state.motions[motion.reduction.reduced_by].title if motion.reduction is not None else "",
        report=motion.report if shown else None,
        report_signed_by=names_of(state, motion.report_signed_by) if shown else (),
        based_on=tuple(state.motions[i].title for i in motion.based_on if i in state.motions),
    )


def _outcome(motion: Motion) -> Outcome:
    if motion.phase == MotionPhase.WITHDRAWN:
        return "withdrawn" if motion.opened_at is not None else "not_put"
    if motion.opened_at is None:
        return "not_put"
    if motion.phase != MotionPhase.PUBLISHED or motion.verdict is None:
        return "unpublished"
    return outcome_of(motion, motion.verdict)


def outcome_of(paper: Paper, verdict: Verdict) -> Published:
    """Return what a published verdict means for the motion."""
    if paper.force == MotionForce.ELECTION:
        return "elected" if verdict.carried else "not_elected"
    if kind_of(paper).decides:
        return "carried" if verdict.carried else "not_carried"
    return "counted"


def _label(motion: Motion, choice_id: str) -> str:
    mark = read(choice_id)
    if isinstance(mark, WrittenIn):
        return mark.words
    if isinstance(mark, Person):
        return next((one.name for one in motion.roster if one.participant_id == mark.participant_id), "")
    named = next((choice.label for choice in motion.choices if choice.choice_id == choice_id), "")
    return named or (choice_id if motion.shape == PollShape.SCALE else "")


def _contenders(motion: Motion, tally: Tally) -> tuple[Contender, ...]:
    """Return those on the ballot in its order, then the write-ins (另选他人)."""
    if motion.force not in (MotionForce.ELECTION, MotionForce.APPRAISAL):
        return ()
    counts: dict[str, list[tuple[str, int]]] = {candidate.candidate_id: [] for candidate in motion.candidates}
    for line, number in tally.counts:
        match read(line):
            case WrittenIn() | Person():
                counts.setdefault(line, []).append((Stance.FOR, number))
            case Vote(who, mark) | Graded(who, mark):
                counts.setdefault(who, []).append((mark, number))
            case _:
                pass
    names = {candidate.candidate_id: candidate.name for candidate in motion.candidates}
    outcomes = _outcomes(motion, tally)
    if not motion.grades_people and motion.force == MotionForce.APPRAISAL:
        return tuple(Contender(name, (), outcomes[who]) for who, name in names.items())
    texts = _texts(motion)
    reasons = {candidate.candidate_id: candidate.reason for candidate in motion.candidates}
    otherwise = "not_elected" if motion.terms else ""
    return tuple(
        Contender(
            names.get(who) or _label(motion, who), tuple(marks), outcomes.get(who, otherwise), texts.get(who, ""), reasons.get(who, "")
        )
        for who, marks in counts.items()
    )


def _texts(motion: Motion) -> dict[str, str]:
    """Return what each wrote about themselves, by candidate id."""
    wrote = {
        ballot.participant_id: mark.words
        for ballot in motion.named
        for choice in ballot.choices
        if isinstance(mark := read(choice), Remark)
    }
    return {c.candidate_id: wrote[c.participant_id] for c in motion.candidates if c.participant_id in wrote}


def _outcomes(motion: Motion, tally: Tally) -> dict[str, str]:
    if motion.force == MotionForce.APPRAISAL:
        return dict(grades(motion, tally))
    verdict = motion.verdict
    if verdict is None:
        return {}
    fates = (("ineligible", verdict.ineligible), ("tied", verdict.tied), ("elected", verdict.elected))
    return {who: fate for fate, people in fates for who in people}


def _officers(held: tuple[Officer, ...], motion: Motion) -> list[ParticipantId]:
    """Return who holds or held an office and was not a candidate, because a candidate counts nothing."""
    standing = standing_on(motion)
    return [officer.participant_id for officer in held if officer.participant_id not in standing]


def _hall(state: MeetingState, motion: Motion) -> HallCount | None:
    count = motion.paper_count
    if count is None or not count.is_signed:
        return None
    return HallCount(count.issued, count.returned, count.void, name_of(state, count.scrutineer), name_of(state, count.teller))


def _issued_by_hand(motion: Motion) -> int:
    count = motion.paper_count
    return count.issued if count is not None and count.is_signed else 0
