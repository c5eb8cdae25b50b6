"""A survey (问卷): a secret poll whose result is shown only from a minimum number of answers on."""

from __future__ import annotations

from meeting_server.domain.commands import DraftMotion
from meeting_server.domain.state import Motion
from meeting_server.domain.terms import Preset
from meeting_server.domain.vote_terms import VoteMethod
from meeting_server.domain.votes.polls import Poll

SMALLEST_GROUP = 5
"""With fewer answers, people could guess whose is whose."""


class Survey(Poll):
    shows_running = False

    def method(self, command: DraftMotion, preset: Preset) -> VoteMethod:
        return VoteMethod.SECRET

    def minimum_group(self, command: DraftMotion) -> int:
        return max(SMALLEST_GROUP, command.minimum_group)

    def shown(self, motion: Motion, counts: tuple[tuple[str, int], ...], cast: int) -> tuple[tuple[str, int], ...]:
        return counts if cast >= motion.minimum_group else ()
