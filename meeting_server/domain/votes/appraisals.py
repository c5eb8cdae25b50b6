"""Democratic appraisal (民主评议): who may stand on each of its three sheets, and the grades each comes to.

``self`` is named and says what members think of themselves; ``mutual`` is secret and yields sums for everyone on the
sheet; ``organisation`` puts a grade beside each name, on the basis of the others, and is adopted like a motion.
优秀 goes to at most a share of those appraised that the preset names (a third, rounded down).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from meeting_server.domain.commands import DraftMotion
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.state import MeetingState, Motion
from meeting_server.domain.terms import Preset, Tally
from meeting_server.domain.votes.ballots import GRADES
from meeting_server.domain.votes.rules import most

APPRAISAL, GENERAL = "appraisal", "general_meeting"
"""The shipped rules a sheet falls back upon."""


def sheet_refused(state: MeetingState, command: DraftMotion) -> Rejected | None:
    """Why there is no such sheet: only appraisals have one, and an organisation sheet rests on published ones alone."""
    if command.force != "appraisal" and command.sheet != "mutual":
        return Rejected(Code.BAD_CHOICE, "sheet")
    if command.based_on and (command.force, command.sheet) != ("appraisal", "organisation"):
        return Rejected(Code.BAD_CHOICE, "based_on")
    for motion_id in command.based_on:
        basis = state.motions.get(motion_id)
        if basis is None or not basis.grades_people:
            return Rejected(Code.UNKNOWN_MOTION, "based_on")
        if basis.phase != "published":
            return Rejected(Code.NOT_CLOSED, "based_on")
    return None


def for_appraisals(preset: Preset) -> bool:
    """Whether a rule is one for appraisals: a secret paper that decides nothing."""
    return preset.passing is None and preset.method == "secret"


def sheet_rule(state: MeetingState, command: DraftMotion, presets: Mapping[str, Preset]) -> Preset | None:
    """The rule ``command``'s sheet goes by; None: the rule it names is unknown.

    A sheet that names none goes by the meeting's own rule if that is one for appraisals, else by the shipped one. An
    organisation sheet is adopted by the first of the named rule, the meeting's and the general meeting's that decides
    anything; how many can be 优秀 is said by the sheets it rests on, or else by the rule for appraisals.
    """
    known = {**presets, state.preset.preset_id: state.preset}
    named = known.get(command.preset_id)
    if command.preset_id and named is None:
        return None
    usual = state.preset if for_appraisals(state.preset) else known.get(APPRAISAL, state.preset)
    if command.sheet == "self":
        return replace(named or usual, quorum=None, passing=None, electorate="members", method="named")
    if command.sheet == "mutual":
        return replace(named or usual, passing=None, electorate="members", method="secret")
    deciding = [one for one in (named, state.preset, known.get(GENERAL)) if one is not None and one.passing is not None]
    basis = sorted((state.motions[motion_id] for motion_id in command.based_on), key=lambda one: one.sheet != "mutual")
    shared = basis[0].preset if basis else named if named is not None and for_appraisals(named) else usual
    return replace(deciding[0], excellent=shared.excellent) if deciding else None


def subjects_refused(command: DraftMotion, preset: Preset) -> Rejected | None:
    """Why the people on ``command``'s sheet can not be appraised like this."""
    if not command.candidates:
        return Rejected(Code.TOO_FEW_CANDIDATES, "candidates")
    for candidate in command.candidates:
        if command.sheet == "self" and candidate.participant_id is None:  # nobody could fill in that line
            return Rejected(Code.UNKNOWN_PARTICIPANT, "candidates")
        if (candidate.grade != "") != (command.sheet == "organisation"):
            return Rejected(Code.GRADE_MISSING if command.sheet == "organisation" else Code.BAD_CHOICE, "candidates")
    given = sum(candidate.grade == "excellent" for candidate in command.candidates)
    allowed = most_excellent(preset, len(command.candidates))
    if given <= allowed:
        return None
    share = preset.excellent
    return Rejected(
        Code.TOO_MANY_EXCELLENT,
        "candidates",
        (
            ("given", given),
            ("most", allowed),
            ("appraised", len(command.candidates)),
            ("numerator", share.numerator),
            ("denominator", share.denominator),
        ),
    )


def most_excellent(preset: Preset, appraised: int) -> int:
    """How many of ``appraised`` can be 优秀: 8 at a third → 2."""
    return most(preset.excellent, appraised)


def grades(motion: Motion, tally: Tally) -> tuple[tuple[str, str], ...]:
    """The grade of each subject. Of a self sheet: their own (empty: they wrote without grading). Of a mutual sheet,
    what it proposes: the grade most gave, the better one of equals, 优秀 for as many as the preset allows, by the number
    who gave it, equals in the order of the sheet. Of an organisation sheet: the grades proposed."""
    if motion.sheet == "organisation":
        return tuple((c.candidate_id, c.grade) for c in motion.candidates)
    counts = dict(tally.counts)

    def of(subject: str) -> str:
        given = {grade: counts.get(f"{subject}:{grade}", 0) for grade in GRADES}
        if motion.sheet == "self":
            return next((grade for grade, n in given.items() if n), "")
        return max(GRADES, key=lambda grade: (given[grade], -GRADES.index(grade)))

    found = {c.candidate_id: of(c.candidate_id) for c in motion.candidates}
    if motion.sheet == "self":
        return tuple(found.items())
    best = [who for who, grade in found.items() if grade == "excellent"]
    best.sort(key=lambda who: -counts.get(f"{who}:excellent", 0))
    for who in best[most_excellent(motion.preset, len(motion.candidates)) :]:
        found[who] = "good"
    return tuple(found.items())
