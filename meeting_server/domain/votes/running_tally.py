"""The totals of a quick poll while it runs, updated in steps large enough to hide a single member's answer.

Decisions, elections, appraisals and secret votes show only how many ballots were returned until they are published.
"""

from __future__ import annotations

from itertools import islice

from meeting_server.domain.state import Motion
from meeting_server.domain.terms import RunningTally
from meeting_server.domain.vote_terms import MotionPhase, VoteMethod
from meeting_server.domain.votes.ballots import count
from meeting_server.domain.votes.kinds import kind_of

GROUP = 3
"""Answers per update of a poll that is not named, so that watching one member answer does not reveal the answer."""


def running_tally(motion: Motion) -> RunningTally | None:
    """Return the totals of a poll's first answers, in whole groups; ``None``: nothing is shown yet, or the result is published."""
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
    """Return the totals if the last ballot completed a group; ``None``: they are unchanged."""
    return running_tally(motion) if len(motion.ballots) % group_of(motion) == 0 else None


def group_of(motion: Motion) -> int:
    """Return the size of a group: one in a named poll, where every answer is published anyway."""
    return 1 if motion.method == VoteMethod.NAMED else GROUP
