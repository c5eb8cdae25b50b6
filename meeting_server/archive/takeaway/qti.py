"""A quiz as QTI 1.2 in the profile of Common Cartridge: single choice, multiple choice, fill in the blank."""

from __future__ import annotations

import html
import xml.etree.ElementTree as ET

from meeting_server.archive.minutes.document_model import Words
from meeting_server.archive.takeaway.packing import xml_bytes, xml_id
from meeting_server.archive.takeaway.pages import PASS_MARK
from meeting_server.archive.takeaway.study import Question, Study

QTI = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
PROFILES = {"single": "cc.multiple_choice.v0p1", "multiple": "cc.multiple_response.v0p1", "cloze": "cc.fib.v0p1"}


def assessment(study: Study, words: Words) -> bytes:
    """Return the quiz of a resource as one XML document."""
    root = ET.Element("questestinterop", {"xmlns": QTI})
    test = ET.SubElement(root, "assessment", {"ident": xml_id("quiz", study.resource_id), "title": study.title})
    _fields(
        ET.SubElement(test, "qtimetadata"),
        {
            "cc_profile": "cc.exam.v0p1",
            "qmd_assessmenttype": "Examination",
            "qmd_scoretype": "Percentage",
            "qmd_feedbackpermitted": "Yes",
            "cc_maxattempts": "unlimited",
        },
    )
    ET.SubElement(ET.SubElement(ET.SubElement(test, "rubric"), "material"), "mattext", {"texttype": "text/plain"}).text = words.say(
        "take.player.pass_mark", n=PASS_MARK
    )
    section = ET.SubElement(test, "section", {"ident": "root_section"})
    for question in study.questions:
        _item(section, question)
    return xml_bytes(root)


def _item(section: ET.Element, question: Question) -> None:
    item = ET.SubElement(section, "item", {"ident": xml_id(question.question_id)})
    _fields(ET.SubElement(ET.SubElement(item, "itemmetadata"), "qtimetadata"), {"cc_profile": PROFILES[question.kind]})
    presentation = ET.SubElement(item, "presentation")
    _text(presentation, question.text)
    if question.kind == "cloze":
        blank = ET.SubElement(presentation, "response_str", {"ident": "answer", "rcardinality": "Single"})
        ET.SubElement(blank, "render_fib")
    else:
        cardinality = "Multiple" if question.kind == "multiple" else "Single"
        choices = ET.SubElement(presentation, "response_lid", {"ident": "answer", "rcardinality": cardinality})
        shown = ET.SubElement(choices, "render_choice")
        for number, choice in enumerate(question.choices):
            _text(ET.SubElement(shown, "response_label", {"ident": f"c{number}"}), choice.text)
    processing = ET.SubElement(item, "resprocessing")
    outcomes = ET.SubElement(processing, "outcomes")
    ET.SubElement(outcomes, "decvar", {"maxvalue": "100", "minvalue": "0", "varname": "SCORE", "vartype": "Decimal"})
    if question.explanation:
        told = ET.SubElement(processing, "respcondition", {"continue": "Yes"})
        ET.SubElement(ET.SubElement(told, "conditionvar"), "other")
        ET.SubElement(told, "displayfeedback", {"feedbacktype": "Response", "linkrefid": "general_fb"})
    right = ET.SubElement(processing, "respcondition", {"continue": "No"})
    _condition(ET.SubElement(right, "conditionvar"), question)
    ET.SubElement(right, "setvar", {"action": "Set", "varname": "SCORE"}).text = "100"
    if question.explanation:
        feedback = ET.SubElement(item, "itemfeedback", {"ident": "general_fb"})
        _text(ET.SubElement(feedback, "flow_mat"), question.explanation)


def _condition(where: ET.Element, question: Question) -> None:
    if question.kind == "multiple":
        every = ET.SubElement(where, "and")
        for number, choice in enumerate(question.choices):
            into = every if choice.right else ET.SubElement(every, "not")
            ET.SubElement(into, "varequal", {"case": "Yes", "respident": "answer"}).text = f"c{number}"
        return
    for number, choice in enumerate(question.choices):
        if choice.right:
            case = "No" if question.kind == "cloze" else "Yes"
            said = choice.text if question.kind == "cloze" else f"c{number}"
            ET.SubElement(where, "varequal", {"case": case, "respident": "answer"}).text = said


def _fields(where: ET.Element, fields: dict[str, str]) -> None:
    for label, entry in fields.items():
        field = ET.SubElement(where, "qtimetadatafield")
        ET.SubElement(field, "fieldlabel").text = label
        ET.SubElement(field, "fieldentry").text = entry


def _text(where: ET.Element, text: str) -> None:
    """Return fully escaped HTML, so that what somebody wrote stays text on every platform."""
    material = ET.SubElement(where, "material")
    ET.SubElement(material, "mattext", {"texttype": "text/html"}).text = html.escape(text)
