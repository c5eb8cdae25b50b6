"""A small resource to be taken away: two speakers, two chapters, a passage taken out, one result, two questions."""

from __future__ import annotations

from functools import partial

from meeting_server.archive.minutes.document_model import Words
from meeting_server.archive.takeaway.study import Chapter, Choice, Decision, Gap, Question, Study, Utterance
from meeting_server.web.site import dates
from meeting_server.web.site.catalogue import Language, text

HELD = 1_795_690_800_000


def words(language: Language = "zh-CN") -> Words:
    return Words(partial(text, language), partial(dates.date, language), dates.clock, language == "zh-CN")


def study() -> Study:
    return Study(
        resource_id="m-1",
        language="zh-CN",
        title="2026年11月支部党员大会",
        branch_name="计算机学院学生第一党支部",
        held_at=HELD,
        length=60_000,
        summary="支部讨论了年度工作总结。\n表决通过了志愿服务安排。",
        keywords=("工作总结", "志愿服务"),
        approved=True,
        chapters=(Chapter("审议年度工作总结", 0, 30_000), Chapter("表决", 30_000, 60_000)),
        utterances=(
            Utterance(1_000, 4_500, "周建华", "同志们，现在开会。"),
            Utterance(5_000, 9_250, "李卫东", "今年支部 a < b && c > d --> 完成了三件事。"),
            Utterance(31_000, 34_000, "周建华", "下面表决，邮箱 <b>x@example.org</b>。"),
            Utterance(40_000, 45_000, "", "我同意。"),
        ),
        gaps=(Gap(10_000, 14_000),),
        decisions=(Decision("志愿服务安排", "赞成 20 票，通过"),),
        questions=(
            Question("q1", "支部党员大会一般多久召开一次？", (Choice("每季度", True), Choice("每年", False)), "single", "党章规定。"),
            Question(
                "q2", "下列哪些属于“三会一课”？", (Choice("支部党员大会", True), Choice("党课", True), Choice("运动会", False)), "multiple"
            ),
            Question("q3", "党的根本宗旨是全心全意为____服务。", (Choice("人民", True),), "cloze"),
        ),
    )
