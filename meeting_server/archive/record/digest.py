"""What a meeting was about, as a draft: key sentences, keywords, and sentences with a gap. A person approves or rewrites them.

Sentences are ranked by TextRank over TF-IDF, words by TextRank over what stands beside what. Without a transcript the notes
of the minutes are read instead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from meeting_server.archive.minutes.minutes import Minutes
from meeting_server.archive.minutes.results import is_open
from meeting_server.archive.record.artefacts import DIGEST
from meeting_server.archive.record.glossary import branch_terms, glossary_of
from meeting_server.archive.record.manifest import write_whole
from meeting_server.archive.record.timeline import Timeline
from meeting_server.archive.record.transcript import Transcript
from meeting_server.archive.record.words import words_of
from meeting_server.domain.ids import HALL, Millis
from meeting_server.domain.vote_terms import VoteMethod

if TYPE_CHECKING:  # a tenth of a second, only for those who rank
    import numpy as np
    from numpy.typing import NDArray

    _Matrix = NDArray[np.float64]

FORMAT = 1
GAP = "____"
KEY_SENTENCES, KEYWORDS, CLOZES = 4, 8, 6
SHORTEST, LONGEST = 10, 120
"""Characters of a sentence that can stand in a summary."""
MOST_SENTENCES = 1500
NEIGHBOURS = 4
DAMPING = 0.85


class KeySentence(msgspec.Struct, frozen=True):
    """A sentence as it was said or noted; ``at`` is Unix ms."""

    at: Millis
    text: str


class Cloze(msgspec.Struct, frozen=True):
    """A sentence with ``GAP`` in place of a term: the draft of a question. ``cue_id`` and ``until``: of its line, where asked for."""

    at: Millis
    text: str
    answer: str
    sentence: str
    cue_id: str = ""
    until: Millis = 0


class Digest(msgspec.Struct, frozen=True):
    """``source``: what was read. Key sentences in the order of the meeting, keywords the most telling first."""

    title: str
    sentences: tuple[KeySentence, ...]
    keywords: tuple[str, ...]
    clozes: tuple[Cloze, ...] = ()
    source: Literal["transcript", "minutes"] = "minutes"
    format: int = FORMAT

    @property
    def summary(self) -> str:
        """The key sentences, one a line."""
        return "\n".join(sentence.text for sentence in self.sentences)


def digest_of(
    minutes: Minutes, timeline: Timeline, transcript: Transcript | None, *, since: Millis | None = None, until: Millis | None = None
) -> Digest:
    """The draft for a meeting, or for the part of it from ``since`` to ``until`` (Unix ms). The same input makes the same draft."""
    said = _spoken(transcript, since, until)
    source: Literal["transcript", "minutes"] = "transcript" if said else "minutes"
    sentences = said or _noted(minutes)
    terms = glossary_of(minutes, timeline).own
    words = [words_of(text, terms) for _, text in sentences]
    ranks = _ranked(_alike(words))
    return Digest(
        title=minutes.title,
        sentences=_key(sentences, words, ranks),
        keywords=_keywords(words, terms, _names(minutes)),
        clozes=_clozes(sentences, ranks) if said else (),
        source=source,
    )


def save(folder: Path, digest: Digest) -> None:
    """Write ``digest.json``, wholly or not at all."""
    write_whole(DIGEST.path(folder), msgspec.json.encode(digest))


def load(folder: Path) -> Digest | None:
    """The digest in ``folder``; ``None`` when there is none, or none that this program can read."""
    try:
        digest = msgspec.json.decode((DIGEST.path(folder)).read_bytes(), type=Digest)
    except (FileNotFoundError, NotADirectoryError, msgspec.DecodeError):
        return None
    return digest if digest.format == FORMAT else None


_Sentence = tuple[Millis, str]


def _spoken(transcript: Transcript | None, since: Millis | None, until: Millis | None) -> list[_Sentence]:
    if transcript is None:
        return []
    heard = [line for line in transcript.spoken if line.room_id == HALL and line.state != "redacted" and line.text.strip()]
    inside = [line for line in heard if (since is None or line.until > since) and (until is None or line.since < until)]
    return [(line.since, line.text.strip()) for line in inside][:MOST_SENTENCES]


def _noted(minutes: Minutes) -> list[_Sentence]:
    found: list[_Sentence] = []
    for item in minutes.items:
        at = item.started_at or minutes.opened_at or 0
        found.append((at, item.title))
        found += [(at, point.text) for point in item.points]
        found += [(at, result.title) for result in item.results if is_open(result)]
        if all(result.method != VoteMethod.SECRET for result in item.results):  # a resolution may repeat their figures
            found += [(at, resolution) for resolution in item.resolutions]
    return [(at, text.strip()) for at, text in found if text.strip()][:MOST_SENTENCES]


def _alike(words: Sequence[Sequence[str]]) -> _Matrix:
    """How alike each two sentences are: the cosine of their TF-IDF, nothing with itself."""
    import numpy as np

    numbers: dict[str, int] = {}
    for sentence in words:
        for word in sentence:
            numbers.setdefault(word, len(numbers))
    weights = np.zeros((len(words), max(1, len(numbers))))
    for row, sentence in enumerate(words):
        for word, often in Counter(sentence).items():
            weights[row, numbers[word]] = often
    weights *= np.log(1 + len(words) / np.maximum(1, (weights > 0).sum(axis=0)))
    weights /= np.maximum(1e-9, np.linalg.norm(weights, axis=1, keepdims=True))
    alike: _Matrix = weights @ weights.T
    np.fill_diagonal(alike, 0.0)
    return alike


def _ranked(alike: _Matrix) -> _Matrix:
    """PageRank over a matrix of likeness, by repeated multiplication."""
    import numpy as np

    count = len(alike)
    if count == 0:
        return np.zeros(0)
    passed_on = alike / np.maximum(1e-9, alike.sum(axis=0, keepdims=True))
    ranks: _Matrix = np.full(count, 1 / count)
    for _ in range(40):
        ranks = (1 - DAMPING) / count + DAMPING * (passed_on @ ranks)
    return ranks


def _key(sentences: Sequence[_Sentence], words: Sequence[Sequence[str]], ranks: _Matrix) -> tuple[KeySentence, ...]:
    """The highest ranks that do not say the same again."""
    import numpy as np

    chosen: list[int] = []
    for number in np.argsort(-ranks, kind="stable"):
        mine = set(words[number])
        if not mine or not SHORTEST <= len(sentences[number][1]) <= LONGEST:
            continue
        if any(len(mine & set(words[other])) * 2 > min(len(mine), len(set(words[other]))) for other in chosen):
            continue
        chosen.append(int(number))
        if len(chosen) == KEY_SENTENCES:
            break
    return tuple(KeySentence(*sentences[number]) for number in sorted(chosen))


def _names(minutes: Minutes) -> frozenset[str]:
    """A person is not what a meeting was about."""
    people = (*minutes.attending, *minutes.on_leave, *minutes.absent)
    return frozenset([*(person.name for person in people), *minutes.chairs, *minutes.recorders, *(item.speaker for item in minutes.items)])


def _keywords(words: Sequence[Sequence[str]], terms: Iterable[str], names: frozenset[str]) -> tuple[str, ...]:
    """Words that stand beside many others; terms of branch and meeting count double."""
    import numpy as np

    often = Counter(word for sentence in words for word in sentence if word not in names)
    known = {term.lower() for term in (*terms, *branch_terms())}
    chosen = sorted(often, key=lambda word: (-often[word] * (2 if word in known else 1), word))[:200]
    numbers = {word: number for number, word in enumerate(chosen)}
    beside = np.zeros((len(chosen), len(chosen)))
    for sentence in words:
        inside = [numbers[word] for word in sentence if word in numbers]
        for place, one in enumerate(inside):
            for other in inside[place + 1 : place + 1 + NEIGHBOURS]:
                if one != other:
                    beside[one, other] += 1
                    beside[other, one] += 1
    ranks = _ranked(beside)
    scored = sorted(chosen, key=lambda word: (-ranks[numbers[word]] * (2 if word in known else 1), word))
    kept: list[str] = []
    for word in scored:  # of two that contain each other the first is enough
        if not any(word in other or other in word for other in kept):
            kept.append(word)
    return tuple(kept[:KEYWORDS])


def _clozes(sentences: Sequence[_Sentence], ranks: _Matrix) -> tuple[Cloze, ...]:
    """One gap a sentence and one sentence a term, the telling sentences first."""
    import numpy as np

    asked: set[str] = set()
    found: list[Cloze] = []
    for number in np.argsort(-ranks, kind="stable"):
        at, text = sentences[number]
        term = next((t for t in sorted(branch_terms(), key=lambda t: -len(t)) if text.count(t) == 1 and t not in asked), None)
        if term is None or len(text) - len(term) < SHORTEST - 2 or len(text) > LONGEST:
            continue
        asked.add(term)
        found.append(Cloze(at, text.replace(term, GAP), term, text))
        if len(found) == CLOZES:
            break
    return tuple(sorted(found, key=lambda cloze: cloze.at))
