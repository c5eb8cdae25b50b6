"""The list of words bites, and leaves alone what only looks alike."""

from __future__ import annotations

import pytest

from meeting_server.web.site.catalogue import sentences
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
        ("meeting_server/web/locales/zh-CN.json", "优秀不超过参加评议人数的三分之一"),
        ("meeting_server/web/locales/zh-CN.json", "互评（无记名）"),
        ("meeting_server/web/locales/zh-CN.json", "得赞成 4 票：通过。"),
        ("meeting_server/web/locales/zh-CN.json", "计票人由会议通过后才算数"),
        ("meeting_server/web/locales/zh-CN.json", "会议记录签发"),
        ("meeting_server/web/locales/en.json", "At most a third of those appraised can be excellent"),
        ("meeting_server/store/database.py", "# this can not be undone"),
        ("meeting_server/web/locales/en.json", "It closes by itself."),
        ("meeting_server/web/locales/en.json", "2 void ballots"),
        ("meeting_server/web/locales/en.json", "No mutual sheet has been published yet."),
        ("meeting_server/web/locales/en.json", "Waiting for the secretary's answer"),
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


SECRETARYS = {
    "room_people.role_secretary": "记录人",
    "console.motion": "表决事项",
    "console.draft": "准备表决事项",
    "console.draft_title": "准备表决事项",
    "console.move_motion": "提请会议讨论",
    "console.withdraw_title": "撤回这项表决？",
    "minutes.attending": "列席",
    "minutes.without_vote": "参加（无表决权）",
    "console.sheet_mutual": "民主测评",
    "vote.sheet_mutual": "民主测评（无记名）",
    "console.from_mutual": "按测评结果填写",
    "console.excellent_share": "正式党员总数的",
    "rules.excellent_how": "正式党员总数的",
    "vote.appraisal_result": "由支部委员会或党员大会提出评定意见",
    "minutes.heading": "会议记录",
    "minutes.title": "{title}记录",
    "minutes.issued_by": "审核签字",
    "minutes.to_sign": "待审核",
    "console.opinion_words": "不再发给表决票",
    "console.papers_none": "不发给表决票",
    "errors.already_filed": "不再领取表决票",
    "console.fingerprint": "选票校验码",
    "vote.fingerprint": "选票校验码",
    "stage.fingerprint": "选票校验码",
    "console.preparing": "正在准备选票",
    "me.kept": "这部手机保存的投票凭证",
    "vote.void_short": "无效票",
    "vote.over_voted": "无效票",
    "console.paper_void": "无效票",
    "rules.bases.cast": "收回的票（含弃权）",
    "vote.axis_cast": "收回",
    "minutes.contest_counts": "收回 {returned} 张，有效 {valid} 张，无效 {void} 张",
    "minutes.election_valid": "收回数不多于发出数，选举有效",
    "minutes.verdict.carried_half": "赞成 {votes_for} 人，超过{base}的半数（须得 {needed} 票），通过",
    "minutes.verdict.no_quorum_at_close": "会议无效，须重新召开",
    "minutes.verdict.no_quorum_election": "选举会议无效，须重新召开",
    "attendance.absent": "缺席（未请假）",
    "attendance.fact.absent": "缺席（未请假）",
    "rules.methods.open": "举手表决（只记票数）",
    "console.open_ballot": "举手表决（只记票数）",
    "vote.open": "举手表决（只记票数）",
    "schedule.rule.method.free": "举手、记名、无记名均可",
    "console.officers_words": "监票人经会议表决通过；计票人由支部委员会或主持人指定",
    "console.base_doubt": "基层组织选举按实到会有选举权人数计算",
    "common.role.reviewer": "督导员（上级）",
    "access.rule.reviewer": "督导员（上级）",
    "cli.role.reviewer": "督导员（上级）",
    "common.standing.applicant": "入党积极分子",
    "archive.head": "校验码 {hash}",
    "minutes.hash": "校验码 {hash}",
    "record.approve_why": "校验码 {hash}",
    "audit.last_record": "最后一条记录",
    "take.title": "下载与导出",
    "vote.watch_title": "您不参加这次表决",
    "vote.watch_on": "知道了",
    "schedule.about.general": "全体党员参加，有表决权的党员表决",
    "schedule.form.create": "发布会议安排",
    "home.never_opened": "未召开",
    "minutes.nothing_noted": "（未记录发言要点）",
    "me.held_not": "不收集：",
    "attendance.mine.held": "不收集：",
    "console.hand_chair": "移交主持",
    "console.elect_title": "赞成票超过半数，始得当选",
    "vote.in_the_box": "您的一票已投入票箱。",
}


IN_ENGLISH = {
    "room_people.role_secretary": "Recorder",
    "console.motion": "Motion",
    "console.draft": "New motion",
    "console.draft_title": "New motion",
    "console.move_motion": "Put to the meeting",
    "console.withdraw_title": "Withdraw this motion?",
    "minutes.attending": "Attending",
    "minutes.without_vote": "without a vote",
    "console.sheet_mutual": "Democratic rating",
    "vote.sheet_mutual": "Democratic rating (secret)",
    "console.from_mutual": "Fill in from the democratic rating",
    "console.excellent_share": "of all full members",
    "rules.excellent_how": "of all full members of the branch",
    "vote.appraisal_result": "The committee or the general meeting gives the grades",
    "minutes.heading": "Minutes",
    "minutes.title": "Minutes: {title}",
    "minutes.issued_by": "Checked and signed by",
    "minutes.to_sign": "to be checked",
    "console.opinion_words": "gets no ballot",
    "console.papers_none": "no ballot",
    "errors.already_filed": "no ballot is issued",
    "console.fingerprint": "Check code of the ballot",
    "vote.fingerprint": "Check code of the ballot",
    "stage.fingerprint": "Check code",
    "console.preparing": "Preparing the ballots",
    "me.kept": "Voting receipts kept on this phone",
    "vote.void_short": "Invalid",
    "vote.over_voted": "Too many, invalid",
    "console.paper_void": "Invalid among them",
    "rules.bases.cast": "ballots returned (abstentions included)",
    "vote.axis_cast": "{n} returned",
    "minutes.contest_counts": "{returned} ballots returned, {valid} valid, {void} invalid",
    "minutes.election_valid": "No more were returned than issued: the election is valid",
    "minutes.verdict.carried_half": "{votes_for} for, more than half of {base} ({needed} needed): carried",
    "minutes.verdict.no_quorum_at_close": "the meeting is void and is called again",
    "minutes.verdict.no_quorum_election": "the election meeting is void and is called again",
    "attendance.absent": "Absent (not excused)",
    "attendance.fact.absent": "Absent (not excused)",
    "rules.methods.open": "show of hands (numbers only)",
    "console.open_ballot": "Show of hands (numbers only)",
    "vote.open": "Show of hands (numbers only)",
    "schedule.rule.method.free": "By show of hands, by name or in secret",
    "console.officers_words": "The meeting approves scrutineers by vote; tellers are named by the committee or the chair",
    "console.base_doubt": "those with election rights who came",
    "common.role.reviewer": "Reviewer",
    "access.rule.reviewer": "Reviewers",
    "cli.role.reviewer": "reviewer",
    "common.standing.applicant": "Applicant",
    "archive.head": "check code {hash}",
    "minutes.hash": "check code {hash}",
    "record.approve_why": "check code {hash}",
    "audit.last_record": "Last record",
    "take.title": "Download and export",
    "vote.watch_title": "You are not part of this vote",
    "vote.watch_on": "Got it",
    "schedule.about.general": "members with a vote decide",
    "schedule.form.create": "Publish the meeting",
    "home.never_opened": "Not held",
    "minutes.nothing_noted": "(No points of speeches were recorded.)",
    "me.held_not": "Not collected:",
    "attendance.mine.held": "Not collected:",
    "console.hand_chair": "Hand over the chair",
    "console.elect_title": "More than half elects",
    "vote.in_the_box": "Your ballot is in the box.",
}


@pytest.mark.parametrize("key", sorted(SECRETARYS))
def test_the_catalogue_says_it_as_a_secretary_does_in_both_languages(key: str) -> None:
    assert (SECRETARYS[key] in sentences("zh-CN")[key], IN_ENGLISH[key] in sentences("en")[key]) == (True, True)


def test_exclusions_have_one_set_of_words() -> None:
    for language in ("zh-CN", "en"):
        said = sentences(language)
        reasons = {key.rpartition(".")[2]: text for key, text in said.items() if key.startswith("schedule.reason.")}
        choices = {key.rpartition(".")[2]: text for key, text in said.items() if key.startswith("people.exclusions.")}
        assert {key: text for key, text in choices.items() if key != "none"} == reasons


def test_the_recorder_is_nowhere_called_the_branch_secretary() -> None:
    """Whose role in a meeting is shown, in a room, on a report, in the minutes, is 记录人; 书记 is a role in the branch."""
    shown = ("room_people.", "attendance.role.", "minutes.", "stage.", "schedule.facts.", "schedule.form.", "join.", "knocks.", "contest.")
    assert [key for key, text in sentences("zh-CN").items() if key.startswith(shown) and "书记" in text] == []
    assert sentences("zh-CN")["attendance.role.secretary"] == sentences("zh-CN")["room_people.role_secretary"] == "记录人"
    assert sentences("en")["attendance.role.secretary"] == sentences("en")["room_people.role_secretary"] == "Recorder"
