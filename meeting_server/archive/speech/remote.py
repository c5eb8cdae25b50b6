"""An endpoint inside the university that transcribes: ``POST <url>/audio/transcriptions`` as OpenAI's API describes it.

vLLM and LocalAI answer it. What is said goes over the network to it, and so members are told where when they are asked
for consent to the recording.
"""

from __future__ import annotations

import io
import wave
from typing import Any

import httpx
import msgspec
import numpy as np

from meeting_server.archive.record.sound import Samples
from meeting_server.archive.speech.transcriber import RATE, Word

ANSWERS_WITHIN_S = 120.0
"""For at most half a minute of sound; a queue before the graphics card is not waited for longer."""


class _Word(msgspec.Struct, frozen=True):
    word: str
    start: float
    end: float


class _Segment(msgspec.Struct, frozen=True):
    text: str
    start: float
    end: float


class _Answer(msgspec.Struct, frozen=True):
    """``verbose_json``: words where the model gives them, else the text in segments, else only the text."""

    text: str = ""
    segments: tuple[_Segment, ...] | None = None
    words: tuple[_Word, ...] | None = None


class Remote:
    """``url``: up to and with the version (``https://speech.example.edu/v1``). ``language``: ISO 639-1, or ``auto``.

    Raises ValueError without an URL or the name of a model.
    """

    def __init__(self, url: str, key: str, model: str, language: str, transport: httpx.BaseTransport | None = None) -> None:
        if not url or not model:
            raise ValueError("a service needs an URL and the name of a model")
        self._fields = {"model": model, "response_format": "verbose_json", "temperature": "0"}
        if language != "auto":
            self._fields["language"] = language
        self._name = f"remote {model}"
        # a proxy of the environment is not asked, because sound goes where the operator named and nowhere else
        self._client = httpx.Client(
            base_url=url.rstrip("/") + "/",
            headers={"authorization": f"Bearer {key}"} if key else {},
            timeout=ANSWERS_WITHIN_S,
            trust_env=False,
            transport=transport,
        )

    @property
    def name(self) -> str:
        return self._name

    def hear(self, samples: Samples, prompt: str) -> list[Word]:
        fields: dict[str, Any] = self._fields | {"timestamp_granularities[]": ["word", "segment"]}
        if prompt:
            fields["prompt"] = prompt
        try:
            response = self._client.post("audio/transcriptions", data=fields, files={"file": ("part.wav", _wave(samples), "audio/wav")})
            response.raise_for_status()
            answer = msgspec.json.decode(response.content, type=_Answer)
        except httpx.HTTPStatusError as error:
            raise RuntimeError(f"the speech service answers {error.response.status_code}") from error
        except httpx.HTTPError as error:
            raise RuntimeError(f"the speech service does not answer: {type(error).__name__}") from error
        except msgspec.MsgspecError as error:
            raise RuntimeError("the speech service answers with something else") from error
        return words_of(answer, len(samples) / RATE)

    def close(self) -> None:
        self._client.close()


def words_of(answer: _Answer, lasted: float) -> list[Word]:
    """Every word within the ``lasted`` seconds that were given; a text without moments is spread over its segment."""
    if answer.words:
        found = [Word(word.start, word.end, word.word) for word in answer.words]
    else:
        segments = answer.segments or (_Segment(answer.text, 0.0, lasted),)
        found = [word for segment in segments for word in _spread(segment)]
    return [Word(_within(word.since, 0.0, lasted), _within(word.until, word.since, lasted), word.text) for word in found]


def _within(moment: float, least: float, most: float) -> float:
    return min(max(moment, least, 0.0), most)


def _spread(segment: _Segment) -> list[Word]:
    """A letter is a word where words are not told apart: players jump to sentences."""
    each = max(0.0, segment.end - segment.start) / max(1, len(segment.text))
    return [Word(segment.start + n * each, segment.start + (n + 1) * each, letter) for n, letter in enumerate(segment.text)]


def _wave(samples: Samples) -> bytes:
    """Mono, 16 bits, as every such service takes it."""
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1.0, 1.0) * 32767).astype("<i2").tobytes())
    return content.getvalue()
