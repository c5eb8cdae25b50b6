"""What is heard with a prompt and without; what was left out both times is heard once more, and stands where it was said."""

from __future__ import annotations

import numpy as np

from meeting_server.archive.record.sound import Samples
from meeting_server.archive.speech.transcriber import RATE, Word
from meeting_server.archive.speech.whisper import Reading, Whisper, commas, unheard


class BeginsInTheMiddle(Whisper):
    """Hears a word every second; given more than ten seconds and a prompt, or ``always``, only those after the ninth."""

    def __init__(self, *, always: bool = False, beam: int = 5) -> None:
        self._beam = beam
        self.asked: list[tuple[float, str]] = []
        self._always = always

    def _once(self, samples: Samples, prompt: str) -> Reading:
        lasted = len(samples) / RATE
        self.asked.append((lasted, prompt))
        first = 9 if (prompt or self._always) and lasted > 10 else 0
        return Reading(tuple(Word(float(at), at + 0.8, f"{at}{prompt}") for at in range(first, int(lasted))))


def sound(seconds: float) -> Samples:
    return np.zeros(int(seconds * RATE), np.float32)


def test_what_a_prompt_hides_is_taken_from_what_was_heard_without_it() -> None:
    ear = BeginsInTheMiddle()
    words = ear.hear(sound(15), "会议用语：党课。")
    assert [(word.since, word.text) for word in words] == [(float(at), f"{at}") for at in range(15)]
    assert sorted(ear.asked) == [(15, ""), (15, "会议用语：党课。")]


def test_words_that_were_left_out_both_times_are_heard_once_more_and_put_where_they_were_said() -> None:
    ear = BeginsInTheMiddle(always=True)
    words = ear.hear(sound(15), "会议用语：党课。")
    assert [word.since for word in words] == [float(at) for at in range(15)]
    assert sorted(ear.asked) == [(9, ""), (9, "会议用语：党课。"), (15, ""), (15, "会议用语：党课。")]


def test_in_haste_what_was_heard_with_a_prompt_is_not_heard_without_it() -> None:
    ear = BeginsInTheMiddle(beam=1)
    assert len(ear.hear(sound(8), "会议用语：党课。")) == 8
    assert ear.asked == [(8, "会议用语：党课。")]


def test_without_a_prompt_it_is_heard_once() -> None:
    ear = BeginsInTheMiddle()
    ear.hear(sound(8), "")
    assert ear.asked == [(8, "")]


def test_only_a_long_stretch_without_a_word_was_left_out() -> None:
    words = [Word(1.0, 2.0, "a"), Word(3.4, 4.0, "b")]
    assert unheard(words, 5.4) == []
    assert unheard(words, 6.0) == [(4.0, 6.0)]
    assert unheard([], 1.0) == []
    assert unheard([], 3.0) == [(0.0, 3.0)]


def test_a_comma_whose_last_byte_slipped_is_a_comma() -> None:
    assert commas("同志们０现在开会Ｇ") == "同志们，现在开会，"
    assert commas("2026年，85% Um") == "2026年，85% Um"
