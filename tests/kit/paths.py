"""Where the checkout is, and the files that tests read."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data"
GOLDEN = ROOT / "tests" / "golden"
VECTORS = ROOT / "tests" / "vectors"
OFFERS = DATA / "media_offers"
"""SDP offers as browsers and encoders make them."""
NO_DOWNLOAD = {"MEETING_SPEECH_ENGINE": "none"}
"""For every server that tests start: it installs no speech engine from the network."""
CLIENT = ROOT / "web_client"
AXE = CLIENT / "node_modules" / "axe-core" / "axe.min.js"
