"""The list of words bites, and leaves alone what only looks alike."""

from __future__ import annotations

import pytest

from tools.words import in_text


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("meeting_server/web/locales/zh-CN.json", "请先提一个动议"),
        ("meeting_server/web/locales/zh-CN.json", "正在准备票纸"),
        ("meeting_server/web/locales/zh-CN.json", "不再发票"),
        ("docs/VOTING.md", "选多了，是废票"),
        ("meeting_server/web/locales/zh-CN.json", "无故缺席 2 人"),
        ("meeting_server/web/locales/zh-CN.json", "审定会议纪要"),
        ("meeting_server/store/database.py", "# this can not be undone"),
        ("meeting_server/web/locales/en.json", "It closes by itself."),
    ],
)
def test_a_word_of_the_list_is_named(path: str, line: str) -> None:
    assert [found.line for found in in_text(path, f"first\n{line}\n")] == [2]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("meeting_server/web/locales/zh-CN.json", "开发票据系统"),
        ("docs/GLOSSARY.md", "移动议程项"),
        ("docs/VOTING.md", "It can not only count but explain."),
        ("meeting_server/live/host.py", "# the timer stops by itself"),
        ("meeting_server/web/locales/en.json", "Ask the scrutineer for a ballot on paper."),
    ],
)
def test_a_word_that_only_looks_alike_is_left_alone(path: str, line: str) -> None:
    assert list(in_text(path, line)) == []
