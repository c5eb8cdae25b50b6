"""The meeting of ``test_meeting_to_resource``, with silences of minutes: every assertion made there holds here."""

from __future__ import annotations

import pytest

from tests.integration.archive.test_meeting_to_resource import *  # noqa: F403  # its tests and fixtures
from tests.integration.archive.test_meeting_to_resource import Held
from tests.kit.meetings.scripted_meeting import TEN_MINUTES, Pace


@pytest.fixture(scope="module")  # type: ignore[no-redef]  # instead of the short one
def pace() -> Pace:
    return TEN_MINUTES


def test_it_lasted_ten_minutes_with_minutes_of_silence(held: Held) -> None:
    assert held.truth.adjourned_at - held.truth.opened_at >= 600
