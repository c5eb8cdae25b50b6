"""The transcript as captions for video players: WebVTT with speakers and chapters, and SRT."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from meeting_server.archive.minutes.document_model import Words
from meeting_server.archive.takeaway.study import Gap, Study, Utterance
from meeting_server.domain.characters import clean
from meeting_server.domain.ids import Millis

_BLANK = re.compile(r"\s+")


def webvtt(study: Study, words: Words) -> str:
    """Return WebVTT with one cue per line and its speaker as a voice (``<v Name>``)."""
    parts = ["WEBVTT", f"NOTE {_vtt(study.title)}"]
    for number, line in enumerate(_shown(study), 1):
        said = words.say("take.gap") if isinstance(line, Gap) else _vtt(line.text)
        voice = "" if isinstance(line, Gap) or not line.who else f"<v {_vtt(line.who)}>"
        parts.append(f"{number}\n{_clock(line.start, '.')} --> {_clock(line.end, '.')}\n{voice}{said}")
    return "\n\n".join(parts) + "\n"


def chapters_vtt(study: Study, words: Words) -> str:
    """Return WebVTT of kind ``chapters``: the agenda as it was held."""
    parts = ["WEBVTT"]
    for chapter in study.chapters:
        title = _vtt(chapter.title) or words.say("archive.no_item")
        parts.append(f"{_clock(chapter.start, '.')} --> {_clock(chapter.end, '.')}\n{title}")
    return "\n\n".join(parts) + "\n"


def srt(study: Study, words: Words) -> str:
    """Return SubRip, with the speaker's name before the text."""
    parts = []
    for number, line in enumerate(_shown(study), 1):
        said = words.say("take.gap") if isinstance(line, Gap) else _plain(line.text)
        if isinstance(line, Utterance) and line.who:
            said = words.say("take.said", name=_plain(line.who), text=said)
        parts.append(f"{number}\n{_clock(line.start, ',')} --> {_clock(line.end, ',')}\n{said}\n")
    return "\n".join(parts)


def _shown(study: Study) -> Iterator[Utterance | Gap]:
    """Give every cue a minimum length, because players drop one without duration."""
    for line in study.lines:
        end = max(line.end, line.start + 1)
        yield Gap(line.start, end) if isinstance(line, Gap) else Utterance(line.start, end, line.who, line.text)


def _plain(text: str) -> str:
    """Return the text in one line, because a blank line would end the cue and an arrow would begin another."""
    return _BLANK.sub(" ", clean(text)).strip().replace("-->", "→")


def _vtt(text: str) -> str:
    return html.escape(_plain(text), quote=False)


def _clock(at: Millis, point: str) -> str:
    seconds, millis = divmod(at, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{point}{millis:03}"
