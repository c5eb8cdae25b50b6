"""SenseVoice and Paraformer by ``sherpa-onnx`` (extra ``speech-sherpa``): fast and good at Mandarin, without a prompt."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from meeting_server.archive.record.sound import Samples
from meeting_server.archive.speech.transcriber import RATE, Word

Kind = Literal["sense-voice", "paraformer"]


class Sherpa:
    """A model folder as sherpa-onnx publishes them: ``model.int8.onnx`` or ``model.onnx``, and ``tokens.txt``.

    Raises ImportError without the package, FileNotFoundError without these files, RuntimeError for another model.
    """

    def __init__(self, kind: Kind, folder: Path, language: str, threads: int) -> None:
        from sherpa_onnx import OfflineRecognizer

        model, tokens = model_file(folder), folder / "tokens.txt"
        if model is None or not tokens.is_file():
            raise FileNotFoundError(folder)
        self._recognizer: Any = (
            OfflineRecognizer.from_sense_voice(str(model), str(tokens), num_threads=threads, language=language, use_itn=True)
            if kind == "sense-voice"
            else OfflineRecognizer.from_paraformer(str(model), str(tokens), num_threads=threads)
        )
        self._name = f"{kind} {folder.name}"

    @property
    def name(self) -> str:
        return self._name

    def hear(self, samples: Samples, prompt: str) -> list[Word]:
        stream = self._recognizer.create_stream()
        stream.accept_waveform(RATE, samples)
        self._recognizer.decode_stream(stream)
        return words_of(list(stream.result.tokens), list(stream.result.timestamps), len(samples) / RATE)

    def close(self) -> None:
        pass


def model_file(folder: Path) -> Path | None:
    """The model of a folder; the smaller one of two."""
    return next((path for name in ("model.int8.onnx", "model.onnx") if (path := folder / name).is_file()), None)


def words_of(tokens: list[str], times: list[float], lasted: float) -> list[Word]:
    """Tokens with the moments at which they begin (s). Without moments they are spread over ``lasted``.

    A token is over when the next one begins, after 0.6 s at the latest. ``@@`` (more of the word follows) and ``▁`` (a
    word begins) are the two ways in which such models write Latin words.
    """
    if len(times) != len(tokens):
        times = [lasted * number / max(1, len(tokens)) for number in range(len(tokens))]
    pieces = any("▁" in token for token in tokens)
    words: list[Word] = []
    for number, token in enumerate(tokens):
        until = min(times[number + 1] if number + 1 < len(tokens) else lasted, times[number] + 0.6)
        text = token.removesuffix("@@").replace("▁", " ")
        starts = not pieces and token[:1].isascii() and token[:1].isalnum()
        if starts and not (number and tokens[number - 1].endswith("@@")):
            text = " " + text
        words.append(Word(times[number], max(until, times[number]), text))
    return words
