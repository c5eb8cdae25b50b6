"""Runs the project's checks, the static ones beside the tests; says how long each took and what it cost, and goes on after a failure."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tools.bootstrap import CLIENT, ROOT, npm, say

BIN = Path(sys.executable).parent
WORKERS = ("-n", "3", "--dist", "loadfile", "--no-loadscope-reorder")
"""One more than the two cores that the gate is meant for: many tests wait for pictures and sound. A file's tests stay together, because
what they share is made once a worker; ``tests/conftest.py`` puts the longest first. Not ``loadgroup``: pytest 9.2 builds its node ids
anew, and so every test of a group went to another worker."""


@dataclass(frozen=True)
class Check:
    """``shown``: what it says goes straight to the terminal; otherwise it is printed when it failed."""

    name: str
    command: tuple[str, ...]
    folder: Path = ROOT
    shown: bool = False


@dataclass(frozen=True)
class Result:
    """``lasted`` and ``cpu``: seconds; the latter of all processes that it started and that have ended."""

    check: Check
    code: int
    said: str
    lasted: float
    cpu: float


def pytest(name: str, *words: str) -> Check:
    return Check(name, (sys.executable, "-m", "pytest", "-q", "--durations=25", "--durations-min=5", *words), shown=True)


def static_checks() -> list[Check]:
    npm_command, _ = npm()
    return [
        Check("mypy", (str(BIN / "mypy"),)),
        Check("ruff", (str(BIN / "ruff"), "check", "--quiet", ".")),
        Check("format", (str(BIN / "ruff"), "format", "--quiet", "--diff", ".")),
        Check("import contracts", (str(BIN / "lint-imports"), "--no-cache")),
        Check("dead code", (sys.executable, "-m", "tools.dead_code")),
        Check("dependencies", (str(BIN / "deptry"), "meeting_server")),
        Check("dependencies of tools and tests", (str(BIN / "deptry"), ".ci", "tests", "--ignore", "DEP002,DEP004")),
        Check("words", (sys.executable, "-m", "tools.words")),
        Check("biome", (*npm_command, "run", "--silent", "lint"), CLIENT),
        Check("tsc", (*npm_command, "run", "--silent", "check"), CLIENT),
        Check("vitest", (*npm_command, "run", "--silent", "test"), CLIENT),
    ]


def tests(which: str) -> list[Check]:
    """One after another. What is marked ``alone`` is measured with the machine, and so comes when all else is over."""
    if which == "quick":
        return [pytest("units and properties", *WORKERS, "tests/unit", "tests/properties")]
    if which == "long":
        return [
            pytest("soaks, fuzzing and marathons", "tests/long"),
            pytest("tests for the night", *WORKERS, "-m", "night", "--ignore=tests/long", "tests"),
        ]
    return [
        pytest("tests", *WORKERS, "-m", "not alone and not night", "--ignore=tests/long", "tests"),
        pytest("tests that run alone", "-m", "alone and not night", "tests/integration"),
    ]


def run(check: Check, environment: dict[str, str]) -> Result:
    began = time.monotonic()
    to = None if check.shown else subprocess.PIPE
    process = subprocess.Popen(check.command, cwd=check.folder, env=environment, text=True, stdout=to, stderr=subprocess.STDOUT)
    said = process.stdout.read() if process.stdout else ""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Result(check, process.returncode, said, time.monotonic() - began, used.ru_utime + used.ru_stime)


def table(results: list[Result]) -> str:
    lines = [f"{'lasted':>7} {'CPU':>7}  (seconds)"]
    for result in results:
        lines.append(f"{result.lasted:>7.0f} {result.cpu:>7.0f}  {result.check.name}{'' if result.code == 0 else ': FAILED'}")
    return "\n".join([*lines, f"{'':>7} {sum(result.cpu for result in results):>7.0f}  all"])


def main() -> int:
    which = sys.argv[1] if len(sys.argv) > 1 else "quick"
    _, environment = npm()
    environment["NOTHING_SKIPS"] = "1"
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # hundreds of processes would each compile the server, and each worker the tests
    began = time.monotonic()
    say({"quick": "Static checks, units and properties", "long": "What takes longer than the gate has"}.get(which, "All checks and tests"))
    with ThreadPoolExecutor(1) as lane:
        beside = lane.map(lambda check: run(check, environment), [] if which == "long" else static_checks())
        results = [run(check, environment) for check in tests(which)]
        results = [*beside, *results]
    for result in results:
        if result.code:
            print(f"\n--- {result.check.name}\n{result.said}", flush=True)
    print(table(results))
    failed = [result.check.name for result in results if result.code]
    say(f"{'Failed: ' + ', '.join(failed) if failed else 'All well'} ({time.monotonic() - began:.0f} s)")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
