"""Cues: what was put right in them, and cues of before that was kept."""

from __future__ import annotations

import msgspec

from meeting_server.archive.record.cues import Change, Cue, Cues, rewritten
from meeting_server.archive.record.redaction import holds_words, without_words
from meeting_server.archive.record.transcript import Stretch, still_standing, taken_back, transcript_of
from meeting_server.domain.ids import HALL, MeetingId, ParticipantId
from meeting_server.store.record.record_edits import Edits, Redaction

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
