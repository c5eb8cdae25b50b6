"""What the secretary made of last month's record on the day after: published it, took a telephone number out, cut a micro-lesson."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.acts.context import By
from meeting_server.acts.record.redact import redact_passage
from meeting_server.archive.record.transcript import Stretch
from meeting_server.demo.dialogue import times
from meeting_server.demo.program import DAY, Program
from meeting_server.domain.ids import Millis
from meeting_server.store.learning.lessons import Lesson
from meeting_server.store.learning.quizzes import Choice, Question, QuestionKind
from meeting_server.store.learning.studied import Studied
from meeting_server.store.record.publications import Publication
from meeting_server.store.schedule.schedule import Scheduled
from meeting_server.store.tokens import new_id
from meeting_server.web.record.playback import clock_of

QUESTIONS: tuple[tuple[QuestionKind, str, tuple[Choice, ...], str, str], ...] = (
    (
        "single",
        "条例说，党员教育管理是党的建设什么样的工作？",
        (Choice("年底集中做的工作", False), Choice("基础性、经常性的工作", True), Choice("临时性的工作", False)),
        "党员教育管理，是党的建设基础性、经常性的工作。",
        "study_chapters",
    ),
    (
        "single",
        "主题党日多久开展一次？",
        (Choice("每月相对固定一天", True), Choice("每季度一次", False), Choice("每学年一次", False)),
        "支部每个月要相对固定一天，开展主题党日。",
        "study_months",
    ),
    ("cloze", "支部是教育管理党员的____。", (Choice("主体", True),), "支部是教育管理党员的主体。", "study_branch"),
)
"""Kind, question, choices, the sentence of the meeting that answers it, and the line of the dialogue in which it is said."""


async def keep_record(program: Program, scheduled: Scheduled, title: str, zero: Millis) -> None:
    """``title``: of the publication. ``zero``: when the first word of the meeting was said (Unix ms)."""
    said = times()
    by, at = program.people["周建华"], scheduled.plan.starts_at + DAY
    summary = "全年志愿服务 1,240 小时，但考试周中断。大家商定由在职、在校的老党员补上，服务留学生的建议留到明年再议。"
    await program.site.publications.save(
        Publication(
            scheduled.meeting_id,
            program.people.branch_id,
            title,
            summary,
            ("志愿服务", "考试周", "数字课堂"),
            state="published",
            approved_by=by.member_id,
            approved_name=by.name,
            approved_at=at,
            published_at=at,
        )
    )
    number = said["report_number"]
    clock = f"{clock_of(number.since)}–{clock_of(number.until)}"
    taken = Stretch(zero + number.since, zero + number.until)
    await redact_passage(program.site, By(by.member_id, by.name), scheduled, taken, "个人电话号码", (), clock, at)
    await _lesson(program, scheduled, zero, at)


async def _lesson(program: Program, scheduled: Scheduled, zero: Millis, at: Millis) -> None:
    by, learning = program.people["周建华"], program.site.learning
    lesson = Lesson(
        new_id("l"),
        scheduled.meeting_id,
        program.people.branch_id,
        "半分钟学条例：三会一课和主题党日",
        zero + times()["study_chapters"].since,
        zero + times()["study_months"].until,
        by.member_id,
        by.name,
        at,
        "刘海涛领学《中国共产党党员教育管理工作条例》：支部是主体，管理是帮助，主题党日每月相对固定一天。",
    )
    await learning.lessons.save(lesson)
    studied = Studied("lesson", lesson.lesson_id)
    for place, (kind, question, choices, sentence, key) in enumerate(QUESTIONS):
        made = Question("", studied, kind, question, choices, "", "person", at + place, by.member_id, by.name, at + place)
        rests_on = replace(made, source=sentence, source_at=zero + times()[key].since, source_until=zero + times()[key].until)
        await learning.quizzes.save(rests_on)
    await learning.lessons.publish(lesson, by.name, at)
