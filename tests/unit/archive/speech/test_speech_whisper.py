"""What an engine that began in the middle left out is heard once more, and stands where it was said."""

from __future__ import annotations

import numpy as np

from meeting_server.archive.record.sound import Samples
from meeting_server.archive.speech.transcriber import RATE, Word
from meeting_server.archive.speech.whisper import Whisper, unheard


class BeginsInTheMiddle(Whisper):
    """Hears a word every second, but given a prompt and more than ten seconds only those after the ninth."""

    def __init__(self, *, deaf_to_parts: bool = False) -> None:
        self.asked: list[tuple[float, str]] = []
        self._deaf_to_parts = deaf_to_parts

    def _once(self, samples: Samples, prompt: str) -> tuple[list[Word], bool]:
        lasted = len(samples) / RATE
        self.asked.append((lasted, prompt))
        if prompt and self._deaf_to_parts and lasted < 10:
            return [], False
        first = 9 if prompt and lasted > 10 else 0
        return [Word(float(at), at + 0.8, f"{at}") for at in range(first, int(lasted))], False


def sound(seconds: float) -> Samples:
    return np.zeros(int(seconds * RATE), np.float32)


def test_words_that_were_left_out_are_put_where_they_were_said() -> None:
    ear = BeginsInTheMiddle()
    words = ear.hear(sound(15), "会议用语：党课。")
    assert [word.since for word in words] == [float(at) for at in range(15)]
    assert ear.asked == [(15, "会议用语：党课。"), (9, "会议用语：党课。")]


def test_what_a_prompt_hides_again_is_heard_without_it() -> None:
    ear = BeginsInTheMiddle(deaf_to_parts=True)
    assert len(ear.hear(sound(15), "会议用语：党课。")) == 15
    assert ear.asked[-1] == (9, "")


def test_speech_that_was_heard_is_heard_once() -> None:
    ear = BeginsInTheMiddle()
    ear.hear(sound(8), "会议用语：党课。")
    assert len(ear.asked) == 1


def test_only_a_long_stretch_without_a_word_was_left_out() -> None:
    words = [Word(1.0, 2.0, "a"), Word(3.4, 4.0, "b")]
    assert unheard(words, 5.4) == []
    assert unheard(words, 6.0) == [(4.0, 6.0)]
    assert unheard([], 1.0) == []
    assert unheard([], 3.0) == [(0.0, 3.0)]
