"""What an administrator may write into the environment."""

from __future__ import annotations

import types
import typing

import pytest

from meeting_server.config import Settings

OPTIONAL = [name for name, field in Settings.model_fields.items() if types.NoneType in typing.get_args(field.annotation)]


@pytest.mark.parametrize("name", OPTIONAL)
def test_a_setting_that_may_be_empty_may_be_written_empty(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(f"MEETING_{name.upper()}", "")
    assert getattr(Settings(), name) is None
