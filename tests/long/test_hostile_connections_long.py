"""The attack of ``tests/integration/meeting/test_hostile_connections.py`` for as long as the promise says."""

from __future__ import annotations

from pathlib import Path

from tests.integration.meeting.test_hostile_connections import pressed


async def test_twenty_hostile_connections_keep_nobody_else_waiting_for_twenty_seconds(tmp_path: Path) -> None:
    await pressed(tmp_path, 8)
