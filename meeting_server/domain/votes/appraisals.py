"""Democratic appraisal (民主评议) in its four steps: who may stand on each sheet, and the grades each comes to.

个人自评: ``self`` is named and says what members think of themselves. 党员互评 is spoken, by a list of turns, and has no sheet.
民主测评: ``mutual`` is secret and yields sums for everyone on the sheet, ``committee`` for the committee as a whole. 组织评定:
``organisation`` puts a grade beside each name, on the basis of the others, and is adopted like a motion.
优秀 goes to at most a share of 正式党员总数 of the branch that day (a third, rounded down), to more only with a reason.
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
"""The shipped rules a sheet falls back upon."""


class _GradingSheet(WithoutForce):
    """Ballots hold grades of those on the sheet."""

    needs_quorum = False
    of_people = True
    grades = GRADES

    def refused(self, state: MeetingState, command: DraftMotion) -> Rejected | None:
        return Rejected(Code.BAD_CHOICE, "based_on") if command.based_on else None

    def candidates(self, state: MeetingState, command: DraftMotion, preset: Preset) -> tuple[Candidate, ...] | Rejected:
        return _on_sheet(state, command, preset)

    def makes_quorum(self, state: MeetingState, paper: Paper, entitled: tuple[ParticipantId, ...]) -> tuple[ParticipantId, ...]:
        """The quorum of the meeting: 预备党员 take part and do not count."""
        voting = replace(paper.preset, electorate=Electorate.VOTING)
        return tuple(who for who in entitled if counts(state.participants[who], voting))

    def lines(self, motion: Motion) -> tuple[str, ...]:
        return tuple(str(Graded(c.candidate_id, grade)) for c in motion.candidates for grade in self.grades)


class SelfSheet(_GradingSheet):
    """自评: each of those appraised grades themselves, or says a few words, or both; named."""

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
        """Remarks are no marks to be counted."""
        return Counter({line: n for line, n in counted(valid).items() if not isinstance(read(line), Remark)})

    def check_of(self, motion: Motion, voter: ParticipantId, ballot: Ballot) -> Validity:
        """Nobody grades another."""
        own = {c.candidate_id for c in motion.candidates if c.participant_id == voter}
        if not own or any(isinstance(mark, Graded) and mark.candidate_id not in own for mark in ballot):
            return Validity.MALFORMED
        return self.checks(motion)(ballot)


class MutualSheet(_GradingSheet):
    """民主测评: everyone grades everyone on the sheet, the voter too, since a line left out would tell whose ballot it is; secret."""

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
        """Every valid ballot grades every line."""
        return counts.keys() <= set(self.lines(motion)) and all(
            sum(counts.get(str(Graded(c.candidate_id, grade)), 0) for grade in self.grades) == valid for c in motion.candidates
        )


class CommitteeSheet(MutualSheet):
    """民主测评 of the committee (班子): one line, 好 / 较好 / 一般 / 差; secret."""

    grades = COMMITTEE_GRADES

    def candidates(self, state: MeetingState, command: DraftMotion, preset: Preset) -> tuple[Candidate, ...] | Rejected:
        if len(command.candidates) != 1:
            return Rejected(Code.TOO_FEW_CANDIDATES if not command.candidates else Code.BAD_CHOICE, "candidates")
        line = command.candidates[0]
        if not line.name.strip() or line.participant_id is not None or line.grade != Grade.NONE:
            return Rejected(Code.BAD_CHOICE, "candidates")
        return (replace(line, candidate_id="c1"),)


class OrganisationSheet(Decision):
    """组织评定: the grades proposed stand on the sheet, which is adopted as a whole."""

    def refused(self, state: MeetingState, command: DraftMotion) -> Rejected | None:
        """It rests on published sheets alone."""
        for motion_id in command.based_on:
            basis = state.motions.get(motion_id)
            if basis is None or not basis.grades_people or basis.sheet == AppraisalSheet.COMMITTEE:
                return Rejected(Code.UNKNOWN_MOTION, "based_on")
            if basis.phase != MotionPhase.PUBLISHED:
                return Rejected(Code.NOT_CLOSED, "based_on")
        return None

    def rule(self, state: MeetingState, command: DraftMotion, presets: Mapping[str, Preset]) -> Preset | Rejected:
        """The first of the named rule, the meeting's and the general meeting's that decides anything; how many can be 优秀
        is said by the sheets it rests on, or else by the rule for appraisals."""
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
        """Within the share there is nothing to give a reason for."""
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
    """Whether a rule is one for appraisals: a secret paper that decides nothing."""
    return preset.passing is None and preset.method == RuleMethod.SECRET


def _known(state: MeetingState, presets: Mapping[str, Preset]) -> dict[str, Preset]:
    return {**presets, state.preset.preset_id: state.preset}


def _usual(state: MeetingState, presets: Mapping[str, Preset]) -> Preset:
    """The meeting's own rule if that is one for appraisals, else the shipped one."""
    return state.preset if for_appraisals(state.preset) else _known(state, presets).get(APPRAISAL, state.preset)


def _grading_rule(state: MeetingState, command: DraftMotion, presets: Mapping[str, Preset]) -> Preset | Rejected:
    """The rule a sheet names, or the usual one."""
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
    """Why the people on ``command``'s sheet cannot be appraised like this."""
    if not command.candidates:
        return Rejected(Code.TOO_FEW_CANDIDATES, "candidates")
    for candidate in command.candidates:
        if command.sheet == AppraisalSheet.SELF and candidate.participant_id is None:  # nobody could fill in that line
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
    """How many the sheet proposes as 优秀."""
    return sum(candidate.grade == Grade.EXCELLENT for candidate in command.candidates)


def full_members(state: MeetingState) -> int:
    """正式党员总数 of the branch that day; where the record does not know it, those on the meeting's list."""
    listed = sum(person.standing is Standing.FULL for person in state.participants.values())
    return state.full_members or listed


def most_excellent(preset: Preset, appraised: int) -> int:
    """How many can be 优秀, of the branch's full members or, in records of before, of the ``appraised``: of 12 at a third → 4."""
    return most(preset.excellent, max(preset.excellent_of, appraised))


def grades(motion: Motion, tally: Tally) -> tuple[tuple[str, Grade], ...]:
    """The grade of each subject. Of a self sheet: their own (none: they wrote without grading). Of a mutual sheet,
    what it proposes: the grade most gave, the better one of equals, 优秀 for as many as the preset allows, by the number
    who gave it, equals in the order of the sheet. Of an organisation sheet: the grades proposed."""
    if motion.sheet == AppraisalSheet.ORGANISATION:
        return tuple((c.candidate_id, c.grade) for c in motion.candidates)
    if motion.sheet == AppraisalSheet.COMMITTEE:  # only the sums
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
