"""What kind of file the bytes are, and whether it is safe to unpack."""

from __future__ import annotations

import io
import zipfile
from typing import Literal

from meeting_server.roster.sheets import UnreadableRoster

UNPACKED_BYTES = 30 * 1024 * 1024
"""A spreadsheet that unpacks to more is a bomb or no roster."""
MOST_ENTRIES = 500
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The container of Office before 2007, and of encrypted files since (MS-CFB)."""
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"

Kind = Literal["workbook", "open_document", "separated"]


def kind_of(data: bytes) -> Kind:
    """Raises UnreadableRoster: ``password``, ``other_workbook`` (a spreadsheet in a form that is to be saved anew),
    ``wrong_media_type``, ``too_large`` (unpacked)."""
    if data.startswith(_COMPOUND):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise UnreadableRoster("password")
        books = ("Workbook", "Book")
        is_book = any(f"{name}\0".encode("utf-16-le") in data for name in books)
        raise UnreadableRoster("other_workbook" if is_book else "wrong_media_type")
    return _kind_of_archive(data) if data.startswith(b"PK\x03\x04") else "separated"


def _kind_of_archive(data: bytes) -> Kind:
    """Look at the archive's own list before anything is unpacked, then for entities in what is."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > UNPACKED_BYTES:
                raise UnreadableRoster("too_large")
            if any(entry.flag_bits & 1 for entry in entries):
                raise UnreadableRoster("password")
            kind = _named(archive)
            _check_parts(archive, entries)
            return kind
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError) as error:
        raise UnreadableRoster("wrong_media_type") from error


def _named(archive: zipfile.ZipFile) -> Kind:
    names = set(archive.namelist())
    if "[Content_Types].xml" in names and "xl/workbook.xml" in names:
        return "workbook"
    if "xl/workbook.bin" in names or "Index/Document.iwa" in names:
        raise UnreadableRoster("other_workbook")
    if "mimetype" in names and "content.xml" in names and archive.open("mimetype").read(200).startswith(_OPEN_DOCUMENT):
        if "META-INF/manifest.xml" in names and b"encryption-data" in archive.open("META-INF/manifest.xml").read(UNPACKED_BYTES):
            raise UnreadableRoster("password")
        return "open_document"
    raise UnreadableRoster("wrong_media_type")


def _check_parts(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    left = UNPACKED_BYTES
    for entry in entries:
        if not entry.filename.endswith((".xml", ".rels")):
            continue
        with archive.open(entry) as unpacked:
            content = unpacked.read(left + 1)  # the size an archive claims need not be the one it unpacks to
        left -= len(content)
        if left < 0:
            raise UnreadableRoster("too_large")
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
            raise UnreadableRoster("wrong_media_type")
