"""Finds the built client's files, whose names contain a content hash, in Vite's manifest."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from meeting_server.web.site.errors import Refused, WebCode


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the client: the addresses of its script, its style sheets and the scripts it imports at once."""

    script: str
    styles: tuple[str, ...]
    imports: tuple[str, ...] = ()


class Assets:
    """The folder of the built client. The manifest is read again when a new build replaces it."""

    def __init__(self, folder: Path, address: str = "/static/") -> None:
        self.folder = folder
        self.address = address
        self._read_at = -1.0
        self._entries: dict[str, Entry] = {}
        self._parts: dict[str, str] = {}

    def entry(self, name: str) -> Entry:
        """Return the entry ``room``, ``pages`` or ``player``. Raises Refused(client_not_built) if there is no build."""
        manifest = self.folder / "manifest.json"
        try:
            changed_at = manifest.stat().st_mtime
            if changed_at != self._read_at:
                self._entries = self._read(json.loads(manifest.read_text("utf-8")))
                self._read_at = changed_at
        except FileNotFoundError:
            raise Refused(WebCode.CLIENT_NOT_BUILT) from None
        try:
            return self._entries[name]
        except KeyError:
            raise Refused(WebCode.CLIENT_NOT_BUILT) from None

    def styles(self) -> tuple[str, ...]:
        """Return the style sheets of server-rendered pages; none if the client is not built, so that pages stay readable."""
        try:
            return self.entry("pages").styles
        except Refused:
            return ()

    def script(self, name: str) -> str:
        """Return the address of an entry's script, for pages that work without it; empty if the client is not built."""
        try:
            return self.entry(name).script
        except Refused:
            return ""

    def part(self, source: str) -> str:
        """Return the address of a part that an entry loads later, for prefetching; empty if there is none."""
        try:
            self.entry("room")
        except Refused:
            return ""
        return self._parts.get(source, "")

    def _read(self, manifest: dict[str, dict[str, object]]) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        self._parts = {source: self.address + str(chunk["file"]) for source, chunk in manifest.items() if chunk.get("isDynamicEntry")}
        for chunk in manifest.values():
            if not chunk.get("isEntry"):
                continue
            styles: list[str] = []
            imports: set[str] = set()
            self._collect(manifest, chunk, styles, imports)
            # an entry's own sheet comes after the shared ones, so that it overrides them
            styles.sort(key=lambda href, own=f"{self.address}{chunk['name']}.": href.startswith(own))  # type: ignore[misc]  # default binds the loop variable
            entries[str(chunk["name"])] = Entry(
                self.address + str(chunk["file"]),
                tuple(styles),
                tuple(
                    self.address + str(manifest[name]["file"]) for name in sorted(imports) if str(manifest[name]["file"]).endswith(".js")
                ),
            )
        return entries

    def _collect(self, manifest: dict[str, dict[str, object]], chunk: dict[str, object], styles: list[str], seen: set[str]) -> None:
        imports = chunk.get("imports", [])
        assert isinstance(imports, list)
        for name in imports:
            if name not in seen:
                seen.add(name)
                self._collect(manifest, manifest[name], styles, seen)
        css = chunk.get("css", [])
        assert isinstance(css, list)
        styles.extend(self.address + file for file in css if self.address + file not in styles)
