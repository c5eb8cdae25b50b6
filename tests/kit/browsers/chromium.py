"""The browsers that tests start."""

from __future__ import annotations

CHROMIUM = "/usr/bin/chromium-headless-shell"
"""The same engine as Chromium's, without the program around it: no window is drawn here, and a page costs a third less."""
