"""A resource as a SCORM 1.2 package: one page that plays, asks, and reports progress to the university's learning platform."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

from meeting_server.archive.minutes.document_model import Words
from meeting_server.archive.takeaway.packing import Target, pack, xml_bytes, xml_id
from meeting_server.archive.takeaway.pages import ENTRY, page_parts
from meeting_server.archive.takeaway.study import Study

MANIFEST = "imsmanifest.xml"
CP = "http://www.imsproject.org/xsd/imscp_rootv1p1p2"
ADL = "http://www.adlnet.org/xsd/adlcp_rootv1p2"


def write_scorm(target: Target, study: Study, sound: Path | None, words: Words) -> Target:
    """Write the package to ``target``. Raises OSError."""
    parts = page_parts(study, sound, words)
    return pack(target, {MANIFEST: _manifest(study, tuple(parts)), **parts})


def _manifest(study: Study, names: tuple[str, ...]) -> bytes:
    # No mastery score: with one, platforms decide by the quiz alone, and a learner who heard nothing would pass.
    manifest = ET.Element("manifest", {"identifier": xml_id("study", study.resource_id), "version": "1.0", "xmlns": CP, "xmlns:adlcp": ADL})
    metadata = ET.SubElement(manifest, "metadata")
    ET.SubElement(metadata, "schema").text = "ADL SCORM"
    ET.SubElement(metadata, "schemaversion").text = "1.2"
    organizations = ET.SubElement(manifest, "organizations", {"default": "organization"})
    organization = ET.SubElement(organizations, "organization", {"identifier": "organization"})
    ET.SubElement(organization, "title").text = study.title
    item = ET.SubElement(organization, "item", {"identifier": "item", "identifierref": "sco", "isvisible": "true"})
    ET.SubElement(item, "title").text = study.title
    resources = ET.SubElement(manifest, "resources")
    attributes = {"identifier": "sco", "type": "webcontent", "adlcp:scormtype": "sco", "href": ENTRY}
    resource = ET.SubElement(resources, "resource", attributes)
    for name in names:
        ET.SubElement(resource, "file", {"href": name})
    return xml_bytes(manifest)
