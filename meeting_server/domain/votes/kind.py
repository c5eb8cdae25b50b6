"""What differs between the kinds of motion; all of them share everything else.

The defaults are those of a decision: three choices, one mark, the meeting's own rule, a quorum and a verdict.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from meeting_server.domain.commands import DraftMotion
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.events import MotionOpened, PaperOpened
from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.state import MeetingState, Motion
from meeting_server.domain.terms import (
    Candidate,
    CharacterStrokes,
    Choice,
    OnRoster,
    Preset,
    QuorumCheck,
    ReportSheet,
    Tally,
    Terms,
    Verdict,
)
from meeting_server.domain.vote_terms import AppraisalSheet, PollShape, RuleMethod, Stance, VoteMethod
from meeting_server.domain.votes import rules
from meeting_server.domain.votes.electorate import electorate
from meeting_server.domain.votes.exclusions import RULE
from meeting_server.domain.votes.marks import Ballot, Chosen, Validity

Paper = Motion | MotionOpened | PaperOpened
"""A motion, or the fact that opened it. Both say what is voted on, how and by whom."""

Check = Callable[[Ballot], Validity]
"""A check whether choices are a valid ballot."""

THREE_CHOICES = tuple(Choice(stance.value, "") for stance in Stance)
"""赞成, 不赞成, 弃权. Their labels come from the reader's own catalogue."""


class Kind:
    """One kind of motion."""

    decides = True
    """Whether it has a verdict."""
    needs_quorum = True
    needs_officers = False
    """Whether a scrutineer and a teller who are not on the ballot must be present before it opens."""
    of_people = False
    """Whether its marks are about people on the ballot."""
    shows_running = False
    """Whether its totals are shown while it runs."""
    can_be_repeated = True
    """Whether it may be voted on again if it was not carried."""
    can_appoint = False
    """Whether it may appoint 监票人."""
    usual_rule = ""
    """The default rule; empty: the meeting's own."""
    printed: tuple[Choice, ...] = THREE_CHOICES
    """The choices of a draft without any."""

    # --- drafting ---

    def refused(self, state: MeetingState, command: DraftMotion) -> Rejected | None:
        """Return why such a motion is impossible: only appraisals have sheets, only decisions appoint."""
        if command.nominees and not self.can_appoint:
            return Rejected(Code.BAD_CHOICE, "nominees")
        if command.sheet != AppraisalSheet.MUTUAL:
            return Rejected(Code.BAD_CHOICE, "sheet")
        return Rejected(Code.BAD_CHOICE, "based_on") if command.based_on else None

    def choices(self, command: DraftMotion) -> tuple[Choice, ...] | Rejected:
        """Return the choices on the ballot."""
        return self.printed if not command.choices else Rejected(Code.BAD_CHOICE, "choices")

    def most_choices(self, command: DraftMotion, choices: tuple[Choice, ...]) -> int:
        """Return how many marks one ballot may have at most."""
        return 1

    def rule(self, state: MeetingState, command: DraftMotion, presets: Mapping[str, Preset]) -> Preset | Rejected:
        """Return its rule, which is frozen into the motion."""
        preset = self.named_rule(state, command, presets)
        if preset is None or preset.passing is None:  # a meeting of this kind decides nothing by vote
            return Rejected(Code.UNKNOWN_PRESET, "preset_id")
        return preset

    def named_rule(self, state: MeetingState, command: DraftMotion, presets: Mapping[str, Preset]) -> Preset | None:
        """Return the rule a draft names, or the default; ``None``: there is no such rule."""
        named = RULE if command.excludes else command.preset_id or self.usual_rule
        return state.preset if named in ("", state.preset.preset_id) else presets.get(named)

    def method(self, command: DraftMotion, preset: Preset) -> VoteMethod | Rejected:
        """Return who will learn who chose what, from the rule and the draft."""
        if preset.method == RuleMethod.SECRET:
            return VoteMethod.SECRET
        if preset.method != RuleMethod.FREE and command.method.value != preset.method.value:
            return Rejected(Code.OUT_OF_RANGE, "method")
        return command.method

    def candidates(self, state: MeetingState, command: DraftMotion, preset: Preset) -> tuple[Candidate, ...] | Rejected:
        """Return the people on the ballot, in its order."""
        return () if not command.candidates else Rejected(Code.BAD_CHOICE, "candidates")

    def shape(self, command: DraftMotion) -> PollShape:
        return PollShape.CHOICES

    def terms(self, command: DraftMotion, preset: Preset) -> Terms | None:
        return None

    def excellent_reason(self, command: DraftMotion, preset: Preset) -> str:
        """Return the reason why more are 优秀 than the rule allows."""
        return ""

    def minimum_group(self, command: DraftMotion) -> int:
        return 0

    def again(
        self, motion: Motion, seats: int, told: tuple[CharacterStrokes, ...] = ()
    ) -> tuple[tuple[Candidate, ...], Terms | None] | Rejected:
        """Return candidates and terms for a repeat of ``motion``; ``seats`` 0: as many as are missing."""
        return motion.candidates, motion.terms

    def counts_in_hall(self, motion: Motion) -> bool:
        """Return whether hands or paper ballots in the hall can be part of it."""
        return True

    def may_be_written_in(self, state: MeetingState, paper: Paper) -> tuple[OnRoster, ...]:
        """Return whom written-in names on ``paper`` can mean. Frozen into the motion when ballots are issued."""
        return ()

    # --- who votes ---

    def entitled(self, state: MeetingState, paper: Paper) -> tuple[ParticipantId, ...]:
        """Return who may vote on it, in the order of the list."""
        return electorate(state, paper.preset)

    def makes_quorum(self, state: MeetingState, paper: Paper, entitled: tuple[ParticipantId, ...]) -> tuple[ParticipantId, ...]:
        """Return those of ``entitled`` whose presence makes the quorum."""
        return entitled

    # --- what is on a ballot ---

    def lines(self, motion: Motion) -> tuple[str, ...]:
        """Return every mark that the ballot offers, in its order."""
        return tuple(choice.choice_id for choice in motion.choices)

    def checks(self, motion: Motion) -> Check:
        """Return the check for ballots of this motion, made once for all ballots of a count. No ballot may have a mark twice."""
        offered, most = {choice.choice_id for choice in motion.choices}, motion.max_choices

        def check(ballot: Ballot) -> Validity:
            for mark in ballot:
                if not isinstance(mark, Chosen) or mark.choice_id not in offered:
                    return Validity.MALFORMED
            return Validity.VALID if 1 <= len(ballot) <= most else Validity.MALFORMED

        return check

    def refusal(self, motion: Motion, ballot: Ballot) -> Code:
        """Return the refusal of a malformed ballot."""
        return Code.BAD_CHOICE

    def check_of(self, motion: Motion, voter: ParticipantId, ballot: Ballot) -> Validity:
        """Return whether ``voter`` may cast it."""
        return self.checks(motion)(ballot)

    # --- what it comes to ---

    def count(self, motion: Motion, valid: Sequence[tuple[str, ...]]) -> Counter[str]:
        """Return how often each mark occurs on the ``valid`` ballots, given as written."""
        return counted(valid)

    def merged(self, motion: Motion, marks: Counter[str]) -> Counter[str]:
        """Return the marks of ballots, opinions and the hall together, with one line for marks of the same meaning."""
        return marks

    def shown(self, motion: Motion, counts: tuple[tuple[str, int], ...], cast: int) -> tuple[tuple[str, int], ...]:
        """Return the totals that may be shown."""
        return counts

    def adds_up(self, motion: Motion, counts: Mapping[str, int], valid: int) -> bool:
        """Return whether a count in the hall can be the marks of ``valid`` ballots."""
        return counts.keys() <= set(self.lines(motion)) and sum(counts.values()) == valid

    def verdict(self, motion: Motion, tally: Tally, quorum: QuorumCheck | None) -> Verdict:
        """Return the result under the motion's frozen rule, with the vote's quorum."""
        return rules.verdict(motion.preset, tally, quorum)

    def report(self, motion: Motion, tally: Tally, issued: int, quorum: QuorumCheck | None) -> ReportSheet | None:
        """Return what a scrutineer signs. ``issued``: ballots handed out online. Only elections have one."""
        return None


class WithoutForce(Kind):
    """A kind that gathers answers and decides nothing."""

    decides = False
    printed = ()

    def verdict(self, motion: Motion, tally: Tally, quorum: QuorumCheck | None) -> Verdict:
        return rules.verdict(replace(motion.preset, passing=None), tally, quorum)


def counted(valid: Iterable[tuple[str, ...]]) -> Counter[str]:
    """Return how often each mark was made. Each mark has only one spelling."""
    return Counter(chain.from_iterable(valid))
