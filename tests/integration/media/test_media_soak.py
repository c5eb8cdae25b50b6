"""A short soak; `python -m tests.bench.soak_media` is the long one."""

from __future__ import annotations

import pytest

from tests.bench.soak_media import soak


@pytest.mark.slow
async def test_coming_and_going_leaves_nothing_behind() -> None:
    figures = await soak(10.0)
    assert figures["joins"] >= 9
    assert figures["failures"] == 0
    assert figures["descriptors_growth"] <= 1
    assert figures["memory_growth_mib"] < 6
