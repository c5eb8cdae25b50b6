"""Who is heard: loudness, turns and places."""

from __future__ import annotations

from meeting_server.media.active_speaker import Loudness, choose_loudest


def speak(voice: Loudness, begin: float, seconds: float, level: int = 25) -> float:
    now = begin
    while now < begin + seconds:
        voice.hear(level, now)
        now += 0.02
    return now


def test_a_cough_is_no_turn_and_a_sentence_is() -> None:
    voice = Loudness()
    speak(voice, 0.0, 0.1)
    assert voice.rest(5.0) is None
    end = speak(voice, 10.0, 2.0)
    assert voice.speaking(end)
    assert voice.rest(end + 1.0) is None
    turn = voice.rest(end + 2.0)
    assert turn is not None
    assert abs(turn[0] - 10.0) < 0.05
    assert abs(turn[1] - 12.0) < 0.05
    assert voice.rest(end + 3.0) is None


def test_a_short_pause_belongs_to_the_turn() -> None:
    voice = Loudness()
    end = speak(voice, 0.0, 1.0)
    assert voice.rest(end + 1.2) is None
    end = speak(voice, end + 1.2, 1.0)
    turn = voice.rest(end + 2.0)
    assert turn is not None
    assert turn[0] < 0.05
    assert turn[1] > 3.0


def test_noise_below_speech_never_speaks() -> None:
    voice = Loudness()
    end = speak(voice, 0.0, 5.0, level=80)
    assert not voice.speaking(end)
    assert voice.end() is None


def test_a_mute_ends_the_turn_at_the_last_word() -> None:
    voice = Loudness()
    speak(voice, 0.0, 1.0)
    turn = voice.end()
    assert turn is not None
    assert abs(turn[1] - 1.0) < 0.05


def test_places_are_kept_against_a_slightly_louder_voice() -> None:
    voices = {name: Loudness() for name in "abcd"}
    for name in "abc":
        speak(voices[name], 0.0, 1.0, level=30)
    speak(voices["d"], 0.0, 1.0, level=27)
    assert choose_loudest(["a", "b", "c"], voices, 3, 1.0) == ["a", "b", "c"]
    speak(voices["d"], 1.0, 1.0, level=5)
    for name in "abc":
        speak(voices[name], 1.0, 1.0, level=30)
    assert "d" in choose_loudest(["a", "b", "c"], voices, 3, 2.0)


def test_a_silent_one_gives_way_at_once() -> None:
    voices = {name: Loudness() for name in "abcd"}
    for name in "abc":
        speak(voices[name], 0.0, 1.0)
    for name in "bc":
        speak(voices[name], 1.0, 3.0)
    speak(voices["d"], 3.8, 0.2, level=40)
    assert choose_loudest(["a", "b", "c"], voices, 3, 4.0) == ["d", "b", "c"]


def test_free_places_are_filled_without_waiting_for_speech() -> None:
    voices = {name: Loudness() for name in "ab"}
    assert sorted(choose_loudest([], voices, 3, 0.0)) == ["a", "b"]


def test_who_left_loses_the_place() -> None:
    assert choose_loudest(["gone", "a"], {"a": Loudness()}, 3, 0.0) == ["a"]
