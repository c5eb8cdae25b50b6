"""From the tap on a link to hearing the meeting, on a slow network and a slow phone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kit.browsers.link_to_audible import someone_speaks, visit
from tests.kit.browsers.phones import phones
from tests.kit.servers.demo_house import DemoHouse

pytestmark = [pytest.mark.browser]


async def test_a_first_visit_on_a_slow_phone_hears_the_meeting_after_one_tap(demo_house: DemoHouse, tmp_path: Path) -> None:
    """How soon is measured by ``tests.bench.bench_latency``."""
    async with phones(tmp_path) as all_phones:
        await someone_speaks(all_phones, demo_house)
        await visit(all_phones, demo_house, "李敏")  # fails when nothing is heard
