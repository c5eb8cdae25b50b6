"""A draft of what a meeting was about: telling sentences and words, gaps from terms, nothing that was taken out."""

from __future__ import annotations

from pathlib import Path

from meeting_server.archive.minutes.minutes import Minutes, minutes_of
from meeting_server.archive.record import digest as digests
from meeting_server.archive.record.artefacts import DIGEST
from meeting_server.archive.record.digest import GAP, digest_of
from meeting_server.archive.record.timeline import Timeline, timeline_of
from meeting_server.archive.record.transcript import Spoken, Stretch, Transcript
from meeting_server.archive.record.words import overlap, words_of
from meeting_server.domain.ids import HALL, MeetingId, ParticipantId, RoomId
from tests.kit.meetings.whole_meeting import whole_meeting

TALK = (
    "同志们，现在开会。",
    "今天我们学习志愿服务条例，支部大会将讨论志愿服务的安排。",
    "志愿服务是支部建设的重要内容，去年志愿服务时长超过八百小时。",
    "好的。",
    "预备党员转正需要支部大会讨论通过，再报上级党委审批。",
    "志愿服务的安排由支部委员会提出，报支部大会讨论。",
    "天气很好。",
    "每名党员每年参加志愿服务不少于二十小时，由组织委员登记。",
)


def meeting() -> tuple[Minutes, Timeline]:
    records = whole_meeting().records
    minutes, timeline = minutes_of(records), timeline_of(records)
    assert minutes is not None
    assert timeline is not None
    return minutes, timeline


def transcript(*texts: str, room: RoomId = HALL) -> Transcript:
    spoken = tuple(
        Spoken(f"zhou.{n}", n * 5_000, n * 5_000 + 4_000, ParticipantId("zhou"), "周建华", room, text) for n, text in enumerate(texts)
    )
    return Transcript(MeetingId("m"), "test", "zh-CN", spoken)


def test_key_sentences_are_the_telling_ones_in_the_order_of_the_meeting() -> None:
    digest = digest_of(*meeting(), transcript(*TALK))
    texts = [sentence.text for sentence in digest.sentences]
    assert digest.source == "transcript"
    assert any("志愿服务" in text for text in texts)
    assert texts == sorted(texts, key=TALK.index)
    assert not {"好的。", "天气很好。", "同志们，现在开会。"} & set(texts)
    assert digest.summary == "\n".join(texts)


def test_the_word_that_is_spoken_of_most_comes_first_and_no_empty_word_is_among_them() -> None:
    keywords = digest_of(*meeting(), transcript(*TALK)).keywords
    assert keywords[0] == "志愿服务"
    assert "支部大会" in keywords
    assert not {"我们", "今天", "现在", "同志"} & set(keywords)


def test_a_cloze_takes_a_term_out_of_a_sentence_and_keeps_the_answer() -> None:
    clozes = digest_of(*meeting(), transcript(*TALK)).clozes
    assert clozes
    assert len({cloze.answer for cloze in clozes}) == len(clozes)
    for cloze in clozes:
        assert cloze.text.replace(GAP, cloze.answer) == cloze.sentence
        assert cloze.sentence in TALK


def test_without_a_transcript_the_notes_of_the_minutes_are_read_and_no_question_is_made() -> None:
    minutes, timeline = meeting()
    digest = digest_of(minutes, timeline, None)
    assert (digest.source, digest.clozes, digest.title) == ("minutes", (), minutes.title)
    noted = {point.text for item in minutes.items for point in item.points} | {item.title for item in minutes.items}
    noted |= {line for item in minutes.items for line in (*item.resolutions, *(result.title for result in item.results))}
    noted |= {point.text for item in minutes.items for point in item.dissent}
    assert digest.sentences
    assert not {person.name for person in minutes.attending} & set(digest.keywords)
    assert {sentence.text for sentence in digest.sentences} <= noted


def test_what_was_taken_out_or_said_in_a_group_room_is_in_no_draft() -> None:
    whole = transcript(*TALK)
    taken = tuple(
        Spoken(s.cue_id, s.since, s.until, s.participant_id, s.who, s.room_id, "", "redacted") if "转正" in s.text else s
        for s in whole.spoken
    )
    digest = digest_of(*meeting(), Transcript(whole.meeting_id, "test", "zh-CN", taken, (Stretch(20_000, 24_000),)))
    assert "转正" not in str(digest)
    assert digest_of(*meeting(), transcript(*TALK, room=RoomId("room-2"))).source == "minutes"


def test_a_part_of_the_meeting_is_digested_by_itself() -> None:
    part = digest_of(*meeting(), transcript(*TALK), since=20_000, until=24_500)
    assert [sentence.text for sentence in part.sentences] == [TALK[4]]


def test_the_same_meeting_makes_the_same_draft_and_it_is_kept_whole(tmp_path: Path) -> None:
    digest = digest_of(*meeting(), transcript(*TALK))
    assert digest == digest_of(*meeting(), transcript(*TALK))
    digests.save(tmp_path, digest)
    assert digests.load(tmp_path) == digest
    DIGEST.path(tmp_path).write_bytes(b"{")
    assert digests.load(tmp_path) is None


def test_english_is_understood_word_by_word() -> None:
    assert words_of("The branch discussed volunteer service on Friday.") == ("branch", "discussed", "volunteer", "service", "friday")


def test_keywords_in_common_make_two_texts_related() -> None:
    assert overlap(("志愿服务", "党课"), ("志愿服务", "转正")) == 1 / 3
    assert overlap((), ()) == 0
