"""Puts the built client into the wheel; builds it first with npm, and fails when it is missing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ClientInWheel(BuildHookInterface[Any]):
    """An editable installation uses web_client/dist where it is; a wheel carries it as ``meeting_server/web/client``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        root = Path(self.root)
        dist = root / "web_client" / "dist"
        if not (dist / "manifest.json").exists() and not (dist / ".vite" / "manifest.json").exists():
            sys.path.insert(0, str(root / ".ci"))
            from tools.bootstrap import build_client

            build_client()
        if not any(dist.rglob("*.js")):
            raise RuntimeError("the web client was not built: run `make client`")
        build_data["force_include"][str(dist)] = "meeting_server/web/client"
