"""The page inside learning packages: sound, transcript, chapters and quiz, readable without any server of ours."""

from __future__ import annotations

from pathlib import Path

import msgspec

from meeting_server.archive.minutes.document_model import Words
from meeting_server.archive.takeaway.captions import chapters_vtt, webvtt
from meeting_server.archive.takeaway.study import Gap, Question, Study
from meeting_server.domain.characters import cleaned

PLAYER = Path(__file__).resolve().parent / "player"
ENTRY = "index.html"
SOUND, CAPTIONS, CHAPTERS = "sound.m4a", "captions.vtt", "chapters.vtt"
PASS_MARK = 60
"""Per cent of the questions that must be answered correctly."""
ENOUGH = 90
"""Per cent of the sound that must have been heard."""

_WORDS = (
    "chapters",
    "transcript",
    "quiz",
    "answer",
    "answered",
    "passed",
    "not_passed",
    "again",
    "heard",
    "read",
    "read_done",
    "done",
    "right",
    "wrong",
    "alone",
    "kept",
    "summary",
    "choose",
    "pass_mark",
    "fill",
    "no_sound",
    "skip",
    "sound",
)

_HOLES = {name: f"{{{name}}}" for name in ("n", "all", "need")}
"""Filled by the page's script."""


def page_parts(study: Study, sound: Path | None, words: Words) -> dict[str, bytes | Path]:
    """Return the files of the page, ``index.html`` first. ``sound``: an M4A of the study's length."""
    study = cleaned(study)
    parts: dict[str, bytes | Path] = {name: (PLAYER / name).read_bytes() for name in (ENTRY, "player.css", "player.js")}
    parts["study.js"] = b"window.study = " + _harmless(msgspec.json.encode(_told(study, sound is not None, words))) + b";\n"
    parts[CAPTIONS] = webvtt(study, words).encode()
    parts[CHAPTERS] = chapters_vtt(study, words).encode()
    if sound is not None:
        parts[SOUND] = sound
    return parts


def _told(study: Study, sounding: bool, words: Words) -> dict[str, object]:
    return {
        "language": study.language,
        "title": study.title,
        "held": f"{study.branch_name} · {words.date(study.held_at)}" if study.held_at else study.branch_name,
        "sound": SOUND if sounding else "",
        "summary": study.summary,
        "chapters": [{"title": c.title or words.say("archive.no_item"), "start": c.start} for c in study.chapters],
        "lines": [
            {"start": line.start, "end": line.end, "who": "", "text": words.say("take.gap"), "gap": True}
            if isinstance(line, Gap)
            else {"start": line.start, "end": line.end, "who": line.who, "text": line.text, "gap": False}
            for line in study.lines
        ],
        "questions": [_question(question) for question in study.questions],
        "pass_mark": PASS_MARK,
        "enough": ENOUGH,
        "words": {name: words.say(f"take.player.{name}", **_HOLES) for name in _WORDS},
    }


def _question(question: Question) -> dict[str, object]:
    return {
        "id": question.question_id,
        "text": question.text,
        "kind": question.kind,
        "choices": [choice.text for choice in question.choices],
        "right": [number for number, choice in enumerate(question.choices) if choice.right],
        "explanation": question.explanation,
    }


def _harmless(json: bytes) -> bytes:
    """Return JSON that is safe in a script: nothing in it ends the script or a line."""
    return json.replace(b"<", b"\\u003c").replace("\u2028".encode(), b"\\u2028").replace("\u2029".encode(), b"\\u2029")
