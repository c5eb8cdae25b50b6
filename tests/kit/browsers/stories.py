"""The stories of the client, built and served, and the ways in which they are looked at."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.kit.browsers.chromium import CHROMIUM
from tests.kit.browsers.look import BUILT, Look, served
from tools.bootstrap import CLIENT, npm

HOUSE = ("console-", "stage-")
"""Stories of the secretary's console and of the hall's screen: one language on a phone, the other one wide."""
PHONE = Look("360x740", "zh", "light", False)
SMALL_BIG = Look("320x568", "zh", "light", True)
ZOOMED = Look("180x370", "zh", "light", False)
"""A phone of 360×740 at 200 % zoom."""
AT_DOUBLE_ZOOM = ("room-slides", "room-audio", "chat", "people", "vote-choose", "vote-confirm", "roll-call", "more", "result-carried")
SIDEWAYS = Look("740x360", "zh", "light", False)
DARK_PHONE = Look("360x740", "en", "dark", False)
DARK_SMALL_BIG = Look("320x568", "en", "dark", True)
WIDE = Look("1280x720", "en", "dark", False)
DESKTOP = Look("1280x800", "en", "light", False)


@contextmanager
def stories_served(folder: Path) -> Iterator[str]:
    """The address of a copy, which the next build does not take away."""
    command, environment = npm()
    subprocess.run([*command, "run", "--silent", "stories"], cwd=CLIENT, env={**os.environ, **environment}, check=True, capture_output=True)
    with served(Path(shutil.copytree(BUILT, folder / "dist"))) as where:
        yield where


@contextmanager
def story_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()
