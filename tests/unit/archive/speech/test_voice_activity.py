"""Only voices are heard, and what is heard finds its way back to its true time across silence and gaps."""

from __future__ import annotations

import numpy as np
import pytest

from meeting_server.archive.record.sound import Samples
from meeting_server.archive.speech.packs import packs
from meeting_server.archive.speech.transcriber import LONGEST_S, RATE, Word
from meeting_server.archive.speech.voice_activity import Utterance, utterances


class LoudGate:
    """Takes everything loud for a voice."""

    def probability(self, window: Samples) -> float:
        return float(np.abs(window).max() > 0.1)

    def reset(self) -> None:
        pass


def sound(*parts: tuple[float, bool]) -> Samples:
    """Seconds of noise (True) or silence."""
    chance = np.random.default_rng(1)
    return np.concatenate(
        [(chance.uniform(0.2, 0.5, int(s * RATE)) if loud else np.zeros(int(s * RATE))).astype(np.float32) for s, loud in parts]
    )


def found(*runs: tuple[float, Samples]) -> list[tuple[float, float]]:
    spoken = utterances([(int(at * RATE), samples) for at, samples in runs], LoudGate())
    return [(round(u.start / RATE, 1), round(u.end / RATE, 1)) for u in spoken]


def test_silence_holds_no_utterance() -> None:
    assert found((0.0, sound((20.0, False)))) == []


def test_a_cough_is_no_utterance() -> None:
    assert found((0.0, sound((2.0, False), (0.1, True), (2.0, False)))) == []


def test_an_utterance_is_padded_a_little_on_both_sides() -> None:
    assert found((0.0, sound((2.0, False), (3.0, True), (2.0, False)))) == [(1.8, 5.2)]


def test_a_gap_ends_an_utterance_and_times_stay_true_after_it() -> None:
    assert found((1.0, sound((2.0, True))), (60.0, sound((1.0, False), (2.0, True)))) == [(1.0, 3.0), (60.8, 63.0)]


def test_time_that_goes_back_is_not_heard_twice() -> None:
    spans = found((0.0, sound((2.0, True))), (1.0, sound((2.0, True), (1.0, False))))
    assert spans == [(0.0, 3.2)]


def test_someone_who_never_pauses_is_cut_before_the_engine_is_full() -> None:
    spans = found((0.0, sound((100.0, True))))
    assert all(end - start <= LONGEST_S for start, end in spans)
    assert sum(end - start for start, end in spans) == pytest.approx(100, abs=1)


def utterance(since: float, lasted: float) -> Utterance:
    return Utterance(int(since * RATE), np.ones(int(lasted * RATE), np.float32))


def test_words_of_a_pack_find_their_way_back_across_the_gap() -> None:
    (pack,) = packs([utterance(10.0, 2.0), utterance(40.0, 3.0)])
    assert len(pack.samples) / RATE == 5.5
    first, second = pack.placed(Word(0.5, 1.0, "a")), pack.placed(Word(2.6, 3.0, "b"))
    assert (first.since, first.until) == (10.5, 11.0)
    assert (second.since, second.until) == pytest.approx((40.1, 40.5))
    leaning = pack.placed(Word(1.9, 2.2, "c"))  # an engine is a little late with the end of a word
    assert (leaning.since, leaning.until) == (11.9, 12.0)


def test_a_pack_is_never_longer_than_the_engine_takes() -> None:
    made = list(packs([utterance(n * 10.0, 9.0) for n in range(10)]))
    assert [len(pack.pieces) for pack in made] == [3, 3, 3, 1]
    assert all(len(pack.samples) <= LONGEST_S * RATE for pack in made)
    assert len(list(packs([utterance(0, 1), utterance(300, 1)]))) == 2
