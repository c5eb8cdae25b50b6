"""What a description keeps when a passage is taken out of its record."""

from __future__ import annotations

from meeting_server.acts.record.redact import without
from meeting_server.domain.ids import MeetingId
from meeting_server.store.record.publications import Publication


def test_a_description_in_words_loses_a_sentence_that_the_transcript_has_in_figures() -> None:
    described = Publication(MeetingId("m"), "b", "志愿服务", "服务了一千二百四十小时。另一句。", ("一千二百四十小时",))
    left = without(described, ["服务了1240小时。"])
    assert (left.summary, left.keywords) == ("另一句。", ())
