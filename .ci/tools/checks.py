"""Runs the project's checks, three at a time and one that sleeps beside them, says how long each took; goes on after a failure."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

from tools.bootstrap import CLIENT, ROOT, npm, say

BIN = Path(sys.executable).parent
Check = tuple[str, list[str], Path]

MEDIA = sorted(
    str(file.relative_to(ROOT)) for kind in ("contracts", "integration") for file in ROOT.glob(f"tests/{kind}/media/test_media_*.py")
)
"""These wait for pictures and sound most of their time, as those with browsers do."""

PAGES = [f"tests/e2e/{room}" for room in ("learning", "record", "site")]
"""Browsers that look at pages; the others hold meetings."""

PROCESSES = [
    str(file.relative_to(ROOT))
    for file in ROOT.glob("tests/integration/*/test_*.py")
    for name in ("record_killed", "secret_vote_kill", "live_kill", "serve", "archive_process", "backup", "speech_engine", "speech_step")
    if file.stem == f"test_{name}"
]
"""Whole processes, started and ended; half the time of all integration tests."""

LISTENING = [
    f"tests/integration/{name}.py"
    for name in ("media/test_media_captions", "media/test_media_weak_network", "meeting/test_hostile_connections")
]
"""These measure how late a caption is, what is heard and seen on a weak network, and how long a page takes while others attack: a
busy machine would be measured with it, so they run by themselves at the end."""

SCRIPTED = "tests/integration/archive/test_meeting_to_resource.py"
"""Holds a meeting of ten minutes in which hardly anything is to be done."""

INTEGRATION = sorted(
    {str(file.relative_to(ROOT)) for file in ROOT.glob("tests/integration/*/test_*.py")} - {*MEDIA, *PROCESSES, *LISTENING, SCRIPTED}
)
PARTS = 4
ELSEWHERE = [f"tests/{kind}" for kind in ("e2e", "integration", "long", "properties", "unit")]
"""What other checks run."""


def pytest(name: str, *words: str) -> Check:
    return name, [sys.executable, "-m", "pytest", "-q", "--durations=15", *words], ROOT


def static_checks() -> list[Check]:
    npm_command, _ = npm()
    return [
        ("mypy", [str(BIN / "mypy")], ROOT),
        ("ruff", [str(BIN / "ruff"), "check", "--quiet", "."], ROOT),
        ("format", [str(BIN / "ruff"), "format", "--quiet", "--diff", "."], ROOT),
        ("import contracts", [str(BIN / "lint-imports"), "--no-cache"], ROOT),
        ("biome", [*npm_command, "run", "--silent", "lint"], CLIENT),
        ("tsc", [*npm_command, "run", "--silent", "check"], CLIENT),
        ("vitest", [*npm_command, "run", "--silent", "test"], CLIENT),
    ]


def all_checks(which: str) -> list[Check]:
    if which == "quick":
        return [*static_checks(), pytest("units and properties", "tests/unit", "tests/properties")]
    if which == "long":
        return [pytest("soaks, fuzzing and kill marathons", "tests/long")]
    return [
        *static_checks(),
        # the longest first, so that all lanes end at about the same time
        pytest("browsers that look at pages", *PAGES),
        pytest("browsers that hold meetings", "tests/e2e", *(f"--ignore={path}" for path in PAGES)),
        pytest("processes", *PROCESSES),
        pytest("media", *(path for path in MEDIA if path not in LISTENING)),
        *(pytest(f"integration {part + 1}", *INTEGRATION[part::PARTS]) for part in range(PARTS)),
        pytest("units and properties", "tests/unit", "tests/properties"),
        pytest("everything else", "tests", *(f"--ignore={path}" for path in (*ELSEWHERE, *MEDIA))),
    ]


def beside(which: str) -> list[Check]:
    """What has a lane of its own: it sleeps nearly all the time, and is over before the others are."""
    return [pytest("a meeting of ten minutes", SCRIPTED)] if which == "all" else []


def alone(which: str) -> list[Check]:
    """What is run when all else is over."""
    return [pytest("captions, weak networks and attacks", *LISTENING)] if which == "all" else []


def run(check: Check, environment: dict[str, str]) -> tuple[str, int, str, float]:
    """Name, exit code, what it said, seconds."""
    name, command, folder = check
    began = time.monotonic()
    result = subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    return name, result.returncode, result.stdout, time.monotonic() - began


def main() -> int:
    which = sys.argv[1] if len(sys.argv) > 1 else "quick"
    _, environment = npm()
    if which == "all":
        environment["NOTHING_SKIPS"] = "1"
    failed: list[str] = []
    todo, apart, last = all_checks(which), beside(which), alone(which)
    say("Checks and tests, three at a time" + (", some twenty minutes" if which == "all" else ""))
    with ThreadPoolExecutor(1) as lane, ThreadPoolExecutor(3) as pool:
        sleeping = lane.map(lambda check: run(check, environment), apart)
        at_the_end = (run(check, environment) for check in last)
        results = chain(pool.map(lambda check: run(check, environment), todo), sleeping, at_the_end)
        for check, (name, code, said, took) in zip([*todo, *apart, *last], results, strict=True):
            if code != 0 or "pytest" in check[1]:
                print(said, flush=True)
            failed += [name] if code else []
            say(f"{name}: {'ok' if code == 0 else 'FAILED'} ({took:.0f} s)")
    if failed:
        say("Failed: " + ", ".join(failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
