"""The built client's files under ``/static``: compressed once, kept for ever by browsers when the name holds a hash."""

from __future__ import annotations

import gzip
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

_HASHED = re.compile(r"\.[A-Za-z0-9_-]{8,}\.[a-z0-9]+$")
_TYPES = {".js": "text/javascript", ".css": "text/css", ".json": "application/json", ".webmanifest": "application/manifest+json"}
_COMPRESSED = {".js", ".css", ".json", ".webmanifest", ".svg", ".html"}
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


@dataclass(frozen=True, slots=True)
class _File:
    changed_at: float
    plain: bytes
    packed: bytes | None
    headers: dict[str, str]


class ClientFiles:
    """ASGI app for one folder. The files are few and small, so they stay in memory once requested."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._held: dict[str, _File] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = self._answer(scope) if scope["method"] in ("GET", "HEAD") else PlainTextResponse("", 405)
        await response(scope, receive, send)

    def _answer(self, scope: Scope) -> Response:
        name = str(scope["path"]).removeprefix(str(scope.get("root_path", ""))).lstrip("/")
        file = self._file(name)
        if file is None:
            return PlainTextResponse("not found", 404)
        headers = Headers(scope=scope)
        if headers.get("if-none-match") == file.headers["etag"]:
            return Response(status_code=304, headers=file.headers)
        if file.packed is not None and "gzip" in headers.get("accept-encoding", ""):
            return Response(file.packed, headers={**file.headers, "content-encoding": "gzip"})
        return Response(file.plain, headers=file.headers)

    def _file(self, name: str) -> _File | None:
        if "\0" in name:
            return None
        path = (self.folder / name).resolve()
        if not path.is_relative_to(self.folder) or path.name.startswith("."):
            return None
        try:
            changed_at = path.stat().st_mtime
            held = self._held.get(name)
            if held is not None and held.changed_at == changed_at:
                return held
            plain = path.read_bytes()
        except OSError:
            self._held.pop(name, None)
            return None
        kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        headers = {
            "content-type": f"{kind}; charset=utf-8" if path.suffix in _COMPRESSED else kind,
            "cache-control": FOR_EVER if _HASHED.search(path.name) else ASK_AGAIN,
            "etag": f'"{int(changed_at * 1000):x}-{len(plain):x}"',
            "vary": "accept-encoding",
        }
        if path.name == "sw.js":
            headers["service-worker-allowed"] = "/"
        packed = gzip.compress(plain, 9, mtime=0) if path.suffix in _COMPRESSED else None
        self._held[name] = _File(changed_at, plain, packed, headers)
        return self._held[name]
