"""Runs the project's checks, two lanes at a time; says how long each took and what it cost, and goes on after a failure."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from tools.bootstrap import CLIENT, ROOT, npm, say

BIN = Path(sys.executable).parent
WORKERS = ("-n", "5", "--dist", "loadfile", "--no-loadscope-reorder")
"""Three more than the cores that the gate is meant for: many tests wait for pictures and sound. A file's tests stay together, because
what they share is made once a worker; ``tests/conftest.py`` puts the longest first. Not ``loadgroup``: pytest 9.2 builds its node ids
anew, and so every test of a group went to another worker."""


WITHOUT_CHANCE = ("--hypothesis-profile=ci",)
"""The same examples each time and no limit of 0.2 s for one, which a busy machine breaks; elsewhere than in the gate both are of use."""
COMPUTING = ("-n", "2")
"""Units and properties wait for nothing, and each worker collects all of them: five seconds of CPU."""


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
    return Check(name, (sys.executable, "-m", "pytest", "-q", *WITHOUT_CHANCE, "--durations=25", "--durations-min=5", *words), shown=True)


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


UNITS = ("tests/unit", "tests/properties")
FOLDERS = ("tests/contracts", "tests/e2e", "tests/integration")
LISTENING = "tests/integration/media"
"""Its tests that run alone watch pictures and sound for a minute and a half, and hardly compute: what gives way may run beside them."""


def giving_way(check: Check) -> Check:
    """Beside one that is shown, and so told when all is over."""
    return replace(check, command=("nice", "-n", "19", *check.command), shown=False)


def lanes(which: str) -> tuple[list[Check], list[Check], list[Check]]:
    """Two lanes that run beside each other, each one after another, and what comes when both are over: what is marked ``alone`` is
    measured with the machine."""
    if which == "quick":
        return static_checks(), [pytest("units and properties", *WORKERS, *COMPUTING, *UNITS)], []
    if which == "long":
        night = pytest("tests for the night", *WORKERS, "-m", "night", "--ignore=tests/long", "tests")
        return [], [pytest("soaks, fuzzing and marathons", "tests/long"), night], []
    alone = ("-m", "alone and not night")
    beside = [*static_checks(), pytest("units and properties", "-m", "not night", *UNITS)]
    return (
        [giving_way(check) for check in beside],
        [
            pytest("tests that listen and look", *alone, LISTENING),
            pytest("tests", *WORKERS, "-m", "not alone and not night", *FOLDERS),
        ],
        [pytest("tests that run alone", *alone, f"--ignore={LISTENING}", *FOLDERS)],
    )


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
    beside, tests, last = lanes(which)
    with ThreadPoolExecutor(1) as lane:
        in_it = lane.map(lambda check: run(check, environment), beside)
        results = [run(check, environment) for check in tests]
        results = [*in_it, *results]
    results += [run(check, environment) for check in last]
    for result in results:
        if result.code or ("pytest" in result.check.command and result.said):
            print(f"\n--- {result.check.name}\n{result.said}", flush=True)
    print(table(results))
    failed = [result.check.name for result in results if result.code]
    say(f"{'Failed: ' + ', '.join(failed) if failed else 'All well'} ({time.monotonic() - began:.0f} s)")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
