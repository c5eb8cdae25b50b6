"""The sharing bundle: a resource without people, signed by its institution, and the checks before another accepts it.

A ZIP of exactly four files: ``resource.json`` (the content), ``transcript.md`` (the same for people without this program),
``bundle.json`` (its origin, and the SHA-256 of the two) and ``bundle.sig`` (Ed25519 over the bytes of ``bundle.json``). It has no sound,
because a voice identifies its speaker.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from meeting_server.archive.minutes.document_model import Words
from meeting_server.archive.takeaway.markdown import markdown
from meeting_server.archive.takeaway.packing import LONG_AGO
from meeting_server.archive.takeaway.paper import transcript_paper
from meeting_server.archive.takeaway.study import Study
from meeting_server.domain.characters import clean, cleaned
from meeting_server.domain.ids import Millis

FORMAT = "meeting-resource/1"
ABOUT, SIGNATURE, RESOURCE, READABLE = "bundle.json", "bundle.sig", "resource.json", "transcript.md"
NAMES = (ABOUT, SIGNATURE, RESOURCE, READABLE)
LARGEST = 8 * 1024 * 1024
"""Most bytes of a bundle as a file."""
LARGEST_INSIDE = 16 * 1024 * 1024
"""Most bytes of its contents, unpacked."""
MOST_LINES = 50_000


class BundleRefused(Exception):
    """A refused bundle. The sentence of ``code`` is ``sharing.refused.<code>``; ``file`` names the file at fault."""

    def __init__(self, code: str, file: str = "") -> None:
        super().__init__(f"{code} {file}".strip())
        self.code = code
        self.file = file


class About(msgspec.Struct, frozen=True):
    """``bundle.json``. ``public_key`` is base64 of the 32 bytes; ``files`` pairs name and SHA-256 (hexadecimal)."""

    format: str
    institution: str
    public_key: str
    made_at: Millis
    resource_id: str
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A valid bundle. ``sha256`` is of the whole file."""

    about: About
    study: Study
    content: str
    fingerprint: str
    sha256: str


def fingerprint_of(key: Ed25519PublicKey) -> str:
    """Return the SHA-256 of the raw public key in hexadecimal, which two institutions compare by telephone."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()


def write_bundle(study: Study, institution: str, key: Ed25519PrivateKey, now: Millis, words: Words) -> bytes:
    """Return the bundle of a resource from which people were already removed."""
    study, institution = cleaned(study), clean(institution)
    readable = markdown(transcript_paper(study, words)).encode()
    files = {RESOURCE: msgspec.json.encode(study), READABLE: readable}
    about = msgspec.json.encode(
        About(
            FORMAT,
            institution,
            base64.b64encode(key.public_key().public_bytes_raw()).decode(),
            now,
            study.resource_id,
            {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
        )
    )
    parts = {ABOUT: about, SIGNATURE: base64.b64encode(key.sign(about)), **files}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            package.writestr(entry, content)
    return file.getvalue()


def read_bundle(data: bytes) -> Bundle:
    """Check an uploaded bundle. Nothing in it is trusted before its signature and hashes are checked.

    Raises BundleRefused: ``too_large``, ``not_a_bundle``, ``strange_file``, ``missing_file``, ``too_large_inside``, ``damaged``,
    ``unreadable``, ``newer``, ``bad_key``, ``bad_signature``, ``changed``.
    """
    if len(data) > LARGEST:
        raise BundleRefused("too_large")
    files = _unpacked(data)
    about = _about(files[ABOUT])
    key = _key(about)
    try:
        key.verify(base64.b64decode(files[SIGNATURE], validate=True), files[ABOUT])
    except (InvalidSignature, binascii.Error):
        raise BundleRefused("bad_signature", SIGNATURE) from None
    for name in (RESOURCE, READABLE):
        if about.files.get(name) != hashlib.sha256(files[name]).hexdigest():
            raise BundleRefused("changed", name)
    study = _study(files[RESOURCE])
    if study.resource_id != about.resource_id:
        raise BundleRefused("changed", RESOURCE)
    content = files[RESOURCE].decode()
    return Bundle(about, study, content, fingerprint_of(key), hashlib.sha256(data).hexdigest())


def study_in(content: str) -> Study:
    """Return the resource of an accepted bundle as stored. Raises BundleRefused(unreadable)."""
    return _study(content.encode())


def _unpacked(data: bytes) -> Mapping[str, bytes]:
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError):
        raise BundleRefused("not_a_bundle") from None
    entries = package.infolist()
    for entry in entries:
        if entry.filename not in NAMES or entry.flag_bits & 1 or entry.is_dir():
            raise BundleRefused("strange_file", entry.filename[:100])
    if len(entries) != len({entry.filename for entry in entries}):
        raise BundleRefused("strange_file", entries[-1].filename)
    left = LARGEST_INSIDE
    files: dict[str, bytes] = {}
    for name in NAMES:
        try:
            with package.open(name) as part:
                content = part.read(left + 1)  # the sizes in the directory are not trusted
        except KeyError:
            raise BundleRefused("missing_file", name) from None
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, RuntimeError):
            raise BundleRefused("damaged", name) from None
        left -= len(content)
        if left < 0:
            raise BundleRefused("too_large_inside", name)
        files[name] = content
    return files


def _about(content: bytes) -> About:
    try:
        about = msgspec.json.decode(content, type=About)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise BundleRefused("unreadable", ABOUT) from None
    if about.format != FORMAT:
        raise BundleRefused("newer" if about.format.startswith("meeting-resource/") else "not_a_bundle")
    if not about.institution.strip() or len(about.institution) > 200 or set(about.files) != {RESOURCE, READABLE}:
        raise BundleRefused("unreadable", ABOUT)
    if not 0 <= about.made_at < 2**53:
        raise BundleRefused("unreadable", ABOUT)
    return msgspec.structs.replace(about, institution=clean(about.institution))


def _key(about: About) -> Ed25519PublicKey:
    try:
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(about.public_key, validate=True))
    except (ValueError, binascii.Error):
        raise BundleRefused("bad_key", ABOUT) from None


def _study(content: bytes) -> Study:
    try:
        study = msgspec.json.decode(content, type=Study)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise BundleRefused("unreadable", RESOURCE) from None
    times = [t for part in (study.chapters, study.utterances, study.gaps) for one in part for t in (one.start, one.end)]
    sound = all(0 <= t < 10**9 for t in (*times, study.length)) and 0 <= study.held_at < 2**53
    small = len(study.utterances) <= MOST_LINES and 0 < len(study.title.strip()) <= 200 and len(study.resource_id) <= 64
    if not sound or not small:
        raise BundleRefused("unreadable", RESOURCE)
    return cleaned(study)
