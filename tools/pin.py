"""Writes constraints.txt: the exact versions in this environment, without any address."""

from __future__ import annotations

import subprocess
import sys

from tools.bootstrap import ROOT

NOT_OURS = {"pip", "setuptools", "wheel", "meeting-server"}
HEAD = "# Exact versions, written by `make constraints`; no addresses, so any index or mirror may serve them.\n"


def main() -> None:
    frozen = subprocess.run(
        [sys.executable, "-m", "pip", "list", "--format=freeze", "--disable-pip-version-check"], capture_output=True, text=True, check=True
    ).stdout.split()
    pins = sorted((line for line in frozen if line.split("==")[0] not in NOT_OURS), key=str.lower)
    (ROOT / "constraints.txt").write_text(HEAD + "\n".join(pins) + "\n")
    print(f"{len(pins)} packages pinned")


if __name__ == "__main__":
    main()
