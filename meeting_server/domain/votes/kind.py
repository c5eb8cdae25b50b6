"""What differs between one kind of motion and another; everything else is the same for all of them.

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
"""A motion, or the fact that opened it: both say what is voted on, how and by whom."""

Check = Callable[[Ballot], Validity]
"""Whether a ballot is one of a paper."""

THREE_CHOICES = tuple(Choice(stance.value, "") for stance in Stance)
"""赞成, 不赞成, 弃权: their labels come from the reader's own catalogue."""


class Kind:
    """One kind of motion."""

    decides = True
    """Whether it has a verdict."""
    needs_quorum = True
    needs_officers = False
    """Whether a scrutineer and a teller, neither of them on the paper, must be there before it opens."""
    of_people = False
    """Whether its marks are about people on the paper."""
    shows_running = False
    """Whether its sums are shown while it runs."""
    can_be_repeated = True
    """Whether it may be voted on again if it did not carry."""
    can_appoint = False
    """Whether it may make people 监票人."""
    usual_rule = ""
    """The rule of one that names none; empty: the meeting's own."""
    printed: tuple[Choice, ...] = THREE_CHOICES
    """The choices of a draft that brings none."""

    # --- drafting ---

    def refused(self, state: MeetingState, command: DraftMotion) -> Rejected | None:
        """Why there is no such motion: only appraisals have sheets, only decisions appoint."""
        if command.nominees and not self.can_appoint:
            return Rejected(Code.BAD_CHOICE, "nominees")
        if command.sheet != AppraisalSheet.MUTUAL:
            return Rejected(Code.BAD_CHOICE, "sheet")
        return Rejected(Code.BAD_CHOICE, "based_on") if command.based_on else None

    def choices(self, command: DraftMotion) -> tuple[Choice, ...] | Rejected:
        """The choices of the paper."""
        return self.printed if not command.choices else Rejected(Code.BAD_CHOICE, "choices")

    def most_choices(self, command: DraftMotion, choices: tuple[Choice, ...]) -> int:
        """How many marks one ballot can be allowed."""
        return 1

    def rule(self, state: MeetingState, command: DraftMotion, presets: Mapping[str, Preset]) -> Preset | Rejected:
        """The rule it goes by, frozen into the motion."""
        preset = self.named_rule(state, command, presets)
        if preset is None or preset.passing is None:  # a meeting of that kind decides nothing by vote
            return Rejected(Code.UNKNOWN_PRESET, "preset_id")
        return preset

    def named_rule(self, state: MeetingState, command: DraftMotion, presets: Mapping[str, Preset]) -> Preset | None:
        """The rule a draft names, or else the usual one; ``None``: nobody knows it."""
        named = RULE if command.excludes else command.preset_id or self.usual_rule
        return state.preset if named in ("", state.preset.preset_id) else presets.get(named)

    def method(self, command: DraftMotion, preset: Preset) -> VoteMethod | Rejected:
        """Who will learn who chose what, as the rule and the draft have it."""
        if preset.method == RuleMethod.SECRET:
            return VoteMethod.SECRET
        if preset.method != RuleMethod.FREE and command.method.value != preset.method.value:
            return Rejected(Code.OUT_OF_RANGE, "method")
        return command.method

    def candidates(self, state: MeetingState, command: DraftMotion, preset: Preset) -> tuple[Candidate, ...] | Rejected:
        """The people on the paper, in its order."""
        return () if not command.candidates else Rejected(Code.BAD_CHOICE, "candidates")

    def shape(self, command: DraftMotion) -> PollShape:
        return PollShape.CHOICES

    def terms(self, command: DraftMotion, preset: Preset) -> Terms | None:
        return None

    def excellent_reason(self, command: DraftMotion, preset: Preset) -> str:
        """Why more are 优秀 than the rule allows."""
        return ""

    def minimum_group(self, command: DraftMotion) -> int:
        return 0

    def again(
        self, motion: Motion, seats: int, told: tuple[CharacterStrokes, ...] = ()
    ) -> tuple[tuple[Candidate, ...], Terms | None] | Rejected:
        """Candidates and terms of ``motion`` voted on once more; ``seats`` 0: as many as are missing."""
        return motion.candidates, motion.terms

    def counts_in_hall(self, motion: Motion) -> bool:
        """Whether hands or papers counted in the hall can be part of it."""
        return True

    def may_be_written_in(self, state: MeetingState, paper: Paper) -> tuple[OnRoster, ...]:
        """Whom names written in on ``paper`` can mean; frozen into the motion when ballots go out."""
        return ()

    # --- who votes ---

    def entitled(self, state: MeetingState, paper: Paper) -> tuple[ParticipantId, ...]:
        """Who may vote on it, in the order of the list."""
        return electorate(state, paper.preset)

    def makes_quorum(self, state: MeetingState, paper: Paper, entitled: tuple[ParticipantId, ...]) -> tuple[ParticipantId, ...]:
        """Those of ``entitled`` whose presence the quorum is about."""
        return entitled

    # --- what is on a ballot ---

    def lines(self, motion: Motion) -> tuple[str, ...]:
        """Every mark the paper offers, in its order."""
        return tuple(choice.choice_id for choice in motion.choices)

    def checks(self, motion: Motion) -> Check:
        """What says whether a ballot is one of this paper: made once for all ballots of a count. No mark stands on one twice."""
        offered, most = {choice.choice_id for choice in motion.choices}, motion.max_choices

        def check(ballot: Ballot) -> Validity:
            for mark in ballot:
                if not isinstance(mark, Chosen) or mark.choice_id not in offered:
                    return Validity.MALFORMED
            return Validity.VALID if 1 <= len(ballot) <= most else Validity.MALFORMED

        return check

    def refusal(self, motion: Motion, ballot: Ballot) -> Code:
        """What to say to whoever sent a malformed ballot."""
        return Code.BAD_CHOICE

    def check_of(self, motion: Motion, voter: ParticipantId, ballot: Ballot) -> Validity:
        """Whether it is a ballot of ``voter``'s."""
        return self.checks(motion)(ballot)

    # --- what it comes to ---

    def count(self, motion: Motion, valid: Sequence[tuple[str, ...]]) -> Counter[str]:
        """How often each mark was made on ``valid``, ballots as they are written."""
        return counted(valid)

    def merged(self, motion: Motion, marks: Counter[str]) -> Counter[str]:
        """The marks of ballots, opinions and the hall together: what means the same is one line."""
        return marks

    def shown(self, motion: Motion, counts: tuple[tuple[str, int], ...], cast: int) -> tuple[tuple[str, int], ...]:
        """Those of the sums that may be known."""
        return counts

    def adds_up(self, motion: Motion, counts: Mapping[str, int], valid: int) -> bool:
        """Whether a count in the hall can be the marks of ``valid`` ballots."""
        return counts.keys() <= set(self.lines(motion)) and sum(counts.values()) == valid

    def verdict(self, motion: Motion, tally: Tally, quorum: QuorumCheck | None) -> Verdict:
        """The result under the motion's frozen rule, with the quorum of the closing."""
        return rules.verdict(motion.preset, tally, quorum)

    def report(self, motion: Motion, tally: Tally, issued: int, quorum: QuorumCheck | None) -> ReportSheet | None:
        """What a scrutineer signs; ``issued``: papers handed out online. Only elections have one."""
        return None


class WithoutForce(Kind):
    """A kind that finds something out and decides nothing."""

    decides = False
    printed = ()

    def verdict(self, motion: Motion, tally: Tally, quorum: QuorumCheck | None) -> Verdict:
        return rules.verdict(replace(motion.preset, passing=None), tally, quorum)


def counted(valid: Iterable[tuple[str, ...]]) -> Counter[str]:
    """How often each mark was made: one mark is written in one way."""
    return Counter(chain.from_iterable(valid))
