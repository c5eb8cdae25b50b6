"""What a real reader makes of each kind of file the server writes: the texts in it, as its program would show them."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from typing import Any

import icalendar
import openpyxl
import webvtt
from docx import Document
from pypdf import PdfReader

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff\U0001fffe\U0001ffff]")
"""What no reader may meet in a text."""


def xml(content: bytes) -> str:
    return "".join(ET.fromstring(content).itertext())


def docx(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    return "\n".join([p.text for p in document.paragraphs] + [c.text for t in document.tables for row in t.rows for c in row.cells])


def xlsx(content: bytes) -> str:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return "\n".join(str(value) for sheet in book for row in sheet.iter_rows(values_only=True) for value in row if value is not None)


def pdf(content: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).replace("\0", "").replace("\n", "")


def calendar(content: bytes) -> str:
    events = icalendar.Calendar.from_ical(content.decode()).walk("VEVENT")
    return "\n".join(f"{event['summary']} {event.get('description', '')} {event.get('location', '')}" for event in events)


def captions(content: bytes) -> str:
    return "\n".join(f"{cue.voice} {cue.text}" for cue in webvtt.from_string(content.decode()).captions)


def subrip(content: bytes) -> str:
    return "\n".join(cue.text for cue in webvtt.from_buffer(io.StringIO(content.decode()), format="srt").captions)


def package(content: bytes) -> str:
    said = []
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert package.testzip() is None
        for name in package.namelist():
            part = package.read(name)
            if name.endswith(".xml"):
                said.append(xml(part))
            elif name.endswith((".vtt", ".js", ".md", ".html")):
                said.append(part.decode())
            elif name == "resource.json":
                said.append("".join(strings(json.loads(part))))
    return "\n".join(said)


def strings(tree: Any) -> list[str]:
    if isinstance(tree, dict):
        return [said for value in tree.values() for said in strings(value)]
    return [said for value in tree for said in strings(value)] if isinstance(tree, list) else [str(tree)]


def table(content: bytes) -> str:
    return "\n".join(cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in row)


def nothing(content: bytes) -> str:
    return ""


READERS: dict[str, Callable[[bytes], str]] = {
    "text/html": bytes.decode,
    "text/markdown": bytes.decode,
    "text/csv": table,
    "text/vtt": captions,
    "text/calendar": calendar,
    "application/x-subrip": subrip,
    "application/rss+xml": xml,
    "image/svg+xml": xml,
    "application/pdf": pdf,
    "application/zip": package,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": docx,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": xlsx,
    "application/json": lambda content: json.dumps(json.loads(content)),  # escaped: any program reads it
    "audio/mp4": nothing,
    "video/mp4": nothing,
    "image/png": nothing,
    "image/webp": nothing,
    "image/jpeg": nothing,
    "text/plain": nothing,
    "application/octet-stream": nothing,
    "video/webm": nothing,
    "application/javascript": nothing,
    "text/javascript": nothing,
}
"""By content type: what a real reader makes of it."""
