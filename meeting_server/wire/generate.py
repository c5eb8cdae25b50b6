"""``python -m meeting_server.wire.generate``: writes the generated files; ``--check`` only says whether they are stale."""

from __future__ import annotations

import sys
from pathlib import Path

from meeting_server.wire import protocol_document, typescript

ROOT = Path(__file__).resolve().parents[2]


def outputs() -> dict[Path, str]:
    """What every generated file should hold now."""
    return {
        ROOT / "web_client/src/wire/messages.ts": typescript.render(),
        ROOT / "docs/PROTOCOL.md": protocol_document.render(),
    }


def stale() -> list[Path]:
    """Generated files that differ from what the code says now."""
    return [path for path, text in outputs().items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def main(arguments: list[str]) -> int:
    behind = stale()
    if "--check" in arguments:
        for path in behind:
            print(f"stale: {path.relative_to(ROOT)}")
        return 1 if behind else 0
    fresh = outputs()
    for path in behind:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(fresh[path], encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
