"""Kills by the hundred: the gate has the same with a few."""

from __future__ import annotations

from pathlib import Path

from tests.kit.meetings import live_kills, secret_vote_kills


async def test_no_acknowledged_ballot_is_lost_or_doubled_in_60_kills(tmp_path: Path) -> None:
    await live_kills.vote_under_fire(tmp_path, 60)


async def test_no_acknowledged_secret_ballot_is_lost_or_doubled_in_200_kills(tmp_path: Path) -> None:
    await secret_vote_kills.vote_under_fire(tmp_path, 200)
