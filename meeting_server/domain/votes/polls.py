"""A quick poll (投票调查): it asks everyone present for choices, a number or a few words, and decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from meeting_server.domain.commands import DraftMotion
from meeting_server.domain.decision import checked_text
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.state import MeetingState, Motion
from meeting_server.domain.terms import Choice, Preset
from meeting_server.domain.vote_terms import Electorate, PollShape, RuleMethod
from meeting_server.domain.votes.kind import Check, WithoutForce
from meeting_server.domain.votes.marks import Ballot, Validity, WrittenIn

LONGEST_LABEL = 100
FEWEST_CHOICES, MOST_CHOICES, MOST_WORDS = 2, 12, 3
SCALE = tuple(Choice(str(n), "") for n in range(1, 6))


class Poll(WithoutForce):
    needs_quorum = False
    shows_running = True
    can_be_repeated = False

    def choices(self, command: DraftMotion) -> tuple[Choice, ...] | Rejected:
        if command.shape == PollShape.CHOICES:
            return _labelled(command)
        if command.choices:
            return Rejected(Code.BAD_CHOICE, "choices")
        return SCALE if command.shape == PollShape.SCALE else ()

    def most_choices(self, command: DraftMotion, choices: tuple[Choice, ...]) -> int:
        if command.shape == PollShape.CHOICES:
            return len(choices)
        return MOST_WORDS if command.shape == PollShape.WORD else 1

    def rule(self, state: MeetingState, command: DraftMotion, presets: Mapping[str, Preset]) -> Preset | Rejected:
        preset = self.named_rule(state, command, presets)
        if preset is None:
            return Rejected(Code.UNKNOWN_PRESET, "preset_id")
        return replace(preset, quorum=None, passing=None, electorate=Electorate.EVERYONE, method=RuleMethod.FREE)

    def shape(self, command: DraftMotion) -> PollShape:
        return command.shape

    def checks(self, motion: Motion) -> Check:
        if motion.shape != PollShape.WORD:
            return super().checks(motion)

        def check(ballot: Ballot) -> Validity:
            fits = all(isinstance(mark, WrittenIn) and mark.fits for mark in ballot)
            return Validity.VALID if fits and 1 <= len(ballot) <= motion.max_choices else Validity.MALFORMED

        return check

    def counts_in_hall(self, motion: Motion) -> bool:
        """Return whether it can be counted in the hall. Free words can't be counted by raising hands."""
        return motion.shape != PollShape.WORD

    def adds_up(self, motion: Motion, counts: Mapping[str, int], valid: int) -> bool:
        """Check that a ballot has no mark twice, at least one, and no more than allowed."""
        fits = counts.keys() <= set(self.lines(motion)) and all(n <= valid for n in counts.values())
        return fits and valid <= sum(counts.values()) <= valid * motion.max_choices


def _labelled(command: DraftMotion) -> tuple[Choice, ...] | Rejected:
    if not FEWEST_CHOICES <= len(command.choices) <= MOST_CHOICES:
        return Rejected(Code.OUT_OF_RANGE, "choices", (("least", FEWEST_CHOICES), ("most", MOST_CHOICES)))
    labels = [checked_text(choice.label, "choices", LONGEST_LABEL) for choice in command.choices]
    for label in labels:
        if isinstance(label, Rejected):
            return label
    if len(set(labels)) != len(labels):
        return Rejected(Code.BAD_CHOICE, "choices")
    return tuple(Choice(str(number), str(label)) for number, label in enumerate(labels, 1))
