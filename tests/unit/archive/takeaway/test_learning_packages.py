"""SCORM 1.2 and Common Cartridge 1.3: the structure the specifications ask for, and nothing that can break out of it."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from meeting_server.archive.takeaway.cartridge import CC, LOM, QUIZ, QUIZ_TYPE, write_cartridge
from meeting_server.archive.takeaway.qti import QTI
from meeting_server.archive.takeaway.scorm import ADL, CP, write_scorm
from meeting_server.archive.takeaway.study import Choice, Question, Utterance
from meeting_server.domain.characters import clean
from tests.kit.meetings.studies import study, words

NCNAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "mix.m4a"
    path.write_bytes(b"not really sound" * 1000)
    return path


def read(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        assert package.testzip() is None
        assert len(package.namelist()) == len(set(package.namelist()))
        return {name: package.read(name) for name in package.namelist()}


def children(element: ET.Element) -> list[str]:
    return [child.tag.split("}")[1] for child in element]


def test_a_scorm_manifest_has_what_scorm_asks_for_in_its_order(tmp_path: Path, sound: Path) -> None:
    files = read(write_scorm(tmp_path / "scorm.zip", study(), sound, words()))
    manifest = ET.fromstring(files["imsmanifest.xml"])
    ns = {"cp": CP, "adl": ADL}
    assert manifest.tag == f"{{{CP}}}manifest"
    assert children(manifest) == ["metadata", "organizations", "resources"]
    assert manifest.findtext("cp:metadata/cp:schema", namespaces=ns) == "ADL SCORM"
    assert manifest.findtext("cp:metadata/cp:schemaversion", namespaces=ns) == "1.2"
    organizations = manifest.find("cp:organizations", ns)
    assert organizations is not None
    organization = organizations.find("cp:organization", ns)
    assert organization is not None
    assert organizations.get("default") == organization.get("identifier")
    item, resource = organization.find("cp:item", ns), manifest.find("cp:resources/cp:resource", ns)
    assert item is not None
    assert resource is not None
    assert item.get("identifierref") == resource.get("identifier")
    assert resource.get(f"{{{ADL}}}scormtype") == "sco"
    assert resource.get("type") == "webcontent"
    listed = {file.get("href") for file in resource.findall("cp:file", ns)}
    assert listed == set(files) - {"imsmanifest.xml"}
    assert resource.get("href") in listed
    assert all(NCNAME.fullmatch(element.get("identifier", "x")) for element in manifest.iter())


def test_a_cartridge_has_what_common_cartridge_asks_for(tmp_path: Path, sound: Path) -> None:
    files = read(write_cartridge(tmp_path / "course.imscc", study(), sound, words()))
    manifest = ET.fromstring(files["imsmanifest.xml"])
    ns = {"cc": CC, "lom": LOM}
    assert children(manifest) == ["metadata", "organizations", "resources"]
    assert children(manifest[0]) == ["schema", "schemaversion", "lom"]
    assert manifest.findtext("cc:metadata/cc:schema", namespaces=ns) == "IMS Common Cartridge"
    assert manifest.findtext("cc:metadata/cc:schemaversion", namespaces=ns) == "1.3.0"
    assert manifest.findtext(".//lom:general/lom:title/lom:string", namespaces=ns) == study().title
    organization = manifest.find("cc:organizations/cc:organization", ns)
    assert organization is not None
    assert organization.get("structure") == "rooted-hierarchy"
    assert children(organization) == ["item"]
    assert children(organization[0]) == ["item", "item"]  # the root carries no title
    resources = {one.get("identifier"): one for one in manifest.findall("cc:resources/cc:resource", ns)}
    assert {item.get("identifierref") for item in organization[0]} == set(resources)
    assert resources["page"].get("type") == "webcontent"
    assert resources["quiz"].get("type") == QUIZ_TYPE
    assert "href" not in resources["quiz"].attrib
    listed = {file.get("href") for one in resources.values() for file in one.findall("cc:file", ns)}
    assert listed == set(files) - {"imsmanifest.xml"}


def test_the_quiz_of_a_cartridge_scores_as_ours_does(tmp_path: Path) -> None:
    files = read(write_cartridge(tmp_path / "course.imscc", study(), None, words()))
    ns = {"q": QTI}
    root = ET.fromstring(files[QUIZ])
    assert children(root) == ["assessment"]
    assert children(root[0]) == ["qtimetadata", "rubric", "section"]
    items = root.findall(".//q:item", ns)
    profiles = [item.findtext("q:itemmetadata/q:qtimetadata/q:qtimetadatafield/q:fieldentry", namespaces=ns) for item in items]
    assert profiles == ["cc.multiple_choice.v0p1", "cc.multiple_response.v0p1", "cc.fib.v0p1"]
    for item in items:
        assert children(item)[:3] == ["itemmetadata", "presentation", "resprocessing"]
        labels = {label.get("ident") for label in item.iterfind(".//q:response_label", ns)}
        equal = [e.text for e in item.iterfind(".//q:varequal", ns)]
        assert set(equal) <= labels or not labels
        assert item.findtext(".//q:setvar", namespaces=ns) == "100"
    single, several, cloze = items
    assert [e.text for e in single.iterfind(".//q:varequal", ns)] == ["c0"]
    assert [e.text for e in several.iterfind(".//q:and/q:varequal", ns)] == ["c0", "c1"]
    assert [e.text for e in several.iterfind(".//q:and/q:not/q:varequal", ns)] == ["c2"]
    assert [e.text for e in cloze.iterfind(".//q:varequal", ns)] == ["人民"]
    told = json.loads(files["page/study.js"].decode().removeprefix("window.study = ").rstrip(";\n"))
    assert told["questions"] == []  # asked by the platform, not twice


def test_a_resource_without_quiz_and_sound_is_still_whole(tmp_path: Path) -> None:
    silent = replace(study(), questions=(), length=0)
    scorm = read(write_scorm(tmp_path / "a.zip", silent, None, words()))
    cartridge = read(write_cartridge(tmp_path / "a.imscc", silent, None, words()))
    assert "sound.m4a" not in scorm
    assert b"sound.m4a" not in scorm["imsmanifest.xml"] + scorm["study.js"]
    assert QUIZ not in cartridge
    assert b"quiz" not in cartridge["imsmanifest.xml"]


def test_nothing_said_can_leave_its_place_in_a_package(tmp_path: Path) -> None:
    said = "</script><script>alert(1)</script>\u2028\x00\x0b ]]> &amp; \"'"
    wild = replace(
        study(),
        title=said,
        summary=said,
        keywords=(said,),
        utterances=(Utterance(0, 9, said, said),),
        questions=(Question("q/1 ", said, (Choice(said, True), Choice("x", False)), "single", said),),
        resource_id="m 1/é",
    )
    for path in (write_scorm(tmp_path / "s.zip", wild, None, words()), write_cartridge(tmp_path / "c.imscc", wild, None, words())):
        files = read(path)
        for name, content in files.items():
            if name.endswith(".xml"):
                root = ET.fromstring(content)
                assert all(NCNAME.fullmatch(element.get("identifier", "x")) for element in root.iter())
            if name.endswith("study.js"):
                assert b"<" not in content
                assert "\u2028".encode() not in content
                assert json.loads(content.decode().removeprefix("window.study = ").rstrip(";\n"))["title"] == clean(said)
    quiz = ET.fromstring(read(tmp_path / "c.imscc")[QUIZ])
    assert all("<" not in (text.text or "") for text in quiz.iter(f"{{{QTI}}}mattext"))


def test_the_same_resource_gives_the_same_package(tmp_path: Path, sound: Path) -> None:
    first, second = (write_scorm(tmp_path / name, study(), sound, words()).read_bytes() for name in ("1.zip", "2.zip"))
    assert first == second
