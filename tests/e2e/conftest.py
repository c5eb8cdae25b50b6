"""A demo house for the browser tests that look at pages: one server a run, everyone signed in once."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.kit.browsers.hall import Hall, voting_hall
from tests.kit.servers.demo_house import demo_house

__all__ = ["demo_house"]


@pytest.fixture
def pictures() -> Path | None:
    """Where to put screenshots, for a look; none by habit."""
    folder = os.environ.get("PICTURES")
    return Path(folder) if folder else None


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    async with voting_hall(tmp_path) as made:
        yield made
