"""Runs the project's checks in order, says how long each took, and goes on after a failure so that one run tells all."""

from __future__ import annotations

import os
import subprocess
import sys
import time
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


def main() -> int:
    which = sys.argv[1] if len(sys.argv) > 1 else "quick"
    _, environment = npm()
    failed: list[str] = []
    for name, command, folder in checks(which):
        began = time.monotonic()
        loud = name == "pytest"
        result = subprocess.run(
            command, cwd=folder, env={**os.environ, **environment}, check=False,
            stdout=None if loud else subprocess.PIPE, stderr=None if loud else subprocess.STDOUT, text=True,
        )
        took = time.monotonic() - began
        if result.returncode != 0:
            failed.append(name)
            if not loud:
                print(result.stdout, flush=True)
        say(f"{name}: {'ok' if result.returncode == 0 else 'FAILED'} ({took:.0f} s)")
    if failed:
        say("Failed: " + ", ".join(failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
