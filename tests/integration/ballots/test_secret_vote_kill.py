"""The server is killed in every phase of secret votes: each acknowledged ballot is sealed, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kit.meetings.secret_vote_kills import vote_under_fire

pytestmark = [pytest.mark.slow, pytest.mark.night]


async def test_no_acknowledged_secret_ballot_is_lost_or_doubled_in_32_kills(tmp_path: Path) -> None:
    await vote_under_fire(tmp_path, 32)
