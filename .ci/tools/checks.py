"""Runs the project's checks in order, says how long each took, and goes on after a failure so that one run tells all."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.bootstrap import CLIENT, ROOT, npm, say

BIN = Path(sys.executable).parent
Check = tuple[str, list[str], Path]


def checks(which: str) -> list[Check]:
    npm_command, _ = npm()
    python = str(BIN / "python")
    static: list[Check] = [
        ("ruff", [str(BIN / "ruff"), "check", "--quiet", "."], ROOT),
        ("mypy", [str(BIN / "mypy")], ROOT),
        ("import contracts", [str(BIN / "lint-imports"), "--no-cache"], ROOT),
        ("tsc", [*npm_command, "run", "--silent", "check"], CLIENT),
        ("vitest", [*npm_command, "run", "--silent", "test"], CLIENT),
    ]
    tests = ["tests/unit", "tests/properties"] if which == "quick" else ["tests"]
    # a closing line of pytest must be the last thing said, so it comes last
    return [*static, ("pytest", [python, "-m", "pytest", "-q", *tests], ROOT)]


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
    *static, tests = checks(which)
    failed: list[str] = []
    with ThreadPoolExecutor(2) as pool:  # each is one core's work
        for name, code, said, took in pool.map(lambda check: run(check, environment), static):
            if code != 0:
                failed.append(name)
                print(said, flush=True)
            say(f"{name}: {'ok' if code == 0 else 'FAILED'} ({took:.0f} s)")
    began = time.monotonic()
    code = subprocess.run(tests[1], cwd=tests[2], env={**os.environ, **environment}, check=False).returncode
    say(f"{tests[0]}: {'ok' if code == 0 else 'FAILED'} ({time.monotonic() - began:.0f} s)")
    failed += [tests[0]] if code else []
    if failed:
        say("Failed: " + ", ".join(failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
