"""A resource as an IMS Common Cartridge 1.3, for platforms that import courses: the page as web content, the quiz as QTI 1.2."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from meeting_server.archive.minutes.document_model import Words
from meeting_server.archive.takeaway.packing import Target, pack, xml_bytes, xml_id
from meeting_server.archive.takeaway.pages import ENTRY, page_parts
from meeting_server.archive.takeaway.qti import assessment
from meeting_server.archive.takeaway.study import Study

MANIFEST = "imsmanifest.xml"
CC = "http://www.imsglobal.org/xsd/imsccv1p3/imscp_v1p1"
LOM = "http://ltsc.ieee.org/xsd/imsccv1p3/LOM/manifest"
QUIZ_TYPE = "imsqti_xmlv1p2/imscc_xmlv1p3/assessment"
PAGE_FOLDER, QUIZ = "page", "quiz/assessment.xml"


def write_cartridge(target: Target, study: Study, sound: Path | None, words: Words) -> Target:
    """Write the cartridge to ``target``. Its page has no quiz, because the platform runs that itself. Raises OSError."""
    page = {f"{PAGE_FOLDER}/{name}": part for name, part in page_parts(replace(study, questions=()), sound, words).items()}
    quiz = {QUIZ: assessment(study, words)} if study.questions else {}
    return pack(target, {MANIFEST: _manifest(study, tuple(page), words), **page, **quiz})


def _manifest(study: Study, names: tuple[str, ...], words: Words) -> bytes:
    manifest = ET.Element("manifest", {"identifier": xml_id("cartridge", study.resource_id), "xmlns": CC, "xmlns:lomimscc": LOM})
    metadata = ET.SubElement(manifest, "metadata")
    ET.SubElement(metadata, "schema").text = "IMS Common Cartridge"
    ET.SubElement(metadata, "schemaversion").text = "1.3.0"
    general = ET.SubElement(ET.SubElement(metadata, "lomimscc:lom"), "lomimscc:general")
    _said(general, "title", study.title, study.language)
    ET.SubElement(general, "lomimscc:language").text = study.language
    if study.summary:
        _said(general, "description", study.summary, study.language)
    for keyword in study.keywords:
        _said(general, "keyword", keyword, study.language)
    organizations = ET.SubElement(manifest, "organizations")
    organization = ET.SubElement(organizations, "organization", {"identifier": "organization", "structure": "rooted-hierarchy"})
    root = ET.SubElement(organization, "item", {"identifier": "root"})
    for identifier, title, resource in _items(study, words):
        item = ET.SubElement(root, "item", {"identifier": identifier, "identifierref": resource})
        ET.SubElement(item, "title").text = title
    resources = ET.SubElement(manifest, "resources")
    page = ET.SubElement(resources, "resource", {"identifier": "page", "type": "webcontent", "href": f"{PAGE_FOLDER}/{ENTRY}"})
    for name in names:
        ET.SubElement(page, "file", {"href": name})
    if study.questions:
        quiz = ET.SubElement(resources, "resource", {"identifier": "quiz", "type": QUIZ_TYPE})
        ET.SubElement(quiz, "file", {"href": QUIZ})
    return xml_bytes(manifest)


def _items(study: Study, words: Words) -> Iterator[tuple[str, str, str]]:
    yield "item-page", study.title, "page"
    if study.questions:
        yield "item-quiz", words.say("take.player.quiz"), "quiz"


def _said(parent: ET.Element, name: str, text: str, language: str) -> None:
    string = ET.SubElement(ET.SubElement(parent, f"lomimscc:{name}"), "lomimscc:string", {"language": language})
    string.text = text
