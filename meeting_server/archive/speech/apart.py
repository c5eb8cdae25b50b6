"""An engine in a process of its own: whatever its library does, the records of meetings go on being made.

Run as ``python -m meeting_server.archive.speech.apart`` with the settings as its first line of input; then samples go in and
words come out, length before content. It ends when its input closes.
"""

from __future__ import annotations

import contextlib
import os
import struct
import subprocess
import sys
from typing import IO

import msgspec
import numpy as np

from meeting_server.archive.record.sound import Samples
from meeting_server.archive.speech.engines import SpeechSettings, loaded
from meeting_server.archive.speech.transcriber import Transcriber, Word

_LENGTHS = struct.Struct("!II")
_LENGTH = struct.Struct("!I")
END_WITHIN_S = 5.0


class _Answer(msgspec.Struct, frozen=True):
    """What was heard, or what went wrong. The first answer names the engine."""

    name: str = ""
    words: tuple[Word, ...] = ()
    broke: str = ""


class CanNotHear(Exception):
    """The engine cannot be used; ``code`` is told under ``archive.failed.<code>``, ``reason`` is for the log."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code, self.reason = code, reason


class EngineApart:
    """A ``Transcriber`` whose engine runs in a child process. Raises CanNotHear."""

    def __init__(self, settings: SpeechSettings) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "meeting_server.archive.speech.apart"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        try:
            first = self._ask(msgspec.json.encode(settings, enc_hook=str) + b"\n")
        except RuntimeError as error:  # some libraries end their process over a model of another kind
            self.close()
            raise CanNotHear("no_speech_model", str(error)) from error
        if first.broke:
            self.close()
            code, _, reason = first.broke.partition(":")
            raise CanNotHear(code, reason)
        self._name = first.name

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def name(self) -> str:
        return self._name

    def hear(self, samples: Samples, prompt: str) -> list[Word]:
        sound, hint = np.ascontiguousarray(samples, np.float32).tobytes(), prompt.encode()
        answer = self._ask(_LENGTHS.pack(len(hint), len(sound)) + hint + sound)
        if answer.broke:
            raise RuntimeError(answer.broke)
        return list(answer.words)

    def close(self) -> None:
        for end in (self._child.stdin, self._child.stdout):
            if end is not None:
                with contextlib.suppress(BrokenPipeError):
                    end.close()
        try:
            self._child.wait(END_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def _ask(self, request: bytes) -> _Answer:
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        try:
            self._child.stdin.write(request)
            self._child.stdin.flush()
        except BrokenPipeError as error:
            raise RuntimeError("the engine's process is gone") from error
        answer = _read_answer(self._child.stdout)
        if answer is None:
            raise RuntimeError("the engine's process ended")
        return answer


def _read_answer(pipe: IO[bytes]) -> _Answer | None:
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    return msgspec.msgpack.decode(pipe.read(_LENGTH.unpack(head)[0]), type=_Answer)


def _serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    def say(answer: _Answer) -> None:
        content = msgspec.msgpack.encode(answer)
        answers.write(_LENGTH.pack(len(content)) + content)
        answers.flush()

    engine: Transcriber
    try:
        engine = loaded(msgspec.json.decode(requests.readline(), type=SpeechSettings, dec_hook=lambda kind, text: kind(text)))
    except ImportError as error:
        say(_Answer(broke=f"no_speech_engine:{error}"))
        return
    except (RuntimeError, ValueError, OSError) as error:
        say(_Answer(broke=f"no_speech_model:{error}"))
        return
    say(_Answer(name=engine.name))
    while len(head := requests.read(_LENGTHS.size)) == _LENGTHS.size:
        hint, sound = _LENGTHS.unpack(head)
        prompt, samples = requests.read(hint).decode(), np.frombuffer(requests.read(sound), np.float32)
        try:
            say(_Answer(words=tuple(engine.hear(samples, prompt))))
        except (RuntimeError, ValueError) as error:
            say(_Answer(broke=str(error) or type(error).__name__))


def main() -> None:
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # libraries print what they please
    _serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
