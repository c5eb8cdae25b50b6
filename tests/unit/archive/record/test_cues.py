"""Cues: what was put right in them, and cues of before that was kept."""

from __future__ import annotations

import msgspec

from meeting_server.archive.record.cues import Change, Cue, Cues, rewritten
from meeting_server.archive.record.redaction import holds_words, without_words
from meeting_server.archive.record.transcript import Spoken, Stretch, still_standing, taken_back, transcript_of
from meeting_server.domain.ids import HALL, MeetingId, ParticipantId
from meeting_server.store.record.record_edits import Correction, Edits, Redaction

CHANGES = (Change(3, "一程", "议程"), Change(6, "十到", "实到"))


def test_changes_are_made_where_they_are() -> None:
    assert rewritten("有三项一程，十到九人。", (Change(3, "一程", "议程"), Change(6, "十到", "实到"))) == "有三项议程，实到九人。"


def test_cues_of_before_changes_were_kept_are_read() -> None:
    old = b'{"cue_id":"a.1","since":1,"until":2,"participant_id":"li","who":"","room_id":"hall","text":"\xe5\xa5\xbd"}'
    assert msgspec.json.decode(old, type=Cue).changes == ()


def test_of_what_is_taken_out_no_word_that_was_heard_stays() -> None:
    cue = Cue("a.1", 1_000, 2_000, ParticipantId("li"), "", HALL, "", (), changes=CHANGES)
    cues = Cues(MeetingId("m"), "engine", "zh-CN", (cue,))
    stretches = (Stretch(900, 1_100),)
    assert holds_words(cues, stretches)
    left = without_words(cues, stretches)
    assert not holds_words(left, stretches)
    assert "十到" not in msgspec.json.encode(left).decode()


CUE = Cue("a.1", 1_000, 2_000, ParticipantId("li"), "", HALL, "有三项议程，实到九人。", (), changes=CHANGES)


def test_one_change_is_taken_back_and_the_other_stays() -> None:
    text = taken_back(CUE.text, CHANGES[0])
    assert text == "有三项一程，实到九人。"
    assert still_standing(CUE, text) == CHANGES[1:]


def test_no_change_stands_in_a_sentence_that_a_person_wrote_anew() -> None:
    assert still_standing(CUE, "共有三项议程，实到九人。") == ()


def test_a_transcript_shows_no_change_of_what_was_taken_out() -> None:
    redaction = Redaction(MeetingId("m"), 900, 1_100, "", "", "", 0)
    (spoken,) = transcript_of(MeetingId("m"), Cues(MeetingId("m"), "engine", "zh-CN", (CUE,)), Edits((), (redaction,))).spoken
    assert (spoken.text, spoken.changes) == ("", ())


# --- numbers in figures ---------------------------------------------------------------------------------------------

NUMBERED = Cue(
    "a.2",
    1_000,
    2_000,
    ParticipantId("li"),
    "",
    HALL,
    "二十九人，有三项议程，实到二十六人。",
    (),
    changes=(Change(8, "一程", "议程"), Change(11, "十到", "实到")),
)


def read_with(*corrections: str) -> Spoken:
    cues = Cues(MeetingId("m"), "engine", "zh-CN", (NUMBERED,))
    made = [Correction(MeetingId("m"), "a.2", NUMBERED.text, text, "li", "", 0) for text in corrections]
    return transcript_of(MeetingId("m"), cues, Edits(tuple(made))).spoken[0]


def test_a_transcript_has_numbers_in_figures_and_what_was_put_right_stays_marked() -> None:
    spoken = read_with()
    assert (spoken.text, spoken.state) == ("29人，有三项议程，实到26人。", "heard")
    assert [spoken.text[change.at :][:2] for change in spoken.changes] == ["议程", "实到"]
    assert NUMBERED.text == "二十九人，有三项议程，实到二十六人。"


def test_numbers_that_a_person_typed_stay_as_typed() -> None:
    spoken = read_with("二十八人，有三项议程。")
    assert (spoken.text, spoken.state) == ("二十八人，有三项议程。", "corrected")


def test_a_line_put_back_to_the_words_heard_counts_as_heard() -> None:
    assert read_with("二十八人。", NUMBERED.text).state == "heard"


def test_a_correction_of_a_line_in_words_is_carried_to_another_engines_line() -> None:
    cues = Cues(MeetingId("m"), "engine", "zh-CN", (msgspec.structs.replace(NUMBERED, cue_id="a.500", changes=()),))
    made = Correction(MeetingId("m"), "a.2", "二十九人，有三项议程，实到二十六人。", "三十人，有三项议程，实到二十六人。", "li", "", 0)
    assert transcript_of(MeetingId("m"), cues, Edits((made,))).spoken[0].text == "三十人，有三项议程，实到二十六人。"
