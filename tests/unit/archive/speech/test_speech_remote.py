"""A speech service inside the university: what it is asked, and what is made of its answers."""

from __future__ import annotations

import io
import json
import wave
from collections.abc import Callable
from typing import Any

import httpx
import numpy as np
import pytest

from meeting_server.archive.speech.remote import Remote
from meeting_server.archive.speech.transcriber import RATE
from meeting_server.config import Settings

SOUND = np.full(2 * RATE, 0.5, np.float32)
Answering = Callable[[httpx.Request], httpx.Response]


def service(answer: Answering | dict[str, Any], *, key: str = "", language: str = "zh") -> Remote:
    handler = answer if callable(answer) else lambda request: httpx.Response(200, json=answer)
    return Remote("https://speech.example.edu/v1", key, "large", language, httpx.MockTransport(handler))


def test_the_sound_goes_to_the_service_with_model_language_prompt_and_key() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"text": ""})

    service(answer, key="secret").hear(SOUND, "何雨桐，林晓雨。")
    (request,) = asked
    assert (request.method, str(request.url)) == ("POST", "https://speech.example.edu/v1/audio/transcriptions")
    assert request.headers["authorization"] == "Bearer secret"
    parts = request.content.split(request.headers["content-type"].partition("boundary=")[2].encode())
    fields = {part.split(b'name="')[1].split(b'"')[0].decode(): part.partition(b"\r\n\r\n")[2] for part in parts if b'name="' in part}
    said = {name: value.rstrip(b"\r\n-").decode() for name, value in fields.items() if name != "file"}
    assert (said["model"], said["language"], said["prompt"]) == ("large", "zh", "何雨桐，林晓雨。")
    with wave.open(io.BytesIO(fields["file"])) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getnframes()) == (RATE, 1, len(SOUND))


def test_a_language_that_is_found_out_is_not_named() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert b'name="language"' not in request.content
        return httpx.Response(200, json={"text": "好"})

    assert [word.text for word in service(answer, language="auto").hear(SOUND, "")] == ["好"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"text": "同意", "words": [{"word": "同意", "start": 0.2, "end": 0.9}]}, [(0.2, 0.9, "同意")]),
        ({"text": "同意", "segments": [{"text": "同意", "start": 1.0, "end": 2.0, "id": 0}]}, [(1.0, 1.5, "同"), (1.5, 2.0, "意")]),
        ({"text": "同意", "words": None, "segments": None}, [(0.0, 1.0, "同"), (1.0, 2.0, "意")]),
        ({"text": "x", "words": [{"word": "x", "start": -1, "end": 99}]}, [(0.0, 2.0, "x")]),
        ({"text": ""}, []),
    ],
    ids=["words", "segments", "text alone", "moments beyond the sound", "nothing said"],
)
def test_every_form_of_answer_gives_words_within_the_sound(answer: dict[str, Any], words: list[tuple[float, float, str]]) -> None:
    assert [(word.since, word.until, word.text) for word in service(answer).hear(SOUND, "")] == words


def gone(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


@pytest.mark.parametrize(
    "answer",
    [
        gone,
        lambda request: httpx.Response(401, json={"error": "key"}),
        lambda request: httpx.Response(200, text="<html>please sign in</html>"),
        lambda request: httpx.Response(200, text=json.dumps({"text": 7})),
    ],
    ids=["gone", "refused", "a page", "another form"],
)
def test_a_service_that_does_not_answer_as_it_should_breaks_with_a_reason(answer: Answering) -> None:
    with pytest.raises(RuntimeError, match="the speech service"):
        service(answer, key="secret").hear(SOUND, "")


@pytest.mark.parametrize(("url", "model"), [("", "large"), ("https://speech.example.edu/v1", "")])
def test_a_service_without_address_or_model_is_none(url: str, model: str) -> None:
    with pytest.raises(ValueError, match="service"):
        Remote(url, "", model, "zh")


def test_the_place_is_named_only_where_the_sound_goes_there() -> None:
    url = "https://speech.example.edu:8443/v1"
    assert Settings(speech_engine="remote", speech_url=url).heard_at == "speech.example.edu"
    assert Settings(speech_engine="none", speech_url=url).heard_at == ""


def test_the_key_is_not_shown_with_the_settings() -> None:
    assert "hush" not in repr(Settings(speech_engine="remote", speech_key="hush"))
