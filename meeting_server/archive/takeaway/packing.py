"""Zip files of packages: the same parts give the same bytes, and sound is added without reading it into memory."""

from __future__ import annotations

import re
import shutil
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, TypeVar

from meeting_server.domain.characters import cleaned

Target = TypeVar("Target", Path, IO[bytes])

LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The date of every entry, so that packages can be compared."""
_PACKED_ALREADY = (".m4a", ".mp4", ".webm")


def pack(target: Target, parts: Mapping[str, bytes | Path]) -> Target:
    """Write ``parts`` (name in the package → content, or the file that holds it) to ``target``. Raises OSError."""
    with zipfile.ZipFile(target, "w") as package:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(_PACKED_ALREADY) else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            if isinstance(content, bytes):
                package.writestr(entry, content)
                continue
            with content.open("rb") as source, package.open(entry, "w", force_zip64=True) as into:
                shutil.copyfileobj(source, into, 1024 * 1024)
    return target


def xml_id(*parts: str) -> str:
    """Return an identifier that XML accepts, made from our ids."""
    return "_".join(re.sub(r"[^A-Za-z0-9_.-]", "-", part) for part in ("x", *parts))


def xml_bytes(root: ET.Element) -> bytes:
    """Return an XML document in UTF-8 with its declaration, without characters that XML cannot contain."""
    for element in root.iter():
        element.text, element.tail = cleaned(element.text), cleaned(element.tail)
        element.attrib.update(cleaned(element.attrib))
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written
