"""What a rehearsal says: sentences, the page, and the line of JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from meeting_server.rehearsal.plots import Curve, plot
from meeting_server.rehearsal.report import json_line, page, sentences
from meeting_server.web.site.catalogue import LANGUAGES, Language
from tests.kit.meetings.rehearsed import QUIET, rehearsed

WHEN = datetime(2026, 11, 30, 18, 0, tzinfo=UTC)
VOID = {"meta", "link", "line", "path"}


class Balanced(HTMLParser):
    """Every element that opens closes, in order; ids are unique."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_endtag(self, tag: str) -> None:
        assert tag in VOID or self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_first_sentence_says_what_was_carried() -> None:
    assert sentences(rehearsed(), "en")[0] == "This server carried 40 phones (4 with a camera on) for 30 s."
    assert sentences(rehearsed(), "zh-CN")[0] == "本服务器承载了 40 部手机（4 部打开摄像头），持续 30 秒。"


def test_what_would_be_full_first_is_named_with_its_number() -> None:
    assert "At about 150 phones, the processor core of the media process would be full first." in sentences(rehearsed(), "en")


def test_what_gave_way_is_named_instead_of_what_would() -> None:
    levels = [replace(QUIET, phones=10, media=0.1), replace(QUIET, phones=20, media=0.2, message_p95=3_000.0)]
    told = sentences(rehearsed(*levels), "en")
    assert "At 20 phones it gave way: messages took longer than a second." in told
    assert not any("full first" in sentence for sentence in told)


def test_a_meeting_that_ended_it_is_named_first() -> None:
    told = sentences(rehearsed(ended="rehearsal_meeting_opened", detail="支部党员大会"), "en")
    assert told[0] == "The rehearsal was ended early because a meeting opened: 支部党员大会"


def test_ballots_that_were_not_counted_are_said() -> None:
    outcome = rehearsed()
    outcome.votes = (("open", 40, 39),)
    assert any("Not all of the 40 ballots were counted" in sentence for sentence in sentences(outcome, "en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_whole_stands_alone_and_has_both_languages(language: Language) -> None:
    html = page(rehearsed(refused={"entering: <b>": 2}), language, WHEN)
    parsed = Balanced()
    parsed.feed(html)
    assert parsed.open == []
    assert len(parsed.ids) == len(set(parsed.ids))
    for each in LANGUAGES:
        assert all(sentence in parsed.text for sentence in sentences(rehearsed(), each))
    assert f'<html lang="{language}">' in html
    assert "entering: &lt;b&gt;" in html
    assert not any(word in html for word in ("<script", "http:", "https:", "@import", "url("))


def test_the_json_is_one_line_with_the_verdict() -> None:
    line = json_line(rehearsed())
    assert "\n" not in line
    told = json.loads(line)
    assert (told["carried"], told["full_first"], told["full_first_at"]) == (40, "media", 150)


def test_a_plot_draws_a_lone_point_and_names_its_values() -> None:
    svg = plot([0, 1, 2], [Curve("half", [None, 5.0, None])], title="Delay", unit="ms", clock=str)
    assert "h0.1" in svg
    assert 'aria-label="Delay. half: 5 ms"' in svg
