"""What a quick poll comes to while it runs: sums only, and never so few more at once that one member's answer shows.

Decisions, elections, appraisals and everything secret show how many ballots are back and nothing else until published.
"""

from __future__ import annotations

from itertools import islice

from meeting_server.domain.state import Motion
from meeting_server.domain.terms import RunningTally
from meeting_server.domain.vote_terms import MotionPhase, VoteMethod
from meeting_server.domain.votes.ballots import count
from meeting_server.domain.votes.kinds import kind_of

GROUP = 3
"""Answers by which the sums of a poll without names move on: whoever watches one member answer does not see theirs."""


def running_tally(motion: Motion) -> RunningTally | None:
    """The sums of a poll's first answers, in whole groups; ``None``: nothing is shown (yet) or the result is out."""
    if (
        not kind_of(motion).shows_running
        or motion.method == VoteMethod.SECRET
        or motion.phase not in (MotionPhase.VOTING, MotionPhase.CLOSED)
    ):
        return None
    shown = len(motion.ballots) - len(motion.ballots) % group_of(motion)
    if not shown:
        return None
    tally = count(motion, list(islice(motion.ballots.values(), shown)), 0)
    return RunningTally(tally.counts, tally.cast)


def step_of(motion: Motion) -> RunningTally | None:
    """The sums, if the last ballot completed a group; ``None``: they are what they were."""
    return running_tally(motion) if len(motion.ballots) % group_of(motion) == 0 else None


def group_of(motion: Motion) -> int:
    """In a named poll everyone's answer is published anyway."""
    return 1 if motion.method == VoteMethod.NAMED else GROUP
