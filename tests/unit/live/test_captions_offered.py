"""Who is offered live captions."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from meeting_server.archive.speech.installed import MODEL, engine_of, place_of
from meeting_server.config import Settings
from meeting_server.live.captions import Captions


@pytest.mark.parametrize(
    ("cores", "settings", "offered"),
    [
        (2, {}, True),
        (1, {}, False),
        (1, {"captions": True}, True),
        (2, {"captions": False}, False),
        (2, {"speech_engine": "none"}, False),
        (2, {"speech_engine": "remote"}, False),
        (2, {"media": False}, False),
    ],
    ids=["two cores", "one core", "wished on one core", "not wished", "no engine", "a service elsewhere", "text only"],
)
def test_captions_are_offered_where_a_core_is_to_spare_and_an_engine_listens_here(
    monkeypatch: pytest.MonkeyPatch, cores: int, settings: dict[str, Any], *, offered: bool
) -> None:
    monkeypatch.setattr("meeting_server.config.cores", lambda: cores)
    found = Settings(**({"speech_engine": "auto", "captions": None} | settings)).caption_sockets
    assert (found is not None) is offered


def test_captions_are_offered_from_the_moment_their_engine_is_installed(tmp_path: Path) -> None:
    settings = Settings(speech_engine="auto", data_dir=tmp_path)
    sockets = tmp_path / "captions.sock", tmp_path / "voices.sock"
    captions = Captions(cast(Any, object()), sockets, cast(Any, None), lambda: bool(engine_of(settings)))
    assert not captions.available
    model = place_of(settings.speech_home) / MODEL / "model.bin"
    model.parent.mkdir(parents=True)
    model.touch()
    assert captions.available
