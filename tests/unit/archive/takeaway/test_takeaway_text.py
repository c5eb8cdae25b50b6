"""Captions, Markdown, Word and PDF of a transcript: readable by others' programs, and true to what was said."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import webvtt
from docx import Document
from pypdf import PdfReader

from meeting_server.archive.minutes.docx import minutes_document
from meeting_server.archive.takeaway.captions import chapters_vtt, srt
from meeting_server.archive.takeaway.captions import webvtt as webvtt_of
from meeting_server.archive.takeaway.markdown import markdown
from meeting_server.archive.takeaway.paper import transcript_paper
from meeting_server.archive.takeaway.pdf import paper_pdf
from meeting_server.archive.takeaway.study import Gap, Utterance
from tests.kit.meetings.studies import study, words

GAP = "（此处内容已按规定删去）"


def test_captions_carry_every_line_with_its_time_and_speaker() -> None:
    captions = webvtt.from_buffer(StringIO(webvtt_of(study(), words()))).captions
    assert [(c.start, c.end, c.voice, c.text) for c in captions[:2]] == [
        ("00:00:01.000", "00:00:04.500", "周建华", "同志们，现在开会。"),
        ("00:00:05.000", "00:00:09.250", "李卫东", "今年支部 a &lt; b &amp;&amp; c &gt; d → 完成了三件事。"),
    ]
    assert len(captions) == 5


def test_a_passage_taken_out_is_said_so_in_its_place_without_its_words() -> None:
    captions = webvtt.from_buffer(StringIO(webvtt_of(study(), words()))).captions
    assert (captions[2].start, captions[2].end, captions[2].text) == ("00:00:10.000", "00:00:14.000", GAP)
    paper = transcript_paper(study(), words())
    assert f"`0:10` {GAP}" in markdown(paper)
    assert GAP in srt(study(), words())


def test_srt_is_read_back_line_by_line() -> None:
    text = srt(study(), words())
    blocks = text.strip().split("\n\n")
    assert [block.split("\n")[0] for block in blocks] == ["1", "2", "3", "4", "5"]
    assert blocks[0] == "1\n00:00:01,000 --> 00:00:04,500\n周建华：同志们，现在开会。"
    assert all(re.fullmatch(r"\d\d:\d\d:\d\d,\d{3} --> \d\d:\d\d:\d\d,\d{3}", block.split("\n")[1]) for block in blocks)
    assert len(webvtt.from_buffer(StringIO(text), format="srt").captions) == 5


def test_what_was_said_can_not_break_out_of_its_cue() -> None:
    said = "第一行\n\n2\n00:00:00.000 --> 00:09:00.000\n<script>alert(1)</script>\x00"
    wild = replace(study(), utterances=(Utterance(0, 1_000, "<i>甲</i>", said),), gaps=())
    for text in (webvtt_of(wild, words()), srt(wild, words())):
        assert text.count("-->") == 1
        assert "\x00" not in text
    assert "<script>" not in webvtt_of(wild, words())
    assert len(webvtt.from_buffer(StringIO(webvtt_of(wild, words()))).captions) == 1


def test_a_line_that_lasts_no_time_is_still_shown() -> None:
    short = replace(study(), utterances=(Utterance(5, 5, "甲", "嗯"),), gaps=(Gap(9, 9),))
    assert "00:00:00.005 --> 00:00:00.006" in webvtt_of(short, words())


def test_chapters_are_captions_of_their_own() -> None:
    captions = webvtt.from_buffer(StringIO(chapters_vtt(study(), words()))).captions
    assert [(c.start, c.text) for c in captions] == [("00:00:00.000", "审议年度工作总结"), ("00:00:30.000", "表决")]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_markdown_has_everything_under_its_chapter_and_nothing_said_becomes_markup(language: str) -> None:
    text = markdown(transcript_paper(study(), words(language)))  # type: ignore[arg-type]  # the two languages
    order = ["# 2026年11月支部党员大会", "支部讨论了年度工作总结。", "赞成 20 票", "## 审议年度工作总结", "`0:01` **周建华** 同志们"]
    order += ["\n## 表决\n", "`0:31`"]
    assert [text.index(part) for part in order] == sorted(text.index(part) for part in order)
    assert "\\<b\\>" in text
    assert "<b>" not in text


def test_word_has_every_line() -> None:
    document = Document(io.BytesIO(minutes_document(transcript_paper(study(), words()))))
    said = [paragraph.text for paragraph in document.paragraphs]
    assert "0:01  周建华  同志们，现在开会。" in said
    assert f"0:10  {GAP}" in said
    assert said.index("审议年度工作总结") < said.index("表决")


def pages(data: bytes) -> list[str]:
    # pypdf reads the first byte of a two-byte code as a character of its own; readers of people do not
    return ["".join(page.extract_text().replace("\0", "").split()) for page in PdfReader(io.BytesIO(data)).pages]


def test_pdf_can_be_read_searched_and_carries_its_typeface() -> None:
    said = [f"第{n}句：支部讨论了年度工作总结和志愿服务安排。" for n in range(60)]
    long = replace(study(), utterances=tuple(Utterance(n * 1_000, n * 1_000 + 900, "周建华", line) for n, line in enumerate(said)))
    data = paper_pdf(transcript_paper(long, words()), "草稿")
    text = "".join(pages(data))
    assert [line for line in said if line not in text] == []
    assert len(pages(data)) >= 3
    resources: list[Any] = [page["/Resources"] for page in PdfReader(io.BytesIO(data)).pages]
    fonts = {font.get_object()["/BaseFont"]: font.get_object() for page in resources for font in page["/Font"].values()}
    assert fonts
    for font in fonts.values():
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert any(key in descriptor for key in ("/FontFile2", "/FontFile3"))
    assert len(data) < 400_000


def test_a_line_of_the_pdf_never_begins_with_a_closing_mark(tmp_path: Path) -> None:
    text = "支部，讨论，安排，工作，总结，志愿，服务，学习，文件，表决，结果，公布，完成，三件，事情，" * 6
    path = tmp_path / "a.pdf"
    path.write_bytes(paper_pdf(transcript_paper(replace(study(), utterances=(Utterance(0, 9, "甲", text),)), words())))
    with pypdfium2.PdfDocument(path) as document:
        lines = [line for page in document for line in page.get_textpage().get_text_range().splitlines()]
    starts = [line.strip()[0] for line in lines if line.strip()]
    assert len(starts) > 8
    assert not set(starts) & set("，。、；：？！）》”")


def test_what_the_typeface_can_not_draw_is_a_box_and_no_failure() -> None:
    odd = replace(study(), utterances=(Utterance(0, 9, "甲\x07", "好😀的\x00"),))
    assert "好□的" in "".join(pages(paper_pdf(transcript_paper(odd, words()))))
