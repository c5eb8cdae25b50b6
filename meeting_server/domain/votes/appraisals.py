"""Democratic appraisal (民主评议) in four steps: who may be on each sheet, and the grades that result.

个人自评: ``self`` is named; members write about themselves. 党员互评 is spoken, by a list of turns, and has no sheet. 民主测评:
``mutual`` is secret and yields totals for everyone on the sheet, ``committee`` for the committee as a whole. 组织评定: ``organisation``
proposes a grade for each name, based on the others, and is adopted like a motion. At most a share of 正式党员总数 of the branch that day
(a third, rounded down) can be 优秀, more only with a reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from meeting_server.domain.commands import DraftMotion
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.roles import Standing
from meeting_server.domain.state import MeetingState, Motion
from meeting_server.domain.terms import Candidate, Preset, Tally
from meeting_server.domain.vote_terms import AppraisalSheet, Electorate, Grade, MotionPhase, RuleMethod, VoteMethod
from meeting_server.domain.votes.candidates import on_paper, people_refused
from meeting_server.domain.votes.decisions import Decision
from meeting_server.domain.votes.electorate import counts
from meeting_server.domain.votes.kind import Check, Kind, Paper, WithoutForce, counted
from meeting_server.domain.votes.marks import COMMITTEE_GRADES, GRADES, Ballot, Graded, Remark, Validity, read
from meeting_server.domain.votes.rules import most

LONGEST_REASON = 200
APPRAISAL, GENERAL = "appraisal", "general_meeting"
"""The shipped rules that a sheet falls back on."""


class _GradingSheet(WithoutForce):
    """A sheet whose ballots grade the people on it."""

    needs_quorum = False
    of_people = True
    grades = GRADES

    def refused(self, state: MeetingState, command: DraftMotion) -> Rejected | None:
        return Rejected(Code.BAD_CHOICE, "based_on") if command.based_on else None

    def candidates(self, state: MeetingState, command: DraftMotion, preset: Preset) -> tuple[Candidate, ...] | Rejected:
        return _on_sheet(state, command, preset)

    def makes_quorum(self, state: MeetingState, paper: Paper, entitled: tuple[ParticipantId, ...]) -> tuple[ParticipantId, ...]:
        """Use the quorum of the meeting: 预备党员 take part and do not count."""
        voting = replace(paper.preset, electorate=Electorate.VOTING)
        return tuple(who for who in entitled if counts(state.participants[who], voting))

    def lines(self, motion: Motion) -> tuple[str, ...]:
        return tuple(str(Graded(c.candidate_id, grade)) for c in motion.candidates for grade in self.grades)


class SelfSheet(_GradingSheet):
    """自评: each person appraised grades themselves, writes a few words, or both. Named."""

    def rule(self, state: MeetingState, command: DraftMotion, presets: Mapping[str, Preset]) -> Preset | Rejected:
        rule = _grading_rule(state, command, presets)
        if isinstance(rule, Rejected):
            return rule
        rule = replace(rule, excellent_of=full_members(state))
        return replace(rule, quorum=None, passing=None, electorate=Electorate.MEMBERS, method=RuleMethod.NAMED)

    def method(self, command: DraftMotion, preset: Preset) -> VoteMethod:
        return VoteMethod.NAMED

    def entitled(self, state: MeetingState, paper: Paper) -> tuple[ParticipantId, ...]:
        subjects = {candidate.participant_id for candidate in paper.candidates}
        return tuple(who for who in super().entitled(state, paper) if who in subjects)

    def counts_in_hall(self, motion: Motion) -> bool:
        return False

    def checks(self, motion: Motion) -> Check:
        subjects = {candidate.candidate_id for candidate in motion.candidates}

        def check(ballot: Ballot) -> Validity:
            grades = [mark for mark in ballot if isinstance(mark, Graded) and mark.candidate_id in subjects and mark.grade in self.grades]
            remarks = [mark for mark in ballot if isinstance(mark, Remark) and mark.fits]
            fits = len(grades) <= 1 and len(remarks) <= 1 and len(grades) + len(remarks) == len(ballot)
            return Validity.VALID if fits and ballot else Validity.MALFORMED

        return check

    def count(self, motion: Motion, valid: Sequence[tuple[str, ...]]) -> Counter[str]:
        """Leave out remarks, which are not counted."""
        return Counter({line: n for line, n in counted(valid).items() if not isinstance(read(line), Remark)})

    def check_of(self, motion: Motion, voter: ParticipantId, ballot: Ballot) -> Validity:
        """Accept only ballots about the voter."""
        own = {c.candidate_id for c in motion.candidates if c.participant_id == voter}
        if not own or any(isinstance(mark, Graded) and mark.candidate_id not in own for mark in ballot):
            return Validity.MALFORMED
        return self.checks(motion)(ballot)


class MutualSheet(_GradingSheet):
    """民主测评: everyone grades everyone on the sheet, including themselves, because a missing line would reveal whose ballot it is.
    Secret."""

    needs_quorum = True

    def rule(self, state: MeetingState, command: DraftMotion, presets: Mapping[str, Preset]) -> Preset | Rejected:
        rule = _grading_rule(state, command, presets)
        if isinstance(rule, Rejected):
            return rule
        rule = replace(rule, excellent_of=full_members(state))
        return replace(rule, passing=None, electorate=Electorate.MEMBERS, method=RuleMethod.SECRET)

    def checks(self, motion: Motion) -> Check:
        subjects = sorted(candidate.candidate_id for candidate in motion.candidates)

        def check(ballot: Ballot) -> Validity:
            graded = sorted([mark.candidate_id for mark in ballot if isinstance(mark, Graded) and mark.grade in self.grades])
            return Validity.VALID if graded == subjects and len(graded) == len(ballot) else Validity.MALFORMED

        return check

    def adds_up(self, motion: Motion, counts: Mapping[str, int], valid: int) -> bool:
        """Check that every valid ballot grades every line."""
        return counts.keys() <= set(self.lines(motion)) and all(
            sum(counts.get(str(Graded(c.candidate_id, grade)), 0) for grade in self.grades) == valid for c in motion.candidates
        )


class CommitteeSheet(MutualSheet):
    """民主测评 of the committee (班子): one line, 好 / 较好 / 一般 / 差. Secret."""

    grades = COMMITTEE_GRADES

    def candidates(self, state: MeetingState, command: DraftMotion, preset: Preset) -> tuple[Candidate, ...] | Rejected:
        if len(command.candidates) != 1:
            return Rejected(Code.TOO_FEW_CANDIDATES if not command.candidates else Code.BAD_CHOICE, "candidates")
        line = command.candidates[0]
        if not line.name.strip() or line.participant_id is not None or line.grade != Grade.NONE:
            return Rejected(Code.BAD_CHOICE, "candidates")
        return (replace(line, candidate_id="c1"),)


class OrganisationSheet(Decision):
    """组织评定: the sheet proposes grades and is adopted as a whole."""

    def refused(self, state: MeetingState, command: DraftMotion) -> Rejected | None:
        """Allow only published sheets as its basis."""
        for motion_id in command.based_on:
            basis = state.motions.get(motion_id)
            if basis is None or not basis.grades_people or basis.sheet == AppraisalSheet.COMMITTEE:
                return Rejected(Code.UNKNOWN_MOTION, "based_on")
            if basis.phase != MotionPhase.PUBLISHED:
                return Rejected(Code.NOT_CLOSED, "based_on")
        return None

    def rule(self, state: MeetingState, command: DraftMotion, presets: Mapping[str, Preset]) -> Preset | Rejected:
        """Return the first rule that decides anything: the named one, the meeting's, the general meeting's. The share of 优秀 comes from
        the sheets it is based on, or else from the rule for appraisals."""
        known = _known(state, presets)
        named = known.get(command.preset_id)
        if command.preset_id and named is None:
            return Rejected(Code.UNKNOWN_PRESET, "preset_id")
        deciding = [one for one in (named, state.preset, known.get(GENERAL)) if one is not None and one.passing is not None]
        if not deciding:
            return Rejected(Code.UNKNOWN_PRESET, "preset_id")
        basis = sorted((state.motions[i] for i in command.based_on), key=lambda one: one.sheet != AppraisalSheet.MUTUAL)
        shared = named if named is not None and for_appraisals(named) else _usual(state, presets)
        share = basis[0].preset.excellent if basis else shared.excellent
        return replace(deciding[0], excellent=share, excellent_of=full_members(state))

    def excellent_reason(self, command: DraftMotion, preset: Preset) -> str:
        """Drop the reason when the share is not exceeded."""
        return command.excellent_reason.strip() if excellent(command) > most_excellent(preset, len(command.candidates)) else ""

    def candidates(self, state: MeetingState, command: DraftMotion, preset: Preset) -> tuple[Candidate, ...] | Rejected:
        return _on_sheet(state, command, preset)


SHEETS: dict[AppraisalSheet, Kind] = {
    AppraisalSheet.SELF: SelfSheet(),
    AppraisalSheet.MUTUAL: MutualSheet(),
    AppraisalSheet.COMMITTEE: CommitteeSheet(),
    AppraisalSheet.ORGANISATION: OrganisationSheet(),
}


def for_appraisals(preset: Preset) -> bool:
    """Return whether a rule is one for appraisals: secret, without a verdict."""
    return preset.passing is None and preset.method == RuleMethod.SECRET


def _known(state: MeetingState, presets: Mapping[str, Preset]) -> dict[str, Preset]:
    return {**presets, state.preset.preset_id: state.preset}


def _usual(state: MeetingState, presets: Mapping[str, Preset]) -> Preset:
    """Return the meeting's own rule if it is one for appraisals, else the shipped one."""
    return state.preset if for_appraisals(state.preset) else _known(state, presets).get(APPRAISAL, state.preset)


def _grading_rule(state: MeetingState, command: DraftMotion, presets: Mapping[str, Preset]) -> Preset | Rejected:
    """Return the rule a sheet names, or the default."""
    named = _known(state, presets).get(command.preset_id)
    if command.preset_id and named is None:
        return Rejected(Code.UNKNOWN_PRESET, "preset_id")
    return named or _usual(state, presets)


def _on_sheet(state: MeetingState, command: DraftMotion, preset: Preset) -> tuple[Candidate, ...] | Rejected:
    refused = people_refused(state, command) or subjects_refused(command, preset)
    if refused is not None:
        return refused
    for candidate in command.candidates:
        who = candidate.participant_id
        if who is not None and state.participants[who].standing is not Standing.FULL:  # 预备党员 take part and aren't graded
            return Rejected(Code.NO_VOTING_RIGHT, "candidates")
    return on_paper(command.candidates, command.characters)


def subjects_refused(command: DraftMotion, preset: Preset) -> Rejected | None:
    """Return why the people on ``command``'s sheet cannot be appraised like this."""
    if not command.candidates:
        return Rejected(Code.TOO_FEW_CANDIDATES, "candidates")
    for candidate in command.candidates:
        if command.sheet == AppraisalSheet.SELF and candidate.participant_id is None:  # nobody could fill in this line
            return Rejected(Code.UNKNOWN_PARTICIPANT, "candidates")
        proposes = command.sheet == AppraisalSheet.ORGANISATION
        if candidate.grade not in (GRADES if proposes else (Grade.NONE,)):
            return Rejected(Code.GRADE_MISSING if proposes else Code.BAD_CHOICE, "candidates")
    given = excellent(command)
    allowed = most_excellent(preset, len(command.candidates))
    if given <= allowed:
        return None
    if len(command.excellent_reason) > LONGEST_REASON:
        return Rejected(Code.TOO_LONG, "excellent_reason", (("longest", LONGEST_REASON),))
    if command.excellent_reason.strip():
        return None
    share = preset.excellent
    return Rejected(
        Code.TOO_MANY_EXCELLENT,
        "candidates",
        (
            ("given", given),
            ("most", allowed),
            ("appraised", max(preset.excellent_of, len(command.candidates))),
            ("numerator", share.numerator),
            ("denominator", share.denominator),
        ),
    )


def excellent(command: DraftMotion) -> int:
    """Return how many people the sheet proposes as 优秀."""
    return sum(candidate.grade == Grade.EXCELLENT for candidate in command.candidates)


def full_members(state: MeetingState) -> int:
    """Return 正式党员总数 of the branch that day, or if the record lacks it, the number on the meeting's list."""
    listed = sum(person.standing is Standing.FULL for person in state.participants.values())
    return state.full_members or listed


def most_excellent(preset: Preset, appraised: int) -> int:
    """Return how many can be 优秀, of the branch's full members or, in older records, of the ``appraised``: of 12 at a third → 4."""
    return most(preset.excellent, max(preset.excellent_of, appraised))


def grades(motion: Motion, tally: Tally) -> tuple[tuple[str, Grade], ...]:
    """Return the grade of each subject. Of a self sheet: their own (none: they wrote without grading). Of a mutual sheet: the grade that
    most ballots gave, of equals the better one; 优秀 only for as many as the preset allows, by the number of ballots that gave it, equals
    in the order of the sheet. Of an organisation sheet: the proposed grades."""
    if motion.sheet == AppraisalSheet.ORGANISATION:
        return tuple((c.candidate_id, c.grade) for c in motion.candidates)
    if motion.sheet == AppraisalSheet.COMMITTEE:  # only totals
        return tuple((c.candidate_id, Grade.NONE) for c in motion.candidates)
    sums = dict(tally.counts)

    def given(subject: str, grade: Grade) -> int:
        return sums.get(str(Graded(subject, grade)), 0)

    subjects = [candidate.candidate_id for candidate in motion.candidates]
    if motion.sheet == AppraisalSheet.SELF:
        return tuple((who, next((grade for grade in GRADES if given(who, grade)), Grade.NONE)) for who in subjects)
    found = {who: max(GRADES, key=lambda grade: (given(who, grade), -GRADES.index(grade))) for who in subjects}
    best = [who for who, grade in found.items() if grade == Grade.EXCELLENT]
    best.sort(key=lambda who: -given(who, Grade.EXCELLENT))
    for who in best[most_excellent(motion.preset, len(subjects)) :]:
        found[who] = Grade.GOOD
    return tuple(found.items())
